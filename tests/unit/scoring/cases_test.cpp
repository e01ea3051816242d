// The cases of rule sets: those that ship hold, and every deviation is named by its field.
#include "scoring/engine/cases.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "support.h"

namespace jixiao::scoring {
namespace {

using namespace support;
using v1::RuleSet;

// "field: description" of every deviation.
std::vector<std::string> DeviationsOf(const RuleSet& set) {
  std::vector<std::string> out;
  for (const FieldViolation& violation : CheckCases(*Compiled(set)))
    out.push_back(violation.field + ": " + violation.description);
  return out;
}

// The national rules with one case: 48 of 50 on 50 points and 9 of 50 declared without a reason; 48 + 9 = 57.
RuleSet WithCase() {
  RuleSet set = RuleSetOf("cn-national-2020");
  set.clear_cases();
  v1::RuleSetCase& only = *set.add_cases();
  only.set_name("按比例计分");
  *only.mutable_form() = FormWith({{"≥50场", "48场", "50", "48"}, {"制度化", "已建立", "50", "9"}});
  only.set_computed_total("57.00");
  only.set_grade("差");
  auto& line = *only.add_lines();
  line.set_path("indicators[0]");
  line.set_computed_score("48.00");
  only.add_findings("NO_REASON");
  return set;
}

TEST(Cases, EveryShippedRuleSetShowsWhatItGives) {
  for (const std::string_view id : kRuleSets) {
    const RuleSet set = RuleSetOf(id);
    EXPECT_GE(set.cases_size(), 2) << id;
    EXPECT_EQ(DeviationsOf(set), std::vector<std::string>{}) << id;
    for (const v1::RuleSetCase& shown : set.cases()) EXPECT_FALSE(shown.name().empty()) << id;
  }
}

TEST(Cases, ShipWithExpectationsThatOtherRulesBreak) {
  // What is special about a regional set is shown: by its parent's rules some case of it fails.
  for (const std::string_view id : kRuleSets) {
    RuleSet set = RuleSetOf(id);
    if (set.parent().empty()) continue;
    const std::string parent = set.parent().substr(0, set.parent().find('@'));
    RuleSet by_parent = RuleSetOf(parent);
    *by_parent.mutable_cases() = set.cases();
    EXPECT_NE(DeviationsOf(by_parent), std::vector<std::string>{}) << id << " by the rules of " << parent;
  }
}

TEST(Cases, ThatHoldAreSilent) {
  EXPECT_EQ(DeviationsOf(WithCase()), std::vector<std::string>{});
  RuleSet set = WithCase();
  set.mutable_cases(0)->set_computed_total("57");  // the same number
  EXPECT_EQ(DeviationsOf(set), std::vector<std::string>{});
  set.mutable_cases(0)->set_computed_total("");  // not compared
  set.mutable_cases(0)->set_grade("");
  set.mutable_cases(0)->mutable_lines(0)->set_computed_score("");
  EXPECT_EQ(DeviationsOf(set), std::vector<std::string>{});
}

TEST(Cases, EachDeviationIsNamedWithBothFigures) {
  RuleSet set = WithCase();
  v1::RuleSetCase& only = *set.mutable_cases(0);
  only.set_computed_total("58");
  only.set_grade("优");
  only.mutable_lines(0)->set_computed_score("47.99");
  only.add_findings("SUM_WEIGHT");
  only.add_lines()->set_path("funds");
  EXPECT_EQ(DeviationsOf(set), (std::vector<std::string>{
                                   "cases[0].computed_total: expected \"58\", the rules give \"57.00\"",
                                   "cases[0].grade: expected \"优\", the rules give \"差\"",
                                   "cases[0].lines[0].computed_score: expected \"47.99\", the rules give \"48.00\"",
                                   "cases[0].lines[1].path: the scorecard has no line \"funds\"",
                                   "cases[0].findings[1]: SUM_WEIGHT finds nothing on the form",
                               }));
}

TEST(Cases, ALaterCaseIsNamedByItsPlace) {
  RuleSet set = WithCase();
  *set.add_cases() = set.cases(0);
  set.mutable_cases(1)->mutable_lines(0)->set_computed_score("48.01");
  EXPECT_EQ(DeviationsOf(set),
            std::vector<std::string>{"cases[1].lines[0].computed_score: expected \"48.01\", the rules give \"48.00\""});
}

TEST(Cases, FormsThatBreakTheContractAreNotScored) {
  RuleSet set = WithCase();
  set.mutable_cases(0)->mutable_form()->set_fiscal_year(1066);
  const auto violations = CheckCases(*Compiled(set));
  ASSERT_EQ(violations.size(), 1u);
  EXPECT_EQ(violations[0].field, "cases[0].form.fiscal_year");
}

TEST(Cases, ExpectationsThatCanNeverHoldAreNamed) {
  RuleSet set = WithCase();
  set.mutable_cases(0)->set_computed_total("五十七");
  set.mutable_cases(0)->set_findings(0, "NO_RAISON");
  EXPECT_EQ(DeviationsOf(set), (std::vector<std::string>{"cases[0].computed_total: \"五十七\" is not a decimal",
                                                         "cases[0].findings[0]: \"NO_RAISON\" names no check"}));
  set = WithCase();
  for (auto& check : *set.mutable_checks())
    if (check.code() == "NO_REASON") check.set_off(true);
  EXPECT_EQ(DeviationsOf(set),
            std::vector<std::string>{"cases[0].findings[0]: NO_REASON is switched off in these rules"});
  // A form that cannot be scored has no total to compare.
  set = WithCase();
  *set.mutable_cases(0)->mutable_form() = FormWith({{"制度化", "已建立"}});
  set.mutable_cases(0)->clear_lines();
  set.mutable_cases(0)->clear_findings();
  set.mutable_cases(0)->clear_grade();
  EXPECT_EQ(DeviationsOf(set),
            std::vector<std::string>{"cases[0].computed_total: expected \"57.00\", the rules give nothing"});
}

}  // namespace
}  // namespace jixiao::scoring
