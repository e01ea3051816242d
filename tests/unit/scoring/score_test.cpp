// Small forms, scored by hand in the comments. The strings are what the scorecard prints.
#include "common/canonical.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "support.h"

namespace jixiao::scoring {
namespace {

using namespace support;
using evaluation::v1::SCORE_KIND_NOT_SCORABLE;
using evaluation::v1::SCORE_KIND_REFERENCE;
using evaluation::v1::SCORE_KIND_SCORED;

// What a line says in short: "METHOD computed/weight achievement".
std::string Short(const Scorecard& card, std::string_view path) {
  const ScoreLine line = LineOf(card, path);
  return line.method() + " " + line.computed_score() + "/" + line.weight() +
         (line.achievement().empty() ? "" : " " + line.achievement());
}

std::string Short(const Scorecard& card, int row) {
  return Short(card, "indicators[" + std::to_string(row) + "]");
}

// A form of one row.
Scorecard ScoreRow(const Row& row, std::string_view rules = "cn-national-2020") {
  return ScoreOf(FormWith({row}), RulesOf(rules));
}

evaluation::v1::FundLine& AddTotal(SelfEvaluation& form, std::string_view budget, std::string_view executed,
                                   std::string_view weight = "10", std::string_view score = "") {
  auto& fund = *form.add_funds();
  fund.set_name("年度资金总额");
  fund.set_full_year_budget(std::string(budget));
  fund.set_executed(std::string(executed));
  fund.set_weight(std::string(weight));
  fund.set_score(std::string(score));
  return fund;
}

// Execution and one row of 90 points that is met.
Scorecard ScoreExecution(std::string_view budget, std::string_view executed, std::string_view declared = "",
                         std::string_view rules = "cn-national-2020") {
  SelfEvaluation form = FormWith({{"≥1个", "1个", "90", "90"}});
  AddTotal(form, budget, executed, "10", declared);
  return ScoreOf(form, RulesOf(rules));
}

// ------------------------------------------------------------------------------------- a whole form with every
// operator

// Weights: 10 + (10+10+5+10+10+10 + 5+5+5+5+5+5 + 5) = 10 + 90 = 100.
SelfEvaluation EveryOperator() {
  SelfEvaluation form = FormWith({
      {"≥50个", "48个", "10", ""},                                      // 0
      {"≥50", "60", "10", ""},                                          // 1
      {"＞5%", "5%", "5", ""},                                          // 2
      {"≤30万元", "26.23万元", "10", "", "产出指标", "成本指标"},       // 3
      {"≤5300元/户", "5830元/户", "10", "", "产出指标", "成本指标"},    // 4
      {"﹦100%", "95%", "10", "", "产出指标", "质量指标"},              // 5
      {"=0件", "0件", "5", "", "产出指标", "质量指标"},                 // 6
      {"=0件", "2件", "5", "", "产出指标", "质量指标"},                 // 7
      {"85-95%", "90%", "5", "", "效益指标", "社会效益指标"},           // 8
      {"85-95%", "97%", "5", "", "效益指标", "社会效益指标"},           // 9
      {"2021年6月底前", "2021年5月", "5", "", "产出指标", "时效指标"},  // 10
      {"2021年6月底前", "2021年8月", "5", "", "产出指标", "时效指标"},  // 11
      {"≥95%", "92%", "5", "", "满意度指标", "服务对象满意度指标"},     // 12
  });
  AddTotal(form, "43.2", "37.24");
  return form;
}

TEST(Score, EveryOperatorByTheRulesOf2020) {
  const Scorecard card = ScoreOf(EveryOperator());
  EXPECT_EQ(Short(card, "funds"), "EXECUTION_RATIO 8.62/10.00 86.20%");  // 10 × 37.24 ÷ 43.2 = 8.6203…
  EXPECT_EQ(Short(card, 0), "AT_LEAST_RATIO 9.60/10.00 96.00%");         // 10 × 48 ÷ 50
  EXPECT_EQ(Short(card, 1), "AT_LEAST_RATIO 10.00/10.00 120.00%");
  EXPECT_EQ(Short(card, 2), "AT_LEAST_RATIO 5.00/5.00 100.00%");  // not above, but 5 ÷ 5 of the way
  EXPECT_EQ(Short(card, 3), "AT_MOST_RATIO 10.00/10.00 100.00%");
  EXPECT_EQ(Short(card, 4), "AT_MOST_RATIO 9.09/10.00 90.91%");  // 10 × 5300 ÷ 5830 = 9.0909…
  EXPECT_EQ(Short(card, 5), "EQUAL 9.50/10.00 95.00%");
  EXPECT_EQ(Short(card, 6), "EQUAL 5.00/5.00 100.00%");
  EXPECT_EQ(Short(card, 7), "EQUAL 0.00/5.00 0.00%");  // nothing of nothing
  EXPECT_EQ(Short(card, 8), "RANGE 5.00/5.00 100.00%");
  EXPECT_EQ(Short(card, 9), "RANGE 0.00/5.00 0.00%");
  EXPECT_EQ(Short(card, 10), "DEADLINE 5.00/5.00 100.00%");
  EXPECT_EQ(Short(card, 11), "DEADLINE 0.00/5.00 0.00%");
  EXPECT_EQ(Short(card, 12), "AT_LEAST_RATIO 4.84/5.00 96.84%");  // 5 × 92 ÷ 95 = 4.8421…
  // 8.62 + 9.60 + 10 + 5 + 10 + 9.09 + 9.50 + 5 + 0 + 5 + 0 + 5 + 0 + 4.84
  EXPECT_EQ(card.computed_total(), "81.65");
  EXPECT_EQ(card.grade(), "良");
  EXPECT_EQ(card.kind(), SCORE_KIND_SCORED);
  EXPECT_EQ(card.total_weight(), "100.00");
  EXPECT_EQ(card.execution_rate(), "86.20%");
  EXPECT_EQ(card.basis_weights().computed(), "100.00");
  EXPECT_EQ(card.basis_weights().banded(), "0.00");
  EXPECT_EQ(card.basis_weights().declared(), "0.00");
}

TEST(Score, EveryOperatorByTheRulesOf2016IsTheSameWithoutTiers) {
  const Scorecard of2020 = ScoreOf(EveryOperator());
  const Scorecard of2016 = ScoreOf(EveryOperator(), RulesOf("cn-national-2016"));
  EXPECT_EQ(of2016.rule_set().id(), "cn-national-2016");
  EXPECT_EQ(of2016.computed_total(), "81.65");
  ASSERT_EQ(of2016.lines_size(), of2020.lines_size());
  const auto without_authority = [](ScoreLine line) {
    line.clear_authority();
    return line.SerializeAsString();
  };
  for (int i = 0; i < of2016.lines_size(); ++i) {
    EXPECT_EQ(without_authority(of2016.lines(i)), without_authority(of2020.lines(i)));
    EXPECT_NE(of2016.lines(i).authority(), of2020.lines(i).authority()) << "each names its own instrument";
  }
}

TEST(Score, EveryOperatorByTheRulesOf2021) {
  const Scorecard card = ScoreOf(EveryOperator(), RulesOf("cn-national-2021"));
  EXPECT_EQ(Short(card, "funds"), "EXECUTION_BANDS 7.00/10.00 86.20%");      // 80–100 %: 7 of 10
  EXPECT_EQ(Short(card, 0), "AT_LEAST_RATIO_ABOVE_PASS 9.00/10.00 96.00%");  // (0.96 − 0.6) ÷ 0.4 = 0.9
  EXPECT_EQ(Short(card, 1), "AT_LEAST_RATIO_ABOVE_PASS 10.00/10.00 120.00%");
  EXPECT_EQ(Short(card, 2), "AT_LEAST_RATIO_ABOVE_PASS 5.00/5.00 100.00%");
  EXPECT_EQ(Short(card, 3), "AT_MOST_RATIO_ABOVE_PASS 10.00/10.00 100.00%");
  EXPECT_EQ(Short(card, 4), "AT_MOST_RATIO_ABOVE_PASS 7.73/10.00 90.91%");  // (0.90909… − 0.6) ÷ 0.4 = 0.77272…
  EXPECT_EQ(Short(card, 5), "EQUAL 8.75/10.00 95.00%");                     // (0.95 − 0.6) ÷ 0.4 = 0.875
  EXPECT_EQ(Short(card, 6), "EQUAL 5.00/5.00 100.00%");
  EXPECT_EQ(Short(card, 7), "EQUAL 0.00/5.00 0.00%");
  EXPECT_EQ(Short(card, 8), "RANGE 5.00/5.00 100.00%");
  EXPECT_EQ(Short(card, 9), "RANGE 0.00/5.00 0.00%");
  EXPECT_EQ(Short(card, 10), "DEADLINE 5.00/5.00 100.00%");
  EXPECT_EQ(Short(card, 11), "DEADLINE 0.00/5.00 0.00%");
  EXPECT_EQ(Short(card, 12), "SATISFACTION_BANDS 5.00/5.00 96.84%");  // 92 % is 90 % or more: all points
  // 7 + 9 + 10 + 5 + 10 + 7.73 + 8.75 + 5 + 0 + 5 + 0 + 5 + 0 + 5
  EXPECT_EQ(card.computed_total(), "77.48");
  EXPECT_EQ(card.grade(), "中");
}

TEST(Score, LinesSayTheirArithmetic) {
  const Scorecard card = ScoreOf(EveryOperator());
  EXPECT_EQ(LineOf(card, "funds").explanation(), "执行率 = 37.24 ÷ 43.2 = 86.20%，得分 = 10 × 执行率 = 8.62 分");
  EXPECT_EQ(LineOf(card, "funds").criterion(), "全年预算数 43.2 万元");
  EXPECT_EQ(LineOf(card, "funds").observation(), "全年执行数 37.24 万元");
  EXPECT_EQ(LineOf(card, "indicators[0]").criterion(), "≥ 50 个");
  EXPECT_EQ(LineOf(card, "indicators[0]").observation(), "48 个");
  EXPECT_EQ(LineOf(card, "indicators[0]").explanation(),
            "指标值 ≥ 50 个，实际完成 48 个：未达到指标值，按比例计分：48 ÷ 50 × 10 = 9.60 分");
  EXPECT_EQ(LineOf(card, "indicators[3]").explanation(),
            "指标值 ≤ 30 万元，实际完成 26.23 万元：达到指标值，得满分 10.00 分");
  EXPECT_EQ(LineOf(card, "indicators[4]").explanation(),
            "指标值 ≤ 5300 元/户，实际完成 5830 元/户：超过上限，按比例计分：5300 ÷ 5830 × 10 = 9.09 分");
  EXPECT_EQ(LineOf(card, "indicators[9]").explanation(), "指标值 85~95%，实际完成 97%：不在指标值范围内，得 0 分");
  EXPECT_EQ(LineOf(card, "indicators[11]").explanation(),
            "指标值 2021年6月底前，实际完成 2021年8月：晚于规定时限，得 0 分");
  const Scorecard of2021 = ScoreOf(EveryOperator(), RulesOf("cn-national-2021"));
  EXPECT_EQ(LineOf(of2021, "funds").explanation(), "执行率 = 37.24 ÷ 43.2 = 86.20%，按档次得 7.00 分（满分 10 分）");
  EXPECT_EQ(LineOf(of2021, "indicators[0]").explanation(),
            "指标值 ≥ 50 个，实际完成 48 个：未达到指标值，(48 ÷ 50 − 60%) ÷ (1 − 60%) × 10 = 9.00 分");
  EXPECT_EQ(LineOf(of2021, "indicators[12]").explanation(),
            "指标值 ≥ 95%，实际完成 92%：满意度 92%，按档次得分值的 100%，即 5.00 分");
}

TEST(Score, GroupsAddUpTheirLines) {
  const Scorecard card = ScoreOf(EveryOperator());
  ASSERT_EQ(card.groups_size(), 4);
  EXPECT_EQ(card.groups(0).name(), "预算执行");
  EXPECT_EQ(card.groups(0).computed_score(), "8.62");
  EXPECT_EQ(card.groups(1).name(), "产出指标");
  EXPECT_EQ(card.groups(1).weight(), "75.00");
  EXPECT_EQ(card.groups(1).computed_score(), "63.19");  // 9.60+10+5+10+9.09+9.50+5+0+5+0
  EXPECT_EQ(card.groups(2).name(), "效益指标");
  EXPECT_EQ(card.groups(2).computed_score(), "5.00");
  EXPECT_EQ(card.groups(3).name(), "满意度指标");
  EXPECT_EQ(card.groups(3).computed_score(), "4.84");
}

// ---------------------------------------------------------------------------------------------------------- quantities

TEST(Score, FarBelowThePassThresholdGivesNothingIn2021Only) {
  // 59 of 100: pro rata 5.90; below 60 %: nothing. 60 of 100: exactly the threshold, 0 above it.
  EXPECT_EQ(Short(ScoreRow({"≥100个", "59个", "10"}), 0), "AT_LEAST_RATIO 5.90/10.00 59.00%");
  EXPECT_EQ(Short(ScoreRow({"≥100个", "59个", "10"}, "cn-national-2021"), 0),
            "AT_LEAST_RATIO_ABOVE_PASS 0.00/10.00 59.00%");
  EXPECT_EQ(Short(ScoreRow({"≥100个", "60个", "10"}, "cn-national-2021"), 0),
            "AT_LEAST_RATIO_ABOVE_PASS 0.00/10.00 60.00%");
  EXPECT_EQ(Short(ScoreRow({"≥100个", "61个", "10"}, "cn-national-2021"), 0),
            "AT_LEAST_RATIO_ABOVE_PASS 0.25/10.00 61.00%");
}

TEST(Score, ABareTargetIsAtLeastAndABareCostAtMost) {
  EXPECT_EQ(Short(ScoreRow({"9696名", "9623名", "10"}), 0), "AT_LEAST_RATIO 9.92/10.00 99.25%");  // 9.9247…
  EXPECT_EQ(Short(ScoreRow({"281.34万元", "289.53万元", "10", "", "产出指标", "成本指标"}), 0),
            "AT_MOST_RATIO 9.72/10.00 97.17%");  // 9.7171…
  EXPECT_EQ(Short(ScoreRow({"0起", "0起", "10"}), 0), "AT_MOST_RATIO 10.00/10.00 100.00%");
  EXPECT_EQ(Short(ScoreRow({"5%", "6%", "10", "", "产出指标", "质量指标", "投诉率"}), 0),
            "AT_MOST_RATIO 8.33/10.00 83.33%");
}

TEST(Score, ABareCostNeedsNoUnit) {
  const auto cost = [](std::string target, std::string actual, std::string name) {
    return Short(ScoreRow({std::move(target), std::move(actual), "10", "", "产出指标", "成本指标", std::move(name)}),
                 0);
  };
  EXPECT_EQ(cost("200万", "195.5万元", "宣传片制作费"), "AT_MOST_RATIO 10.00/10.00 100.00%");
  EXPECT_EQ(cost("50", "60", "培训成本（万元）"), "AT_MOST_RATIO 8.33/10.00 83.33%");
  EXPECT_EQ(cost("100", "90", "成本控制率"), "AT_LEAST_RATIO 9.00/10.00 90.00%");  // a rate is no amount
}

TEST(Score, WhatANameSaysOfTheDirection) {
  const auto row = [](std::string target, std::string actual, std::string name) {
    return Short(ScoreRow({std::move(target), std::move(actual), "10", "", "产出指标", "质量指标", std::move(name)}),
                 0);
  };
  EXPECT_EQ(row("100%", "92%", "财政供养人员控制率"), "AT_MOST_RATIO 10.00/10.00 100.00%");
  EXPECT_EQ(row("0.9", "0", "森林火灾受害率"), "AT_MOST_RATIO 10.00/10.00 100.00%");
  EXPECT_EQ(row("100%", "80%", "安全事故处置率"), "AT_LEAST_RATIO 8.00/10.00 80.00%");
  EXPECT_EQ(row("100%", "80%", "血压控制率"), "AT_LEAST_RATIO 8.00/10.00 80.00%");
}

TEST(Score, NothingHappenedIsZeroWhereThereIsALimit) {
  EXPECT_EQ(Short(ScoreRow({"小于5次", "未发生", "10"}), 0), "AT_MOST_RATIO 10.00/10.00 100.00%");
  EXPECT_EQ(Short(ScoreRow({"0起", "无", "10"}), 0), "AT_MOST_RATIO 10.00/10.00 100.00%");
  EXPECT_EQ(Short(ScoreRow({"=0起", "零发生", "10"}), 0), "EQUAL 10.00/10.00 100.00%");
  EXPECT_EQ(Short(ScoreRow({"≥5次", "无", "10", "3"}), 0), "DECLARED 3.00/10.00");
  EXPECT_EQ(Short(ScoreRow({"≤5万元", "无", "10", "3"}), 0), "DECLARED 3.00/10.00");  // perhaps not filled in
}

TEST(Score, AWeightMayBeAShareOfAllPoints) {
  const Scorecard card = ScoreOf(FormWith({{"≥10次", "9次", "20%", "20"}, {"≥5个", "5个", "80 ％", "80"}}));
  EXPECT_EQ(Short(card, 0), "AT_LEAST_RATIO 18.00/20.00 90.00%");
  EXPECT_EQ(Short(card, 1), "AT_LEAST_RATIO 80.00/80.00 100.00%");
  EXPECT_EQ(card.computed_total(), "98.00");
}

TEST(Score, ABareDurationUnder时效IsALimit) {
  EXPECT_EQ(Short(ScoreRow({"12个月", "10个月", "10", "", "产出指标", "时效指标"}), 0),
            "AT_MOST_RATIO 10.00/10.00 100.00%");
  EXPECT_EQ(Short(ScoreRow({"12个月", "15个月", "10", "", "产出指标", "时效指标"}), 0),
            "AT_MOST_RATIO 8.00/10.00 80.00%");
  EXPECT_EQ(Short(ScoreRow({"360天", "300天", "10", "", "产出指标", "数量指标"}), 0),
            "AT_LEAST_RATIO 8.33/10.00 83.33%");
}

TEST(Score, TheOperatorMayStandInTheName) {
  EXPECT_EQ(Short(ScoreRow({"5300", "5830", "10", "", "产出指标", "数量指标", "救助标准(<=**元/户)"}), 0),
            "AT_MOST_RATIO 9.09/10.00 90.91%");
  EXPECT_EQ(Short(ScoreRow({"180", "90", "10", "", "产出指标", "数量指标", "公猪舍(≥**平方米)"}), 0),
            "AT_LEAST_RATIO 5.00/10.00 50.00%");
}

TEST(Score, ABareNumberIsInTheOtherSidesUnit) {
  EXPECT_EQ(Short(ScoreRow({"≥50个", "48", "10"}), 0), "AT_LEAST_RATIO 9.60/10.00 96.00%");
  EXPECT_EQ(Short(ScoreRow({"100", "95%", "10"}), 0), "AT_LEAST_RATIO 9.50/10.00 95.00%");
  EXPECT_EQ(Short(ScoreRow({"≤30万元", "35", "10", "", "产出指标", "成本指标"}), 0), "AT_MOST_RATIO 8.57/10.00 85.71%");
  EXPECT_EQ(Short(ScoreRow({"5-10", "7万人次", "10"}), 0), "RANGE 10.00/10.00 100.00%");
  EXPECT_EQ(Short(ScoreRow({"≥90%", "0.95", "10"}), 0), "AT_LEAST_RATIO 10.00/10.00 105.56%");
}

TEST(Score, UnitsOfOneKindAreConvertedAndTheArithmeticSaysSo) {
  // 300000 ÷ 350000 × 10 = 8.571…
  const Scorecard card = ScoreRow({"≤30万元", "350000元", "10", "", "产出指标", "成本指标"});
  EXPECT_EQ(LineOf(card, "indicators[0]").explanation(),
            "指标值 ≤ 30 万元，实际完成 350000 元：超过上限，按比例计分：300000 ÷ 350000 × 10 = 8.57 分");
  EXPECT_EQ(Short(ScoreRow({"≥1公里", "950米", "10"}), 0), "AT_LEAST_RATIO 9.50/10.00 95.00%");
  // 85 ÷ 90 × 10 = 9.444…: a share written as a fraction.
  EXPECT_EQ(LineOf(ScoreRow({"≥90%", "0.85", "10"}), "indicators[0]").explanation(),
            "指标值 ≥ 90%，实际完成 0.85：未达到指标值，按比例计分：85 ÷ 90 × 10 = 9.44 分");
}

TEST(Score, AboutANumberIsMetByComingNearIt) {
  EXPECT_EQ(Short(ScoreRow({"约700名", "686名", "10"}), 0), "AT_LEAST_RATIO 10.00/10.00 98.00%");  // within 5 %
  EXPECT_EQ(Short(ScoreRow({"约700名", "665名", "10"}), 0), "AT_LEAST_RATIO 10.00/10.00 95.00%");
  EXPECT_EQ(Short(ScoreRow({"约700名", "664名", "10"}), 0), "AT_LEAST_RATIO 9.49/10.00 94.86%");
  EXPECT_EQ(Short(ScoreRow({"200", "190余人", "10"}), 0), "AT_LEAST_RATIO 10.00/10.00 95.00%");
}

TEST(Score, SeveralQuantitiesCountByTheWorst) {
  // 10 of 10 and 1200 of 1500: 8.00.
  const Scorecard card = ScoreRow({"培训10次，1500人次", "培训10次，1200人次", "10"});
  EXPECT_EQ(Short(card, 0), "AT_LEAST_RATIO 8.00/10.00 80.00%");
  EXPECT_EQ(LineOf(card, "indicators[0]").explanation(),
            "指标值 ≥ 10 次；≥ 1500 人次；实际完成 10 次；1200 人次；按完成程度最低的一项（1500 人次，实际 1200 人次）"
            "计分：未达到指标值，按比例计分：1200 ÷ 1500 × 10 = 8.00 分");
  // Whatever the order of the units.
  EXPECT_EQ(Short(ScoreRow({"培训10次，1500人次", "1200人次，10次", "10"}), 0), "AT_LEAST_RATIO 8.00/10.00 80.00%");
}

TEST(Score, AMissedRangeIsTheWorstHoweverFarBeyondIt) {
  EXPECT_EQ(Short(ScoreRow({"≥3场，5-10个", "3场，20个", "10"}), 0), "RANGE 0.00/10.00 0.00%");
}

TEST(Score, NumbersThatCannotBePairedAreNotGuessed) {
  // Two 次 against one: which of them was done is not said.
  const Scorecard fewer = ScoreRow({"培训10次，检查5次", "检查5次", "100", "99"});
  EXPECT_EQ(Short(fewer, 0), "DECLARED 99.00/100.00");
  EXPECT_EQ(PlacesOf(fewer), (std::vector<std::string>{"NO_REASON indicators[0].deviation_reason",
                                                       "MISSING_CLASS indicators[0].weight"}));
  const Scorecard more = ScoreRow({"培训10次", "3月培训4次，9月培训6次", "10", "10"});
  EXPECT_EQ(Short(more, 0), "DECLARED 10.00/10.00");
  EXPECT_EQ(LineOf(more, "indicators[0]").explanation(), "指标值与实际完成值没有可比的数值；按自评得分 10.00 分认定");
}

TEST(Score, NegativeActualValuesGiveNothing) {
  EXPECT_EQ(Short(ScoreRow({"≥5%", "-3%", "10"}), 0), "AT_LEAST_RATIO 0.00/10.00 -60.00%");
  EXPECT_EQ(LineOf(ScoreRow({"≥5%", "-3%", "10"}), "indicators[0]").explanation(),
            "指标值 ≥ 5%，实际完成 -3%：实际完成值为负数，得 0 分");
  EXPECT_EQ(LineOf(ScoreRow({"≤-5%", "3%", "10"}), "indicators[0]").computed_score(), "0.00");
}

TEST(Score, ANumberMoreThanReckoningHoldsIsNoNumber) {
  EXPECT_EQ(Short(ScoreRow({"≥999999999999999万亿元", "0.000000000001元", "10", "3"}), 0), "DECLARED 3.00/10.00");
}

// --------------------------------------------------------------------------------------------------------------- tiers

// Rows of 10 points each.
SelfEvaluation EveryTier() {
  return FormWith({
      {"显著提升", "达成年度指标", "10", "9"},                        // 0: within
      {"显著提升", "达成年度指标", "10", "7.5"},                      // 1: below
      {"显著提升", "达成预期指标", "10", "10.5"},                     // 2: above
      {"显著提升", "部分达成年度指标并具有一定效果", "10", "7"},      // 3: within
      {"显著提升", "部分达成年度指标，并具有一定效果。", "10", "9"},  // 4: above; written with marks
      {"显著提升", "部分达成", "10", "5.5"},                          // 5: below in 2020, within in 2016
      {"显著提升", "未达成年度指标且效果较差", "10", "3"},            // 6: within
      {"显著提升", "未达成年度指标且效果较差", "10", "6"},            // 7: above
      {"显著提升", "部分达成年度指标并具有一定效果", "10", ""},       // 8: no score: the lower end
  });
}

std::string Tiers(const Scorecard& card) {
  std::string text;
  for (const ScoreLine& line : card.lines())
    text += line.score_low() + "~" + line.score_high() + ":" + line.computed_score() + " ";
  return text;
}

TEST(Score, TiersBoundTheDeclaredScoreBy80And60In2020) {
  const Scorecard card = ScoreOf(EveryTier());
  EXPECT_EQ(Tiers(card),
            "8.00~10.00:9.00 8.00~10.00:8.00 8.00~10.00:10.00 6.00~7.99:7.00 6.00~7.99:7.99 6.00~7.99:6.00 "
            "0.00~5.99:3.00 0.00~5.99:5.99 6.00~7.99:6.00 ");
  EXPECT_EQ(card.computed_total(), "62.98");  // 9 + 8 + 10 + 7 + 7.99 + 6 + 3 + 5.99 + 6
  EXPECT_EQ(card.basis_weights().banded(), "90.00");
}

TEST(Score, TiersBoundTheDeclaredScoreBy80And50In2016) {
  const Scorecard card = ScoreOf(EveryTier(), RulesOf("cn-national-2016"));
  EXPECT_EQ(Tiers(card),
            "8.00~10.00:9.00 8.00~10.00:8.00 8.00~10.00:10.00 5.00~7.99:7.00 5.00~7.99:7.99 5.00~7.99:5.50 "
            "0.00~4.99:3.00 0.00~4.99:4.99 5.00~7.99:5.00 ");
  EXPECT_EQ(card.computed_total(), "60.48");  // 9 + 8 + 10 + 7 + 7.99 + 5.5 + 3 + 4.99 + 5
}

TEST(Score, TierLimitsAreRoundedWithTheWeight) {
  // 10.3: from 8.24; below that 6.18 to 8.23; below that to 6.17.
  const Scorecard card = ScoreOf(
      FormWith({{"提升", "达成", "10.3", ""}, {"提升", "部分达成", "10.3", ""}, {"提升", "未达成", "10.3", ""}}));
  EXPECT_EQ(Tiers(card), "8.24~10.30:8.24 6.18~8.23:6.18 0.00~6.17:0.00 ");
}

TEST(Score, TierLinesSayTheirInterval) {
  const Scorecard card = ScoreOf(EveryTier());
  EXPECT_EQ(LineOf(card, "indicators[0]").explanation(),
            "自报档次“达成年度指标”，得分应在 8.00～10.00 分之间；自评得分 9.00 分在区间内");
  EXPECT_EQ(LineOf(card, "indicators[1]").explanation(),
            "自报档次“达成年度指标”，得分应在 8.00～10.00 分之间；自评得分 7.50 分不在区间内，按 8.00 分认定");
  EXPECT_EQ(LineOf(card, "indicators[8]").explanation(),
            "自报档次“部分达成年度指标并具有一定效果”，得分应在 6.00～7.99 分之间；未填自评得分，取下限 6.00 分");
  EXPECT_EQ(LineOf(card, "indicators[8]").basis(), evaluation::v1::BASIS_BANDED);
}

// ----------------------------------------------------------------------------------------------------------- execution

TEST(Score, ExecutionBelowAtAndAboveTheBudget) {
  EXPECT_EQ(Short(ScoreExecution("100", "0"), "funds"), "EXECUTION_RATIO 0.00/10.00 0.00%");
  EXPECT_EQ(Short(ScoreExecution("29", "27.8"), "funds"), "EXECUTION_RATIO 9.59/10.00 95.86%");  // 9.5862…
  EXPECT_EQ(Short(ScoreExecution("7.29", "7.29"), "funds"), "EXECUTION_RATIO 10.00/10.00 100.00%");
  const Scorecard over = ScoreExecution("16.2", "110.76");
  EXPECT_EQ(Short(over, "funds"), "EXECUTION_RATIO 10.00/10.00 683.70%");
  EXPECT_EQ(LineOf(over, "funds").explanation(), "执行率 = 110.76 ÷ 16.2 = 683.70%，超过 100%，按满分 10.00 分计");
  EXPECT_EQ(over.execution_rate(), "683.70%");
}

TEST(Score, ExecutionBandsOf2021IncludeTheirLowerEnds) {
  const auto points = [](std::string_view executed) {
    return LineOf(ScoreExecution("10000", executed, "", "cn-national-2021"), "funds").computed_score();
  };
  EXPECT_EQ(points("12000"), "10.00");
  EXPECT_EQ(points("10000"), "10.00");
  EXPECT_EQ(points("9999"), "7.00");
  EXPECT_EQ(points("8000"), "7.00");
  EXPECT_EQ(points("7999"), "5.00");
  EXPECT_EQ(points("6000"), "5.00");
  EXPECT_EQ(points("5999"), "0.00");
  EXPECT_EQ(points("0"), "0.00");
}

TEST(Score, WithoutABudgetTheDeclaredExecutionScoreCounts) {
  const Scorecard declared = ScoreExecution("0", "0", "10");
  EXPECT_EQ(Short(declared, "funds"), "DECLARED 10.00/10.00");
  EXPECT_EQ(LineOf(declared, "funds").explanation(), "全年预算数为 0，执行率不能计算；按自评得分 10.00 分认定");
  EXPECT_EQ(declared.execution_rate(), "");
  EXPECT_EQ(declared.basis_weights().declared(), "10.00");
  EXPECT_EQ(Short(ScoreExecution("0", "0"), "funds"), "DECLARED 0.00/10.00");
  // Money spent without any budget earns nothing by itself, and never amount × weight.
  EXPECT_EQ(Short(ScoreExecution("0", "500"), "funds"), "DECLARED 0.00/10.00");
  EXPECT_EQ(Short(ScoreExecution("0", "500", "50"), "funds"), "DECLARED 10.00/10.00");
  EXPECT_EQ(LineOf(ScoreExecution("", "5", "8"), "funds").explanation(), "未填全年预算数；按自评得分 8.00 分认定");
  EXPECT_EQ(LineOf(ScoreExecution("5", "/"), "funds").explanation(), "未填全年执行数，也没有自评得分，计 0 分");
}

TEST(Score, TheInitialBudgetStandsInWhereTheFormHasOnlyThat) {
  SelfEvaluation form = FormWith({{"≥1", "1", "90"}});
  AddTotal(form, "", "40").set_initial_budget("50");
  EXPECT_EQ(Short(ScoreOf(form), "funds"), "EXECUTION_RATIO 8.00/10.00 80.00%");
  // A full-year budget that cannot be read is none, and not the initial one.
  form.mutable_funds(0)->set_full_year_budget("7,00.0,77");
  EXPECT_EQ(Short(ScoreOf(form), "funds"), "DECLARED 0.00/10.00");
}

TEST(Score, RowsWithoutATotalAreAddedUp) {
  SelfEvaluation form = FormWith({{"≥1", "1", "90"}});
  for (const auto& [name, budget, executed] :
       {std::tuple{"中央补助", "60", "50"}, std::tuple{"地方资金", "40", "30"}}) {
    auto& fund = *form.add_funds();
    fund.set_name(name);
    fund.set_full_year_budget(budget);
    fund.set_executed(executed);
  }
  EXPECT_EQ(Short(ScoreOf(form), "funds"), "EXECUTION_RATIO 8.00/10.00 80.00%");  // 80 of 100
  form.mutable_funds(1)->set_executed("");  // an incomplete column adds up to nothing
  EXPECT_EQ(Short(ScoreOf(form), "funds"), "DECLARED 0.00/10.00");
}

TEST(Score, ARowThatTheOthersAddUpToIsTheTotal) {
  const auto form = [](std::initializer_list<std::array<std::string_view, 3>> funds) {
    SelfEvaluation out = FormWith({{"≥1", "1", "90"}});
    for (const auto& [name, budget, executed] : funds) {
      auto& fund = *out.add_funds();
      fund.set_name(std::string(name));
      fund.set_full_year_budget(std::string(budget));
      fund.set_executed(std::string(executed));
    }
    return LineOf(ScoreOf(out), "funds").criterion();
  };
  EXPECT_EQ(form({{"财政资金", "2330.9", "2310.4"}, {"中央资金", "1372.7", "1352.2"}, {"地方资金", "958.2", "958.2"}}),
            "全年预算数 2330.9 万元");
  EXPECT_EQ(form({{"中央", "165", "84.5"}, {"省级", "43", "25.3"}, {"资金使用", "208", "109.8"}}),
            "全年预算数 208 万元");
  EXPECT_EQ(form({{"财政资金", "2960", "2798.3"}, {"桐泾公园", "", "2000"}, {"石湖景区", "", "798.3"}}),
            "全年预算数 2960 万元");
  // Two rows of one amount are two parts.
  EXPECT_EQ(form({{"中央补助", "50", "50"}, {"地方资金", "50", "40"}}), "全年预算数 100 万元");
}

TEST(Score, AmountsInYuanAreRead) {
  SelfEvaluation form = FormWith({{"≥1", "1", "90"}});
  form.set_amount_unit(evaluation::v1::AMOUNT_UNIT_YUAN);
  AddTotal(form, "500,000", "38.766462万元");
  const ScoreLine line = LineOf(ScoreOf(form), "funds");
  EXPECT_EQ(line.criterion(), "全年预算数 50 万元");
  EXPECT_EQ(line.computed_score(), "7.75");  // 7.7532…
}

TEST(Score, ExecutionCountsItsUsualWeightWhereThereIsRoomForIt) {
  SelfEvaluation form = FormWith({{"≥1", "1", "90"}});
  AddTotal(form, "50", "40", "");
  EXPECT_EQ(Short(ScoreOf(form), "funds"), "EXECUTION_RATIO 8.00/10.00 80.00%");
  EXPECT_EQ(ScoreOf(form).total_weight(), "100.00");
  form.mutable_indicators(0)->set_weight("100");  // the indicators take it all
  EXPECT_EQ(ScoreOf(form).lines(0).path(), "indicators[0]");
  EXPECT_EQ(ScoreOf(form).total_weight(), "100.00");
}

// ------------------------------------------------------------------------------------------------- what is only
// declared

TEST(Score, WordsCountAsDeclared) {
  EXPECT_EQ(Short(ScoreRow({"制度化", "每月一次党小组会", "10", "9"}), 0), "DECLARED 9.00/10.00");
  EXPECT_EQ(Short(ScoreRow({"制度化", "每月一次党小组会", "10", "11"}), 0), "DECLARED 10.00/10.00");
  EXPECT_EQ(Short(ScoreRow({"制度化", "每月一次党小组会", "10", "-1"}), 0), "DECLARED 0.00/10.00");
  const ScoreLine none = LineOf(ScoreRow({"制度化", "每月一次党小组会", "10", ""}), "indicators[0]");
  EXPECT_EQ(none.explanation(), "指标值与实际完成值没有可比的数值，也没有自评得分，计 0 分");
  EXPECT_EQ(none.basis(), evaluation::v1::BASIS_DECLARED);
  EXPECT_EQ(LineOf(ScoreRow({"≥5", "", "10", "10"}), "indicators[0]").explanation(),
            "未填实际完成值；按自评得分 10.00 分认定");
  EXPECT_EQ(LineOf(ScoreRow({"/", "5", "10", "10"}), "indicators[0]").explanation(),
            "未填指标值；按自评得分 10.00 分认定");
  EXPECT_EQ(LineOf(ScoreRow({"≥7,00.0,77", "5", "10", "10"}), "indicators[0]").explanation(),
            "数字书写有误，无法识别；按自评得分 10.00 分认定");
}

TEST(Score, ACompletionInWordsCountsWhereNoScoreIsDeclared) {
  EXPECT_EQ(LineOf(ScoreRow({"≥5个", "已完成100%", "10", ""}), "indicators[0]").explanation(),
            "指标值与实际完成值没有可比的数值；按自报完成率 100% × 10 分认定");
  EXPECT_EQ(Short(ScoreRow({"制度化", "已建立", "10", "", "产出指标", "数量指标", "指标", "80%"}), 0),
            "DECLARED 8.00/10.00");
}

TEST(Score, APastedTargetIsNoActualValue) {
  const ScoreLine line = LineOf(ScoreRow({"≥90%", "≧90%", "10", "10"}), "indicators[0]");
  EXPECT_EQ(line.explanation(), "实际完成值照抄了指标值（连同运算符），没有可比的实际数值；按自评得分 10.00 分认定");
  EXPECT_EQ(LineOf(ScoreRow({"≥50个", "≥50", "10", "10"}), "indicators[0]").method(), "DECLARED");  // the unit got lost
  EXPECT_EQ(LineOf(ScoreRow({"≥90%", "≥95%", "10", "10"}), "indicators[0]").method(), "AT_LEAST_RATIO");
}

TEST(Score, APastedEqualsSignStillSaysHowMuchItIs) {
  const Scorecard card = ScoreRow({"=100%", "=100%", "10", "8"});
  EXPECT_EQ(Short(card, 0), "EQUAL 10.00/10.00 100.00%");
  EXPECT_EQ(FindingsOf(card, "ECHO").size(), 1u);
}

TEST(Score, UnitsThatCannotBeComparedAreNotCompared) {
  EXPECT_EQ(LineOf(ScoreRow({"360天", "100%", "10", "10"}), "indicators[0]").explanation(),
            "实际完成值与指标值单位不同，不能比较；按自评得分 10.00 分认定");
  EXPECT_EQ(Short(ScoreRow({"5亩", "5000平方米", "10", "7"}), 0), "DECLARED 7.00/10.00");
}

TEST(Score, AnEmptyReasonTakesNoPointsButIsFound) {
  // 48 of 50 on 100 points: 96.00 as declared; the missing reason is a finding of its own.
  const Scorecard card = ScoreRow({"≥50个", "48个", "100", "96"});
  EXPECT_EQ(Short(card, 0), "AT_LEAST_RATIO 96.00/100.00 96.00%");
  const std::string lone = "MISSING_CLASS indicators[0].weight";
  EXPECT_EQ(PlacesOf(card), (std::vector<std::string>{"NO_REASON indicators[0].deviation_reason", lone}));
  EXPECT_EQ(PlacesOf(ScoreRow({"≥50个", "48个", "100", "96", "产出指标", "数量指标", "指标", "", "两场因疫情取消"})),
            std::vector<std::string>{lone});
}

// -------------------------------------------------------------------------------------- without weights, without
// anything

SelfEvaluation Unweighted() {
  SelfEvaluation form = FormWith({
      {"≥50个", "48个", "", ""},
      {"≥2次", "2次", "", ""},
      {"≥90%", "81%", "", "", "效益指标", "社会效益指标"},
      {"≥95%", "95%", "", "", "满意度指标", "服务对象满意度指标"},
  });
  AddTotal(form, "50", "40", "");
  return form;
}

TEST(Score, WithoutWeightsTheSplitOfTheRuleSetGivesAReference) {
  const Scorecard card = ScoreOf(Unweighted());
  EXPECT_EQ(card.kind(), SCORE_KIND_REFERENCE);
  EXPECT_EQ(Short(card, "funds"), "EXECUTION_RATIO 8.00/10.00 80.00%");
  EXPECT_EQ(Short(card, 0), "AT_LEAST_RATIO 24.00/25.00 96.00%");  // 产出 50 on two rows
  EXPECT_EQ(Short(card, 1), "AT_LEAST_RATIO 25.00/25.00 100.00%");
  EXPECT_EQ(Short(card, 2), "AT_LEAST_RATIO 27.00/30.00 90.00%");
  EXPECT_EQ(Short(card, 3), "AT_LEAST_RATIO 10.00/10.00 100.00%");
  EXPECT_EQ(card.computed_total(), "94.00");
  EXPECT_EQ(card.total_weight(), "100.00");
  EXPECT_EQ(card.grade(), "");  // a reference is no result
}

TEST(Score, TheReferenceFollowsTheSplitOfItsRuleSet) {
  SelfEvaluation form = Unweighted();
  AddRow(form, {"≤30万元", "30万元", "", "", "成本指标", "经济成本指标"});
  const auto weights = [&](std::string_view rules) {
    std::string text;
    const Scorecard card = ScoreOf(form, RulesOf(rules));
    for (const ScoreLine& line : card.lines()) text += line.weight() + " ";
    return text;
  };
  EXPECT_EQ(weights("cn-national-2021-cost"), "10.00 20.00 20.00 20.00 10.00 20.00 ");
  // 2020 knows no cost at level 1: such a row counts as an average row, 90 ÷ 5 = 18, and 118 points shrink to 100.
  // 10 → 8.47, 50 → 42.37, 30 → 25.42, 10 → 8.47, the last takes the rest: 15.27.
  EXPECT_EQ(weights("cn-national-2020"), "8.47 21.19 21.18 25.42 8.47 15.27 ");
}

TEST(Score, TheReferenceKeepsWhatTheFormPrintsForTheExecution) {
  SelfEvaluation form = FormWith({{"≥3", "3", "", "", "产出指标(40分)"},
                                  {"≥3", "3", "", "", "产出指标(40分)"},
                                  {"≥90%", "90%", "", "", "效益指标(30分)", "社会效益指标"},
                                  {"≥95%", "95%", "", "", "满意度指标(10分)", "服务对象满意度指标"}});
  AddTotal(form, "50", "40", "20");
  const auto weights = [&] {
    std::string text;
    const Scorecard card = ScoreOf(form);
    for (const ScoreLine& line : card.lines()) text += line.weight() + " ";
    return text;
  };
  EXPECT_EQ(weights(), "20.00 20.00 20.00 30.00 10.00 ");
  // Points above some classes only say nothing: 50 : 30 : 10 of the 80 that are left.
  form.mutable_indicators(2)->set_level1("效益指标");
  EXPECT_EQ(weights(), "20.00 22.22 22.22 26.67 8.89 ");
  // One heading above all classes gives its points to none.
  for (auto& row : *form.mutable_indicators()) row.set_level1("绩效指标（80分）");
  form.mutable_indicators(0)->set_level2("数量指标");
  form.mutable_indicators(1)->set_level2("质量指标");
  EXPECT_EQ(weights(), "20.00 22.22 22.22 26.67 8.89 ");
}

TEST(Score, ScoresThatFillTheTotalAreTheReferencesWeights) {
  SelfEvaluation form = FormWith({{"6", "6", "", "20"},
                                  {"100%", "100%", "", "20", "产出指标", "质量指标"},
                                  {"≥90%", "95%", "", "40", "满意度指标", "服务对象满意度指标"}});
  AddTotal(form, "1.56", "1.56", "20");
  const Scorecard card = ScoreOf(form);
  EXPECT_EQ(card.kind(), SCORE_KIND_REFERENCE);
  EXPECT_EQ(Short(card, 0), "AT_LEAST_RATIO 20.00/20.00 100.00%");
  EXPECT_EQ(LineOf(card, "indicators[2]").weight(), "40.00");
  form.mutable_indicators(2)->set_score("39");  // points were lost: where from, nobody knows
  EXPECT_EQ(Short(ScoreOf(form), 0), "AT_LEAST_RATIO 33.34/33.34 100.00%");  // the rules' 50 : 10 of the 80 left
}

TEST(Score, ClassesThatTheFormLacksLeaveTheirPointsToTheOthers) {
  SelfEvaluation form = FormWith({{"≥3", "3", "", ""}, {"≥3", "3", "", ""}, {"≥3", "3", "", ""}});
  AddTotal(form, "50", "50", "");
  const Scorecard card = ScoreOf(form);
  // 10 : 50 of 100 is 16.67 : 83.33; three shares of 83.33 are 27.78 + 27.78 + 27.77.
  EXPECT_EQ(Short(card, "funds"), "EXECUTION_RATIO 16.67/16.67 100.00%");
  EXPECT_EQ(LineOf(card, "indicators[0]").weight(), "27.78");
  EXPECT_EQ(LineOf(card, "indicators[1]").weight(), "27.78");
  EXPECT_EQ(LineOf(card, "indicators[2]").weight(), "27.77");
  EXPECT_EQ(card.total_weight(), "100.00");
}

TEST(Score, TheReferenceCountsTo100HoweverManyRowsThereAre) {
  for (const int rows : {1, 7, 999, 1001, 1667, 2000}) {
    SelfEvaluation form;
    for (int i = 0; i < rows; ++i) AddRow(form, {"≥3", "3", "", ""});
    const Scorecard card = ScoreOf(form);
    Decimal sum;
    for (const ScoreLine& line : card.lines()) sum += Decimal::Parse(line.weight()).value();
    EXPECT_EQ(sum, Decimal(100)) << rows;
    EXPECT_EQ(card.total_weight(), "100.00") << rows;
    EXPECT_EQ(card.computed_total(), "100.00") << rows;
  }
}

TEST(Score, AReferenceTakesTheLowerEndOfATierAndNoDeclaredScore) {
  // Hubei forms print scores without weights: they say nothing on the reference's weights.
  const Scorecard card = ScoreOf(FormWith({{"提升", "达成预期指标", "", "20"}, {"≥5个", "5个", "", "3"}}));
  EXPECT_EQ(card.kind(), SCORE_KIND_REFERENCE);
  EXPECT_EQ(Short(card, 0), "TIER 40.00/50.00");
  EXPECT_EQ(LineOf(card, "indicators[0]").explanation(),
            "自报档次“达成年度指标”，得分应在 40.00～50.00 分之间；参考分取下限 40.00 分");
  EXPECT_EQ(Short(card, 1), "AT_LEAST_RATIO 50.00/50.00 100.00%");
  EXPECT_EQ(LineOf(card, "indicators[1]").declared_score(), "3.00");
}

TEST(Score, RowsOfWordsTakeNoPartInAReference) {
  const Scorecard card = ScoreOf(FormWith({{"≥5个", "5个", "", ""}, {"制度化", "已建立", "", ""}}));
  EXPECT_EQ(Short(card, 0), "AT_LEAST_RATIO 100.00/100.00 100.00%");
  EXPECT_EQ(LineOf(card, "indicators[1]").explanation(), "指标值与实际完成值没有可比的数值；本行未列分值，不计分");
  EXPECT_EQ(LineOf(card, "indicators[1]").weight(), "");
}

TEST(Score, AFormThatNobodyFilledInHasNoGrade) {
  SelfEvaluation form = FormWith({{"≥5个", "", "60", ""}, {"100%", "", "30", ""}});
  AddTotal(form, "50", "50", "10");
  EXPECT_EQ(ScoreOf(form).computed_total(), "10.00");
  EXPECT_EQ(ScoreOf(form).grade(), "");
  form.mutable_indicators(0)->set_score("0");
  EXPECT_EQ(ScoreOf(form).grade(), "差");
}

TEST(Score, WeightsAboveTheTotalAreGradedByTheirShare) {
  const auto graded = [](std::string_view score) {
    return ScoreOf(FormWith({{"工作规范", "较规范", "60", std::string(score)}, {"100%", "100%", "50", "50"}})).grade();
  };
  EXPECT_EQ(graded("60"), "优");  // 110 of 110
  EXPECT_EQ(graded("40"), "良");  // 90 of 110 is 81.82 of 100
  EXPECT_EQ(ScoreOf(FormWith({{"≥5个", "5个", "50.05", "50.05"}, {"100%", "100%", "50", "50"}})).grade(), "优");
}

TEST(Score, PointsOfTheExecutionMayStandOnItsOnlyPart) {
  SelfEvaluation form = FormWith({{"≥5个", "5个", "90", "90"}});
  auto& total = *form.add_funds();
  total.set_name("年度总金额");
  total.set_full_year_budget("100");
  total.set_executed("79.27");
  auto& part = *form.add_funds();
  part.set_name("其中：财政拨款");
  part.set_full_year_budget("100");
  part.set_executed("79.27");
  part.set_weight("10");
  part.set_score("7.93");
  form.set_total_score("97.93");
  const Scorecard card = ScoreOf(form);
  EXPECT_EQ(LineOf(card, "funds").declared_score(), "7.93");
  EXPECT_EQ(LineOf(card, "funds").weight(), "10.00");
  for (const std::string_view code : {"SUM_SCORE", "SUM_WEIGHT", "EXEC_SCORE"})
    EXPECT_TRUE(FindingsOf(card, code).empty()) << code;
  part.set_score("9");
  const auto findings = FindingsOf(ScoreOf(form), "EXEC_SCORE");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].path(), "funds[1].score");
}

