// Each method that a rule set may choose: what it gives, computed by hand in the comments, and where it must not apply.
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "support.h"

namespace jixiao::scoring {
namespace {

using namespace support;
using evaluation::v1::BASIS_COMPUTED;
using evaluation::v1::BASIS_DECLARED;
using evaluation::v1::SEVERITY_ERROR;
using evaluation::v1::SEVERITY_WARNING;
using v1::RuleSet;

// The national rules with a change.
std::shared_ptr<const Rules> With(const std::function<void(RuleSet&)>& change) {
  RuleSet set = RuleSetOf("cn-national-2020");
  change(set);
  return Compiled(set);
}

std::shared_ptr<const Rules> WithQuantitative(const std::function<void(v1::QuantitativeRule&)>& change) {
  return With([&](RuleSet& set) { change(*set.mutable_quantitative()); });
}

ScoreLine LineFor(const Row& row, const Rules& rules) {
  return LineOf(ScoreOf(FormWith({row}), rules), "indicators[0]");
}

std::string Short(const ScoreLine& line) {
  return line.method() + " " + line.computed_score() + (line.achievement().empty() ? "" : " " + line.achievement());
}

// Ten points, nothing declared.
std::string Scored(const Rules& rules, std::string target, std::string actual, std::string level1 = "产出指标",
                   std::string level2 = "质量指标") {
  return Short(LineFor({std::move(target), std::move(actual), "10", "", std::move(level1), std::move(level2)}, rules));
}

// Findings without the sum of the weights, which is wrong on forms as small as these.
std::vector<std::string> Without(std::vector<std::string> findings) {
  std::erase_if(findings, [](const std::string& finding) { return finding.starts_with("SUM_WEIGHT"); });
  return findings;
}

SelfEvaluation WithFunds(SelfEvaluation form, std::string budget, std::string executed, std::string weight = "10",
                         std::string score = "") {
  auto& fund = *form.add_funds();
  fund.set_name("年度资金总额");
  fund.set_full_year_budget(std::move(budget));
  fund.set_executed(std::move(executed));
  fund.set_weight(std::move(weight));
  fund.set_score(std::move(score));
  return form;
}

// -------------------------------------------------------------------------------------------------------------- equal

TEST(EqualMethod, AsLimitIsAtLeastAndForZeroAtMost) {
  const Rules& rules = RulesOf();
  EXPECT_EQ(Scored(rules, "=8个", "10个"), "EQUAL 10.00 125.00%");
  EXPECT_EQ(Scored(rules, "=8个", "6个"), "EQUAL 7.50 75.00%");
  EXPECT_EQ(Scored(rules, "=0起", "0起"), "EQUAL 10.00 100.00%");
  EXPECT_EQ(Scored(rules, "=0起", "1起"), "EQUAL 0.00 0.00%");
}

TEST(EqualMethod, ExactGivesNothingForAnythingElse) {
  const auto rules = WithQuantitative([](auto& q) { q.set_equal(v1::EQUAL_METHOD_EXACT); });
  EXPECT_EQ(Scored(*rules, "=8个", "8个"), "EQUAL 10.00 100.00%");
  EXPECT_EQ(Scored(*rules, "=8个", "10个"), "EQUAL 0.00 125.00%");
  EXPECT_EQ(Scored(*rules, "=8个", "7.99个"), "EQUAL 0.00 99.88%");
  EXPECT_EQ(Scored(*rules, "=0起", "1起"), "EQUAL 0.00 0.00%");
  EXPECT_EQ(Scored(*rules, "=1公里", "1000米"), "EQUAL 10.00 100.00%");
  EXPECT_EQ(LineFor({"=8个", "10个", "10"}, *rules).explanation(),
            "指标值 = 8 个，实际完成 10 个：不等于指标值，得 0 分");
  EXPECT_EQ(Scored(*rules, "≥8个", "10个"), "AT_LEAST_RATIO 10.00 125.00%") << "another operator";
}

TEST(EqualMethod, DeclaredTakesTheDeclaredScoreAndAsksForReview) {
  const auto rules = WithQuantitative([](auto& q) { q.set_equal(v1::EQUAL_METHOD_DECLARED); });
  const Row missed{"=8个", "10个", "10", "9", "产出指标", "数量指标", "建设站点", "", "上级增加任务"};
  const Scorecard card = ScoreOf(FormWith({missed}), *rules);
  const ScoreLine line = LineOf(card, "indicators[0]");
  EXPECT_EQ(Short(line), "DECLARED 9.00 125.00%");
  EXPECT_EQ(line.basis(), BASIS_DECLARED);
  EXPECT_EQ(line.authority(), rules->source().quantitative().authority());
  EXPECT_EQ(line.explanation(),
            "指标值 = 8 个，实际完成 10 个：不等于指标值，规则不自动计分，须人工复核；按自评得分 9.00 分认定");
  EXPECT_EQ(
      Without(TextsOf(card, SEVERITY_WARNING)),
      std::vector<std::string>{"IND_SCORE indicators[0].score: “建设站点”指标值 = 8 个，实际完成 10 个，不等于指标值，"
                               "规则不自动计分，须人工复核；自评 9 分（分值 10）"});
  EXPECT_EQ(Without(TextsOf(card, SEVERITY_ERROR)), std::vector<std::string>{});

  const Scorecard met = ScoreOf(FormWith({{"=8个", "8个", "10", "10"}}), *rules);
  EXPECT_EQ(LineOf(met, "indicators[0]").basis(), BASIS_COMPUTED);
  EXPECT_EQ(Without(PlacesOf(met)), std::vector<std::string>{});
  EXPECT_EQ(LineFor({"=8个", "10个", "10", ""}, *rules).computed_score(), "0.00") << "nothing is declared";
  EXPECT_EQ(LineFor({"=8个", "10个", "10", "12"}, *rules).computed_score(), "10.00") << "at most the weight";
  EXPECT_EQ(LineFor({"≥8个", "6个", "10", "9"}, *rules).computed_score(), "7.50") << "another operator";
  EXPECT_EQ(LineFor({"=8个", "-1个", "10", "9"}, *rules).computed_score(), "0.00") << "negative: nothing everywhere";
}

// ------------------------------------------------------------------------------------------------ at least and at most

TEST(AtMostMethod, DeclaredLeavesAnExceededBoundToAPerson) {
  const auto rules = WithQuantitative([](auto& q) { q.set_at_most(v1::SHORTFALL_METHOD_DECLARED); });
  const Row missed{"≤30万元", "35万元", "10", "6", "产出指标", "成本指标", "总成本", "", "材料涨价"};
  const Scorecard card = ScoreOf(FormWith({missed}), *rules);
  EXPECT_EQ(Short(LineOf(card, "indicators[0]")), "DECLARED 6.00 85.71%");
  EXPECT_EQ(Without(PlacesOf(card)), std::vector<std::string>{"IND_SCORE indicators[0].score"});
  EXPECT_EQ(FindingsOf(card, "IND_SCORE")[0].severity(), SEVERITY_WARNING);
  EXPECT_EQ(card.basis_weights().declared(), "10.00");
  EXPECT_EQ(Scored(*rules, "≤30万元", "26万元"), "AT_MOST_OR_DECLARED 10.00 100.00%");
  EXPECT_EQ(Scored(*rules, "≥10个", "9个"), "AT_LEAST_RATIO 9.00 90.00%");
  EXPECT_EQ(Scored(*rules, "=0起", "1起"), "DECLARED 0.00 0.00%") << "for a target of 0, = is an upper bound";
  // A bare cost is an upper bound by its class: the row is left to a person as well.
  EXPECT_EQ(LineFor({"30万元", "35万元", "10", "6", "产出指标", "成本指标"}, *rules).computed_score(), "6.00");
}

TEST(AtLeastMethod, DeclaredLeavesAMissedTargetToAPerson) {
  const auto rules = WithQuantitative([](auto& q) { q.set_at_least(v1::SHORTFALL_METHOD_DECLARED); });
  EXPECT_EQ(LineFor({"≥10个", "9个", "10", "7"}, *rules).explanation(),
            "指标值 ≥ 10 个，实际完成 9 个：未达到指标值，规则不自动计分，须人工复核；按自评得分 7.00 分认定");
  EXPECT_EQ(Scored(*rules, "≥10个", "10个"), "AT_LEAST_OR_DECLARED 10.00 100.00%");
  EXPECT_EQ(Scored(*rules, "≤10个", "20个"), "AT_MOST_RATIO 5.00 50.00%");
  // A claimed completion stands in where no score is declared.
  Row claimed{"≥10个", "9个", "10", ""};
  claimed.completion_rate = "90%";
  EXPECT_EQ(LineFor(claimed, *rules).computed_score(), "9.00");
}

TEST(AtLeastMethod, StepsCountWhenTheyHaveBegun) {
  const auto rules = WithQuantitative([](auto& q) {
    q.set_at_least(v1::SHORTFALL_METHOD_STEPS);
    q.set_at_most(v1::SHORTFALL_METHOD_STEPS);
    q.mutable_steps()->set_step("0.05");
    q.mutable_steps()->set_share("0.1");
  });
  EXPECT_EQ(Scored(*rules, "≥90%", "90%"), "AT_LEAST_STEPS 10.00 100.00%");
  EXPECT_EQ(Scored(*rules, "≥90%", "89.99%"), "AT_LEAST_STEPS 9.00 99.99%");
  EXPECT_EQ(Scored(*rules, "≥90%", "85%"), "AT_LEAST_STEPS 9.00 94.44%") << "exactly one step";
  EXPECT_EQ(Scored(*rules, "≥90%", "84.99%"), "AT_LEAST_STEPS 8.00 94.43%");
  EXPECT_EQ(Scored(*rules, "≥90%", "45.01%"), "AT_LEAST_STEPS 1.00 50.01%");
  EXPECT_EQ(Scored(*rules, "≥90%", "45%"), "AT_LEAST_STEPS 1.00 50.00%");
  EXPECT_EQ(Scored(*rules, "≥90%", "44%"), "AT_LEAST_STEPS 0.00 48.89%");
  // Of a count the step is a ratio: 5 % of 200 is 10.
  EXPECT_EQ(Scored(*rules, "≥200个", "180个"), "AT_LEAST_STEPS 8.00 90.00%");
  EXPECT_EQ(Scored(*rules, "≥200个", "179个"), "AT_LEAST_STEPS 7.00 89.50%");
  EXPECT_EQ(Scored(*rules, "≤100元", "106元"), "AT_MOST_STEPS 8.00 94.34%");
  EXPECT_EQ(Scored(*rules, "≤5%", "6%"), "AT_MOST_STEPS 9.00 83.33%") << "one percentage point is one step begun";
  EXPECT_EQ(Scored(*rules, "≤0元", "1元"), "AT_MOST_STEPS 0.00 0.00%") << "nothing to measure a step by";
  EXPECT_EQ(LineFor({"≥90%", "84%", "10"}, *rules).explanation(),
            "指标值 ≥ 90%，实际完成 84%：低于指标值 6 个百分点，每 5 个百分点扣分值的 10%（不足一档按一档），共 2 档："
            "10 × (1 − 2 × 10%) = 8.00 分");
  EXPECT_EQ(LineFor({"≤100元", "106元", "10"}, *rules).explanation(),
            "指标值 ≤ 100 元，实际完成 106 元：超过指标值 6 元，每指标值的 5% 扣分值的 10%（不足一档按一档），共 2 档："
            "10 × (1 − 2 × 10%) = 8.00 分");
}

TEST(AtMostMethod, LinearExcessEndsAtTwiceTheBound) {
  const auto rules = WithQuantitative([](auto& q) { q.set_at_most(v1::SHORTFALL_METHOD_LINEAR_EXCESS); });
  EXPECT_EQ(Scored(*rules, "≤100元", "125元"), "AT_MOST_LINEAR_EXCESS 7.50 80.00%");
  EXPECT_EQ(Scored(*rules, "≤100元", "199.99元"), "AT_MOST_LINEAR_EXCESS 0.00 50.00%");
  EXPECT_EQ(Scored(*rules, "≤100元", "200元"), "AT_MOST_LINEAR_EXCESS 0.00 50.00%");
  EXPECT_EQ(Scored(*rules, "≤0起", "1起"), "AT_MOST_LINEAR_EXCESS 0.00 0.00%");
}

// --------------------------------------------------------------------------------------------------------------- range

TEST(RangeMethod, RatioGoesByTheNearerEnd) {
  const auto rules = WithQuantitative([](auto& q) { q.set_range(v1::SHORTFALL_METHOD_RATIO); });
  EXPECT_EQ(Scored(*rules, "80-100个", "90个"), "RANGE 10.00 100.00%");
  EXPECT_EQ(Scored(*rules, "80-100个", "60个"), "RANGE 7.50 75.00%");
  EXPECT_EQ(Scored(*rules, "80-100个", "125个"), "RANGE 8.00 80.00%");
  EXPECT_EQ(Scored(*rules, "±10%", "12.5%"), "RANGE 8.00 80.00%");
  EXPECT_EQ(LineFor({"80-100个", "60个", "10"}, *rules).explanation(),
            "指标值 80~100 个，实际完成 60 个：低于范围下限，按比例计分：60 ÷ 80 × 10 = 7.50 分");
  EXPECT_EQ(LineFor({"80-100个", "125个", "10"}, *rules).explanation(),
            "指标值 80~100 个，实际完成 125 个：超出范围上限，按比例计分：100 ÷ 125 × 10 = 8.00 分");
}

TEST(RangeMethod, DeviationBandsGoByTheNearerEnd) {
  const auto rules = WithQuantitative([](auto& q) {
    q.set_range(v1::SHORTFALL_METHOD_DEVIATION_BANDS);
    for (const auto& [at_most, share] : {std::pair{"0.1", "0.6"}, std::pair{"0.2", "0.2"}}) {
      auto& band = *q.add_deviation_bands();
      band.set_at_most(at_most);
      band.set_share(share);
    }
  });
  EXPECT_EQ(Scored(*rules, "80-100个", "110个"), "RANGE 6.00 0.00%") << "10 ÷ 100";
  EXPECT_EQ(Scored(*rules, "80-100个", "111个"), "RANGE 2.00 0.00%");
  EXPECT_EQ(Scored(*rules, "80-100个", "120个"), "RANGE 2.00 0.00%");
  EXPECT_EQ(Scored(*rules, "80-100个", "121个"), "RANGE 0.00 0.00%");
  EXPECT_EQ(Scored(*rules, "80-100个", "72个"), "RANGE 6.00 0.00%") << "8 ÷ 80";
  EXPECT_EQ(Scored(*rules, "80-100个", "63个"), "RANGE 0.00 0.00%") << "17 ÷ 80";
  EXPECT_EQ(Scored(*rules, "±10%", "-11%"), "RANGE 6.00 0.00%") << "1 ÷ 10, a range that allows negative values";
  EXPECT_EQ(Scored(*rules, "0-5个", "-1个"), "RANGE 0.00 0.00%") << "no end to measure by";
  EXPECT_EQ(LineFor({"80-100个", "110个", "10"}, *rules).explanation(),
            "指标值 80~100 个，实际完成 110 个：超出范围上限，偏离 |110 − 100| ÷ 100 = 10%，在 10% 以内的一档，"
            "得分值的 60%，即 6.00 分");
  EXPECT_EQ(Scored(*rules, "≥80个", "72个"), "AT_LEAST_RATIO 9.00 90.00%") << "no range";
}

TEST(RangeMethod, DeclaredLeavesItToAPerson) {
  const auto rules = WithQuantitative([](auto& q) { q.set_range(v1::SHORTFALL_METHOD_DECLARED); });
  EXPECT_EQ(Short(LineFor({"80-100个", "110个", "10", "8"}, *rules)), "DECLARED 8.00 0.00%");
  EXPECT_EQ(Scored(*rules, "80-100个", "100个"), "RANGE 10.00 100.00%");
}

// --------------------------------------------------------------------------------------------------- dates, yes and no

TEST(DateMethod, DeclaredLeavesALateRowToAPerson) {
  const auto rules = WithQuantitative([](auto& q) { q.set_date(v1::SHORTFALL_METHOD_DECLARED); });
  const Row late{"2021年6月底前", "2021年8月", "10", "6", "产出指标", "时效指标", "完工时间", "", "连续降雨"};
  const Scorecard card = ScoreOf(FormWith({late}), *rules);
  EXPECT_EQ(Short(LineOf(card, "indicators[0]")), "DECLARED 6.00 0.00%");
  EXPECT_EQ(
      Without(TextsOf(card, SEVERITY_WARNING)),
      std::vector<std::string>{"IND_SCORE indicators[0].score: “完工时间”指标值 2021年6月底前，实际完成 2021年8月，"
                               "晚于规定时限，规则不自动计分，须人工复核；自评 6 分（分值 10）"});
  EXPECT_EQ(Scored(*rules, "2021年6月底前", "2021年5月"), "DEADLINE 10.00 100.00%");
  EXPECT_EQ(Scored(RulesOf(), "2021年6月底前", "2021年8月"), "DEADLINE 0.00 0.00%");
}

TEST(YesNoMethod, ZeroIsFullOrNothing) {
  const auto rules = WithQuantitative([](auto& q) { q.set_yes_no(v1::SHORTFALL_METHOD_ZERO); });
  EXPECT_EQ(Scored(*rules, "是", "是"), "YES_NO 10.00 100.00%");
  EXPECT_EQ(Scored(*rules, "是", "已完成。"), "YES_NO 10.00 100.00%");
  EXPECT_EQ(Scored(*rules, "合格", "不合格"), "YES_NO 0.00 0.00%");
  EXPECT_EQ(Scored(*rules, "否", "否"), "YES_NO 10.00 100.00%");
  EXPECT_EQ(Scored(*rules, "否", "是"), "YES_NO 0.00 0.00%");
  EXPECT_EQ(Scored(*rules, "有", "无"), "YES_NO 0.00 0.00%");
  const ScoreLine line = LineFor({"是", "否", "10", "10"}, *rules);
  EXPECT_EQ(line.basis(), BASIS_COMPUTED);
  EXPECT_EQ(line.explanation(), "指标值 是，实际完成 否：与指标值不一致，是否类指标得 0 分");
  // Must not: words that answer nothing, an empty cell, a stated tier; 无 against 完成 may be an empty cell.
  EXPECT_EQ(Scored(*rules, "是", "基本是"), "DECLARED 0.00");
  EXPECT_EQ(Scored(*rules, "是", ""), "DECLARED 0.00");
  EXPECT_EQ(Scored(*rules, "无", "完成"), "DECLARED 0.00");
  EXPECT_EQ(Scored(*rules, "是", "达成年度指标"), "TIER 8.00");
  EXPECT_EQ(Scored(*rules, "建立制度", "是"), "DECLARED 0.00");
}

TEST(YesNoMethod, DeclaredDoesNotJudgeWords) {
  EXPECT_EQ(Short(LineFor({"是", "否", "10", "10"}, RulesOf())), "DECLARED 10.00");
}

TEST(YesNoMethod, ChecksKnowItsAnswer) {
  const auto rules = WithQuantitative([](auto& q) { q.set_yes_no(v1::SHORTFALL_METHOD_ZERO); });
  const Scorecard full = ScoreOf(FormWith({{"是", "否", "10", "10", "产出指标", "质量指标", "是否验收"}}), *rules);
  EXPECT_EQ(Without(TextsOf(full, SEVERITY_ERROR)),
            std::vector<std::string>{
                "FULL_NOT_MET indicators[0].actual: “是否验收”指标值“是”，实际“否”，未达到指标值，却得满分 10 分"});
  Row printed{"是", "是", "", "", "产出指标", "质量指标", "是否验收"};
  printed.completion_rate = "100%";
  EXPECT_EQ(PlacesOf(ScoreOf(FormWith({printed}), *rules)), std::vector<std::string>{});
  printed.completion_rate = "0";
  printed.deviation_reason = "推迟";
  EXPECT_EQ(PlacesOf(ScoreOf(FormWith({printed}), *rules)),
            std::vector<std::string>{"COMPLETION_RATE indicators[0].completion_rate"});
}

// ---------------------------------------------------------------------------------------------------- over-fulfilment

TEST(OverFulfilment, DeductsPointsFromItsMultipleOn) {
  const auto rules = WithQuantitative([](auto& q) {
    q.mutable_over_fulfilment()->set_deduct_from("1.3");
    q.mutable_over_fulfilment()->set_deduct_points("2");
  });
  EXPECT_EQ(Scored(*rules, "≥10个", "12.9个"), "AT_LEAST_RATIO 10.00 129.00%");
  EXPECT_EQ(Scored(*rules, "≥10个", "13个"), "AT_LEAST_RATIO 8.00 130.00%");
  EXPECT_EQ(Scored(*rules, ">10个", "20个"), "AT_LEAST_RATIO 8.00 200.00%");
  EXPECT_EQ(Scored(*rules, "10个", "20个"), "AT_LEAST_RATIO 8.00 200.00%") << "a bare target is at least";
  EXPECT_EQ(LineFor({"≥10个", "13个", "1.5"}, *rules).computed_score(), "0.00") << "at most the line's points";
  EXPECT_EQ(
      LineFor({"≥10个", "13个", "10"}, *rules).explanation(),
      "指标值 ≥ 10 个，实际完成 13 个：达到指标值，得满分 10.00 分；实际为指标值的 130.00%，达到 130%，属指标偏离，"
      "扣 2.00 分，得 8.00 分");
  // Must not: other operators, costs, a target of 0, words.
  EXPECT_EQ(Scored(*rules, "=10个", "20个"), "EQUAL 10.00 200.00%");
  EXPECT_EQ(Scored(*rules, "≤10个", "5个"), "AT_MOST_RATIO 10.00 100.00%");
  EXPECT_EQ(Scored(*rules, "5-10个", "10个"), "RANGE 10.00 100.00%");
  EXPECT_EQ(Scored(*rules, "≥10个", "20个", "产出指标", "成本指标"), "AT_LEAST_RATIO 10.00 200.00%");
  EXPECT_EQ(Scored(*rules, "≥0个", "20个"), "AT_LEAST_RATIO 10.00 100.00%");
  EXPECT_EQ(Scored(RulesOf(), "≥10个", "20个"), "AT_LEAST_RATIO 10.00 200.00%") << "off in the national rules";
}

TEST(OverFulfilment, ReducesByTheHighestMultipleReached) {
  const auto rules = WithQuantitative([](auto& q) {
    for (const auto& [from, share] : {std::pair{"1.3", "0.1"}, std::pair{"2", "0.2"}, std::pair{"5", "1"}}) {
      auto& reduction = *q.mutable_over_fulfilment()->add_reductions();
      reduction.set_from(from);
      reduction.set_share(share);
    }
  });
  EXPECT_EQ(Scored(*rules, "≥10个", "12个"), "AT_LEAST_RATIO 10.00 120.00%");
  EXPECT_EQ(Scored(*rules, "≥10个", "13个"), "AT_LEAST_RATIO 9.00 130.00%");
  EXPECT_EQ(Scored(*rules, "≥10个", "49个"), "AT_LEAST_RATIO 8.00 490.00%");
  EXPECT_EQ(Scored(*rules, "≥10个", "50个"), "AT_LEAST_RATIO 0.00 500.00%");
  EXPECT_EQ(
      LineFor({"≥10个", "25个", "10"}, *rules).explanation(),
      "指标值 ≥ 10 个，实际完成 25 个：达到指标值，得满分 10.00 分；实际为指标值的 250.00%，达到 200%，按规则调减 20%："
      "10.00 × (1 − 20%) = 8.00 分");
  // The farthest quantity of a row decides: 10 of 10 and 20 of 10.
  EXPECT_EQ(Scored(*rules, "≥10场，≥10家", "10场，20家"), "AT_LEAST_RATIO 8.00 100.00%");
  // The declared full score is not what the rule gives.
  const Scorecard card = ScoreOf(FormWith({{"≥10个", "25个", "10", "10"}}), *rules);
  EXPECT_EQ(FindingsOf(card, "IND_SCORE").size(), 1u);
}

TEST(OverFulfilment, AReasonThatIsRequiredIsMissed) {
  const auto rules = WithQuantitative([](auto& q) {
    q.mutable_over_fulfilment()->set_reason_required(true);
    q.mutable_over_fulfilment()->set_reason_from_if_zero("30");
  });
  const auto finds = [&](const Row& row, const Rules& by) {
    return FindingsOf(ScoreOf(FormWith({row}), by), "NO_REASON").size();
  };
  const Row far{"≥50人次", "65人次", "10", "10", "产出指标", "数量指标", "培训人次"};
  const Scorecard card = ScoreOf(FormWith({far}), *rules);
  EXPECT_EQ(Without(TextsOf(card, SEVERITY_ERROR)),
            std::vector<std::string>{
                "NO_REASON indicators[0].deviation_reason: “培训人次”指标值 ≥ 50 人次，实际完成 65 人次，"
                "为指标值的 130.00%，超额较多，未说明原因"});
  EXPECT_EQ(FindingsOf(card, "OVER_TARGET").size(), 1u) << "as before";
  EXPECT_EQ(finds({"≥0个", "30个", "10", "10"}, *rules), 1u);
  // Must not.
  EXPECT_EQ(finds({"≥0个", "29个", "10", "10"}, *rules), 0u);
  EXPECT_EQ(finds({"≥50人次", "64人次", "10", "10"}, *rules), 0u);
  EXPECT_EQ(finds({"=50人次", "65人次", "10", "10"}, *rules), 0u);
  EXPECT_EQ(finds(far, RulesOf()), 0u) << "the national rules ask for none";
  Row explained = far;
  explained.deviation_reason = "增加两期";
  EXPECT_EQ(finds(explained, *rules), 0u);
  // One finding where points are lost as well.
  EXPECT_EQ(finds({"≥50人次", "65人次", "10", "9"}, *rules), 1u);
}

// ------------------------------------------------------------------------------------------------- rows that are left

TEST(SkipRowsWithoutTarget, LeavesOutARowThatHadAnApprovedTarget) {
  const auto rules = WithQuantitative([](auto& q) { q.set_skip_rows_without_target(true); });
  SelfEvaluation form = FormWith({{"≥10场", "9场", "100", ""}, {"/", "3次", "5", "5"}});
  form.mutable_indicators(1)->set_approved_target("≥2次");
  const Scorecard card = ScoreOf(form, *rules);
  EXPECT_EQ(card.computed_total(), "90.00");
  EXPECT_EQ(card.total_weight(), "100.00");
  EXPECT_EQ(card.grade(), "优");
  const ScoreLine line = LineOf(card, "indicators[1]");
  EXPECT_EQ(line.method(), "LEFT_OUT");
  EXPECT_EQ(line.computed_score(), "");
  EXPECT_EQ(line.weight(), "");
  EXPECT_EQ(line.explanation(), "批复指标值 ≥2次，年度（调整后）指标值为空，按规则本行不计入评分");
  EXPECT_EQ(FindingsOf(card, "SUM_WEIGHT").size(), 0u);

  // Must not: a row with a target, a row that never had one, other rules.
  EXPECT_EQ(ScoreOf(form).total_weight(), "105.00");
  form.mutable_indicators(1)->set_approved_target("/");
  EXPECT_EQ(ScoreOf(form, *rules).total_weight(), "105.00");
  form.mutable_indicators(1)->set_approved_target("≥2次");
  form.mutable_indicators(1)->set_target("≥3次");
  EXPECT_EQ(ScoreOf(form, *rules).total_weight(), "105.00");
}

TEST(SkipRowsWithoutTarget, LeavesNoPointsInAReferenceEither) {
  const auto rules = WithQuantitative([](auto& q) { q.set_skip_rows_without_target(true); });
  SelfEvaluation form = FormWith({{"≥10场", "9场"}, {"", "达成年度指标"}});
  form.mutable_indicators(1)->set_approved_target("提升");
  const Scorecard card = ScoreOf(form, *rules);
  EXPECT_EQ(card.computed_total(), "90.00");
  EXPECT_EQ(LineOf(card, "indicators[1]").weight(), "");
}

TEST(SeveralQuantities, TheOneThatEarnsLeastCounts) {
  const auto exact = WithQuantitative([](auto& q) { q.set_equal(v1::EQUAL_METHOD_EXACT); });
  // 5 of ≥10 earns half; 9 of =10 is nearer, and earns nothing.
  EXPECT_EQ(Scored(*exact, "≥10场，=10家", "5场，9家"), "EQUAL 0.00 90.00%");
  const auto declared = WithQuantitative([](auto& q) { q.set_equal(v1::EQUAL_METHOD_DECLARED); });
  EXPECT_EQ(Short(LineFor({"≥10场，=10家", "5场，9家", "10", "3"}, *declared)), "DECLARED 3.00 90.00%");
}

// -------------------------------------------------------------------------------------------------------- satisfaction

TEST(SatisfactionSteps, GoDownFromTheTarget) {
  const auto rules = With([](RuleSet& set) {
    set.mutable_satisfaction()->mutable_steps()->set_step("0.05");
    set.mutable_satisfaction()->mutable_steps()->set_share("0.1");
    set.mutable_satisfaction()->set_authority("满意度依据");
  });
  const auto points = [&](std::string target, std::string actual) {
    return Scored(*rules, std::move(target), std::move(actual), "满意度指标", "服务对象满意度指标");
  };
  EXPECT_EQ(points("≥90%", "95%"), "SATISFACTION_STEPS 10.00 105.56%");
  EXPECT_EQ(points("≥90%", "90%"), "SATISFACTION_STEPS 10.00 100.00%");
  EXPECT_EQ(points("≥90%", "88%"), "SATISFACTION_STEPS 9.00 97.78%");
  EXPECT_EQ(points("≥90%", "84%"), "SATISFACTION_STEPS 8.00 93.33%");
  EXPECT_EQ(points("≥90%", "30%"), "SATISFACTION_STEPS 0.00 33.33%");
  EXPECT_EQ(points("90%以上", "0.84"), "SATISFACTION_STEPS 8.00 93.33%");
  const ScoreLine line = LineFor({"≥90%", "84%", "10", "", "满意度指标", "服务对象满意度指标"}, *rules);
  EXPECT_EQ(line.authority(), "满意度依据");
  EXPECT_EQ(line.explanation(),
            "指标值 ≥ 90%，实际完成 84%：低于指标值 6 个百分点，每 5 个百分点扣分值的 10%（不足一档按一档），共 2 档："
            "10 × (1 − 2 × 10%) = 8.00 分");
  // Must not: another class, no rate, an upper bound.
  EXPECT_EQ(Scored(*rules, "≥90%", "84%"), "AT_LEAST_RATIO 9.33 93.33%");
  EXPECT_EQ(points("≥100人", "84人"), "AT_LEAST_RATIO 8.40 84.00%");
  EXPECT_EQ(points("≤5%", "10%"), "AT_MOST_RATIO 5.00 50.00%");
}

// ----------------------------------------------------------------------------------------------------------- execution

TEST(ZeroBudget, GivesNothingOrTheDeclaredScore) {
  const SelfEvaluation form = WithFunds(FormWith({{"≥1个", "1个", "90", "90"}}), "0", "0", "10", "10");
  EXPECT_EQ(LineOf(ScoreOf(form), "funds").computed_score(), "10.00");
  EXPECT_EQ(LineOf(ScoreOf(form), "funds").authority(), "");
  const auto rules = With([](RuleSet& set) { set.mutable_execution()->set_zero_budget(v1::ZERO_BUDGET_METHOD_ZERO); });
  const Scorecard card = ScoreOf(form, *rules);
  const ScoreLine line = LineOf(card, "funds");
  EXPECT_EQ(line.method(), "ZERO_BUDGET");
  EXPECT_EQ(line.computed_score(), "0.00");
  EXPECT_EQ(line.basis(), BASIS_COMPUTED);
  EXPECT_EQ(line.authority(), rules->source().execution().authority());
  EXPECT_EQ(line.explanation(), "全年预算数为 0，执行率不能计算，按规则得 0.00 分");
  ASSERT_EQ(FindingsOf(card, "EXEC_SCORE").size(), 1u);
  EXPECT_EQ(FindingsOf(card, "EXEC_SCORE")[0].message(), "执行率得分填为 10，全年预算数为 0，按规则应为 0.00");
  // Must not: a budget that is not filled in, and spending without any budget earns nothing of itself either.
  EXPECT_EQ(LineOf(ScoreOf(WithFunds(FormWith({{"≥1个", "1个", "90"}}), "", "5", "10", "8"), *rules), "funds").method(),
            "DECLARED");
  EXPECT_EQ(LineOf(ScoreOf(WithFunds(FormWith({{"≥1个", "1个", "90"}}), "0", "500"), *rules), "funds").computed_score(),
            "0.00");
}

TEST(RatePlaces, RoundTheRateBeforeItBecomesPoints) {
  // 86.2451 % is 8.62451 points, but 86.25 % are 8.625: 8.63.
  const SelfEvaluation form = WithFunds(FormWith({{"≥1个", "1个", "90"}}), "100", "86.2451");
  EXPECT_EQ(LineOf(ScoreOf(form), "funds").computed_score(), "8.62");
  const auto rules = With([](RuleSet& set) { set.mutable_execution()->set_rate_places(2); });
  EXPECT_EQ(LineOf(ScoreOf(form, *rules), "funds").computed_score(), "8.63");
  EXPECT_EQ(LineOf(ScoreOf(form, *rules), "funds").explanation(),
            "执行率 = 86.2451 ÷ 100 = 86.25%，得分 = 10 × 86.25% = 8.63 分");
  // None means whole percents, which is not the same as absent.
  const auto whole = With([](RuleSet& set) { set.mutable_execution()->set_rate_places(0); });
  EXPECT_EQ(LineOf(ScoreOf(form, *whole), "funds").computed_score(), "8.60");
  EXPECT_EQ(
      LineOf(ScoreOf(WithFunds(FormWith({{"≥1个", "1个", "90"}}), "100", "110"), *rules), "funds").computed_score(),
      "10.00");
}

TEST(RatePlaces, DecideTheBandToo) {
  const SelfEvaluation form = WithFunds(FormWith({{"≥1个", "1个", "90"}}), "100000", "99996");
  EXPECT_EQ(LineOf(ScoreOf(form, RulesOf("cn-national-2021")), "funds").computed_score(), "7.00");
  EXPECT_EQ(LineOf(ScoreOf(form, RulesOf("cn-36-jiangxi")), "funds").computed_score(), "10.00");
}

TEST(TotalCaps, TakeTheExcessOffTheTotal) {
  const Rules& rules = RulesOf("cn-manual-2022-capped-total");
  const auto scored = [&](std::string executed, std::string actual = "10个") {
    return ScoreOf(WithFunds(FormWith({{"≥10个", std::move(actual), "90"}}), "100", std::move(executed)), rules);
  };
  const Scorecard card = scored("75");
  EXPECT_EQ(card.computed_total(), "89.00");
  EXPECT_EQ(card.grade(), "良");
  ASSERT_EQ(card.adjustments_size(), 1);
  EXPECT_EQ(card.adjustments(0).method(), "TOTAL_CAP");
  EXPECT_EQ(card.adjustments(0).points(), "-8.50");
  EXPECT_EQ(card.adjustments(0).explanation(),
            "执行率 75 ÷ 100 = 75.00%，低于 80%，总分不超过 89 分：各项合计 97.50 分，扣 8.50 分");
  EXPECT_EQ(scored("80").computed_total(), "98.00");
  EXPECT_EQ(scored("79.99").computed_total(), "89.00");
  EXPECT_EQ(scored("69.99").computed_total(), "79.00");
  EXPECT_EQ(scored("59.99").computed_total(), "69.00");
  EXPECT_EQ(scored("50").computed_total(), "69.00");
  EXPECT_EQ(scored("49.99").computed_total(), "59.00");
  // Must not: a total below its cap, a form without a budget, other rules, a reference.
  EXPECT_EQ(scored("40", "5个").computed_total(), "49.00");
  EXPECT_EQ(scored("40", "5个").adjustments_size(), 0);
  EXPECT_EQ(ScoreOf(WithFunds(FormWith({{"≥10个", "10个", "90"}}), "0", "0"), rules).adjustments_size(), 0);
  EXPECT_EQ(ScoreOf(WithFunds(FormWith({{"≥10个", "10个", "90"}}), "100", "40")).adjustments_size(), 0);
  const Scorecard reference = ScoreOf(WithFunds(FormWith({{"≥10个", "10个"}}), "100", "40", ""), rules);
  EXPECT_EQ(reference.kind(), evaluation::v1::SCORE_KIND_REFERENCE);
  EXPECT_EQ(reference.adjustments_size(), 0);
}

TEST(TotalCaps, ADeclaredTotalMayBeCappedOrNot) {
  const Rules& rules = RulesOf("cn-manual-2022-capped-total");
  SelfEvaluation form = WithFunds(FormWith({{"≥10个", "10个", "90", "90"}}), "100", "75", "10", "7.5");
  for (const auto& [total, findings] : {std::pair{"89", 0u}, std::pair{"97.5", 0u}, std::pair{"93", 1u}}) {
    form.set_total_score(total);
    EXPECT_EQ(FindingsOf(ScoreOf(form, rules), "SUM_SCORE").size(), findings) << total;
  }
  form.set_total_score("89");
  EXPECT_EQ(FindingsOf(ScoreOf(form), "SUM_SCORE").size(), 1u) << "no cap in the national rules";
}

TEST(ExecutionWithoutPoints, HasNoLineOfItsOwn) {
  const Scorecard card =
      ScoreOf(WithFunds(FormWith({{"≥1个", "1个", "100"}}), "100", "50", ""), RulesOf("cn-51-sichuan-old-project"));
  EXPECT_EQ(card.lines_size(), 1);
  EXPECT_EQ(card.total_weight(), "100.00");
}

// ------------------------------------------------------------------------------------------------------- stated tiers

TEST(OutsideTier, ZeroTakesAllPoints) {
  const auto rules = With([](RuleSet& set) { set.mutable_qualitative()->set_outside(v1::OUTSIDE_TIER_ZERO); });
  const ScoreLine above = LineFor({"提升", "部分达成年度指标", "10", "9"}, *rules);
  EXPECT_EQ(above.computed_score(), "0.00");
  EXPECT_EQ(above.explanation(),
            "自报档次“部分达成年度指标并具有一定效果”，得分应在 6.00～7.99 分之间；自评得分 9.00 分"
            "不在区间内，按规则计 0 分");
  EXPECT_EQ(LineFor({"提升", "部分达成年度指标", "10", "5.99"}, *rules).computed_score(), "0.00");
  EXPECT_EQ(LineFor({"提升", "部分达成年度指标", "10", "6"}, *rules).computed_score(), "6.00");
  EXPECT_EQ(LineFor({"提升", "部分达成年度指标", "10", ""}, *rules).computed_score(), "6.00") << "nothing lies outside";
  EXPECT_EQ(LineFor({"提升", "部分达成年度指标", "10", "9"}, RulesOf()).computed_score(), "7.99");
}

// ----------------------------------------------------------------------------------------------- what lines rest on

TEST(LineAuthority, IsThatOfTheRuleThatWasApplied) {
  const Rules& rules = RulesOf("cn-national-2021");
  SelfEvaluation form = WithFunds(FormWith({{"≥10个", "9个", "10"},
                                            {"提升", "达成年度指标", "10"},
                                            {"≥90%", "95%", "10", "", "满意度指标", "服务对象满意度指标"},
                                            {"制度化", "已建立", "10", "9"},
                                            {"≥10个", "9个", ""},
                                            {"是", "是", "10"},
                                            {"2021年6月底前", "2021年5月", "10"}}),
                                  "100", "90");
  const Scorecard card = ScoreOf(form, rules);
  const auto authority = [&](std::string_view path) { return LineOf(card, path).authority(); };
  EXPECT_EQ(authority("funds"), rules.source().execution().authority());
  EXPECT_EQ(authority("indicators[0]"), rules.source().quantitative().authority());
  EXPECT_EQ(authority("indicators[1]"), rules.source().qualitative().authority());
  EXPECT_EQ(authority("indicators[2]"), rules.source().satisfaction().authority());
  EXPECT_EQ(authority("indicators[3]"), "") << "only declared";
  EXPECT_EQ(authority("indicators[4]"), "") << "no points, no rule";
  EXPECT_EQ(authority("indicators[5]"), rules.source().quantitative().authority());
  EXPECT_EQ(authority("indicators[6]"), rules.source().quantitative().authority());
}

TEST(LineText, CellsWithoutFiguresAreShownAsWritten) {
  const ScoreLine line =
      LineFor({" 一、建立制度，\n  落实责任；\t二、按月　检查（≥）。 ", "已建立，已落实", "10", "9"}, RulesOf());
  EXPECT_EQ(line.criterion(), "一、建立制度， 落实责任； 二、按月 检查（≥）。");
  EXPECT_EQ(line.observation(), "已建立，已落实");
  std::string text;
  for (int i = 0; i < 60; ++i) text += "效果";
  const ScoreLine longer = LineFor({"a" + text, "、", "10", "9"}, RulesOf());
  EXPECT_EQ(longer.criterion().size(), 118u)
      << "39 characters of three bytes behind the first: the next would pass 120";
  EXPECT_EQ(longer.criterion(), "a" + text.substr(0, 117));
  // Figures are shown as they were understood.
  EXPECT_EQ(LineFor({"不少于５０ 个", "48", "10"}, RulesOf()).criterion(), "≥ 50 个");
}

}  // namespace
}  // namespace jixiao::scoring
