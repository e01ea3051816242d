#include "scoring/rulesets/simulation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/scoring/support.h"

namespace jixiao::scoring {
namespace {

using evaluation::v1::Scorecard;
using evaluation::v1::SelfEvaluation;
using ::testing::ElementsAre;

SelfEvaluation Form(const std::string& name, const std::string& region = "510403", int year = 2021) {
  SelfEvaluation form;
  form.set_project_name(name);
  form.set_region_code(region);
  form.set_fiscal_year(year);
  form.mutable_implementing_unit()->set_name("某单位");
  return form;
}

Scorecard Card(const std::string& total, const std::string& grade = "优",
               const std::vector<std::string>& findings = {}) {
  Scorecard card;
  card.set_computed_total(total);
  card.set_grade(grade);
  for (const std::string& code : findings) card.add_findings()->set_code(code);
  return card;
}

void AddGroup(Scorecard& card, const std::string& name, const std::string& points) {
  auto& group = *card.add_groups();
  group.set_name(name);
  group.set_computed_score(points);
}

v1::Simulation ReportOf(const SimulationTally& tally) {
  v1::Simulation report;
  tally.Fill(report);
  return report;
}

// "(above, up_to] forms" of the buckets that hold any.
std::vector<std::string> Filled(const v1::Simulation& report) {
  std::vector<std::string> out;
  for (const auto& bucket : report.histogram())
    if (bucket.forms() > 0)
      out.push_back("(" + bucket.above() + ", " + bucket.up_to() + "] " + std::to_string(bucket.forms()));
  return out;
}

v1::Simulation ReportOfMove(const std::string& from, const std::string& to) {
  SimulationTally tally;
  tally.Add(Form("一"), Card(from), Card(to));
  return ReportOf(tally);
}

TEST(Simulation, EveryMoveHasItsBucketAndTheBoundsBelongBelow) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"89.99", "(, -10] 1"},       {"90.00", "(, -10] 1"},         {"90.01", "(-10, -5] 1"},
      {"95.00", "(-10, -5] 1"},     {"95.01", "(-5, -2] 1"},        {"98.00", "(-5, -2] 1"},
      {"99.50", "(-2, -0.5] 1"},    {"99.51", "(-0.5, -0.0001] 1"}, {"99.9999", "(-0.5, -0.0001] 1"},
      {"100.00", "(-0.0001, 0] 1"}, {"100.0001", "(0, 0.5] 1"},     {"100.5", "(0, 0.5] 1"},
      {"100.51", "(0.5, 2] 1"},     {"102", "(0.5, 2] 1"},          {"105", "(2, 5] 1"},
      {"110", "(5, 10] 1"},         {"110.01", "(10, ] 1"}};
  for (const auto& [to, bucket] : cases) {
    const v1::Simulation report = ReportOfMove("100", to);
    EXPECT_THAT(Filled(report), ElementsAre(bucket)) << to;
    EXPECT_EQ(report.histogram_size(), 11);
    EXPECT_EQ(report.moved(), to == "100.00" ? 0 : 1) << "another way of writing a number is no move";
  }
}

TEST(Simulation, CountsFormsGradesFindingsRegionsAndYears) {
  SimulationTally tally;
  Scorecard before = Card("95.00", "优", {"ECHO", "ECHO", "GRADE"});
  Scorecard after = Card("88.50", "良", {"ECHO"});
  AddGroup(before, "预算执行", "10.00");
  AddGroup(before, "产出指标", "50.00");
  AddGroup(after, "产出指标", "43.50");
  AddGroup(after, "成本指标", "10.00");
  tally.Add(Form("一"), before, after);
  tally.Add(Form("二", "420106", 2020), Card("80.10", "良"), Card("80.10", "良"));
  tally.Add(Form("三", "", 0), Card("60.05", "中"), Card("60.10", "中", {"RANGE"}));
  Scorecard none;
  none.add_findings()->set_code("ECHO");
  tally.Add(Form("四", "110000", 2019), none, Card("90.00"));
  tally.AddUnscored(Form("五", "110000", 2018));
  tally.Refuse();
  const v1::Simulation report = ReportOf(tally);
  EXPECT_EQ(report.forms(), 3);
  EXPECT_EQ(report.moved(), 2);
  EXPECT_EQ(report.not_scorable(), 2);
  EXPECT_EQ(report.refused(), 1);
  EXPECT_THAT(report.fiscal_years(), ElementsAre(0, 2018, 2019, 2020, 2021));
  std::vector<std::string> grades;
  for (const auto& way : report.grades()) grades.push_back(way.from() + way.to() + std::to_string(way.forms()));
  EXPECT_THAT(grades, ::testing::UnorderedElementsAre("优良1", "良良1", "中中1"));
  std::vector<std::string> findings;
  for (const auto& f : report.findings())
    findings.push_back(f.code() + " " + std::to_string(f.from()) + " " + std::to_string(f.to()));
  EXPECT_THAT(findings, ElementsAre("ECHO 2 1", "GRADE 1 0", "RANGE 0 1"));
  std::vector<std::string> groups;
  for (const auto& list : {report.regions(), report.classes()})
    for (const auto& g : list)
      groups.push_back(g.name() + " " + std::to_string(g.forms()) + " " + std::to_string(g.moved()) + " " +
                       g.from_points() + " " + g.to_points());
  EXPECT_THAT(groups, ElementsAre(" 1 1 60.05 60.10", "42 1 0 80.10 80.10", "51 1 1 95.00 88.50",
                                  "预算执行 1 1 10.00 0.00", "产出指标 1 1 50.00 43.50", "成本指标 1 1 0.00 10.00"));
}