TEST(Score, NeitherWeightsNorFiguresIsNotScorable) {
  SelfEvaluation form = FormWith({{"制度化", "已建立", "", ""}});
  AddTotal(form, "50", "40", "");
  const Scorecard card = ScoreOf(form);
  EXPECT_EQ(card.kind(), SCORE_KIND_NOT_SCORABLE);
  EXPECT_EQ(card.computed_total(), "");
  EXPECT_EQ(card.grade(), "");
  EXPECT_EQ(card.total_weight(), "0.00");
  EXPECT_EQ(card.execution_rate(), "80.00%");
  EXPECT_EQ(ScoreOf(SelfEvaluation()).kind(), SCORE_KIND_NOT_SCORABLE);
  EXPECT_EQ(ScoreOf(SelfEvaluation()).lines_size(), 0);
}

// -------------------------------------------------------------------------------------------------------- satisfaction

TEST(Score, SatisfactionBandsOf2021IncludeTheirLowerEnds) {
  const auto points = [](std::string_view actual) {
    return LineOf(ScoreRow({"≥95%", std::string(actual), "10", "", "满意度指标", "服务对象满意度指标"},
                           "cn-national-2021"),
                  "indicators[0]")
        .computed_score();
  };
  EXPECT_EQ(points("100%"), "10.00");
  EXPECT_EQ(points("90%"), "10.00");
  EXPECT_EQ(points("89.99%"), "8.00");
  EXPECT_EQ(points("80%"), "8.00");
  EXPECT_EQ(points("79.99%"), "5.00");
  EXPECT_EQ(points("60%"), "5.00");
  EXPECT_EQ(points("59.99%"), "0.00");
  EXPECT_EQ(points("0.92"), "10.00");
}

