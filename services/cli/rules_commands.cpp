#include "cli/client.h"
#include "cli/document_files.h"
#include "cli/output.h"
#include "cli/selector.h"
#include "cli/table.h"
#include "common/text.h"
#include "scoring/rulesets/reader.h"

#include <iostream>

namespace jixiao::cli {
namespace {

using scoring::v1::ScoringService;

std::string Years(const scoring::v1::RuleSetSummary& set) {
  return set.last_fiscal_year() == 0 ? Cat(set.first_fiscal_year(), "～")
                                     : Cat(set.first_fiscal_year(), "～", set.last_fiscal_year());
}

std::string Name(scoring::v1::RuleSetState state) {
  switch (state) {
    case scoring::v1::RULE_SET_STATE_DRAFT:
      return "草稿";
    case scoring::v1::RULE_SET_STATE_PUBLISHED:
      return "已发布";
    case scoring::v1::RULE_SET_STATE_RETIRED:
      return "已停用";
    default:
      return "";
  }
}

// The rule sets in YAML files, parents taken over.
absl::StatusOr<std::vector<scoring::v1::RuleSet>> ReadFiles(const std::vector<std::string>& files) {
  std::vector<scoring::RuleSetDocument> documents;
  for (const std::string& path : files) {
    ASSIGN_OR_RETURN(std::string text, ReadBytes(path));
    documents.push_back({path, std::move(text)});
  }
  return scoring::ReadRuleSets(documents);
}

}  // namespace

int RunRulesList(const Global& global, bool drafts) {
  const auto stub = Scoring(global);
  Table table({{"编号"},
               {"修订", Align::kRight},
               {"名称", Align::kLeft, 60},
               {"区划"},
               {"年度"},
               {"默认"},
               {"状态"},
               {"摘要", Align::kLeft, 20}});
  scoring::v1::ListRuleSetsRequest request;
  request.set_include_drafts(drafts);
  do {
    scoring::v1::ListRuleSetsResponse response;
    const absl::Status status = Call(global, *stub, &ScoringService::Stub::ListRuleSets, request, response);
    if (!status.ok()) return Refuse(status, global.json());
    for (const auto& set : response.rule_sets()) {
      if (global.json())
        std::cout << ToJson(set) << '\n';
      else
        table.Add({set.id(), Cat(set.revision()), set.title(), set.region_code().empty() ? "全国" : set.region_code(),
                   Years(set), set.default_for_scope() ? "是" : "否", Name(set.state()), set.digest()});
    }
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  if (!global.json()) table.Print(std::cout);
  return kDone;
}

int RunRulesShow(const Global& global, const std::string& name) {
  const auto stub = Scoring(global);
  const auto selector = SelectorOf(global, *stub, name);
  if (!selector.ok()) return Refuse(selector.status(), global.json());
  scoring::v1::GetRuleSetRequest request;
  *request.mutable_rule_set() = *selector;
  scoring::v1::GetRuleSetResponse response;
  const absl::Status status = Call(global, *stub, &ScoringService::Stub::GetRuleSet, request, response);
  if (!status.ok()) return Refuse(status, global.json());
  if (global.json()) {
    std::cout << ToJson(response.rule_set()) << '\n';
    return kDone;
  }
  const auto& set = response.rule_set();
  std::cout << set.title() << "\n"
            << set.id() << "@" << set.revision() << "  " << response.digest() << "  " << Name(response.state()) << '\n';
  if (!response.etag().empty()) std::cout << "etag " << response.etag() << '\n';
  std::cout << "\n依据\n";
  for (const auto& authority : set.authority())
    std::cout << "  " << authority.instrument() << "：" << authority.note() << '\n';
  std::cout << "\n权重  预算执行 " << set.execution().weight();
  for (const auto& c : set.classes())
    if (c.weight() != "0") std::cout << "  " << c.name() << " " << c.weight();
  std::cout << "\n档次\n";
  for (const auto& tier : set.qualitative().tiers())
    std::cout << "  " << tier.name() << "  " << tier.at_least() << "～" << tier.at_most() << '\n';
  std::cout << "等级 ";
  for (const auto& grade : set.grades()) std::cout << " " << grade.name() << " ≥" << grade.at_least();
  std::cout << "\n检查 ";
  for (const auto& check : set.checks()) std::cout << " " << check.code();
  std::cout << "\n（--format json 显示全部字段）\n";
  return kDone;
}

int RunRulesPublish(const Global& global, const PublishOptions& options) {
  std::vector<scoring::v1::PublishRuleSetRequest> requests;
  if (options.draft.empty()) {
    const auto sets = ReadFiles(options.files);
    if (!sets.ok()) return Refuse(sets.status(), global.json());
    for (const auto& set : *sets) *requests.emplace_back().mutable_rule_set() = set;
  } else {
    requests.emplace_back().set_draft(options.draft);
  }
  const auto stub = Scoring(global);
  for (auto& request : requests) {
    request.set_validate_only(options.validate_only);
    scoring::v1::PublishRuleSetResponse response;
    const absl::Status status = Call(global, *stub, &ScoringService::Stub::PublishRuleSet, request, response);
    if (!status.ok()) return Refuse(status, global.json());
    if (global.json())
      std::cout << ToJson(response.rule_set()) << '\n';
    else
      std::cout << (options.validate_only ? "有效  " : "已发布  ") << response.rule_set().id() << "@"
                << response.rule_set().revision() << "  " << response.rule_set().digest() << '\n';
  }
  return kDone;
}

int RunRulesDraft(const Global& global, const std::vector<std::string>& files, const std::string& etag) {
  const auto sets = ReadFiles(files);
  if (!sets.ok()) return Refuse(sets.status(), global.json());
  const auto stub = Scoring(global);
  for (const auto& set : *sets) {
    scoring::v1::SaveDraftRequest request;
    *request.mutable_rule_set() = set;
    request.set_etag(etag);
    scoring::v1::SaveDraftResponse response;
    const absl::Status status = Call(global, *stub, &ScoringService::Stub::SaveDraft, request, response);
    if (!status.ok()) return Refuse(status, global.json());
    if (global.json()) {
      std::cout << ToJson(response) << '\n';
      continue;
    }
    std::cout << "已保存草稿  " << set.id() << "@" << set.revision() << "  etag " << response.etag() << '\n';
    if (response.faults().empty()) std::cout << "可以发布\n";
    for (const auto& fault : response.faults())
      std::cout << "  发布前须改正  " << fault.field() << "：" << fault.description() << '\n';
  }
  return kDone;
}

int RunRulesRetire(const Global& global, const std::string& name) {
  const auto stub = Scoring(global);
  scoring::v1::RetireRuleSetRequest request;
  request.set_id(name);
  scoring::v1::RetireRuleSetResponse response;
  const absl::Status status = Call(global, *stub, &ScoringService::Stub::RetireRuleSet, request, response);
  if (!status.ok()) return Refuse(status, global.json());
  if (global.json())
    std::cout << ToJson(response.rule_set()) << '\n';
  else
    std::cout << "已停用  " << response.rule_set().id() << "@" << response.rule_set().revision() << "  "
              << response.rule_set().digest() << '\n';
  return kDone;
}

int RunRulesDiff(const Global& global, const std::string& from, const std::string& to) {
  const auto stub = Scoring(global);
  const auto older = SelectorOf(global, *stub, from);
  if (!older.ok()) return Refuse(older.status(), global.json());
  const auto newer = SelectorOf(global, *stub, to);
  if (!newer.ok()) return Refuse(newer.status(), global.json());
  scoring::v1::DiffRuleSetsRequest request;
  *request.mutable_from() = *older;
  *request.mutable_to() = *newer;
  scoring::v1::DiffRuleSetsResponse response;
  const absl::Status status = Call(global, *stub, &ScoringService::Stub::DiffRuleSets, request, response);
  if (!status.ok()) return Refuse(status, global.json());
  if (global.json()) {
    std::cout << ToJson(response) << '\n';
    return kDone;
  }
  std::cout << "原  " << from << "  " << response.from_digest() << "\n新  " << to << "  " << response.to_digest()
            << "\n\n";
  if (response.changes().empty()) {
    std::cout << "没有差别\n";
    return kDone;
  }
  Table table({{"字段", Align::kLeft, 60}, {"原"}, {"新"}});
  for (const auto& change : response.changes()) table.Add({change.field(), change.from(), change.to()});
  table.Print(std::cout);
  return kDone;
}

}  // namespace jixiao::cli