TEST(Simulation, KeepsTheTenLargestMoversAndNoMoreThanThat) {
  SimulationTally tally;
  for (int i = 1; i <= 1000; ++i) {
    const Decimal move = Decimal::Scaled(i % 50, 2);
    tally.Add(Form(std::to_string(i)), Card("90.00"), Card((Decimal(90) - move).ToFixed(2)));
  }
  tally.Add(Form("最大"), Card("10.00"), Card("90.00"));
  const v1::Simulation report = ReportOf(tally);
  ASSERT_EQ(report.movers_size(), 10);
  EXPECT_EQ(report.movers(0).project_name(), "最大");
  EXPECT_EQ(report.movers(0).from_total(), "10.00");
  EXPECT_EQ(report.movers(0).to_total(), "90.00");
  EXPECT_EQ(report.movers(0).unit_name(), "某单位");
  for (int i = 1; i < 10; ++i) {
    EXPECT_EQ(report.movers(i).to_total(), "89.51");
    EXPECT_EQ(report.movers(i).project_name(), std::to_string(49 + 50 * (i - 1))) << "of equals, the earlier ones";
  }
  EXPECT_EQ(report.moved(), 1000 - 20 + 1);
  EXPECT_LT(report.ByteSizeLong(), 4096u);
}

TEST(Simulation, LongNamesAreCut) {
  SelfEvaluation form = Form("");
  form.set_title(std::string(30000, 'x'));
  SimulationTally tally;
  tally.Add(form, Card("90"), Card("80"));
  EXPECT_EQ(ReportOf(tally).movers(0).project_name().size(), 200u) << "the title stands in for the name";
}

// With real cards: the sums of regions and classes tell the same story as the totals.
TEST(Simulation, SumsOfRealCardsAddUp) {
  SimulationTally tally;
  Decimal from;
  Decimal to;
  const Rules& old_rules = support::RulesOf("cn-national-2020");
  const Rules& new_rules = support::RulesOf("cn-national-2021-cost");
  int scored = 0;
  for (const auto& path : support::JsonFilesIn(support::SourceFolder() / "deploy/local/samples")) {
    const SelfEvaluation form = support::FormFromFile(path);
    const Scorecard before = support::ScoreOf(form, old_rules);
    const Scorecard after = support::ScoreOf(form, new_rules);
    tally.Add(form, before, after);
    const auto a = Decimal::Parse(before.computed_total());
    const auto b = Decimal::Parse(after.computed_total());
    if (!a || !b) continue;
    from += *a;
    to += *b;
    ++scored;
  }
  ASSERT_GT(scored, 5);
  const v1::Simulation report = ReportOf(tally);
  EXPECT_EQ(report.forms(), scored);
  for (const auto& groups : {report.regions(), report.classes()}) {
    Decimal group_from;
    Decimal group_to;
    for (const auto& group : groups) {
      group_from += *Decimal::Parse(group.from_points());
      group_to += *Decimal::Parse(group.to_points());
    }
    EXPECT_EQ(group_from.ToString(), from.ToString());
    EXPECT_EQ(group_to.ToString(), to.ToString());
  }
}

}  // namespace
}  // namespace jixiao::scoring
