// `jixiao archive rescore`: computes scorecards again from what is archived. Under a record's own rule set, which is
// archived with it, the bytes must be the same, and no scoring server is asked; under another, what differs is said.
#include "archiving/export/bag_check.h"
#include "archiving/export/document.h"
#include "cli/archive_package.h"
#include "cli/archive_records.h"
#include "cli/client.h"
#include "cli/output.h"
#include "cli/scorecard_view.h"
#include "cli/selector.h"
#include "cli/table.h"
#include "common/canonical.h"
#include "common/decimal.h"
#include "common/text.h"
#include "scoring/engine/engine.h"

#include <nlohmann/json.hpp>

#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace jixiao::cli {
namespace {

namespace exporting = archiving::exporting;
using evaluation::v1::Scorecard;
using nlohmann::json;

// One place where two cards differ.
struct Difference {
  std::string path;
  std::string what;  // in Chinese
  std::string archived;
  std::string computed;
};

// Findings by what identifies them, with their number.
std::map<std::string, int> FindingsOf(const Scorecard& card) {
  std::map<std::string, int> findings;
  for (const auto& finding : card.findings()) ++findings[Cat(finding.code(), " ", finding.path())];
  return findings;
}

void Compare(std::string_view path, std::string_view what, const std::string& archived, const std::string& computed,
             std::vector<Difference>& out) {
  if (archived != computed) out.push_back({std::string(path), std::string(what), archived, computed});
}

void CompareLines(const Scorecard& archived, const Scorecard& computed, std::vector<Difference>& out) {
  std::map<std::string, const evaluation::v1::ScoreLine*> lines;
  for (const auto& line : archived.lines()) lines[line.path()] = &line;
  for (const auto& line : computed.lines()) {
    const auto found = lines.find(line.path());
    if (found == lines.end()) {
      out.push_back({line.path(), "得分", "无此行", line.computed_score()});
      continue;
    }
    Compare(line.path(), "满分", found->second->weight(), line.weight(), out);
    Compare(line.path(), "得分", found->second->computed_score(), line.computed_score(), out);
    lines.erase(found);
  }
  for (const auto& line : archived.lines())
    if (lines.count(line.path()) > 0) out.push_back({line.path(), "得分", line.computed_score(), "无此行"});
}

std::vector<Difference> DifferencesOf(const Scorecard& archived, const Scorecard& computed) {
  std::vector<Difference> out;
  CompareLines(archived, computed, out);
  Compare("execution_rate", "执行率", archived.execution_rate(), computed.execution_rate(), out);
  Compare("computed_total", "总分", archived.computed_total(), computed.computed_total(), out);
  Compare("grade", "等级", archived.grade(), computed.grade(), out);
  Compare("engine_revision", "评分引擎版次", Cat(archived.engine_revision()), Cat(computed.engine_revision()), out);
  const std::map<std::string, int> before = FindingsOf(archived);
  const std::map<std::string, int> after = FindingsOf(computed);
  for (const auto& [finding, count] : before)
    if (after.count(finding) == 0) out.push_back({finding, "问题", "有", "无"});
  for (const auto& [finding, count] : after)
    if (before.count(finding) == 0) out.push_back({finding, "问题", "无", "有"});
  return out;
}

class Rescoring {
 public:
  Rescoring(const Global& global, const RescoreOptions& options)
      : global_(global),
        options_(options),
        table_({{"记录"},
                {"单位", Align::kLeft, 30},
                {"项目", Align::kLeft, 36},
                {"归档总分", Align::kRight},
                {"重算总分", Align::kRight},
                {"相差", Align::kRight},
                {"归档等级", Align::kLeft, 10, true},
                {"重算等级", Align::kLeft, 10, true},
                {"结果", Align::kLeft, 30}}) {}

  absl::Status Prepare() {
    if (options_.rule_set.empty()) return absl::OkStatus();
    scoring::v1::GetRuleSetRequest request;
    scoring::v1::GetRuleSetResponse response;
    const auto stub = Scoring(global_);
    ASSIGN_OR_RETURN(*request.mutable_rule_set(), SelectorOf(global_, *stub, options_.rule_set));
    RETURN_IF_ERROR(Call(global_, *stub, &scoring::v1::ScoringService::Stub::GetRuleSet, request, response));
    ASSIGN_OR_RETURN(other_, scoring::Rules::Compile(response.rule_set()));
    return absl::OkStatus();
  }

  absl::Status Add(archiving::v1::GetRecordResponse record) {
    const auto opened = exporting::Open(std::move(record));
    if (ReasonOf(opened.status()) == "PART_ERASED" && options_.names.empty()) {
      std::cerr << "跳过 " << opened.status().message() << '\n';
      return absl::OkStatus();
    }
    RETURN_IF_ERROR(opened.status());
    const exporting::Document& document = *opened;
    std::shared_ptr<const scoring::Rules> rules = other_;
    if (rules == nullptr) {
      ASSIGN_OR_RETURN(rules, RulesOf(document));
    }
    Scorecard card;
    scoring::Score(document.form, *rules, other_ ? "重新评分时指定" : document.card.rule_set().selected_by(), card);
    ASSIGN_OR_RETURN(const std::string bytes, CanonicalEncode(card));
    const bool same = bytes == document.Part(archiving::kScorecardPart)->content();
    const std::vector<Difference> differences = DifferencesOf(document.card, card);
    ++records_;
    if (!same) ++changed_;
    global_.json() ? PrintJson(document, card, same, differences) : AddRow(document, card, same, differences);
    return absl::OkStatus();
  }