// ---------------------------------------------------------------------------------------------------- totals and
// grades

TEST(Score, ExactlyNinetyEightyAndSixtyHaveOneGrade) {
  const auto grade = [](std::string_view declared) {
    return ScoreOf(FormWith({{"制度化", "已建立", "100", std::string(declared)}})).grade();
  };
  EXPECT_EQ(grade("100"), "优");
  EXPECT_EQ(grade("90"), "优");
  EXPECT_EQ(grade("89.99"), "良");
  EXPECT_EQ(grade("80.00"), "良");
  EXPECT_EQ(grade("79.99"), "中");
  EXPECT_EQ(grade("60"), "中");
  EXPECT_EQ(grade("59.99"), "差");
  EXPECT_EQ(grade("0"), "差");
}

TEST(Score, APartOfAFormHasNoGrade) {
  const Scorecard card = ScoreOf(FormWith({{"≥5", "5", "90", "90"}}));
  EXPECT_EQ(card.computed_total(), "90.00");
  EXPECT_EQ(card.grade(), "");
}

TEST(Score, TheDeclaredTotalAndGradeAreReadFromTheirCells) {
  const auto declared = [](std::string_view total, std::string_view grade = "") {
    SelfEvaluation form = FormWith({{"≥5", "5", "100", "100"}});
    form.set_total_score(std::string(total));
    form.set_grade(std::string(grade));
    const Scorecard card = ScoreOf(form);
    return card.declared_total() + "|" + card.declared_grade();
  };
  EXPECT_EQ(declared("96 优"), "96.00|优");
  EXPECT_EQ(declared("96（优秀）"), "96.00|优秀");
  EXPECT_EQ(declared("97.93分"), "97.93|");
  EXPECT_EQ(declared("９８"), "98.00|");
  EXPECT_EQ(declared("(98)"), "98.00|");
  EXPECT_EQ(declared("95.875"), "95.875|");
  EXPECT_EQ(declared("100", "优"), "100.00|优");
  EXPECT_EQ(declared("100", "甲等"), "100.00|甲等");  // printed, though no table knows it
  EXPECT_EQ(declared("100", "/"), "100.00|");
  EXPECT_EQ(declared("", ""), "|");
  EXPECT_EQ(declared("项目总得分99分"), "99.00|");
}

