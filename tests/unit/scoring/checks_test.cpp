// The checks together: their catalogue, severities, order, and forms on which none of them finds anything.
#include <gtest/gtest.h>

#include <chrono>
#include <initializer_list>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "checks_support.h"
#include "sound_forms.h"

namespace jixiao::scoring {
namespace {

using namespace support;

TEST(Checks, ACorrectFormOfEachLayoutHasNoError) {
  EXPECT_EQ(TextsOf(ScoreOf(National()), SEVERITY_ERROR), std::vector<std::string>{});
  EXPECT_EQ(TextsOf(ScoreOf(Transfer()), SEVERITY_ERROR), std::vector<std::string>{});
  EXPECT_EQ(TextsOf(ScoreOf(Sichuan()), SEVERITY_ERROR), std::vector<std::string>{});
  EXPECT_EQ(TextsOf(ScoreOf(WithoutMoney()), SEVERITY_ERROR), std::vector<std::string>{});
}

TEST(Checks, ACorrectFormOfEachLayoutHasNoFindingAtAll) {
  EXPECT_EQ(PlacesOf(ScoreOf(National())), std::vector<std::string>{});
  EXPECT_EQ(PlacesOf(ScoreOf(Transfer())), std::vector<std::string>{});
  EXPECT_EQ(PlacesOf(ScoreOf(Sichuan())), std::vector<std::string>{});
  EXPECT_EQ(PlacesOf(ScoreOf(WithoutMoney())), std::vector<std::string>{});
}

TEST(Checks, TheFormsHereScoreAsTheyClaim) {
  EXPECT_EQ(ScoreOf(National()).computed_total(), "96.29");
  EXPECT_EQ(ScoreOf(Sichuan()).computed_total(), "99.87");
  EXPECT_EQ(ScoreOf(WithoutMoney()).computed_total(), "100.00");
}

TEST(Checks, HaveEachACodeATitleAndAnAuthorityOfTheirOwn) {
  std::set<std::string_view> codes;
  for (const Check& check : AllChecks()) {
    EXPECT_TRUE(codes.insert(check.code).second) << check.code;
    EXPECT_FALSE(check.title.empty());
    EXPECT_FALSE(check.authority.empty());
    EXPECT_EQ(FindCheck(check.code), &check);
  }
  EXPECT_EQ(codes.size(), 35u);
  EXPECT_EQ(FindCheck("NO_SUCH_CHECK"), nullptr);
}

TEST(Checks, AreAllOnInEveryShippedRuleSet) {
  for (const std::string_view id : {"cn-national-2016", "cn-national-2020", "cn-national-2021", "cn-national-2021-cost",
                                    "cn-national-2021-no-satisfaction", "cn-national-2021-cost-no-satisfaction"})
    for (const Check& check : AllChecks()) EXPECT_TRUE(RulesOf(id).SeverityOf(check.code)) << id << " " << check.code;
}

TEST(Checks, ThatAreOffFindNothing) {
  v1::RuleSet quiet = RuleSetOf("cn-national-2020");
  quiet.clear_checks();
  EXPECT_EQ(ScoreOf(SampleForm("xihu-2021-party-building"), *Compiled(quiet)).findings_size(), 0);
}

TEST(Checks, AreAsSevereAsTheRuleSetSays) {
  v1::RuleSet mild = RuleSetOf("cn-national-2020");
  for (auto& check : *mild.mutable_checks()) check.set_severity(SEVERITY_INFO);
  const auto rules = Compiled(mild);
  const Scorecard card = ScoreOf(SampleForm("xihu-2021-party-building"), *rules);
  EXPECT_GT(card.findings_size(), 5);
  for (const Finding& finding : card.findings()) EXPECT_EQ(finding.severity(), SEVERITY_INFO) << finding.code();
  // A mild case of a check is never made more severe than the rule set has it.
  ExpectOne(OneRow({"≥100%", "95%", "6", "5.75"}), "IND_SCORE", SEVERITY_INFO, "indicators[0].score",
            "“指标”指标值 ≥ 100%，实际完成 95%，分值 6，按规则应得 5.70 分，填为 5.75 分", *rules);
}

TEST(Checks, FindingsStandInTheOrderOfTheForm) {
  SelfEvaluation form = National();
  form.set_grade("中");
  form.set_total_score("50");
  form.set_total_weight("90");
  form.mutable_indicators(5)->set_score("11");
  form.mutable_indicators(1)->set_score("16");
  form.mutable_indicators(0)->set_weight("21");
  form.mutable_funds(0)->set_executed("120");
  form.set_actual_goal(form.expected_goal());
  form.add_report()->set_text("执行1200000万元");
  std::vector<std::string> paths;
  const Scorecard card = ScoreOf(form);
  for (const Finding& finding : card.findings()) paths.push_back(finding.path().substr(0, finding.path().find('.')));
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  EXPECT_EQ(paths, (std::vector<std::string>{"funds[0]", "actual_goal", "indicators[0]", "indicators[1]",
                                             "indicators[5]", "total_weight", "total_score", "grade", "report[0]"}));
}

// How long scoring takes.
std::chrono::duration<double> TimeFor(const SelfEvaluation& form, int rows) {
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(ScoreOf(form).lines_size(), rows);
  return std::chrono::steady_clock::now() - start;
}

TEST(Checks, AHostileFormIsScoredInTimeThatGrowsWithItsSize) {
  // Cells of thousands of figures, in names, targets and actual values: pairing them one by one takes minutes.
  std::string figures;
  while (figures.size() < 32000) figures += "1个;";
  SelfEvaluation form = FormWith({});
  for (int i = 0; i < 20; ++i) AddRow(form, {figures, figures + "2个", "1", "1", "产出指标", "数量指标", figures});
  EXPECT_LT(TimeFor(form, 20), std::chrono::seconds(30));
  EXPECT_LT(ScoreOf(form).ByteSizeLong(), 4u * form.ByteSizeLong());
}

TEST(Checks, LongTextsAreReadInTimeThatGrowsWithTheirSize) {
  constexpr std::size_t kSmall = 24 * 1024;
  constexpr int kTimes = 8;
  for (const std::string_view kind :
       {"评价等级", "得分90分，等级为良；", "存在的问题：无。", "其中：支出1万元，", "2020年12月底前完成，",
        "培训100人，", "执行率90%，", "（", "共计3万元，分别为1万元、"}) {
    const auto time = [&](std::size_t bytes) {
      std::string text;
      while (text.size() < bytes) text += kind;
      SelfEvaluation form = FormWith({{"≥100人", "100人", "10", "10", "产出指标", "数量指标", "培训人数"}});
      AddFund(form, Fund("年度资金总额", "100", "100", "90", "10", "90%", "9"));
      form.set_expected_goal(text);
      form.set_actual_goal(text);
      AddSection(form, "存在的问题", text);
      return TimeFor(form, 2);
    };
    const auto small = time(kSmall);
    const auto large = time(kTimes * kSmall);
    // What costs the square of its size costs 64 times as much.
    EXPECT_LT(large, 24 * small + std::chrono::milliseconds(100)) << kind << small.count() << " s, " << large.count();
  }
}

TEST(Checks, RowsThatCancelEachOtherAreNotSearchedForParents) {
  // 2,000 rows under one long name; where their points never add up, each row could be the parent of all below it.
  SelfEvaluation plain = FormWith({});
  for (int i = 0; i < 2000; ++i)
    AddRow(plain, {"≥1", "1", "5", "5"}).set_level1(i == 0 ? std::string(32 * 1024, 'x') : "");
  SelfEvaluation cancelling = plain;
  for (int i = 1; i < 2000; i += 2) cancelling.mutable_indicators(i)->set_weight("-5");
  EXPECT_LT(TimeFor(cancelling, 2000), 20 * TimeFor(plain, 2000));
}

}  // namespace
}  // namespace jixiao::scoring