  int Finish() {
    if (!global_.json()) {
      table_.Print(std::cout);
      PrintDetails();
      if (other_)
        std::cout << records_ << " 条记录，" << differing_ << " 条的得分、等级或问题不同\n";
      else
        std::cout << records_ << " 条记录，" << records_ - changed_ << " 条的评分卡逐字节相同"
                  << (changed_ == 0 ? "" : Cat("，", changed_, " 条不同")) << '\n';
    }
    // Another rule set may well say something else; the record's own must not.
    return !other_ && changed_ > 0 ? kRefused : kDone;
  }

 private:
  // Thousands of records share a rule set: compiled once.
  absl::StatusOr<std::shared_ptr<const scoring::Rules>> RulesOf(const exporting::Document& document) {
    auto& known = compiled_[document.card.rule_set().digest()];
    if (known == nullptr) {
      ASSIGN_OR_RETURN(known, scoring::Rules::Compile(document.rule_set));
    }
    return known;
  }

  void AddRow(const exporting::Document& document, const Scorecard& card, bool same,
              const std::vector<Difference>& differences) {
    const auto before = Decimal::Parse(document.card.computed_total());
    const auto after = Decimal::Parse(card.computed_total());
    if (!differences.empty()) ++differing_;
    table_.Add({document.record.record().name(), document.form.implementing_unit().name(), document.form.project_name(),
                document.card.computed_total(), card.computed_total(),
                before && after ? (*after - *before).ToString() : std::string(), document.card.grade(), card.grade(),
                same                  ? "逐字节相同"
                : differences.empty() ? "得分与问题相同"
                                      : Cat(differences.size(), " 处不同")});
    for (const Difference& difference : differences)
      if (details_.size() < kMostDetails) details_.emplace_back(document.record.record().name(), difference);
  }

  void PrintDetails() const {
    if (details_.empty()) return;
    Table table({{"记录"}, {"位置", Align::kLeft, 40}, {"项"}, {"归档", Align::kRight}, {"重算", Align::kRight}});
    for (const auto& [name, difference] : details_)
      table.Add({name, IsOfTheCard(difference.path) ? "全表" : PlaceOf(difference.path), difference.what,
                 difference.archived, difference.computed});
    std::cout << '\n';
    table.Print(std::cout);
    std::cout << '\n';
  }

  static void PrintJson(const exporting::Document& document, const Scorecard& card, bool same,
                        const std::vector<Difference>& differences) {
    json out = {
        {"name", document.record.record().name()},
        {"same_bytes", same},
        {"archived",
         {{"rule_set", document.card.rule_set().digest()},
          {"computed_total", document.card.computed_total()},
          {"grade", document.card.grade()}}},
        {"computed",
         {{"rule_set", card.rule_set().digest()}, {"computed_total", card.computed_total()}, {"grade", card.grade()}}},
        {"differences", json::array()}};
    for (const Difference& difference : differences)
      out["differences"].push_back({{"path", difference.path},
                                    {"what", difference.what},
                                    {"archived", difference.archived},
                                    {"computed", difference.computed}});
    std::cout << out.dump() << '\n';
  }

  static bool IsOfTheCard(std::string_view path) {
    return path == "execution_rate" || path == "computed_total" || path == "grade" || path == "engine_revision";
  }

  static constexpr std::size_t kMostDetails = 500;

  const Global& global_;
  const RescoreOptions& options_;
  std::shared_ptr<const scoring::Rules> other_;
  std::map<std::string, std::shared_ptr<const scoring::Rules>> compiled_;
  Table table_;
  std::vector<std::pair<std::string, Difference>> details_;
  std::int64_t records_ = 0;
  std::int64_t changed_ = 0;
  std::int64_t differing_ = 0;
};

}  // namespace

int RunArchiveRescore(const Global& global, const RescoreOptions& options) {
  if (options.names.empty() == options.filter.empty() && !options.all)
    return Misused("archive rescore 需要记录名、归档包、检索条件或 --all");
  Rescoring rescoring(global, options);
  if (const absl::Status ready = rescoring.Prepare(); !ready.ok()) return Refuse(ready, global.json());
  const auto add = [&](archiving::v1::GetRecordResponse record) { return rescoring.Add(std::move(record)); };
  std::vector<std::string> records;
  for (const std::string& name : options.names) {
    if (!IsPackage(name)) {
      records.push_back(name);
      continue;
    }
    const auto package = exporting::PackageReader::Open(name);
    if (!package.ok()) return Refuse(package.status(), global.json());
    if (!(*package)->Has("bagit.txt"))
      return Refuse(exporting::PackageDamaged(Cat(name, "：不是归档包，没有 bagit.txt")), global.json());
    for (const std::string& folder : exporting::RecordFoldersOf(**package)) {
      auto record = exporting::ReadRecord(**package, folder);
      const absl::Status status = record.ok() ? add(*std::move(record)) : record.status();
      if (!status.ok()) return Refuse(status, global.json());
    }
  }
  if (!records.empty() || options.names.empty())
    if (const absl::Status status = ForEachArchivedRecord(global, records, options.filter, add); !status.ok())
      return Refuse(status, global.json());
  return rescoring.Finish();
}

}  // namespace jixiao::cli