TEST(Score, FinerWeightsThanTheRulesPlacesStillAddUp) {
  // 33.333 + 33.333 + 33.334: full points are the whole weight, and lines, groups and total add up.
  const Scorecard card =
      ScoreOf(FormWith({{"≥5", "5", "33.333", ""}, {"≥5", "5", "33.333", ""}, {"≥5", "4", "33.334", "26.667"}}));
  EXPECT_EQ(LineOf(card, "indicators[0]").weight(), "33.333");
  EXPECT_EQ(LineOf(card, "indicators[0]").computed_score(), "33.333");
  EXPECT_EQ(LineOf(card, "indicators[2]").computed_score(), "26.67");  // 26.6672 rounded by the rules
  EXPECT_EQ(card.total_weight(), "100.00");
  EXPECT_EQ(card.computed_total(), "93.336");
  EXPECT_EQ(card.groups(0).computed_score(), "93.336");
  EXPECT_EQ(card.basis_weights().computed(), "100.00");
  // All met is all points.
  EXPECT_EQ(ScoreOf(FormWith({{"≥5", "5", "99.995", ""}})).computed_total(), "99.995");
}

TEST(Score, ANegativeWeightGivesNothing) {
  const Scorecard card = ScoreOf(FormWith({{"≥5", "5", "-10", ""}, {"≥5", "5", "60", ""}}));
  EXPECT_EQ(Short(card, 0), "AT_LEAST_RATIO 0.00/0.00 100.00%");
  EXPECT_EQ(card.total_weight(), "60.00");
  EXPECT_EQ(card.computed_total(), "60.00");
}

