#include "cli/client.h"
#include "cli/output.h"
#include "cli/table.h"
#include "common/digest.h"
#include "common/text.h"
#include "scoring/rulesets/reader.h"

#include <fstream>
#include <iostream>
#include <iterator>

namespace jixiao::cli {
namespace {

using scoring::v1::ScoringService;

std::string Years(const scoring::v1::RuleSetSummary& set) {
  return set.last_fiscal_year() == 0 ? Cat(set.first_fiscal_year(), "～")
                                     : Cat(set.first_fiscal_year(), "～", set.last_fiscal_year());
}

}  // namespace

int RunRulesList(const Global& global) {
  const auto stub = Scoring(global);
  Table table({{"编号"},
               {"修订", Align::kRight},
               {"名称", Align::kLeft, 60},
               {"区划"},
               {"年度"},
               {"默认"},
               {"摘要", Align::kLeft, 20}});
  scoring::v1::ListRuleSetsRequest request;
  do {
    scoring::v1::ListRuleSetsResponse response;
    const absl::Status status = Call(global, *stub, &ScoringService::Stub::ListRuleSets, request, response);
    if (!status.ok()) return Refuse(status, global.json());
    for (const auto& set : response.rule_sets()) {
      if (global.json())
        std::cout << ToJson(set) << '\n';
      else
        table.Add({set.id(), Cat(set.revision()), set.title(), set.region_code().empty() ? "全国" : set.region_code(),
                   Years(set), set.default_for_scope() ? "是" : "否", set.digest()});
    }
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  if (!global.json()) table.Print(std::cout);
  return kDone;
}

int RunRulesShow(const Global& global, const std::string& name) {
  const auto stub = Scoring(global);
  scoring::v1::GetRuleSetRequest request;
  if (IsDigest(name))
    request.mutable_rule_set()->set_digest(name);
  else
    request.mutable_rule_set()->set_id(name);
  scoring::v1::GetRuleSetResponse response;
  const absl::Status status = Call(global, *stub, &ScoringService::Stub::GetRuleSet, request, response);
  if (!status.ok()) return Refuse(status, global.json());
  if (global.json()) {
    std::cout << ToJson(response.rule_set()) << '\n';
    return kDone;
  }
  const auto& set = response.rule_set();
  std::cout << set.title() << "\n" << set.id() << "@" << set.revision() << "  " << response.digest() << "\n\n依据\n";
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

int RunRulesPublish(const Global& global, const std::vector<std::string>& files, bool validate_only) {
  std::vector<scoring::RuleSetDocument> documents;
  for (const std::string& path : files) {
    std::ifstream in(path, std::ios::binary);
    std::string text(std::istreambuf_iterator<char>(in), {});
    if (!in) return Misused(Cat("无法读取 ", path));
    documents.push_back({path, std::move(text)});
  }
  const auto sets = scoring::ReadRuleSets(documents);
  if (!sets.ok()) return Refuse(sets.status(), global.json());
  const auto stub = Scoring(global);
  for (const auto& set : *sets) {
    scoring::v1::PublishRuleSetRequest request;
    *request.mutable_rule_set() = set;
    request.set_validate_only(validate_only);
    scoring::v1::PublishRuleSetResponse response;
    const absl::Status status = Call(global, *stub, &ScoringService::Stub::PublishRuleSet, request, response);
    if (!status.ok()) return Refuse(status, global.json());
    if (global.json())
      std::cout << ToJson(response.rule_set()) << '\n';
    else
      std::cout << (validate_only ? "有效  " : "已发布  ") << response.rule_set().id() << "@"
                << response.rule_set().revision() << "  " << response.rule_set().digest() << '\n';
  }
  return kDone;
}

}  // namespace jixiao::cli
