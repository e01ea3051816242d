// Each check: a form where it fires, with what it says, and forms where it must not.
#include <gtest/gtest.h>

#include <chrono>
#include <initializer_list>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "checks_support.h"

namespace jixiao::scoring {
namespace {

using namespace support;
using evaluation::v1::SEVERITY_ERROR;
using evaluation::v1::SEVERITY_INFO;
using evaluation::v1::SEVERITY_WARNING;

// --------------------------------------------------------------------------------------------- forms without any fault

// The national form of 2020 with weights. 9.5 + 20 + 15 + 10 + 5 + 27 + 9.79 = 96.29.
SelfEvaluation National() {
  SelfEvaluation form = FormWith({
      {"≥8000人", "8094人", "20", "20", "产出指标(50分)", "数量指标", "培训人数"},
      {"≥95%", "96%", "15", "15", "产出指标(50分)", "质量指标", "培训合格率"},
      {"2021年12月底前", "2021年12月", "10", "10", "产出指标(50分)", "时效指标", "完成时间"},
      {"≤100万元", "95万元", "5", "5", "产出指标(50分)", "成本指标", "培训成本"},
      {"素质显著提升", "达成年度指标", "30", "27", "效益指标(30分)", "社会效益指标", "党员素质", "",
       "个别支部参与不足，已督促整改"},
      {"≥95%", "93%", "10", "9.79", "满意度指标(10分)", "服务对象满意度指标", "学员满意度", "",
       "场地较远，下年改在村部"},
  });
  AddFund(form, Fund("年度资金总额", "100", "100", "95", "10", "95%", "9.5"));
  AddFund(form, Fund("其中：当年财政拨款", "80", "80", "76", "", "95%"));
  AddFund(form, Fund("上年结转资金", "10", "10", "10"));
  AddFund(form, Fund("其他资金", "10", "10", "9"));
  form.set_expected_goal("分领域培训党员八千人");
  form.set_actual_goal("全年培训党员8094人，考核合格率96%");
  form.set_total_weight("100");
  form.set_total_score("96.29");
  form.set_grade("优");
  return form;
}

// A transfer-payment form: completions, no points.
SelfEvaluation Transfer() {
  SelfEvaluation form = FormWith({
      {"≥3公里", "3.2公里", "", "", "产出指标", "数量指标", "新建道路", "100%"},
      {"100%", "100%", "", "", "产出指标", "质量指标", "验收合格率", "100%"},
      {"2021年11月底前", "2021年10月", "", "", "产出指标", "时效指标", "完工时间", "100%"},
      {"30万元", "26.23万元", "", "", "产出指标", "成本指标", "每公里成本", "87%", "招标节余"},
      {"≥1200人", "1180人", "", "", "效益指标", "社会效益指标", "受益人口", "98.33%", "两户外迁"},
      {"≥90%", "95%", "", "", "满意度指标", "服务对象满意度指标", "群众满意度", "100%"},
  });
  form.set_kind(evaluation::v1::FORM_KIND_TRANSFER_PAYMENT);
  AddFund(form, Fund("年度资金总额：", "", "808.1", "692.98", "", "86%"));
  AddFund(form, Fund("其中：中央财政资金", "", "600", "484.88", "", "81%"));
  AddFund(form, Fund("地方资金", "", "208.1", "208.1", "", "100%"));
  AddFund(form, Fund("其他资金", "", "", ""));
  form.set_expected_goal("新建村道三公里");
  form.set_actual_goal("完成村道3.2公里并通过验收");
  return form;
}

// Sichuan: operator, value and unit from columns of their own; four times 22.5.
SelfEvaluation Sichuan() {
  SelfEvaluation form = FormWith({
      {"≥ 12 次", "12", "22.5", "22.5", "产出指标", "数量指标", "巡查次数"},
      {"= 100 %", "100", "22.5", "22.5", "产出指标", "质量指标", "问题整改率"},
      {"≤ 30 万元", "29.6", "22.5", "22.5", "成本指标", "经济成本指标", "巡查成本"},
      {"≥ 95 %", "95", "22.5", "22.5", "满意度指标", "服务对象满意度指标", "满意度"},
  });
  AddFund(form, Fund("总额", "30", "30", "29.6", "10", "98.67%", "9.87"));
  AddFund(form, Fund("其中:财政资金", "30", "30", "29.6", "", "98.67%"));
  AddFund(form, Fund("财政专户管理资金", "", "", ""));
  AddFund(form, Fund("单位资金", "", "", ""));
  form.set_total_weight("100");
  form.set_total_score("99.87");
  return form;
}

// A project that had no money this year.
SelfEvaluation WithoutMoney() {
  SelfEvaluation form = FormWith({
      {"≥2次", "2次", "60", "60"},
      {"≥90%", "92%", "30", "30", "效益指标", "社会效益指标"},
  });
  AddFund(form, Fund("年度资金总额", "0", "0", "0", "10", "0.00%", "10"));
  AddFund(form, Fund("其中：当年财政拨款", "0", "0", "0", "", "0"));
  AddFund(form, Fund("其他资金", "0", "0", "0", "", "-"));
  form.set_total_score("100");
  return form;
}

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

// ---------------------------------------------------------------------------------------------------------- SUM_WEIGHT

TEST(SumWeight, FiresWhereWeightsDoNotAddUpToTheTotal) {
  SelfEvaluation form = FormWith({{"≥5", "5", "50", "50"}, {"≥5", "5", "40", "40"}, {"≥5", "5", "10", "10"}});
  AddFund(form, Fund("年度资金总额", "", "5", "5", "10", "", "10"));
  form.set_total_weight("100");
  const Finding finding = ExpectOne(form, "SUM_WEIGHT", SEVERITY_ERROR, "total_weight",
                                    "分值合计 110 分（预算执行 10 + 指标 100），应为 100 分；表内合计印为 100 分");
  EXPECT_EQ(Evidence(finding, "sum"), "110");
  EXPECT_EQ(Evidence(finding, "expected"), "100");
  EXPECT_EQ(Evidence(finding, "indicators"), "100");
  EXPECT_EQ(Evidence(finding, "execution"), "10");
  EXPECT_EQ(Evidence(finding, "printed"), "100");
}

TEST(SumWeight, FiresWhereASectionDiffersFromItsHeading) {
  ExpectOne(FormWith({{"≥5", "5", "30", "30", "产出指标（50分）"},
                      {"≥5", "5", "10", "10", "产出指标（50分）"},
                      {"≥5", "5", "60", "60", "效益指标(60 分)"}}),
            "SUM_WEIGHT", SEVERITY_ERROR, "indicators[0].level1",
            "“产出指标（50分）”标明 50 分，所属指标分值合计 40 分");
}

TEST(SumWeight, FiresMildlyOnExecutionPointsThatStandTwice) {
  SelfEvaluation form = FormWith({{"≥2次", "2次", "90", "90"}});
  AddFund(form, Fund("年度资金总额", "", "9.48", "9.48", "10", "100%", "10"));
  AddFund(form, Fund("其中：本年财政拨款", "", "9.48", "9.48", "10", "100%", "10"));
  AddFund(form, Fund("其他资金", "", "", "", "-", "", "-"));
  const Finding finding = ExpectOne(form, "SUM_WEIGHT", SEVERITY_WARNING, "funds[1].weight",
                                    "“其中:本年财政拨款”重复填写分值 10 分、得分 10 分；预算执行只在总额行计一次分");
  EXPECT_EQ(Evidence(finding, "score"), "10");
  form.mutable_funds(1)->set_weight("5");
  ExpectNone(form, "SUM_WEIGHT", "a part of the points");
}

TEST(SumWeight, FiresMildlyWhereTheExecutionHasNoPoints) {
  SelfEvaluation form = FormWith({{"≥5", "5", "60", "60"}, {"≥5", "5", "40", "40"}});
  AddFund(form, Fund("年度资金总额", "", "9.48", "9.48"));
  ExpectOne(form, "SUM_WEIGHT", SEVERITY_INFO, "funds[0].weight",
            "指标分值合计已为 100 分，预算执行没有计分，按规则应占 10 分");
  for (auto& row : *form.mutable_indicators()) row.clear_weight();
  ExpectOne(form, "SUM_WEIGHT", SEVERITY_INFO, "funds[0].weight",
            "指标得分合计已为 100 分，预算执行没有计分，按规则应占 10 分");
  form.mutable_indicators(0)->set_level3("预算执行率");
  ExpectNone(form, "SUM_WEIGHT", "the execution rate is a row");
  form.mutable_indicators(0)->set_level3("宣传次数");
  form.mutable_funds(0)->set_score("10");
  ExpectNone(form, "SUM_WEIGHT", "the execution has points");
}

TEST(SumScore, FiresWhereTheIndicatorsHaveAllPoints) {
  SelfEvaluation form = FormWith({{"≥5", "5", "60", "60"}, {"≥5", "5", "40", "34"}});
  AddFund(form, Fund("年度资金总额", "", "9.48", "9.48"));
  form.set_total_score("98");
  ExpectOne(form, "SUM_SCORE", SEVERITY_ERROR, "total_score", "总分填为 98，各项得分合计 94");
  form.mutable_indicators(0)->set_weight("50");
  ExpectNone(form, "SUM_SCORE", "the execution's score may be 4");
}

TEST(FundParts, IsMildWhereRoundingMayBeTheCause) {
  SelfEvaluation form = FormWith({{"≥2次", "2次", "90", "90"}});
  AddFund(form, Fund("年度资金总额", "", "7165.32", "7165.32", "10"));
  for (const std::string_view part : {"1000.11", "2000.22", "3000.33", "1000.44", "164.19"})
    AddFund(form, Fund("其他资金", "", part, ""));
  ExpectOne(form, "FUND_PARTS", SEVERITY_WARNING, "funds[0].full_year_budget",
            "全年预算数：总额 7165.32 万元，分项合计 7165.29 万元，相差 0.03 万元，可能由四舍五入造成");
  form.mutable_funds(5)->set_full_year_budget("164.12");
  ExpectOne(form, "FUND_PARTS", SEVERITY_ERROR, "funds[0].full_year_budget",
            "全年预算数：总额 7165.32 万元，分项合计 7165.22 万元，相差 0.1 万元");
}

TEST(FundParts, ASubtotalIsNoPartOfItsOwn) {
  SelfEvaluation form = FormWith({{"≥2次", "2次", "90", "90"}});
  AddFund(form, Fund("合计", "", "188.61", "88.45", "10"));
  AddFund(form, Fund("财政资金小计", "", "188.61", "188.45"));
  AddFund(form, Fund("①项目支出", "", "30", "30"));
  AddFund(form, Fund("②基本支出", "", "158.61", "158.45"));
  ExpectOne(form, "FUND_PARTS", SEVERITY_ERROR, "funds[0].executed",
            "全年执行数：总额 88.45 万元，分项合计 188.45 万元，相差 100 万元");
}

TEST(Inflated, DoesNotFollowATotalThatIsZeroAboveItsParts) {
  SelfEvaluation form = FormWith({{"≥2次", "2次", "90", "90"}});
  AddFund(form, Fund("年度资金总额", "", "0", "0", "10", "0", "0"));
  AddFund(form, Fund("其中：本年财政拨款", "", "90", "89.974", "", "99.97%"));
  ExpectNone(form, "INFLATED", "FUND_PARTS says what is wrong");
  const Scorecard card = ScoreOf(form);
  EXPECT_EQ(FindingsOf(card, "FUND_PARTS").size(), 2u);
  EXPECT_EQ(card.lines(0).criterion(), "全年预算数 90 万元");
  EXPECT_EQ(card.lines(0).computed_score(), "10.00");
  // A part that is split once more counts once; one that does not say what it spent leaves all open.
  form.mutable_funds(1)->set_executed("45");
  AddFund(form, Fund("一般公共预算", "", "90", "45"));
  AddFund(form, Fund("其他资金", "", "10", "5"));
  EXPECT_EQ(ScoreOf(form).lines(0).achievement(), "50.00%");
  form.mutable_funds(3)->clear_executed();
  EXPECT_EQ(ScoreOf(form).lines(0).criterion(), "全年预算数 0 万元");
}

TEST(ExecScore, FiresOnARowOfTheExecutionRate) {
  SelfEvaluation form = FormWith({{"一", "100%", "10", "9", "项目管理", "投入管理", "预算执行率"},
                                  {"≥5", "5", "80", "80", "产出指标", "数量指标", "宣传"}});
  AddFund(form, Fund("年度资金总额", "", "64.8", "64.8", "", "100%"));
  ExpectOne(form, "EXEC_SCORE", SEVERITY_ERROR, "indicators[0].score",
            "执行率得分填为 9，按 64.8 ÷ 64.8 和分值 10 应为 10.00");
  const Scorecard card = ScoreOf(form);
  ASSERT_EQ(card.lines_size(), 2);  // and no further line for the funds
  EXPECT_EQ(card.lines(0).path(), "indicators[0]");
  EXPECT_EQ(card.lines(0).computed_score(), "10.00");
  EXPECT_EQ(card.lines(0).declared_score(), "9.00");
  form.mutable_indicators(0)->set_level3("“三公”经费预算执行率");
  ExpectNone(form, "EXEC_SCORE", "the execution of a part");
  form.mutable_indicators(0)->set_level3("预算执行率");
  form.mutable_indicators(0)->set_target("≥95%");
  ExpectNone(form, "EXEC_SCORE", "a row with a target has its own rule");
}

TEST(SumWeight, MustNotFire) {
  ExpectNone(Sichuan(), "SUM_WEIGHT", "4 × 22.5 beside an execution line of 10");
  ExpectNone(FormWith({{"≥5", "5", "100", "100"}}), "SUM_WEIGHT", "indicators that take all points");
  ExpectNone(FormWith({{"≥5", "5", "90", "90"}}), "SUM_WEIGHT", "indicators that leave room for execution");
  ExpectNone(FormWith({{"≥5", "5", "30", "30"}, {"≥5", "5", "/", "5"}}), "SUM_WEIGHT", "a row without a weight");
  ExpectNone(FormWith({{"≥5", "5", "", "5"}, {"≥5", "5", "", "5"}}), "SUM_WEIGHT", "no weights at all");
  ExpectNone(FormWith({{"≥5", "5", "75", "75"},
                       {"≥3", "3", "15", "15"},  // repeats the three below
                       {"≥1", "1", "5", "5"},
                       {"≥1", "1", "5", "5"},
                       {"≥1", "1", "5", "5"}}),
             "SUM_WEIGHT", "a parent row above its children");
  ExpectNone(FormWith({{"≥5", "5", "90", "90"}, {"……", "", "", ""}, {"/", "/", "/", "/"}}), "SUM_WEIGHT",
             "filler rows");
}

// ----------------------------------------------------------------------------------------------------------- EXEC_RATE

TEST(ExecRate, FiresWhereThePrintedRateIsNotExecutedByBudget) {
  const Finding finding =
      ExpectOne(OneFund(Fund("年度资金总额", "16.2", "16.2", "110.76", "10", "100%", "10")), "EXEC_RATE",
                SEVERITY_ERROR, "funds[0].execution_rate", "执行率填为 100%，按 110.76 ÷ 16.2 应为 683.70%");
  EXPECT_EQ(Evidence(finding, "printed"), "100%");
  EXPECT_EQ(Evidence(finding, "computed"), "683.70%");
  EXPECT_EQ(Evidence(finding, "executed"), "110.76");
  EXPECT_EQ(Evidence(finding, "budget"), "16.2");
  // 27.8 ÷ 29 = 95.862 %: cut, not rounded.
  ExpectOne(OneFund(Fund("年度资金总额", "", "29", "27.8", "10", "0.958")), "EXEC_RATE", SEVERITY_ERROR,
            "funds[0].execution_rate", "执行率填为 0.958，按 27.8 ÷ 29 应为 95.86%");
  ExpectOne(OneFund(Fund("年度资金总额", "", "43.2", "37.24", "10", "87%")), "EXEC_RATE", SEVERITY_ERROR,
            "funds[0].execution_rate", "执行率填为 87%，按 37.24 ÷ 43.2 应为 86.20%");
  ExpectOne(OneFund(Fund("年度资金总额", "", "50", "43", "10", "86%%")), "EXEC_RATE", SEVERITY_ERROR,
            "funds[0].execution_rate", "执行率书写有误：86%%");
}

TEST(ExecRate, FiresWhereAnAmountCannotBeRead) {
  ExpectOne(OneFund(Fund("县财政", "", "700", "7,00.0,77")), "EXEC_RATE", SEVERITY_ERROR, "funds[0].executed",
            "“县财政”全年执行数书写有误，不是数字：7,00.0,77");
  ExpectOne(OneFund(Fund("县财政", "", "700", "７,００.０,７７")), "EXEC_RATE", SEVERITY_ERROR, "funds[0].executed",
            "“县财政”全年执行数书写有误，不是数字：７,００.０,７７");
  ExpectOne(OneFund(Fund("县财政", "700", "7,00.0,77", "700")), "EXEC_RATE", SEVERITY_ERROR,
            "funds[0].full_year_budget", "“县财政”全年预算数书写有误，不是数字：7,00.0,77");
  ExpectOne(OneFund(Fund("县财政", "7,00.0,77", "700", "700")), "EXEC_RATE", SEVERITY_ERROR, "funds[0].initial_budget",
            "“县财政”年初预算数书写有误，不是数字：7,00.0,77");
}

TEST(ExecRate, FiresOnARateOfNoBudget) {
  ExpectOne(OneFund(Fund("年度资金总额", "0", "0", "207.4538", "10", "100%", "10")), "EXEC_RATE", SEVERITY_ERROR,
            "funds[0].execution_rate", "全年预算数为 0，全年执行数 207.4538，执行率无法计算，执行率填为 100%");
  ExpectNone(OneFund(Fund("年度资金总额", "0", "0", "5", "10", "0%")), "EXEC_RATE", "no rate is claimed");
}

TEST(ExecRate, FiresOnAnIndicatorThatIsTheRate) {
  const auto form = [](std::string_view actual) {
    SelfEvaluation out = FormWith(
        {{"95%", std::string(actual), "3", "3", "过程指标", "预算管理", "预算执行率"}, {"≥2次", "2次", "97", "97"}});
    AddFund(out, Fund("年度资金总额", "2960", "2960", "2798.30"));
    return out;
  };
  ExpectOne(form("=98%"), "EXEC_RATE", SEVERITY_ERROR, "indicators[0].actual",
            "“预算执行率”实际完成值填为 98%，按 2798.3 ÷ 2960 应为 94.54%");
  ExpectNone(form("94.54%"), "EXEC_RATE", "the rate of the table");
  ExpectNone(form("95%"), "EXEC_RATE", "the same, rounded");
  ExpectNone(form("良好"), "EXEC_RATE", "no figure");
  SelfEvaluation part = form("80%");
  AddFund(part, Fund("其中：财政拨款", "100", "100", "80"));
  ExpectNone(part, "EXEC_RATE", "the rate of a part of the money");
}

TEST(ExecRate, MustNotFire) {
  const struct {
    std::string_view budget, executed, rate;
  } cases[] = {
      {"30", "26.23", "87%"},    {"30", "18.52", "62%"},
      {"50", "10", "20"},        {"1.8", "0", "0"},
      {"1.8", "0", "0.00%"},     {"880", "880", "1"},
      {"880", "880", "100"},     {"0", "0", "0.00%"},
      {"0", "0", "100%"},        {"", "", "100%"},
      {"116", "119", "102.59%"}, {"29", "27.8", "0.959"},
      {"29", "27.8", "95.86%"},  {"300", "259.45", "86.5%"},
      {"50", "43", "-"},         {"50", "43", ""},
      {"50", "43", "达到86%"},   {"1,437", "1，437", "100%"},
      {"万元", "万元", ""},      {"/", "无", ""},
  };
  for (const auto& c : cases)
    ExpectNone(OneFund(Fund("年度资金总额", "", c.budget, c.executed, "10", c.rate)), "EXEC_RATE",
               std::string(c.executed) + " of " + std::string(c.budget) + " printed as " + std::string(c.rate));
}

// ---------------------------------------------------------------------------------------------------------- EXEC_SCORE

TEST(ExecScore, FiresWhereTheScoreIsNotTheRules) {
  const Finding finding =
      ExpectOne(OneFund(Fund("年度资金总额", "", "43.2", "37.24", "10", "", "9")), "EXEC_SCORE", SEVERITY_ERROR,
                "funds[0].score", "执行率得分填为 9，按 37.24 ÷ 43.2 和分值 10 应为 8.62");
  EXPECT_EQ(Evidence(finding, "printed"), "9");
  EXPECT_EQ(Evidence(finding, "computed"), "8.62");
  ExpectOne(OneFund(Fund("年度资金总额", "", "43.2", "37.24", "10", "", "8.7")), "EXEC_SCORE", SEVERITY_WARNING,
            "funds[0].score", "执行率得分填为 8.7，按 37.24 ÷ 43.2 和分值 10 应为 8.62");
  // By the bands of 2021 the same rate gives 7.
  ExpectOne(OneFund(Fund("年度资金总额", "", "43.2", "37.24", "10", "", "8.62")), "EXEC_SCORE", SEVERITY_ERROR,
            "funds[0].score", "执行率得分填为 8.62，按 37.24 ÷ 43.2 和分值 10 应为 7.00", RulesOf("cn-national-2021"));
}

TEST(ExecScore, MustNotFire) {
  ExpectNone(OneFund(Fund("年度资金总额", "", "43.2", "37.24", "10", "", "8.62")), "EXEC_SCORE", "the rule's score");
  ExpectNone(OneFund(Fund("年度资金总额", "", "43.2", "37.24", "10", "", "8.63")), "EXEC_SCORE", "within 0.01");
  ExpectNone(OneFund(Fund("年度资金总额", "", "16.2", "110.76", "10", "", "10")), "EXEC_SCORE",
             "full points above 100 %");
  ExpectNone(OneFund(Fund("年度资金总额", "", "50", "10", "", "20", "4")), "EXEC_SCORE",
             "no weight: another province's split");
  ExpectNone(OneFund(Fund("年度资金总额", "", "50", "10", "20", "20", "4")), "EXEC_SCORE", "20 × 20 %");
  ExpectNone(OneFund(Fund("年度资金总额", "", "0", "0", "10", "", "10")), "EXEC_SCORE", "no budget");
  ExpectNone(OneFund(Fund("年度资金总额", "", "43.2", "37.24", "10", "", "")), "EXEC_SCORE", "no score");
}

// ----------------------------------------------------------------------------------------------------------- SUM_SCORE

TEST(SumScore, FiresWhereTheTotalIsNotTheSum) {
  SelfEvaluation form = FormWith({{"≥5", "5", "60", "60"}, {"≥5", "5", "40", "40"}});
  AddFund(form, Fund("年度资金总额", "", "5", "5", "10", "", "10"));
  form.set_total_score("100");
  const Finding finding = ExpectOne(form, "SUM_SCORE", SEVERITY_ERROR, "total_score",
                                    "总分填为 100，各项得分合计 110（预算执行 10 + 指标 100）");
  EXPECT_EQ(Evidence(finding, "printed"), "100");
  EXPECT_EQ(Evidence(finding, "sum"), "110");
  ExpectOne(With(National(), [](auto& f) { f.set_total_score("96.34"); }), "SUM_SCORE", SEVERITY_WARNING, "total_score",
            "总分填为 96.34，各项得分合计 96.29（预算执行 9.5 + 指标 86.79）");
  // Without an execution score the total may be larger by that score at most.
  ExpectOne(With(FormWith({{"≥5", "5", "90", "80"}}), [](auto& f) { f.set_total_score("91"); }), "SUM_SCORE",
            SEVERITY_ERROR, "total_score", "总分填为 91，各项得分合计 80");
}

TEST(SumScore, MustNotFire) {
  ExpectNone(National(), "SUM_SCORE", "the sum");
  ExpectNone(With(National(), [](auto& f) { f.set_total_score("96.3"); }), "SUM_SCORE", "within 0.01");
  ExpectNone(With(National(), [](auto& f) { f.mutable_funds(0)->clear_score(); }), "SUM_SCORE",
             "an execution score that is not printed");
  ExpectNone(With(National(), [](auto& f) { f.mutable_indicators(2)->clear_score(); }), "SUM_SCORE",
             "a row without a score");
  ExpectNone(With(National(), [](auto& f) { f.clear_total_score(); }), "SUM_SCORE", "no printed total");
  ExpectNone(
      With(FormWith({{"≥3", "3", "15", "15"}, {"≥1", "1", "5", "5"}, {"≥1", "1", "5", "5"}, {"≥1", "1", "5", "5"}}),
           [](auto& f) { f.set_total_score("15"); }),
      "SUM_SCORE", "a parent row above its children");
}

// -------------------------------------------------------------------------------------------------------- FULL_NOT_MET

TEST(FullNotMet, FiresOnFullPointsForAMissedTarget) {
  const Finding finding =
      ExpectOne(OneRow({"≥4754人", "4604人", "5", "5", "产出指标", "数量指标", "特困供养人数"}), "FULL_NOT_MET",
                SEVERITY_ERROR, "indicators[0].actual",
                "“特困供养人数”指标值 ≥ 4754 人，实际完成 4604 人（96.84%），未达到指标值，却得满分 5 分");
  EXPECT_EQ(Evidence(finding, "ratio"), "96.84%");
  ExpectOne(OneRow({"≤5300元/户", "5830元/户", "10", "10", "产出指标", "成本指标", "救助标准"}), "FULL_NOT_MET",
            SEVERITY_ERROR, "indicators[0].actual",
            "“救助标准”指标值 ≤ 5300 元/户，实际完成 5830 元/户（110.00%），超出上限，却得满分 10 分");
  ExpectOne(OneRow({"2021年6月底前", "2021年8月", "10", "10", "产出指标", "时效指标", "完成时间"}), "FULL_NOT_MET",
            SEVERITY_ERROR, "indicators[0].actual",
            "“完成时间”时限 2021年6月底前，实际 2021年8月，已逾期，却得满分 10 分");
  ExpectOne(OneRow({"=0件", "2件", "10", "10"}), "FULL_NOT_MET", SEVERITY_ERROR, "indicators[0].actual",
            "“指标”指标值 = 0 件，实际完成 2 件，未达到指标值，却得满分 10 分");
}

TEST(FullNotMet, FiresOnAPrintedCompletionOfAMissedTarget) {
  ExpectOne(OneRow({"西区9696名党员全覆盖", "西区9623名党员全覆盖", "", "", "产出指标", "数量指标", "建党100周年活动",
                    "100%"}),
            "FULL_NOT_MET", SEVERITY_ERROR, "indicators[0].actual",
            "“建党100周年活动”指标值 9696 名，实际完成 9623 名（99.25%），未达到指标值，却完成率填为 100%");
}

TEST(FullNotMet, FiresMildlyWhereTheBoundIsOnlyReadOffTheClass) {
  ExpectOne(OneRow({"281.34万元", "289.53万元", "5", "5", "产出指标", "成本指标", "基本支出"}), "FULL_NOT_MET",
            SEVERITY_WARNING, "indicators[0].actual",
            "“基本支出”指标值 ≤ 281.34 万元，实际完成 289.53 万元（102.91%），超出上限，却得满分 5 分");
  ExpectOne(OneRow({"12个月", "15个月", "5", "5", "产出指标", "时效指标", "工期"}), "FULL_NOT_MET", SEVERITY_WARNING,
            "indicators[0].actual", "“工期”指标值 ≤ 12 个月，实际完成 15 个月（125.00%），超出上限，却得满分 5 分");
}

TEST(FullNotMet, FiresMildlyOnFullPointsForAFigureAnsweredInWords) {
  ExpectOne(OneRow({"≤30万元", "完成", "90", "90", "产出指标", "经济成本指标", "成本控制数"}), "FULL_NOT_MET",
            SEVERITY_WARNING, "indicators[0].actual",
            "“成本控制数”指标值 ≤ 30 万元，实际完成值“完成”没有数字，无从核对，却得满分 90 分");
  ExpectOne(OneRow({"80%以上", "均通过省级验收", "10", "10"}), "FULL_NOT_MET", SEVERITY_WARNING, "indicators[0].actual",
            "“指标”指标值 ≥ 80%，实际完成值“均通过省级验收”没有数字，无从核对，却得满分 10 分");
  ExpectNone(OneRow({"≤30万元", "完成", "90", "80"}), "FULL_NOT_MET", "not full");
  ExpectNone(OneRow({"=100%", "已完成", "10", "10"}), "FULL_NOT_MET", "the words say as much");
  ExpectNone(OneRow({"8002人全覆盖", "全覆盖", "10", "10"}), "FULL_NOT_MET", "no bound");
  ExpectNone(OneRow({"至少2次", "已完成100%", "10", "10"}), "FULL_NOT_MET", "completion is stated");
  ExpectNone(OneRow({"≥3家", "三家", "10", "10"}), "FULL_NOT_MET", "a numeral is a figure");
  ExpectNone(OneRow({"12月底前", "按时完成", "10", "10"}), "FULL_NOT_MET", "a date");
}

TEST(FullNotMet, FiresMildlyOnFullPointsForARowThatSaysNothing) {
  ExpectOne(OneRow({"", "", "10", "10", "产出指标", "质量指标", "工程质量合格"}), "FULL_NOT_MET", SEVERITY_WARNING,
            "indicators[0].actual", "“工程质量合格”没有填指标值和实际完成值，却得满分 10 分");
  ExpectOne(OneRow({"≥50个", "/", "10", "10"}), "FULL_NOT_MET", SEVERITY_WARNING, "indicators[0].actual",
            "“指标”没有填实际完成值，却得满分 10 分");
  SelfEvaluation form = OneRow({"≥50个", "", "10", "10"});
  *form.add_indicators() = form.indicators(0);
  ExpectOne(form, "FULL_NOT_MET", SEVERITY_WARNING, "indicators", "各项指标都没有填实际完成值，其中 2 项得满分");
  ExpectNone(OneRow({"≥50个", "", "10", "9"}), "FULL_NOT_MET", "not full");
  ExpectNone(OneRow({"≥50个", "", "10", "10", "产出指标", "数量指标", "指标", "100%"}), "FULL_NOT_MET",
             "its completion is stated");
}

TEST(FullNotMet, MustNotFire) {
  const std::pair<std::string_view, Row> cases[] = {
      {"a cost below its target", {"30万元", "26.23万元", "5", "5", "产出指标", "成本指标"}},
      {"about 700", {"700余名", "686名", "5", "5"}},
      {"more than a bare target", {"57人", "58人", "5", "5"}},
      {"points that were cut", {"≥50个", "48个", "5", "4.8"}},
      {"a completion below 100 %", {"≥50个", "48个", "", "", "产出指标", "数量指标", "指标", "96%"}},
      {"a scored row goes by its score", {"≥50个", "48个", "5", "4.8", "产出指标", "数量指标", "指标", "100%"}},
      {"quicker than a bare duration", {"12个月", "10个月", "5", "5", "产出指标", "时效指标"}},
      {"in the month that was named", {"2021年6月", "2021年6月30日", "5", "5", "产出指标", "时效指标"}},
      {"within a span of months", {"1月-12月", "2021年12月", "5", "5", "产出指标", "时效指标"}},
      {"a year and a month in figures", {"2021-12", "2021-11", "5", "5", "产出指标", "时效指标"}},
      {"not less than, negated", {"不能低于90%", "95%", "5", "5"}},
      {"one 次 of two: which is not said", {"培训10次，检查5次", "检查5次", "5", "5"}},
      {"a spreadsheet's 71.43", {"≥71.43%", "71.42999999999999%", "5", "5"}},
      {"a fraction for a share", {"≥90%", "0.95", "5", "5"}},
      {"a year written behind an enumerator", {"1.2021年不少于50次", "1.2021年75次", "5", "5"}},
      {"a clause number", {"1、培训3次", "培训3次", "5", "5"}},
  };
  for (const auto& [why, row] : cases) ExpectNone(OneRow(row), "FULL_NOT_MET", why);
}

// ----------------------------------------------------------------------------------------------------------- IND_SCORE

TEST(IndScore, FiresWhereTheScoreIsNotTheRules) {
  const Finding finding = ExpectOne(OneRow({"≥ 95 %", "95", "30.00", "27.00", "效益指标", "社会效益指标", "责停率"}),
                                    "IND_SCORE", SEVERITY_ERROR, "indicators[0].score",
                                    "“责停率”指标值 ≥ 95%，实际完成 95，分值 30，按规则应得 30.00 分，填为 27 分");
  EXPECT_EQ(Evidence(finding, "computed"), "30.00");
  EXPECT_EQ(Evidence(finding, "printed"), "27");
  ExpectOne(OneRow({"≥100%", "95%", "6", "6"}), "IND_SCORE", SEVERITY_ERROR, "indicators[0].score",
            "“指标”指标值 ≥ 100%，实际完成 95%，分值 6，按规则应得 5.70 分，填为 6 分");
  ExpectOne(OneRow({"≥100%", "95%", "6", "5.75"}), "IND_SCORE", SEVERITY_WARNING, "indicators[0].score",
            "“指标”指标值 ≥ 100%，实际完成 95%，分值 6，按规则应得 5.70 分，填为 5.75 分");
  // (95 ÷ 100 − 60 %) ÷ 40 % × 6 = 5.25
  ExpectOne(OneRow({"≥100%", "95%", "6", "5.7"}), "IND_SCORE", SEVERITY_ERROR, "indicators[0].score",
            "“指标”指标值 ≥ 100%，实际完成 95%，分值 6，按规则应得 5.25 分，填为 5.7 分", RulesOf("cn-national-2021"));
}

TEST(IndScore, FiresMildlyWhereNoReadingOfABareTargetGivesTheScore) {
  ExpectOne(OneRow({"90%", "60%", "20", "10", "产出指标", "质量指标", "项目合格率"}), "IND_SCORE", SEVERITY_WARNING,
            "indicators[0].score",
            "“项目合格率”指标值 90%，实际完成 60%，分值 20，按规则应得 13.33 分（指标值若是上限则 20 分），填为 10 分");
  ExpectOne(OneRow({"95%", "95%", "30", "27", "效益指标", "社会效益指标", "责停率"}), "IND_SCORE", SEVERITY_WARNING,
            "indicators[0].score", "“责停率”指标值 95%，实际完成 95%，分值 30，按规则应得 30.00 分，填为 27 分");
  // 1.9 is near the 2 of a ceiling, and is not it.
  ExpectOne(OneRow({"3807人", "3224人", "2", "1.9", "产出指标", "数量指标", "高血压规范管理数"}), "IND_SCORE",
            SEVERITY_WARNING, "indicators[0].score",
            "“高血压规范管理数”指标值 3807 人，实际完成 3224 人，分值 2，按规则应得 1.69 分（指标值若是上限则 2 分），"
            "填为 1.9 分");
}

TEST(IndScore, MustNotFire) {
  const std::pair<std::string_view, Row> cases[] = {
      {"the rule's score", {"≥100%", "95%", "6", "5.7"}},
      {"within 0.01", {"≥95%", "92%", "5", "4.85"}},
      {"a bare target that is exceeded", {"50人", "80人", "6", "5"}},
      {"a bare target as a ceiling", {"95%", "90%", "6", "6"}},
      {"a bare cost that may be a floor", {"100万元", "80万元", "6", "4.8", "产出指标", "成本指标"}},
      {"a date", {"2021年6月底前", "2021年6月", "6", "5", "产出指标", "时效指标"}},
      {"a stated tier", {"显著提升", "达成预期指标", "6", "5"}},
      {"words with a number", {"保障9个村社区", "9个村社区的班子配齐", "6", "5"}},
      {"a pasted target", {"≥90%", "≥90%", "6", "5"}},
      {"a quantity without counterpart", {"不少于10次，1500人次", "10次，科级领导干部全覆盖", "6", "5"}},
      {"no weight", {"≥100%", "95%", "/", "6"}},
  };
  for (const auto& [why, row] : cases) ExpectNone(OneRow(row), "IND_SCORE", why);
}

// --------------------------------------------------------------------------------------------------------------- RANGE

TEST(Range, FiresOutsideTheRange) {
  ExpectOne(OneRow({"≥5", "5", "10", "11"}), "RANGE", SEVERITY_ERROR, "indicators[0].score",
            "“指标”得分 11 超过分值 10");
  ExpectOne(OneRow({"≥5", "5", "10", "-1"}), "RANGE", SEVERITY_ERROR, "indicators[0].score",
            "“指标”得分为 -1，不应小于 0");
  ExpectOne(OneRow({"≥5", "5", "0", "0"}), "RANGE", SEVERITY_ERROR, "indicators[0].weight", "“指标”分值为 0，应大于 0");
  ExpectOne(OneRow({"≥5", "5", "-5", "0"}), "RANGE", SEVERITY_ERROR, "indicators[0].weight",
            "“指标”分值为 -5，应大于 0");
  ExpectOne(OneFund(Fund("年度资金总额", "", "5", "5", "10", "", "12")), "RANGE", SEVERITY_ERROR, "funds[0].score",
            "“年度资金总额”得分 12 超过分值 10");
  const Finding finding = ExpectOne(With(National(), [](auto& f) { f.set_total_score("110"); }), "RANGE",
                                    SEVERITY_ERROR, "total_score", "总分 110 超出 0～100 的范围");
  EXPECT_EQ(Evidence(finding, "limit"), "100");
}

TEST(Range, FiresMildlyOnAPartOfMoreThanTheWhole) {
  ExpectOne(OneRow({"290%", "100%", "10", "10", "满意度指标", "服务对象满意度", "市民满意度调查"}), "RANGE",
            SEVERITY_WARNING, "indicators[0].target",
            "“市民满意度调查”指标值 290% 超过 100%，不合常理；也许是“≥90%”误识所致");
  const SelfEvaluation misread = OneRow({"90%", "290%", "10", "10", "效益指标", "社会效益指标", "群众认可"});
  ExpectOne(misread, "RANGE", SEVERITY_WARNING, "indicators[0].actual",
            "“群众认可”实际完成值 290% 超过 100%，不合常理；也许是“≥90%”误识所致");
  ExpectNone(misread, "OVER_TARGET", "it is out of range");
  ExpectOne(OneRow({"≥95%", "102%", "10", "10", "产出指标", "质量指标", "验收合格率"}), "RANGE", SEVERITY_WARNING,
            "indicators[0].actual", "“验收合格率”实际完成值 102% 超过 100%，不合常理");
  ExpectNone(OneRow({"≥10%", "115.25%", "10", "10", "产出指标", "数量指标", "贷款增长率"}), "RANGE", "a growth");
  ExpectNone(OneRow({"100%", "120%", "10", "10", "产出指标", "数量指标", "任务完成率"}), "RANGE", "more than was due");
}

TEST(Range, MustNotFire) {
  ExpectNone(OneRow({"≥5", "5", "10", "10.00"}), "RANGE", "full points");
  ExpectNone(OneRow({"≥5", "5", "10", "0"}), "RANGE", "no points");
  ExpectNone(OneRow({"≥5", "5", "/", "/"}), "RANGE", "marks");
  ExpectNone(With(National(), [](auto& f) { f.set_total_score("100"); }), "RANGE", "a full total");
}

// ----------------------------------------------------------------------------------------------------------- NO_REASON

TEST(NoReason, FiresOnLostPointsWithoutAWord) {
  for (const std::string_view filler : {"", "0", "无", "无。", "/", "／", "-", "—", "暂无", " 无 ", "……"}) {
    const Finding finding = ExpectOne(
        OneRow({"制度化", "已建立", "10", "9", "产出指标", "质量指标", "制度", "", std::string(filler)}), "NO_REASON",
        SEVERITY_ERROR, "indicators[0].deviation_reason", "“制度”得 9 分（分值 10），未说明偏差原因和改进措施");
    EXPECT_EQ(Evidence(finding, "score"), "9") << filler;
  }
  ExpectOne(OneRow({"30万元", "26.23万元", "", "", "产出指标", "成本指标", "培训经费", "87%"}), "NO_REASON",
            SEVERITY_ERROR, "indicators[0].deviation_reason", "“培训经费”完成率 87%，未说明未完成原因和改进措施");
}

TEST(NoReason, FiresOnALowExecutionRateWhereTheRuleSetAsksForIt) {
  v1::RuleSet strict = RuleSetOf("cn-national-2020");
  strict.mutable_limits()->set_reason_below_rate("0.9");
  const auto rules = Compiled(strict);
  const SelfEvaluation form = OneFund(Fund("年度资金总额", "", "50", "44", "10", "88%", "8.8"));
  ExpectOne(form, "NO_REASON", SEVERITY_ERROR, "funds[0].execution_rate", "执行率 88.00% 低于 90%，未说明原因", *rules);
  ExpectNone(form, "NO_REASON", "the national rules do not ask");
  ExpectNone(OneFund(Fund("年度资金总额", "", "50", "45", "10", "90%", "9")), "NO_REASON", "90 % is not below", *rules);
  ExpectNone(With(form, [](auto& f) { f.add_report()->set_text("因疫情推迟"); }), "NO_REASON", "a report explains",
             *rules);
}

TEST(NoReason, FiresOnAMissedTargetOfARowWithoutPoints) {
  const auto form = [](std::string target, std::string reason) {
    return FormWith(
        {{std::move(target), "94.60%", "", "", "满意度指标", "服务对象满意度", "家长满意度", "", std::move(reason)}});
  };
  ExpectOne(form("≥95%", ""), "NO_REASON", SEVERITY_ERROR, "indicators[0].deviation_reason",
            "“家长满意度”指标值 ≥ 95%，实际完成 94.6%，未达到指标值，未说明偏差原因和改进措施");
  ExpectOne(form("95%", "无"), "NO_REASON", SEVERITY_WARNING, "indicators[0].deviation_reason",
            "“家长满意度”指标值 95%，实际完成 94.6%，未达到指标值，未说明偏差原因和改进措施");
  ExpectNone(form("≥95%", "部分家长未参加调查"), "NO_REASON", "a reason");
  ExpectNone(form("≥90%", ""), "NO_REASON", "the target is met");
}

TEST(NoReason, FiresOnAMissedDateOfARowWithoutPoints) {
  const auto form = [](std::string actual, std::string reason) {
    return FormWith(
        {{"2018年10月底", std::move(actual), "", "", "产出指标", "时效指标", "项目完成时间", "", std::move(reason)}});
  };
  ExpectOne(form("2018年11月底", ""), "NO_REASON", SEVERITY_ERROR, "indicators[0].deviation_reason",
            "“项目完成时间”时限 2018年10月底，实际 2018年11月底，已逾期，未说明偏差原因和改进措施");
  ExpectNone(form("2018年11月底", "设备到货推迟"), "NO_REASON", "a reason");
  ExpectNone(form("2018年9月底", ""), "NO_REASON", "in time");
}

TEST(NoReason, MustNotFire) {
  const std::pair<std::string_view, Row> cases[] = {
      {"full points", {"制度化", "已建立", "10", "10"}},
      {"a reason", {"制度化", "已建立", "10", "9", "产出指标", "质量指标", "制度", "", "两项未及时修订"}},
      {"9.996 of 10 loses nothing", {"制度化", "已建立", "9.999", "9.996"}},
      {"a full completion", {"≥5", "5", "", "", "产出指标", "数量指标", "指标", "100%"}},
      {"a fraction for 100 %", {"≥5", "5", "", "", "产出指标", "数量指标", "指标", "1"}},
      {"a low completion with a reason", {"≥5", "4", "", "", "产出指标", "数量指标", "指标", "80%", "未支付"}},
      {"a scored row goes by its score", {"≥5", "4", "10", "10", "产出指标", "数量指标", "指标", "80%"}},
  };
  for (const auto& [why, row] : cases) ExpectNone(OneRow(row), "NO_REASON", why);
}

// ---------------------------------------------------------------------------------------------------------- FUND_PARTS

TEST(FundParts, FiresWhereThePartsDoNotAddUp) {
  SelfEvaluation form = OneFund(Fund("年度资金总额", "", "0", "0", "10"));
  AddFund(form, Fund("其中：当年财政拨款", "", "90", "89.974"));
  AddFund(form, Fund("其他资金", "", "", ""));
  const auto findings = FindingsOf(ScoreOf(form), "FUND_PARTS");
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_EQ(findings[0].path(), "funds[0].full_year_budget");
  EXPECT_EQ(findings[0].message(), "全年预算数：总额 0 万元，分项合计 90 万元，相差 90 万元");
  EXPECT_EQ(findings[0].severity(), SEVERITY_ERROR);
  EXPECT_EQ(findings[1].path(), "funds[0].executed");
  EXPECT_EQ(findings[1].message(), "全年执行数：总额 0 万元，分项合计 89.974 万元，相差 89.974 万元");
  EXPECT_EQ(Evidence(findings[1], "parts"), "89.974");
}

TEST(FundParts, FiresWhereThePartsStandAboveTheTotal) {
  SelfEvaluation form = OneFund(Fund("中央补助", "", "124.23", "124.23"));
  AddFund(form, Fund("省级资金", "", "370.83", "370.83"));
  AddFund(form, Fund("其他资金", "", "260.3", "260.3"));
  AddFund(form, Fund("合计", "", "755.19", "755.36"));
  ExpectOne(form, "FUND_PARTS", SEVERITY_ERROR, "funds[3].full_year_budget",
            "全年预算数：总额 755.19 万元，分项合计 755.36 万元，相差 0.17 万元");
}

TEST(FundParts, FiresWhereAPartSpendsWhatItDoesNotHave) {
  const Finding finding = ExpectOne(With(National(),
                                         [](auto& f) {
                                           f.mutable_funds(2)->set_full_year_budget("0");
                                           f.mutable_funds(3)->set_full_year_budget("20");
                                         }),
                                    "FUND_PARTS", SEVERITY_ERROR, "funds[2].executed",
                                    "“上年结转资金”预算 0 万元，执行 10 万元，分项预算不足以支撑其执行数");
  EXPECT_EQ(Evidence(finding, "budget"), "0");
  EXPECT_EQ(Evidence(finding, "executed"), "10");
}

TEST(FundParts, FiresMildlyWhereTheListNeedNotBeWhole) {
  SelfEvaluation form = OneFund(Fund("年度资金总额", "", "100", "100", "10"));
  AddFund(form, Fund("其中：中央财政资金", "", "60", "60"));
  const auto findings = FindingsOf(ScoreOf(form), "FUND_PARTS");
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_EQ(findings[0].severity(), SEVERITY_WARNING);
}

TEST(FundParts, MustNotFire) {
  ExpectNone(National(), "FUND_PARTS", "parts that add up");
  ExpectNone(Transfer(), "FUND_PARTS", "a part left blank");
  SelfEvaluation split = OneFund(Fund("年度资金总额", "", "100", "90", "10"));
  AddFund(split, Fund("其中：当年财政拨款", "", "80", "70"));
  AddFund(split, Fund("其中：本级", "", "50", "40"));
  AddFund(split, Fund("上级", "", "30", "30"));
  AddFund(split, Fund("其他资金", "", "20", "20"));
  ExpectNone(split, "FUND_PARTS", "a part split once more");
  SelfEvaluation books = OneFund(Fund("年度总金额", "", "4764453.11", "4614453.11", "10"));
  AddFund(books, Fund("其中:财政拨款", "", "4764453.11", "4614453.11"));
  AddFund(books, Fund("一般公共预算", "", "4764453.11", "4614453.11"));
  ExpectNone(books, "FUND_PARTS", "the budget that the money comes from");
  ExpectNone(OneFund(Fund("年度资金总额", "", "100", "90", "10")), "FUND_PARTS", "no parts");
  SelfEvaluation over = OneFund(Fund("年度资金总额", "", "508.65", "516.82", "10"));
  AddFund(over, Fund("其中：财政拨款", "", "508.65", "516.82"));
  ExpectNone(over, "FUND_PARTS", "the total's own excess, which EXEC_OVER100 names");
  SelfEvaluation twice = National();
  AddFund(twice, Fund("合计", "100", "100", "95"));
  ExpectNone(twice, "FUND_PARTS", "a second total row");
  SelfEvaluation initial = OneFund(Fund("年度资金总额", "100", "", "90", "10"));
  AddFund(initial, Fund("其中：财政拨款", "100", "", "90"));
  ExpectNone(initial, "FUND_PARTS", "a form that has only the initial budget");
}

// ---------------------------------------------------------------------------------------------------------------- TIER

TEST(TierCheck, FiresOutsideTheInterval) {
  const Finding finding = ExpectOne(
      OneRow({"显著提升", "部分达成预期指标", "10", "9", "效益指标", "社会效益指标", "影响力"}), "TIER", SEVERITY_ERROR,
      "indicators[0].score", "“影响力”自报“部分达成年度指标并具有一定效果”，得分应在 6.00～7.99 之间，填为 9");
  EXPECT_EQ(Evidence(finding, "low"), "6.00");
  EXPECT_EQ(Evidence(finding, "high"), "7.99");
  ExpectOne(OneRow({"显著提升", "达成年度指标", "10", "7.99"}), "TIER", SEVERITY_ERROR, "indicators[0].score",
            "“指标”自报“达成年度指标”，得分应在 8.00～10.00 之间，填为 7.99");
  ExpectOne(OneRow({"显著提升", "部分达成，并具有一定效果", "10", "5"}), "TIER", SEVERITY_ERROR, "indicators[0].score",
            "“指标”自报“部分达成年度指标并具有一定效果”，得分应在 6.00～7.99 之间，填为 5", *Compiled([] {
              v1::RuleSet set = RuleSetOf("cn-national-2020");
              set.mutable_qualitative()->mutable_tiers(1)->add_phrases("部分达成并具有一定效果");
              return set;
            }()));
}

TEST(TierCheck, FiresOnAChoiceThatWasNotMade) {
  ExpectOne(OneRow({"定性 好坏", "好坏", "5", "5", "产出指标", "质量指标", "机制健全性"}), "TIER", SEVERITY_WARNING,
            "indicators[0].actual", "“机制健全性”实际完成值“好坏”是选项本身，没有作出选择");
}

TEST(TierCheck, FiresMildlyOnTiersThatAnswerFigures) {
  const Finding finding =
      ExpectOne(FormWith({{"不低于95%", "达成预期指标", "50", "45", "产出指标", "质量指标", "火因查明率"},
                          {"0起", "达成预期指标", "40", "35", "效益指标", "社会效益", "重大火灾"},
                          {"100%", "达成预期指标", "10", "10", "产出指标", "质量指标", "合格率"}}),
                "TIER", SEVERITY_WARNING, "indicators[0].actual",
                "“火因查明率”指标值 ≥ 95%，实际完成值“达成预期指标”是档次，没有数字，无从核对；同样的共 2 项");
  EXPECT_EQ(Evidence(finding, "rows"), "0,1");
  ExpectNone(OneRow({"显著提升", "达成预期指标", "10", "9"}), "TIER", "a target in words");
}

TEST(TierCheck, FiresOnOtherWordsWhereTheRuleSetAsksForTierNames) {
  v1::RuleSet strict = RuleSetOf("cn-national-2020");
  strict.mutable_qualitative()->set_names_required(true);
  const auto rules = Compiled(strict);
  ExpectOne(OneRow({"显著提升", "已完成", "10", "10"}), "TIER", SEVERITY_ERROR, "indicators[0].actual",
            "“指标”为定性指标，实际完成值应为规定的档次名称", *rules);
  ExpectNone(OneRow({"显著提升", "达成年度指标", "10", "10"}), "TIER", "a tier's name", *rules);
  ExpectNone(OneRow({"≥5次", "5次", "10", "10"}), "TIER", "figures", *rules);
  ExpectNone(OneRow({"2021年底", "已完成", "10", "10"}), "TIER", "a date", *rules);
}

TEST(TierCheck, MustNotFire) {
  ExpectNone(OneRow({"显著提升", "达成年度指标", "10", "8"}), "TIER", "exactly 80 % of the weight");
  ExpectNone(OneRow({"显著提升", "达成年度指标", "10", "10"}), "TIER", "all points");
  ExpectNone(OneRow({"显著提升", "达成年度指标", "3.335", "3.335"}), "TIER", "all of a finer weight");
  ExpectNone(OneRow({"显著提升", "部分达成年度指标并具有一定效果", "10", "6"}), "TIER", "exactly 60 %");
  ExpectNone(OneRow({"显著提升", "部分达成年度指标并具有一定效果", "10", "5"}), "TIER", "50 % by the rules of 2016",
             RulesOf("cn-national-2016"));
  ExpectNone(OneRow({"显著提升", "达成年度指标", "10", ""}), "TIER", "no score");
  ExpectNone(OneRow({"显著提升", "已完成", "10", "10"}), "TIER", "other words, where names are not required");
}

// ---------------------------------------------------------------------------------------------------------
// EXEC_OVER100

TEST(ExecOver100, FiresWhereMoreIsSpentThanTheBudget) {
  const Finding finding =
      ExpectOne(OneFund(Fund("年度资金总额", "", "508.65", "516.82", "10")), "EXEC_OVER100", SEVERITY_ERROR,
                "funds[0].executed", "执行数 516.82 万元超过预算数 508.65 万元，执行率 101.61%");
  EXPECT_EQ(Evidence(finding, "rate"), "101.61%");
  ExpectOne(OneFund(Fund("年度资金总额", "", "0", "5", "10")), "EXEC_OVER100", SEVERITY_ERROR, "funds[0].executed",
            "执行数 5 万元超过预算数 0 万元");
}

TEST(ExecOver100, MustNotFire) {
  ExpectNone(OneFund(Fund("年度资金总额", "", "12", "12", "10")), "EXEC_OVER100", "12 of 12");
  ExpectNone(OneFund(Fund("年度资金总额", "", "12", "12.01", "10")), "EXEC_OVER100", "within 0.01");
  ExpectNone(OneFund(Fund("年度资金总额", "", "", "12", "10")), "EXEC_OVER100", "no budget");
  SelfEvaluation part = National();
  part.mutable_funds(2)->set_executed("11");
  ExpectNone(part, "EXEC_OVER100", "a part, which FUND_PARTS names");
  v1::RuleSet lenient = RuleSetOf("cn-national-2020");
  lenient.mutable_execution()->set_over_budget_allowed(true);
  ExpectNone(OneFund(Fund("年度资金总额", "", "12", "24", "10")), "EXEC_OVER100", "allowed by the rule set",
             *Compiled(lenient));
}

// --------------------------------------------------------------------------------------------------------
// ZERO_EXEC_DONE

TEST(ZeroExecDone, FiresWhereNothingWasSpentAndAllIsDone) {
  SelfEvaluation form = FormWith({
      {"1个", "1个", "", "", "产出指标", "数量指标", "项目", "100%"},
      {"提升服务", "提升服务", "", "", "产出指标", "质量指标", "服务", "100%"},
      {"1.8万元", "0", "", "", "产出指标", "成本指标", "经费", "0", "未支付"},
      {"95%以上", "96%", "", "", "满意度指标", "满意度指标", "满意度", "100%"},
  });
  AddFund(form, Fund("年度资金总额", "", "1.8", "0", "", "0"));
  const Finding finding = ExpectOne(form, "ZERO_EXEC_DONE", SEVERITY_WARNING, "funds[0].executed",
                                    "预算 1.8 万元仅执行 0 万元，而 3 项产出、效益和满意度指标全部填为完成");
  EXPECT_EQ(Evidence(finding, "rows"), "3");
  form.mutable_funds(0)->set_executed("0.17");  // 9.4 %
  ExpectOne(form, "ZERO_EXEC_DONE", SEVERITY_WARNING, "funds[0].executed",
            "预算 1.8 万元仅执行 0.17 万元，而 3 项产出、效益和满意度指标全部填为完成");
  form.mutable_funds(0)->set_executed("0.18");  // 10 %
  ExpectNone(form, "ZERO_EXEC_DONE", "10 % is not below");
  form.mutable_funds(0)->set_executed("0");
  form.mutable_indicators(1)->set_completion_rate("50%");
  ExpectNone(form, "ZERO_EXEC_DONE", "a row that is not complete");
}

TEST(ZeroExecDone, MustNotFire) {
  SelfEvaluation idle = FormWith({{"11个", "0", "", ""}});
  AddFund(idle, Fund("年度资金总额", "", "2380.91", "0"));
  ExpectNone(idle, "ZERO_EXEC_DONE", "nothing spent, nothing done");
  ExpectNone(WithoutMoney(), "ZERO_EXEC_DONE", "no budget");
  SelfEvaluation cost = FormWith({{"1.8万元", "0", "", "", "产出指标", "成本指标", "经费", "100%"}});
  AddFund(cost, Fund("年度资金总额", "", "1.8", "0"));
  ExpectNone(cost, "ZERO_EXEC_DONE", "cost rows follow the money");
}

// -------------------------------------------------------------------------------------------------------------
// INFLATED

TEST(Inflated, FiresWhereIndicatorsFarOutscoreExecution) {
  // (100 − 62.56) ÷ 100 = 37.44 %
  SelfEvaluation form = FormWith({{"≥5", "5", "90", "90"}});
  AddFund(form, Fund("年度资金总额", "", "100", "62.56", "10", "", "6.256"));
  const Finding finding =
      ExpectOne(form, "INFLATED", SEVERITY_WARNING, "indicators",
                "指标得分率 100.00%（90/90），预算执行得分率 62.56%（6.256/10），偏离 37.44%，超过 5%");
  EXPECT_EQ(Evidence(finding, "gap"), "37.44%");
  form.mutable_funds(0)->clear_score();  // then by the rule
  ExpectOne(form, "INFLATED", SEVERITY_WARNING, "indicators",
            "指标得分率 100.00%（90/90），预算执行得分率 62.60%（6.26/10），偏离 37.40%，超过 5%");
}

TEST(Inflated, FiresOnRowsWithoutPointsThatAreAllComplete) {
  const auto form = [](std::string_view executed, std::string actual) {
    SelfEvaluation out = FormWith({{"22.8平方米", "22.8平方米"},
                                   {"180平方米", std::move(actual)},
                                   {"50万元", "10万元", "", "", "产出指标", "成本指标", "成本"}});
    AddFund(out, Fund("年度资金总额", "", "50", executed));
    return out;
  };
  ExpectOne(form("10", "180平方米"), "INFLATED", SEVERITY_WARNING, "indicators",
            "可比的 2 项产出、效益和满意度指标全部填为完成，预算执行率只有 20.00%，偏离 80.00%，超过 5%");
  ExpectNone(form("10", "170平方米"), "INFLATED", "one is missed");
  ExpectNone(form("48", "180平方米"), "INFLATED", "within the limit");
  ExpectNone(form("1", "180平方米"), "INFLATED", "ZERO_EXEC_DONE names it");
}

TEST(Inflated, MustNotFire) {
  ExpectNone(OneFund(Fund("年度资金总额", "", "100", "95", "10", "", "9.5")), "INFLATED", "exactly 5 %");
  ExpectNone(National(), "INFLATED", "96.43 % beside 95 %");
  ExpectNone(Transfer(), "INFLATED", "no weights");
  ExpectNone(FormWith({{"≥5", "5", "100", "100"}}), "INFLATED", "no funds");
  SelfEvaluation low = FormWith({{"制度化", "已建立", "90", "0"}});
  AddFund(low, Fund("年度资金总额", "", "100", "0", "10", "", "0"));
  ExpectNone(low, "INFLATED", "no points at all");
}

// ----------------------------------------------------------------------------------------------------------
// OVER_TARGET

TEST(OverTarget, FiresFarAboveTheTarget) {
  const Finding finding =
      ExpectOne(OneRow({"≥4次", "23次", "10", "10", "产出指标", "数量指标", "支部活动"}), "OVER_TARGET",
                SEVERITY_WARNING, "indicators[0].actual",
                "“支部活动”指标值 ≥ 4 次，实际完成 23 次，为指标值的 575.00%，指标值可能偏低，且未说明原因");
  EXPECT_EQ(Evidence(finding, "ratio"), "575.00%");
  ExpectOne(OneRow({"3次", "7次", "10", "10", "产出指标", "数量指标", "考察", "", "换届增加"}), "OVER_TARGET",
            SEVERITY_WARNING, "indicators[0].actual",
            "“考察”指标值 3 次，实际完成 7 次，为指标值的 233.33%，指标值可能偏低");
  ExpectOne(OneRow({"≥10次", "12次", "10", "10"}), "OVER_TARGET", SEVERITY_WARNING, "indicators[0].actual",
            "“指标”指标值 ≥ 10 次，实际完成 12 次，为指标值的 120.00%，指标值可能偏低");
}

TEST(OverTarget, MustNotFire) {
  const std::pair<std::string_view, Row> cases[] = {
      {"58 against 57", {"57人", "58人", "10", "10"}},
      {"just below 120 %", {"≥1000次", "1199次", "10", "10"}},
      {"an upper bound", {"≤10次", "50次", "10", "0"}},
      {"an equality", {"=4次", "23次", "10", "10"}},
      {"a cost", {"10次", "23次", "10", "10", "产出指标", "成本指标"}},
      {"a target of 0", {"≥0次", "23次", "10", "10"}},
      {"a fraction for a share", {"≥90%", "0.95", "10", "10"}},
  };
  for (const auto& [why, row] : cases) ExpectNone(OneRow(row), "OVER_TARGET", why);
}

// -----------------------------------------------------------------------------------------------------------------
// ECHO

TEST(Echo, FiresOnRepeatedWords) {
  SelfEvaluation form = FormWith({
      {"提高党员教育质量", "提高党员教育 质量", "30", "30"},
      {"党员教育制度化", "每月一次党小组会", "30", "30"},
      {"及时", "及时", "40", "40"},
  });
  form.set_expected_goal("健全培训体系，分领域安排");
  form.set_actual_goal("健全培训体系,分领域安排");
  const auto findings = FindingsOf(ScoreOf(form), "ECHO");
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_EQ(findings[0].path(), "actual_goal");
  EXPECT_EQ(findings[0].message(), "年度总体目标的实际完成情况与预期目标文字完全相同");
  EXPECT_EQ(findings[0].severity(), SEVERITY_WARNING);
  EXPECT_EQ(findings[1].path(), "indicators");
  EXPECT_EQ(findings[1].message(), "3 项文字指标中有 1 项的实际完成值与指标值文字完全相同");
  EXPECT_EQ(Evidence(findings[1], "rows"), "0");
}

TEST(Echo, FiresOnAPassageOfTheGoal) {
  SelfEvaluation form = OneRow({"≥2次", "2次"});
  form.set_expected_goal("建设坡面观测设施；安装水标尺266米，带动1000人增收，受益群众满意。");
  form.set_actual_goal("安装水标尺266米，带动1000人增收，受益群众满意。");
  ExpectOne(form, "ECHO", SEVERITY_WARNING, "actual_goal", "年度总体目标的实际完成情况是预期目标中的一段原文");
  form.set_actual_goal("安装水标尺266米");
  ExpectNone(form, "ECHO", "a few words are no passage");
  form.set_actual_goal("安装水标尺266米，带动1000人增收，受益群众都很满意");
  ExpectNone(form, "ECHO", "words of its own");
}

TEST(Echo, FiresMildlyOnOneRow) {
  ExpectOne(OneRow({"显著提升", "显著提升", "10", "10", "效益指标", "社会效益指标"}), "ECHO", SEVERITY_INFO,
            "indicators", "1 项文字指标中有 1 项的实际完成值与指标值文字完全相同");
}

TEST(Echo, FiresOnAPastedOperator) {
  ExpectOne(OneRow({"≥90%", "≧ 90 %", "10", "10", "产出指标", "质量指标", "免疫密度"}), "ECHO", SEVERITY_WARNING,
            "indicators[0].actual", "“免疫密度”实际完成值“≧ 90 %”照抄指标值（连同运算符），不是实际数值");
  ExpectOne(OneRow({"不少于50个", "≥50", "10", "10"}), "ECHO", SEVERITY_WARNING, "indicators[0].actual",
            "“指标”实际完成值“≥50”照抄指标值（连同运算符），不是实际数值");
}

TEST(Echo, MustNotFire) {
  const std::pair<std::string_view, Row> cases[] = {
      {"是", {"是", "是", "10", "10"}},
      {"合规", {"合规", "合规", "10", "10"}},
      {"全部完成", {"全部完成", "全部完成", "10", "10"}},
      {"three characters", {"制度化", "制度化", "10", "10"}},
      {"100%", {"100%", "100%", "10", "10"}},
      {"a number reached exactly", {"10个", "10个", "10", "10"}},
      {"a date reached exactly", {"2021年12月31日", "2021年12月31日", "10", "10"}},
      {"other words", {"显著提升服务水平", "服务水平有所提升", "10", "10"}},
      {"blank", {"", "", "10", "10"}},
  };
  for (const auto& [why, row] : cases) ExpectNone(OneRow(row), "ECHO", why);
}

// --------------------------------------------------------------------------------------------------------
// UNIT_MISMATCH

TEST(UnitMismatch, FiresOnUnitsThatCannotBeCompared) {
  const Finding finding = ExpectOne(OneRow({"≥360天", "100%", "10", "10", "产出指标", "数量指标", "开放天数"}),
                                    "UNIT_MISMATCH", SEVERITY_ERROR, "indicators[0].actual",
                                    "“开放天数”指标值 ≥ 360 天 与实际完成值 100% 单位不同，无法比较");
  EXPECT_EQ(Evidence(finding, "target"), "≥ 360 天");
  EXPECT_EQ(Evidence(finding, "actual"), "100%");
  ExpectOne(OneRow({"30万元", "30元", "10", "10", "产出指标", "成本指标", "经费"}), "UNIT_MISMATCH", SEVERITY_ERROR,
            "indicators[0].actual", "“经费”指标值 30 万元 与实际完成值 30 元 数字相同而单位不同");
}

TEST(UnitMismatch, FiresOnWordsForAFigureWithoutPoints) {
  const Row row = {"80%以上", "均通过省级验收", "", "", "产出指标", "质量指标", "门诊规范化建设"};
  ExpectOne(FormWith({row}), "UNIT_MISMATCH", SEVERITY_WARNING, "indicators[0].actual",
            "“门诊规范化建设”指标值 ≥ 80%，实际完成值“均通过省级验收”没有数字，无从核对");
  const std::pair<std::string_view, std::pair<std::string, std::string>> cases[] = {
      {"100 % is what 已完成 means", {"=100%", "已完成"}},
      {"no operator is written", {"80%", "均通过省级验收"}},
      {"a completion", {"≥80%", "已完成100%"}},
      {"a date", {"≤12月", "12月"}},
      {"nothing yet", {"≥80%", ""}},
      {"none is a number", {"≤1次", "未发生"}}};
  for (const auto& [why, cells] : cases)
    ExpectNone(FormWith({{cells.first, cells.second, "", "", "产出指标", "质量指标", "建设"}}), "UNIT_MISMATCH", why);
  ExpectNone(OneRow({"≥80%", "均通过省级验收", "10", "10"}), "UNIT_MISMATCH", "with points it is FULL_NOT_MET's");
}

TEST(UnitMismatch, FiresOnAmountsInTheReportThatAre10000TimesOff) {
  SelfEvaluation form = OneFund(Fund("年度资金总额", "", "112", "110.76", "10"));
  form.add_report()->set_text("项目预算112万元。");
  form.add_report()->set_text("2021年度上级下拨资金为368304元；支出了360304万元。");
  ExpectOne(form, "UNIT_MISMATCH", SEVERITY_ERROR, "report[1].text",
            "报告中的 360304 万元 与表内资金（112 万元）相差约一万倍，元与万元可能写错");
  SelfEvaluation small = OneFund(Fund("年度资金总额", "", "112", "110.76", "10"));
  small.add_report()->set_text("支出110.76元");
  ExpectOne(small, "UNIT_MISMATCH", SEVERITY_ERROR, "report[0].text",
            "报告中的 110.76 元 与表内资金（112 万元）相差约一万倍，元与万元可能写错");
}

TEST(UnitMismatch, NamesTwentyAmountsOfASectionAtMost) {
  SelfEvaluation form = OneFund(Fund("年度资金总额", "", "112", "110.76", "10"));
  for (int section = 0; section < 2; ++section) {
    std::string text;
    for (int i = 0; i < 500; ++i) text += "支出" + std::to_string(360304 + 500 * section + i) + "万元；";
    form.add_report()->set_text(text);
  }
  EXPECT_EQ(FindingsOf(ScoreOf(form), "UNIT_MISMATCH").size(), 40u);
}

TEST(UnitMismatch, MustNotFire) {
  const std::pair<std::string_view, Row> cases[] = {
      {"a bare number", {"≥50个", "50", "10", "10"}},
      {"another classifier", {"50个", "50家", "10", "10"}},
      {"元 against 万元", {"72890元", "7.289万元", "10", "10", "产出指标", "成本指标"}},
      {"a completion in words", {"≥5个", "已完成100%", "10", "10"}},
      {"the short way of a compound", {"400元/人、天", "180元", "10", "10", "产出指标", "成本指标"}},
      {"two units, one on the other side", {"14户39人", "39人", "10", "10"}},
      {"a document number", {"360天", "按〔2020〕4号执行", "10", "10"}},
  };
  for (const auto& [why, row] : cases) ExpectNone(OneRow(row), "UNIT_MISMATCH", why);
  SelfEvaluation form = OneFund(Fund("年度资金总额", "", "112", "110.76", "10"));
  form.add_report()->set_text(
      "预算112万元，即1120000元；全区投入5000万元；慰问5.04万元，每人50元；见《2021—2030年360304万元规划》。");
  ExpectNone(form, "UNIT_MISMATCH", "amounts of the table's size and others");
}

// ------------------------------------------------------------------------------------------------------
// COMPLETION_RATE

Row Completed(std::string_view target, std::string_view actual, std::string_view completion,
              std::string_view level2 = "数量指标") {
  return {std::string(target),
          std::string(actual),
          "",
          "",
          "产出指标",
          std::string(level2),
          "指标",
          std::string(completion),
          "有说明"};
}

TEST(CompletionRate, FiresWhereThePrintedRateIsNotTheFigures) {
  const Finding finding =
      ExpectOne(OneRow(Completed("18万元", "18万元", "0", "成本指标")), "COMPLETION_RATE", SEVERITY_ERROR,
                "indicators[0].completion_rate", "“指标”完成率填为 0，指标值 18万元，实际完成 18万元，应为 100.00%");
  EXPECT_EQ(Evidence(finding, "computed"), "100.00%");
  ExpectOne(OneRow(Completed("9696名", "9623名", "100%")), "COMPLETION_RATE", SEVERITY_ERROR,
            "indicators[0].completion_rate", "“指标”完成率填为 100%，指标值 9696名，实际完成 9623名，应为 99.25%");
  ExpectOne(OneRow(Completed("21.9万元", "18.93万元", "86%%", "成本指标")), "COMPLETION_RATE", SEVERITY_ERROR,
            "indicators[0].completion_rate", "“指标”完成率书写有误：86%%");
  ExpectOne(OneRow(Completed("2021年6月底前", "2021年5月", "50%", "时效指标")), "COMPLETION_RATE", SEVERITY_ERROR,
            "indicators[0].completion_rate",
            "“指标”完成率填为 50%，指标值 2021年6月底前，实际完成 2021年5月，应为 100.00%");
}

TEST(CompletionRate, MustNotFire) {
  const std::pair<std::string_view, Row> cases[] = {
      {"26.23 of 30 at 87 %", Completed("30万元", "26.23万元", "87%", "成本指标")},
      {"a cost below its target at 100 %", Completed("30万元", "26.23万元", "100%", "成本指标")},
      {"uncapped", Completed("57人", "58人", "101.75%")},
      {"capped", Completed("57人", "58人", "100%")},
      {"a fraction", Completed("50人", "43人", "0.86")},
      {"0 of 0", Completed("0起", "0起", "100%")},
      {"0 spent of a cost", Completed("1.8万元", "0", "0", "成本指标")},
      {"the mirror for an exceeded limit", Completed("≤5300元", "5830元", "90.91%", "成本指标")},
      {"the mean of several", Completed("10次，100人", "5次，100人", "75%")},
      {"the worst of several", Completed("10次，100人", "5次，100人", "50%")},
      {"about 700", Completed("700余名", "686名", "100%")},
      {"late: no figure says how complete", Completed("2021年6月底前", "2021年8月", "80%", "时效指标")},
      {"words", Completed("制度化", "已建立", "80%")},
      {"units that cannot be compared", Completed("≥5亩", "3000平方米", "90%")},
      {"no number", Completed("≥5次", "5次", "完成")},
  };
  for (const auto& [why, row] : cases) ExpectNone(OneRow(row), "COMPLETION_RATE", why);
}

// ----------------------------------------------------------------------------------------------------------------
// GRADE

TEST(GradeCheck, FiresWhereTheGradeIsNotTheTotals) {
  const Finding finding = ExpectOne(With(National(), [](auto& f) { f.set_grade("良"); }), "GRADE", SEVERITY_ERROR,
                                    "grade", "总分 96.29 对应等级“优”，填为“良”");
  EXPECT_EQ(Evidence(finding, "computed"), "优");
  const auto graded = [](std::string_view total) {
    SelfEvaluation form = FormWith({{"制度化", "已建立", "100", "100"}});
    form.set_total_score(std::string(total));
    return form;
  };
  ExpectOne(graded("89.99 优"), "GRADE", SEVERITY_ERROR, "total_score", "总分 89.99 对应等级“良”，填为“优”");
  ExpectOne(graded("90 良"), "GRADE", SEVERITY_ERROR, "total_score", "总分 90 对应等级“优”，填为“良”");
  ExpectOne(graded("59分（中）"), "GRADE", SEVERITY_ERROR, "total_score", "总分 59 对应等级“差”，填为“中”");
}

TEST(GradeCheck, MustNotFire) {
  for (const std::string_view total : {"90 优", "90分（优秀）", "89.99 良", "80 良好", "79.99 中", "60 合格",
                                       "59.99 差", "0 差", "100", "优", "95 甲"}) {
    SelfEvaluation form = FormWith({{"制度化", "已建立", "100", "100"}});
    form.set_total_score(std::string(total));
    ExpectNone(form, "GRADE", total);
  }
}

// ------------------------------------------------------------------------------------------------------- the catalogue

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