TEST(Score, MergedCellsCarryTheirClassDown) {
  SelfEvaluation form = FormWith({{"≥5", "5", "", "", "效益指标（30分）", "社会效益指标"},
                                  {"≥5", "5", "", "", "", ""},
                                  {"≥5", "5", "", "", "满意度指标", "服务对象满意度指标"},
                                  {"20万元", "15万元", "", "", "产出指标", "成本指标"},
                                  {"20万元", "15万元", "", "", "产出指标", ""}});  // level 1 repeated, level 2 merged
  const Scorecard card = ScoreOf(form);
  ASSERT_EQ(card.groups_size(), 3);
  EXPECT_EQ(card.groups(0).name(), "效益指标");
  EXPECT_EQ(card.groups(0).weight(), "33.33");  // 30 of 30 + 10 + 50
  EXPECT_EQ(card.groups(1).name(), "满意度指标");
  EXPECT_EQ(card.groups(2).name(), "产出指标");
  EXPECT_EQ(LineOf(card, "indicators[4]").method(), "AT_MOST_RATIO");  // still 成本
}

TEST(Score, EmptyRowsAndFillersHaveNoLine) {
  const Scorecard card =
      ScoreOf(FormWith({{"≥5", "5", "100", ""}, {"", "", "", ""}, {"……", "/", "", ""}, {"-", "—", "", "/"}}));
  EXPECT_EQ(card.lines_size(), 1);
}

// -------------------------------------------------------------------------------------------------------- the card
// itself

TEST(Score, TheCardNamesItsRulesAndWhyTheyWereChosen) {
  const Scorecard card = ScoreOf(EveryOperator());
  EXPECT_EQ(card.rule_set().id(), "cn-national-2020");
  EXPECT_EQ(card.rule_set().revision(), 5);
  EXPECT_EQ(card.rule_set().title(), "全国项目支出绩效自评评分规则（2020）");
  EXPECT_EQ(card.rule_set().selected_by(), "指定");
  EXPECT_EQ(card.rule_set().digest(), CanonicalDigest(RuleSetOf("cn-national-2020")).value());
}

TEST(Score, ACardIsFilledAnew) {
  Scorecard card = ScoreOf(EveryTier());
  Score(EveryOperator(), RulesOf(), "指定", card);
  EXPECT_EQ(CanonicalDigest(card).value(), CanonicalDigest(ScoreOf(EveryOperator())).value());
}

}  // namespace
}  // namespace jixiao::scoring
