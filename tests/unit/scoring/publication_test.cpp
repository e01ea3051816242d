#include "scoring/rulesets/publication.h"

#include "common/errors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/scoring/support.h"

namespace jixiao::scoring {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;

std::vector<std::string> FieldsOf(const std::vector<FieldViolation>& faults) {
  std::vector<std::string> fields;
  for (const FieldViolation& fault : faults) fields.push_back(fault.field);
  return fields;
}

// The national rules with a case that they pass.
v1::RuleSet WithCase() {
  v1::RuleSet set = support::RuleSetOf("cn-national-2020");
  v1::RuleSetCase& example = *set.add_cases();
  example.set_name("样表");
  *example.mutable_form() = support::SampleForm("xihu-2021-party-building");
  const auto card = support::ScoreOf(example.form(), support::RulesOf());
  example.set_computed_total(card.computed_total());
  example.set_grade(card.grade());
  return set;
}

TEST(Publication, RuleSetsAsShippedPass) {
  for (const char* id : {"cn-national-2016", "cn-national-2020", "cn-national-2021-cost"}) {
    const auto rules = CompileForPublication(support::RuleSetOf(id));
    EXPECT_TRUE(rules.ok()) << rules.status();
    EXPECT_THAT(PublicationFaults(support::RuleSetOf(id)), IsEmpty());
  }
}

TEST(Publication, NamesEveryFieldAtFault) {
  v1::RuleSet set = support::RuleSetOf("cn-national-2020");
  set.clear_title();
  set.mutable_grades(1)->set_at_least("95");
  set.mutable_rounding()->set_places(9);
  EXPECT_EQ(ReasonOf(CompileForPublication(set).status()), "RULE_SET_INVALID");
  const auto fields = FieldsOf(PublicationFaults(set));
  for (const char* field : {"title", "grades[1].at_least", "rounding.places"}) EXPECT_THAT(fields, Contains(field));
}

TEST(Publication, RecomputesTheCases) {
  v1::RuleSet set = WithCase();
  EXPECT_TRUE(CompileForPublication(set).ok());
  set.mutable_cases(0)->set_computed_total("12.34");
  const absl::Status status = CompileForPublication(set).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(status), "RULE_SET_INVALID");
  EXPECT_THAT(FieldsOf(PublicationFaults(set)), Contains("cases[0].computed_total"));
}

TEST(Publication, CountsTheFaultsThatOneErrorCannotName) {
  v1::RuleSet set = support::RuleSetOf("cn-national-2020");
  for (int i = 0; i < 500; ++i) set.add_checks()->set_code("NO_SUCH_CHECK_" + std::to_string(i));
  const auto faults = PublicationFaults(set);
  ASSERT_FALSE(faults.empty());
  EXPECT_EQ(faults.back().field, "");
  EXPECT_GT(std::stoi(faults.back().description), 500);
}

}  // namespace
}  // namespace jixiao::scoring
