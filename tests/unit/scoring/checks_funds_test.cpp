// The checks of the funds and their execution: each on a form where it fires, with what it says, and on forms where it
// must not.
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "checks_support.h"
#include "sound_forms.h"

namespace jixiao::scoring {
namespace {

using namespace support;

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

TEST(ExecScore, FiresWherePartsAreSpentUnderAnEmptyTotal) {
  SelfEvaluation form = FormWith({{"≥2次", "2次", "90", "90"}});
  AddFund(form, Fund("年度资金总额", "0", "0", "0", "10", "0", "0"));
  AddFund(form, Fund("其中：当年财政拨款", "", "132.912", "132.912"));
  ExpectOne(form, "EXEC_SCORE", SEVERITY_ERROR, "funds[0].score",
            "执行率得分填为 0，按 132.912 ÷ 132.912 和分值 10 应为 10.00");
}

TEST(ExecScore, FiresOnTheWeightWhereThatIsWrong) {
  ExpectOne(OneFund(Fund("年度资金总额", "", "620.82", "620.82", "100", "100%", "10")), "EXEC_SCORE", SEVERITY_ERROR,
            "funds[0].weight", "执行率的分值填为 100，得分 10 是按分值 10 计算的，分值应为 10");
}

TEST(ExecScore, FiresMildlyWhereOnlyTheExecutionHasNoPoints) {
  SelfEvaluation form =
      FormWith({{"≥2次", "2次", "30", "30"}, {"≥3次", "3次", "30", "30"}, {"≥4次", "4次", "30", "30"}});
  AddFund(form, Fund("年度资金总额", "", "30", "30", "10", "100%", ""));
  ExpectOne(form, "EXEC_SCORE", SEVERITY_WARNING, "funds[0].score", "执行率分值 10，没有填得分");
  for (auto& row : *form.mutable_indicators()) row.clear_score();
  ExpectNone(form, "EXEC_SCORE", "a form without points");
}

TEST(ExecScore, SaysTheUnitOnAFormInYuan) {
  SelfEvaluation form = OneFund(Fund("年度资金总额", "", "20000.00", "9034", "10", "45.17%", "10"));
  form.set_amount_unit(evaluation::v1::AMOUNT_UNIT_YUAN);
  ExpectOne(form, "EXEC_SCORE", SEVERITY_ERROR, "funds[0].score",
            "执行率得分填为 10，按 0.9034 万元 ÷ 2 万元 和分值 10 应为 4.52");
}

TEST(ExecScore, FollowsTheRateThatIsPrinted) {
  ExpectNone(OneFund(Fund("年度资金总额", "", "1000", "596", "10", "60%", "6")), "EXEC_SCORE", "6 = 10 × 60%");
  ExpectOne(OneFund(Fund("年度资金总额", "", "1000", "596", "10", "70%", "7")), "EXEC_SCORE", SEVERITY_ERROR,
            "funds[0].score", "执行率得分填为 7，按 596 ÷ 1000 和分值 10 应为 5.96");
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

// ---------------------------------------------------------------------------------------------------------- FUND_PARTS

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

TEST(FundParts, EachSplitOfTheMoneyIsAListOfItsOwn) {
  SelfEvaluation form = FormWith({{"≥2次", "2次", "90", "90"}});
  AddFund(form, Fund("年度资金总额", "", "2030.12", "2030.12", "10", "100%", "10"));
  AddFund(form, Fund("按收入性质分：", "", "2030.12", ""));
  AddFund(form, Fund("其中：一般公共预算", "", "1325.68", ""));
  AddFund(form, Fund("政府性基金拨款", "", "118.82", ""));
  AddFund(form, Fund("其他资金", "", "585.62", ""));
  AddFund(form, Fund("按支出性质分：", "", "", ""));
  AddFund(form, Fund("其中：基本支出", "", "900.47", ""));
  AddFund(form, Fund("项目支出", "", "1129.65", ""));
  ExpectNone(form, "FUND_PARTS", "each split adds up");
  form.mutable_funds(1)->set_name("1.按收入性质分");
  form.mutable_funds(2)->set_name("按比例分担部分");
  ExpectNone(form, "FUND_PARTS", "a part that is called by how it is shared");
  form.mutable_funds(7)->set_full_year_budget("1025.20");
  ExpectOne(form, "FUND_PARTS", SEVERITY_WARNING, "funds[0].full_year_budget",
            "按支出性质分，全年预算数：总额 2030.12 万元，分项合计 1925.67 万元，相差 104.45 万元");
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

// -------------------------------------------------------------------------------------------------------- EXEC_OVER100

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

// ------------------------------------------------------------------------------------------------------ ZERO_EXEC_DONE

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

// ------------------------------------------------------------------------------------------------------------ INFLATED

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

}  // namespace
}  // namespace jixiao::scoring
