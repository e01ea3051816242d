// `jixiao archive check-proof`: judges one Merkle proof by itself, without a server, as witnesses and other logs' tools
// write it.
#include "archiving/log/log_proof.h"
#include "archiving/log/merkle.h"
#include "cli/archive_log.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "common/encoding.h"
#include "common/errors.h"
#include "common/text.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <iostream>
#include <limits>
#include <optional>

namespace jixiao::cli {
namespace {

using archiving::log::Hash;
using nlohmann::json;

// What the proof says, or why it cannot be one.
struct Verdict {
  bool proves = false;
  std::string what;
};

class ProofReader {
 public:
  explicit ProofReader(const json& proof) : proof_(proof) {}

  // A count of leaves or a position; the log's own limit is 2^63 − 1.
  std::int64_t Size(const char* field) {
    const auto found = proof_.find(field);
    if (found == proof_.end() || !found->is_number_integer()) return Refuse<std::int64_t>(field, "不是整数");
    if (found->is_number_unsigned() && found->get<std::uint64_t>() > std::numeric_limits<std::int64_t>::max())
      return Refuse<std::int64_t>(field, "超出范围");
    return found->get<std::int64_t>();
  }

  Hash HashOf(const char* field) {
    const auto found = proof_.find(field);
    if (found == proof_.end() || !found->is_string()) return Refuse<Hash>(field, "不是 base64 文本");
    return Decode(field, found->get_ref<const std::string&>());
  }

  // The path; null or nothing stands for an empty one.
  std::vector<Hash> Path(const char* field) {
    std::vector<Hash> path;
    const auto found = proof_.find(field);
    if (found == proof_.end() || found->is_null()) return path;
    if (!found->is_array()) return Refuse<std::vector<Hash>>(field, "不是数组");
    for (const json& entry : *found) {
      if (!entry.is_string()) return Refuse<std::vector<Hash>>(field, "含有不是文本的项");
      path.push_back(Decode(field, entry.get_ref<const std::string&>()));
    }
    return path;
  }

  const std::optional<std::string>& refusal() const { return refusal_; }

 private:
  template <class T>
  T Refuse(const char* field, std::string_view why) {
    if (!refusal_) refusal_ = Cat(field, why);
    return T{};
  }

  Hash Decode(const char* field, const std::string& text) {
    Hash hash{};
    const auto bytes = DecodeBase64(text);
    if (!bytes.ok() || bytes->size() != hash.size()) return Refuse<Hash>(field, "不是 32 字节哈希的 base64");
    std::copy(bytes->begin(), bytes->end(), hash.begin());
    return hash;
  }

  const json& proof_;
  std::optional<std::string> refusal_;
};

Verdict Judge(const json& proof) {
  if (!proof.is_object()) return {false, "不是一个 JSON 对象"};
  ProofReader read(proof);
  if (proof.contains("leafIdx")) {
    const std::int64_t index = read.Size("leafIdx");
    const std::int64_t size = read.Size("treeSize");
    const Hash root = read.HashOf("root");
    const Hash leaf = read.HashOf("leafHash");
    const std::vector<Hash> path = read.Path("proof");
    if (read.refusal()) return {false, *read.refusal()};
    return {archiving::log::VerifyInclusion(index, size, leaf, path, root),
            Cat("第 ", index, " 号叶包含于 ", size, " 个叶的树")};
  }
  if (proof.contains("size1")) {
    const std::int64_t old_size = read.Size("size1");
    const std::int64_t new_size = read.Size("size2");
    const Hash old_root = read.HashOf("root1");
    const Hash new_root = read.HashOf("root2");
    const std::vector<Hash> path = read.Path("proof");
    if (read.refusal()) return {false, *read.refusal()};
    // Every tree continues the empty one: such a proof says nothing.
    if (old_size == 0 && new_size != 0) return {false, "从空树出发的一致性没有意义"};
    return {archiving::log::VerifyConsistency(old_size, new_size, old_root, new_root, path),
            Cat(old_size, " 个叶的树是 ", new_size, " 个叶的树的前缀")};
  }
  return {false, "既没有 leafIdx（包含证明），也没有 size1（一致性证明）"};
}

}  // namespace

int RunCheckProof(const Global& global, const std::string& file, const ProofTrust& trust) {
  const auto text = ReadInput(file);
  if (!text.ok()) return cli::Refuse(text.status(), global.json());
  if (text->starts_with(archiving::log::kLogProofHeader)) return CheckLogProof(global, *text, trust);
  const json proof = json::parse(*text, nullptr, false);
  const Verdict verdict = proof.is_discarded() ? Verdict{false, "不是 JSON"} : Judge(proof);
  if (global.json())
    std::cout << json({{"proves", verdict.proves}, {"detail", verdict.what}}).dump() << '\n';
  else
    std::cout << (verdict.proves ? "成立  " : "不成立  ") << verdict.what << '\n';
  return verdict.proves ? kDone : kRefused;
}

}  // namespace jixiao::cli
