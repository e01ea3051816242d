#include "archiving/record/renewal.h"

#include "archiving/log/merkle.h"
#include "common/canonical.h"
#include "common/text.h"

#include <algorithm>
#include <optional>

namespace jixiao::archiving {
namespace {

std::span<const std::uint8_t> Bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string Text(const log::Hash& hash) {
  return std::string(hash.begin(), hash.end());
}

// Nothing when a hash has another length.
std::optional<std::vector<log::Hash>> PathOf(const google::protobuf::RepeatedPtrField<std::string>& path) {
  std::vector<log::Hash> out;
  for (const std::string& bytes : path) {
    log::Hash& hash = out.emplace_back();
    if (bytes.size() != hash.size()) return std::nullopt;
    std::copy(bytes.begin(), bytes.end(), hash.begin());
  }
  return out;
}

// Faults between an entry and the record.
void CheckEntry(const v1::RenewalEntry& entry, log::TreeHash hash, std::int64_t index, std::string_view leaf,
                const std::vector<Part>& parts, std::vector<std::string>& faults) {
  if (entry.index() != index || entry.leaf_hash() != Text(log::HashOf(hash, leaf)))
    faults.push_back("换代条目与日志叶子不符");
  for (const Part& part : parts) {
    if (part.salt.empty()) continue;  // erased since
    const auto renewed = std::find_if(entry.parts().begin(), entry.parts().end(),
                                      [&](const v1::PartRenewal& known) { return known.name() == part.name; });
    if (renewed == entry.parts().end() || renewed->commitment() != Text(log::HashOf(hash, CommitmentText(part))))
      faults.push_back(Cat("部件 ", part.name, " 与换代条目中的承诺不符"));
  }
}

}  // namespace

std::string EpochOrigin(std::string_view log_origin, std::int64_t number) {
  return Cat(log_origin, "/epochs/", number);
}

std::string HashLine(log::TreeHash hash) {
  return Cat("hash ", log::NameOf(hash));
}

absl::StatusOr<std::string> RenewalEntryBytes(log::TreeHash hash, std::int64_t index, std::string_view leaf,
                                              const std::vector<Part>& parts) {
  v1::RenewalEntry entry;
  entry.set_index(index);
  entry.set_leaf_hash(Text(log::HashOf(hash, leaf)));
  for (const Part& part : parts) {
    if (part.salt.empty()) continue;
    auto& renewed = *entry.add_parts();
    renewed.set_name(part.name);
    renewed.set_commitment(Text(log::HashOf(hash, CommitmentText(part))));
  }
  return CanonicalEncode(entry);
}

RenewalCheck CheckRenewal(const v1::RenewalProof& proof, std::int64_t index, std::string_view leaf,
                          const std::vector<Part>& parts, const log::Verifier& verifier, std::string_view origin) {
  RenewalCheck check;
  v1::EpochDocument document;
  v1::RenewalEntry entry;
  if (!CanonicalDecode(proof.document(), document).ok() || !CanonicalDecode(proof.entry(), entry).ok()) {
    check.faults.push_back("换代文件或条目不是完整的规范编码");
    return check;
  }
  check.number = document.number();
  check.hash_function = document.hash_function();
  const auto hash = log::TreeHashNamed(document.hash_function());
  const auto document_path = PathOf(proof.document_path());
  const auto entry_path = PathOf(proof.entry_path());
  if (!hash.ok() || !document_path || !entry_path) {
    check.faults.push_back("换代文件的散列算法未知，或路径的格式有误");
    return check;
  }
  const auto head = log::OpenCheckpoint(proof.checkpoint(), verifier, EpochOrigin(origin, document.number()));
  if (!head.ok()) {
    check.faults.push_back("换代树头的签名不能用公钥验证");
    return check;
  }
  if (std::count(head->extensions.begin(), head->extensions.end(), HashLine(*hash)) != 1)
    check.faults.push_back("换代树头没有写明其散列算法");
  if (!log::VerifyInclusion(0, head->size, log::HashLeaf(Bytes(proof.document()), *hash), *document_path, head->root,
                            *hash))
    check.faults.push_back("换代文件不在换代树中");
  if (!log::VerifyInclusion(index + 1, head->size, log::HashLeaf(Bytes(proof.entry()), *hash), *entry_path, head->root,
                            *hash))
    check.faults.push_back("换代条目不在换代树中");
  if (document.origin() != origin ||
      (!document.checkpoint().empty() && !log::OpenCheckpoint(document.checkpoint(), verifier, origin).ok()))
    check.faults.push_back("换代文件所记的日志树头不能用公钥验证");
  CheckEntry(entry, *hash, index, leaf, parts, check.faults);
  return check;
}

}  // namespace jixiao::archiving
