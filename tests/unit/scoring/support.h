// Shared by the tests of the scoring library: the rule sets as shipped, forms from JSON, scorecards and their findings.
#pragma once

#include "common/canonical.h"
#include "common/decimal.h"
#include "scoring/checks/checks.h"
#include "scoring/engine/engine.h"
#include "scoring/engine/rules.h"
#include "scoring/rulesets/reader.h"
#include "support/paths.h"

#include "jixiao/evaluation/v1/evaluation.pb.h"
#include "jixiao/evaluation/v1/scorecard.pb.h"

#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace jixiao::scoring::support {

using evaluation::v1::Finding;
using evaluation::v1::Indicator;
using evaluation::v1::Scorecard;
using evaluation::v1::ScoreLine;
using evaluation::v1::SelfEvaluation;

inline std::filesystem::path SourceFolder() {
  return jixiao::paths::Source();
}

// Where published forms lie beside the source tree; they are not part of it.
inline std::filesystem::path SharedFolder() {
  const char* shared = std::getenv("JIXIAO_SHARED");
  return shared != nullptr ? std::filesystem::path(shared) : SourceFolder() / "../shared";
}

inline std::string TextOf(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << "cannot open " << path;
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

// The shipped rule set of this id, flattened, as it is published.
inline v1::RuleSet RuleSetOf(std::string_view id) {
  static const auto* const sets = [] {
    auto read = ReadRuleSetFolder((SourceFolder() / "services/scoring/rulesets").string());
    EXPECT_TRUE(read.ok()) << read.status();
    return new std::vector<v1::RuleSet>(*std::move(read));
  }();
  for (const v1::RuleSet& set : *sets)
    if (set.id() == id) return set;
  ADD_FAILURE() << "there is no rule set " << id;
  return {};
}

inline std::shared_ptr<const Rules> Compiled(const v1::RuleSet& rule_set) {
  auto rules = Rules::Compile(rule_set);
  EXPECT_TRUE(rules.ok()) << rules.status();
  return *std::move(rules);
}

// The shipped rule set of this id, ready for scoring.
inline const Rules& RulesOf(std::string_view id = "cn-national-2020") {
  static auto* const compiled = new std::map<std::string, std::shared_ptr<const Rules>, std::less<>>;
  auto found = compiled->find(id);
  if (found == compiled->end()) found = compiled->emplace(std::string(id), Compiled(RuleSetOf(id))).first;
  return *found->second;
}

inline SelfEvaluation FormOf(const nlohmann::json& json) {
  SelfEvaluation form;
  const auto status = google::protobuf::util::JsonStringToMessage(json.dump(), &form);
  EXPECT_TRUE(status.ok()) << status.ToString();
  return form;
}

// A form from JSON text with comments.
inline SelfEvaluation FormFromText(std::string_view text) {
  return FormOf(nlohmann::json::parse(text, nullptr, true, true));
}

// A form from a file: plain, or beside its source as `form`.
inline SelfEvaluation FormFromFile(const std::filesystem::path& path) {
  nlohmann::json json = nlohmann::json::parse(TextOf(path));
  return FormOf(json.contains("form") ? json["form"] : json);
}

inline SelfEvaluation SampleForm(std::string_view name) {
  return FormFromFile(SourceFolder() / "deploy/local/samples" / (std::string(name) + ".json"));
}

inline std::vector<std::filesystem::path> JsonFilesIn(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  if (std::filesystem::is_directory(folder))
    for (const auto& entry : std::filesystem::directory_iterator(folder))
      if (entry.path().extension() == ".json") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

inline Scorecard ScoreOf(const SelfEvaluation& form, const Rules& rules = RulesOf()) {
  Scorecard card;
  Score(form, rules, "指定", card);
  return card;
}

// The line of this path; an empty one, and a failure, when there is none.
inline ScoreLine LineOf(const Scorecard& card, std::string_view path) {
  for (const ScoreLine& line : card.lines())
    if (line.path() == path) return line;
  ADD_FAILURE() << "no line " << path << " in " << card.DebugString();
  return {};
}

// Findings of one check.
inline std::vector<Finding> FindingsOf(const Scorecard& card, std::string_view code) {
  std::vector<Finding> out;
  for (const Finding& finding : card.findings())
    if (finding.code() == code) out.push_back(finding);
  return out;
}

// "CODE path: message" of every finding of the given severity.
inline std::vector<std::string> TextsOf(const Scorecard& card, evaluation::v1::Severity severity) {
  std::vector<std::string> out;
  for (const Finding& finding : card.findings())
    if (finding.severity() == severity) out.push_back(finding.code() + " " + finding.path() + ": " + finding.message());
  return out;
}

// "CODE path" of every finding, in order.
inline std::vector<std::string> PlacesOf(const Scorecard& card) {
  std::vector<std::string> out;
  for (const Finding& finding : card.findings()) out.push_back(finding.code() + " " + finding.path());
  return out;
}

// One indicator row, field by field.
struct Row {
  std::string target;
  std::string actual;
  std::string weight = "";
  std::string score = "";
  std::string level1 = "产出指标";
  std::string level2 = "数量指标";
  std::string level3 = "指标";
  std::string completion_rate = "";
  std::string deviation_reason = "";
};

inline Indicator& AddRow(SelfEvaluation& form, const Row& row) {
  Indicator& indicator = *form.add_indicators();
  indicator.set_level1(row.level1);
  indicator.set_level2(row.level2);
  indicator.set_level3(row.level3);
  indicator.set_target(row.target);
  indicator.set_actual(row.actual);
  indicator.set_weight(row.weight);
  indicator.set_score(row.score);
  indicator.set_completion_rate(row.completion_rate);
  indicator.set_deviation_reason(row.deviation_reason);
  return indicator;
}

// A project form of budget year 2021 with these rows and no funds table.
inline SelfEvaluation FormWith(const std::vector<Row>& rows) {
  SelfEvaluation form;
  form.set_kind(evaluation::v1::FORM_KIND_PROJECT);
  form.set_fiscal_year(2021);
  form.set_amount_unit(evaluation::v1::AMOUNT_UNIT_TEN_THOUSAND_YUAN);
  for (const Row& row : rows) AddRow(form, row);
  return form;
}

// Every rule set that ships.
inline constexpr std::string_view kRuleSets[] = {"cn-12-tianjin",
                                                 "cn-13-hebei",
                                                 "cn-14-shanxi",
                                                 "cn-33-zhejiang",
                                                 "cn-34-anhui",
                                                 "cn-36-jiangxi",
                                                 "cn-36-jiangxi-2017",
                                                 "cn-42-hubei",
                                                 "cn-45-guangxi",
                                                 "cn-51-sichuan-2023",
                                                 "cn-51-sichuan-old-department",
                                                 "cn-51-sichuan-old-project",
                                                 "cn-grades-80",
                                                 "cn-manual-2022-capped-total",
                                                 "cn-national-2016",
                                                 "cn-national-2020",
                                                 "cn-national-2021",
                                                 "cn-national-2021-cost",
                                                 "cn-national-2021-cost-no-satisfaction",
                                                 "cn-national-2021-no-satisfaction"};

// The decimal that a field of a scorecard holds.
inline Decimal NumberOf(const std::string& text) {
  const auto number = Decimal::Parse(text);
  EXPECT_TRUE(number) << "\"" << text << "\" is no decimal";
  return number.value_or(Decimal());
}

// Expects that the scorecard of `form` keeps every promise that scorecard.proto makes of its figures.
inline void ExpectSound(const SelfEvaluation& form, const Rules& rules) {
  const Scorecard card = ScoreOf(form, rules);
  const auto encoded = CanonicalEncode(card);
  ASSERT_TRUE(encoded.ok()) << encoded.status();
  EXPECT_EQ(*encoded, CanonicalEncode(ScoreOf(form, rules)).value()) << "scoring twice";

  const bool scorable = card.kind() != evaluation::v1::SCORE_KIND_NOT_SCORABLE;
  Decimal weights;
  Decimal scores;
  for (const ScoreLine& line : card.lines()) {
    const bool left_out = line.method() == "LEFT_OUT";  // such a line carries no score
    EXPECT_EQ(line.basis() == evaluation::v1::BASIS_UNSPECIFIED, left_out) << line.path();
    EXPECT_FALSE(line.method().empty());
    EXPECT_FALSE(line.explanation().empty()) << line.path();
    if (line.weight().empty()) {
      EXPECT_EQ(line.computed_score(), "") << line.path();
      continue;
    }
    const Decimal weight = NumberOf(line.weight());
    const Decimal score = NumberOf(line.computed_score());
    EXPECT_GE(score, Decimal()) << line.path();
    EXPECT_LE(score, weight) << line.path();
    weights += weight;
    scores += score;
    if (line.basis() != evaluation::v1::BASIS_BANDED) continue;
    const bool zero = rules.outside_tier == v1::OUTSIDE_TIER_ZERO && score.IsZero();
    EXPECT_TRUE(zero || NumberOf(line.score_low()) <= score) << line.path();
    EXPECT_GE(NumberOf(line.score_high()), score) << line.path();
  }
  EXPECT_EQ(NumberOf(card.total_weight()), weights);
  const auto& basis = card.basis_weights();
  EXPECT_EQ(NumberOf(basis.computed()) + NumberOf(basis.banded()) + NumberOf(basis.declared()), weights);
  if (scorable) {
    Decimal total = scores;
    for (const auto& adjustment : card.adjustments()) {
      EXPECT_TRUE(NumberOf(adjustment.points()).IsNegative());
      EXPECT_FALSE(adjustment.explanation().empty());
      total += NumberOf(adjustment.points());
    }
    EXPECT_EQ(NumberOf(card.computed_total()), total);
  } else {
    EXPECT_EQ(card.computed_total(), "");
  }
  if (card.kind() == evaluation::v1::SCORE_KIND_REFERENCE) {
    EXPECT_EQ(weights, rules.total_weight);
  }

  Decimal group_weights;
  Decimal group_scores;
  for (const auto& group : card.groups()) {
    group_weights += NumberOf(group.weight());
    if (scorable) group_scores += NumberOf(group.computed_score());
  }
  EXPECT_EQ(group_weights, weights);
  EXPECT_EQ(group_scores, scores);

  for (const Finding& finding : card.findings()) {
    EXPECT_NE(FindCheck(finding.code()), nullptr) << finding.code();
    EXPECT_FALSE(finding.path().empty()) << finding.code();
    EXPECT_FALSE(finding.message().empty()) << finding.code();
  }
}

}  // namespace jixiao::scoring::support
