#include "archiving/log/merkle.h"
#include "archiving/record/record.h"
#include "cli/archive_custody.h"
#include "cli/archive_log.h"
#include "cli/archive_package.h"
#include "cli/archive_records.h"
#include "cli/client.h"
#include "cli/output.h"
#include "cli/scorecard_view.h"
#include "cli/table.h"
#include "cli/verification.h"
#include "common/canonical.h"
#include "common/encoding.h"
#include "common/text.h"
#include "common/time.h"

#include <nlohmann/json.hpp>

#include <iostream>

namespace jixiao::cli {
namespace {

using archiving::v1::ArchivingService;
using archiving::v1::GetRecordResponse;

// A part's name as people read it, with the name in the contract.
std::string TitleOf(const std::string& part) {
  if (part == archiving::kFormPart) return Cat("自评表 ", part);
  if (part == archiving::kScorecardPart) return Cat("评分卡 ", part);
  if (part == archiving::kRuleSetPart) return Cat("评分规则 ", part);
  if (part == archiving::kReviewPart) return Cat("审核记录 ", part);
  if (part == archiving::kSourcePart) return Cat("原始文件 ", part);
  if (part == archiving::kOriginPart) return Cat("移交来源 ", part);
  if (part == archiving::kProvenancePart) return Cat("报送经过 ", part);
  if (part == archiving::kRetentionPart) return Cat("保管期限 ", part);
  if (part == archiving::kEntryPart) return Cat("归档系统登记 ", part);
  return part;
}

// Calls `each` for every record until it is false or there are no more.
template <class Each>
absl::Status ForEachRecord(const Global& global, ArchivingService::Stub& stub, Each&& each) {
  archiving::v1::ListRecordsRequest request;
  do {
    archiving::v1::ListRecordsResponse response;
    RETURN_IF_ERROR(Call(global, stub, &ArchivingService::Stub::ListRecords, request, response));
    for (const auto& record : response.records())
      if (!each(record)) return absl::OkStatus();
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  return absl::OkStatus();
}

void PrintSteps(const std::string& name, const std::vector<VerificationStep>& steps, const TrustedKey& key, bool json) {
  if (json) {
    nlohmann::json out = {
        {"name", name}, {"ok", AllOk(steps)}, {"key_from_server", key.from_server}, {"steps", nlohmann::json::array()}};
    for (const VerificationStep& step : steps)
      out["steps"].push_back({{"title", step.title}, {"ok", step.ok}, {"detail", step.detail}});
    std::cout << out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
    return;
  }
  std::cout << name << "  " << (AllOk(steps) ? "验证通过" : "验证失败") << '\n';
  Table table({{"验证项", Align::kLeft, 50}, {"结果"}, {"说明", Align::kLeft, 90}});
  for (const VerificationStep& step : steps) table.Add({step.title, step.ok ? "通过" : "失败", step.detail});
  table.Print(std::cout);
}

// The whole log: every record here, every byte and node there, and the newest head under the trusted key.
absl::StatusOr<bool> VerifyAll(const Global& global, ArchivingService::Stub& stub, const TrustedKey& key) {
  std::vector<VerificationStep> steps;
  std::int64_t records = 0;
  std::int64_t failed = 0;
  std::string first_failure;
  RETURN_IF_ERROR(ForEachRecord(global, stub, [&](const archiving::v1::RecordSummary& record) {
    ++records;
    const auto response = GetRecord(global, stub, record.name());
    std::string problem = response.ok() ? "" : std::string(response.status().message());
    if (response.ok())
      for (const VerificationStep& step : VerifyRecord(*response, key.verifier, key.origin))
        if (!step.ok && problem.empty()) problem = Cat(step.title, "：", step.detail);
    if (problem.empty()) return true;
    ++failed;
    if (first_failure.empty()) first_failure = Cat(record.name(), " ", problem);
    return true;
  }));
  steps.push_back({"逐条验证记录", failed == 0,
                   failed == 0 ? Cat(records, " 条全部通过") : Cat(failed, " 条失败，第一条：", first_failure)});
  archiving::v1::CheckLogResponse check;
  RETURN_IF_ERROR(Call(global, stub, &ArchivingService::Stub::CheckLog, archiving::v1::CheckLogRequest(), check));
  std::string damage;
  for (const auto& found : check.damage())
    Append(damage, damage.empty() ? "" : "；", found.index() < 0 ? std::string() : Cat("第 ", found.index(), " 条："),
           found.message());
  steps.push_back(
      {"重算全部哈希与树头", check.damage().empty(),
       check.damage().empty() ? Cat(check.records_checked(), " 条，", check.bytes_checked(), " 字节") : damage});
  if (!check.checkpoint().empty()) {
    const auto head = archiving::log::OpenCheckpoint(check.checkpoint(), key.verifier, key.origin);
    steps.push_back({"最新树头签名有效", head.ok() && head->size == records,
                     head.ok() ? Cat(key.origin, "，", head->size, " 条") : std::string(head.status().message())});
  }
  PrintSteps("全部归档", steps, key, global.json());
  return AllOk(steps);
}

}  // namespace

int RunArchiveGet(const Global& global, const std::string& name) {
  const auto stub = Archiving(global);
  const auto response = GetRecord(global, *stub, name);
  if (!response.ok()) return Refuse(response.status(), global.json());
  if (global.json()) {
    std::cout << ToJson(*response) << '\n';
    return kDone;
  }
  const auto& record = response->record();
  std::cout << record.name() << "  " << record.key() << "\n归档时间  "
            << FormatShanghai(ToMicros(record.archive_time())) << "\n";
  evaluation::v1::SelfEvaluation form;
  evaluation::v1::Scorecard card;
  bool form_ok = false;
  bool card_ok = false;
  for (const auto& part : response->parts()) {
    if (part.name() == archiving::kFormPart) form_ok = CanonicalDecode(part.content(), form).ok();
    if (part.name() == archiving::kScorecardPart) card_ok = CanonicalDecode(part.content(), card).ok();
    std::cout << "部件 " << TitleOf(part.name()) << "  " << part.media_type() << "  " << part.content().size()
              << " 字节\n";
  }
  PrintCustody(*response, std::cout);
  std::cout << '\n';
  if (!card_ok && !HasScorecard(*response)) return kDone;
  if (!card_ok)
    return Refuse(
        Error(absl::StatusCode::kDataLoss, "ARCHIVE_DAMAGED", "评分卡无法读出；请用 jixiao archive verify 检查"),
        false);
  PrintScorecard(card, form_ok ? &form : nullptr, false, std::cout);
  return kDone;
}

int RunArchiveHead(const Global& global, const ArchiveKey& key) {
  const auto stub = Archiving(global);
  archiving::v1::GetTreeHeadResponse head;
  const absl::Status status =
      Call(global, *stub, &ArchivingService::Stub::GetTreeHead, archiving::v1::GetTreeHeadRequest(), head);
  if (!status.ok()) return Refuse(status, global.json());
  if (!key.text.empty() && !head.checkpoint().empty()) {
    const auto trusted = KeyOrServers(global, key);
    if (!trusted.ok()) return Refuse(trusted.status(), global.json());
    const auto checkpoint = archiving::log::OpenCheckpoint(head.checkpoint(), trusted->verifier, trusted->origin);
    if (!checkpoint.ok()) return Refuse(checkpoint.status(), global.json());
  }
  const auto witnesses = ReadWitnesses(key.witnesses);
  if (!witnesses.ok()) return Refuse(witnesses.status(), global.json());
  const WitnessView view = ViewOf(head.checkpoint(), *witnesses);
  if (global.json())
    std::cout << ToJson(head) << '\n';
  else
    std::cout << (head.checkpoint().empty() ? "日志为空\n" : head.checkpoint()) << "\n公钥  " << head.verifier_key()
              << (view.text.empty() ? "" : "\n见证  ") << view.text << '\n';
  return witnesses->empty() || view.enough(key.quorum) ? kDone : kRefused;
}

int RunArchiveProof(const Global& global, const std::string& name) {
  const auto stub = Archiving(global);
  const auto response = GetRecord(global, *stub, name);
  if (!response.ok()) return Refuse(response.status(), global.json());
  if (global.json()) {
    std::cout << ToJson(response->proof()) << '\n';
    return kDone;
  }
  std::cout << "叶子序号  " << response->proof().index() << "\n审计路径\n";
  for (const std::string& hash : response->proof().path())
    std::cout << "  " << Hex({reinterpret_cast<const std::uint8_t*>(hash.data()), hash.size()}) << '\n';
  std::cout << "\n" << response->proof().checkpoint();
  return kDone;
}

int RunArchiveVerify(const Global& global, const std::vector<std::string>& names, bool all, const ArchiveKey& key) {
  if (names.empty() != all) return Misused("archive verify 需要记录名、归档包，或 --all");
  // Packages are verified here and now; only records need the server.
  int code = kDone;
  std::vector<std::string> records;
  for (const std::string& name : names) {
    if (!IsPackage(name))
      records.push_back(name);
    else if (const int verified = RunVerifyPackage(global, name, key); verified != kDone)
      code = verified;
  }
  if (records.empty() && !all) return code;
  const auto witnesses = ReadWitnesses(key.witnesses);
  if (!witnesses.ok()) return Refuse(witnesses.status(), global.json());
  const auto stub = Archiving(global);
  const auto trusted = KeyOrServers(global, key);
  if (!trusted.ok()) return Refuse(trusted.status(), global.json());
  if (trusted->from_server && !global.json())
    std::cerr << "注意：没有用 --key 指定公钥，采用服务器自报的公钥；这能发现损坏，不能发现伪造\n";
  if (all) {
    const auto ok = VerifyAll(global, *stub, *trusted);
    if (!ok.ok()) return Refuse(ok.status(), global.json());
    return *ok ? kDone : kRefused;
  }
  for (const std::string& name : records) {
    const auto response = GetRecord(global, *stub, name);
    if (!response.ok()) {
      code = Refuse(response.status(), global.json());
      continue;
    }
    auto steps = VerifyRecord(*response, trusted->verifier, trusted->origin);
    if (!witnesses->empty()) {
      const WitnessView view = ViewOf(response->proof().checkpoint(), *witnesses);
      steps.push_back({"树头由见证人联署", view.enough(key.quorum), view.text});
    }
    PrintSteps(response->record().name(), steps, *trusted, global.json());
    if (!AllOk(steps)) code = kRefused;
  }
  return code;
}

}  // namespace jixiao::cli
