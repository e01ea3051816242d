// `jixiao archive check-proof` of a proof in the format of tlog-proof, which needs nothing but the keys.
#include "archiving/log/log_proof.h"
#include "archiving/record/record.h"
#include "cli/archive_log.h"
#include "cli/output.h"
#include "common/canonical.h"
#include "common/errors.h"
#include "common/text.h"
#include "common/time.h"

#include <nlohmann/json.hpp>

#include <iostream>

namespace jixiao::cli {
namespace {

namespace log = archiving::log;

struct Judgement {
  bool proves = false;
  std::string what;       // in Chinese
  std::string witnesses;  // what they say; empty when none were named
};

// What a leaf says of itself; nothing for one of another kind of log.
std::string Describe(std::string_view leaf) {
  archiving::v1::RecordLeaf record;
  if (!CanonicalDecode(leaf, record).ok()) return {};
  return Cat("，", record.key(), "，", FormatShanghai(record.archive_time_micros()), " 归档");
}

absl::StatusOr<Judgement> Judge(const std::string& text, const ProofTrust& trust) {
  ASSIGN_OR_RETURN(const TrustedKey key, ReadKey(trust.key));
  ASSIGN_OR_RETURN(const std::vector<log::Verifier> witnesses, ReadWitnesses(trust.witnesses));
  const auto proof = log::ParseLogProof(text);
  if (!proof.ok()) return Judgement{false, std::string(proof.status().message()), ""};
  std::string leaf = proof->extra;
  if (!trust.leaf.empty()) {
    ASSIGN_OR_RETURN(leaf, ReadInput(trust.leaf));
  }
  if (leaf.empty()) return Judgement{false, "证明没有附叶子（extra），也没有用 --leaf 给出", ""};
  const auto checkpoint = log::OpenCheckpoint(proof->checkpoint, key.verifier, key.origin);
  if (!checkpoint.ok())
    return Judgement{false, Cat("树头不能用公钥验证：", std::string(checkpoint.status().message())), ""};
  const WitnessView view = ViewOf(proof->checkpoint, witnesses);
  const log::Hash hash = log::HashLeaf({reinterpret_cast<const std::uint8_t*>(leaf.data()), leaf.size()});
  if (!log::VerifyInclusion(proof->index, checkpoint->size, hash, proof->path, checkpoint->root))
    return Judgement{false, "叶子不在已签名的树中", view.text};
  if (!witnesses.empty() && !view.enough(trust.quorum))
    return Judgement{false, Cat("联署的见证人不足 ", trust.quorum, " 个，或其联署不能验证"), view.text};
  return Judgement{
      true, Cat("第 ", proof->index, " 号叶包含于 ", key.origin, " 的 ", checkpoint->size, " 个叶的树", Describe(leaf)),
      view.text};
}

}  // namespace

int CheckLogProof(const Global& global, const std::string& text, const ProofTrust& trust) {
  if (trust.key.empty()) return Misused("tlog-proof 证明需要 --key：日志的公钥，须来自可信之处");
  const auto judgement = Judge(text, trust);
  if (!judgement.ok()) return Refuse(judgement.status(), global.json());
  if (global.json())
    std::cout << nlohmann::json(
                     {{"proves", judgement->proves}, {"detail", judgement->what}, {"witnesses", judgement->witnesses}})
                     .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)
              << '\n';
  else
    std::cout << (judgement->proves ? "成立  " : "不成立  ") << judgement->what
              << (judgement->witnesses.empty() ? "" : "\n见证  ") << judgement->witnesses << '\n';
  return judgement->proves ? kDone : kRefused;
}

}  // namespace jixiao::cli
