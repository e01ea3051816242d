#include "cli/verification.h"

#include "archiving/log/merkle.h"
#include "archiving/record/erasure.h"
#include "archiving/record/record.h"
#include "archiving/record/renewal.h"
#include "common/canonical.h"
#include "common/errors.h"
#include "common/text.h"
#include "common/time.h"

#include <algorithm>
#include <span>

namespace jixiao::cli {
namespace {

using archiving::v1::GetRecordResponse;

std::span<const std::uint8_t> Bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::vector<archiving::Part> PartsOf(const GetRecordResponse& response) {
  std::vector<archiving::Part> parts;
  for (const auto& part : response.parts())
    parts.push_back({part.name(), part.media_type(), part.content(), part.salt()});
  return parts;
}

VerificationStep CheckIndex(const GetRecordResponse& response, const std::vector<archiving::Part>& parts) {
  VerificationStep step{"索引信息与内容一致", false, ""};
  archiving::v1::RecordLeaf leaf;
  const auto summary = archiving::Summarize(parts, archiving::ErasedOf(response));
  const auto& record = response.record();
  if (!CanonicalDecode(response.leaf(), leaf).ok() || !summary.ok()) {
    step.detail = "叶子或内容无法读出";
    return step;
  }
  const archiving::Summary shown{record.implementing_unit(), record.project_name(),   record.fiscal_year(),
                                 record.region_code(),       record.computed_total(), record.grade()};
  step.ok = leaf.key() == record.key() && leaf.archive_time_micros() == ToMicros(record.archive_time()) &&
            shown == *summary && record.index() == response.proof().index() &&
            record.name() == archiving::RecordName(record.index());
  step.detail = step.ok ? record.key() : "键、时间、单位、项目或总分与所存内容不符";
  return step;
}

VerificationStep CheckInclusion(const GetRecordResponse& response, const archiving::log::Checkpoint& checkpoint) {
  VerificationStep step{"记录在已签名的日志中", false, ""};
  std::vector<archiving::log::Hash> path;
  for (const std::string& hash : response.proof().path()) {
    archiving::log::Hash node{};
    if (hash.size() != node.size()) {
      step.detail = "包含证明的格式有误";
      return step;
    }
    std::copy(hash.begin(), hash.end(), node.begin());
    path.push_back(node);
  }
  step.ok = archiving::log::VerifyInclusion(response.proof().index(), checkpoint.size,
                                            archiving::log::HashLeaf(Bytes(response.leaf())), path, checkpoint.root);
  step.detail = step.ok ? Cat("第 ", response.proof().index(), " 条，共 ", checkpoint.size, " 条")
                        : std::string("包含证明不成立：叶子、位置或树根被改动");
  return step;
}

}  // namespace

std::vector<VerificationStep> VerifyRecord(const GetRecordResponse& response, const archiving::log::Verifier& verifier,
                                           const std::string& origin) {
  std::vector<VerificationStep> steps;
  const std::vector<archiving::Part> parts = PartsOf(response);
  const std::vector<std::string> faults = archiving::FaultsOf(response.leaf(), parts, archiving::ErasedOf(response));
  std::string detail;
  for (const std::string& fault : faults) Append(detail, detail.empty() ? "" : "；", fault);
  if (faults.empty())
    for (const archiving::Part& part : parts)
      Append(detail, detail.empty() ? "" : "，", part.name, " ", part.content.size(), " 字节");
  if (faults.empty())
    for (const archiving::Erased& gone : archiving::ErasedOf(response))
      Append(detail, detail.empty() ? "" : "，", gone.part, " 已按第 ", gone.entry, " 条销毁");
  steps.push_back({"自评表、评分卡、评分规则与叶子承诺一致", faults.empty(), detail});
  steps.push_back(CheckIndex(response, parts));
  const auto checkpoint = archiving::log::OpenCheckpoint(response.proof().checkpoint(), verifier, origin);
  steps.push_back({"树头签名有效", checkpoint.ok(),
                   checkpoint.ok() ? origin : Cat("签名不能用公钥验证：", std::string(checkpoint.status().message()))});
  if (response.erasures_size() > 0) {
    const std::vector<std::string> unproved = archiving::ErasureFaults(response, verifier, origin);
    steps.push_back({"销毁登记在已签名的日志中，且经两人批准", unproved.empty(),
                     unproved.empty() ? Cat(response.erasures_size(), " 份登记") : unproved.front()});
  }
  if (checkpoint.ok())
    steps.push_back(CheckInclusion(response, *checkpoint));
  else
    steps.push_back({"记录在已签名的日志中", false, "没有可信的树头，无法验证"});
  for (const auto& renewal : response.renewals()) {
    const archiving::RenewalCheck check =
        archiving::CheckRenewal(renewal, response.proof().index(), response.leaf(), parts, verifier, origin);
    std::string faults_found;
    for (const std::string& fault : check.faults) Append(faults_found, faults_found.empty() ? "" : "；", fault);
    steps.push_back({Cat("第 ", check.number, " 次散列换代（", check.hash_function, "）"), check.faults.empty(),
                     check.faults.empty() ? "叶子与各部件、换代树、签名均相符" : faults_found});
  }
  return steps;
}

bool AllOk(const std::vector<VerificationStep>& steps) {
  return std::all_of(steps.begin(), steps.end(), [](const VerificationStep& step) { return step.ok; });
}

}  // namespace jixiao::cli
