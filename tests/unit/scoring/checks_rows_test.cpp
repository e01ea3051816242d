// The checks of rows and codes: a form where each fires, with what it says, and forms where it must not.
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>

#include "checks_support.h"

namespace jixiao::scoring {
namespace {

using namespace support;

// ------------------------------------------------------------------------------------------------------ NOT_MEASURABLE

TEST(NotMeasurableCheck, FiresOnWordsWhereANumberBelongs) {
  const Finding finding = ExpectOne(
      OneRow({"走访慰问困难党员", "慰问70人", "10", "10", "产出指标", "数量指标", "慰问"}), "NOT_MEASURABLE",
      SEVERITY_WARNING, "indicators[0].target", "“慰问”的指标值“走访慰问困难党员”没有数字、日期或单位，无法衡量");
  EXPECT_EQ(Evidence(finding, "level2"), "数量指标");
  ExpectOne(OneRow({"适时开展", "适时开展", "", "", "项目完成", "时效指标", "开展时间", "100%"}), "NOT_MEASURABLE",
            SEVERITY_WARNING, "indicators[0].target", "“开展时间”的指标值“适时开展”没有数字、日期或单位，无法衡量");
  ExpectOne(OneRow({"厉行节约", "节约", "10", "10", "成本指标", "经济成本指标", "成本"}), "NOT_MEASURABLE",
            SEVERITY_WARNING, "indicators[0].target", "“成本”的指标值“厉行节约”没有数字、日期或单位，无法衡量");
  ExpectOne(OneRow({"市级保护单位", "市级保护单位", "7", "7", "产出指标", "数量指标", "指标3：修缮级别"}),
            "NOT_MEASURABLE", SEVERITY_WARNING, "indicators[0].target",
            "“指标3:修缮级别”的指标值“市级保护单位”没有数字、日期或单位，无法衡量");
  ExpectOne(OneRow({"", "", "10", "10", "产出指标", "数量指标", "修缮建筑"}), "NOT_MEASURABLE", SEVERITY_WARNING,
            "indicators[0].target", "“修缮建筑”没有填写指标值");
}

TEST(NotMeasurableCheck, MustNotFire) {
  const std::pair<std::string_view, Row> cases[] = {
      {"a number", {"≥50个", "50个", "10", "10"}},
      {"a date", {"2021年底前", "2021年12月", "10", "10", "产出指标", "时效指标"}},
      {"a number in words", {"每季度召开一次党员大会", "召开四次", "10", "10"}},
      {"items in words", {"六项修缮清单", "同目标", "10", "10"}},
      {"a span of time", {"全年按月发放", "全年", "10", "10", "产出指标", "时效指标"}},
      {"the budget as a bound", {"控制在预算内", "未超预算", "10", "10", "产出指标", "成本指标"}},
      {"a figure in the name", {"完成", "完成", "10", "10", "产出指标", "时效指标", "11月30日前完成资金支付"}},
      {"a bound in the name", {"是", "是", "10", "10", "产出指标", "成本指标", "采购价格不高于市场价"}},
      {"quality", {"规范有序", "规范有序", "10", "10", "产出指标", "质量指标"}},
      {"benefit", {"显著提升", "显著提升", "10", "10", "效益指标", "社会效益指标"}},
      {"no target and no points", {"", "3台", "", "", "产出指标", "数量指标", "升级改造", "100%"}},
  };
  for (const auto& [why, row] : cases) ExpectNone(OneRow(row), "NOT_MEASURABLE", why);
}

TEST(NotMeasurableCheck, FiresOnPointsInTheColumnsOfValues) {
  const Row thirty = {"30", "30", "", ""};
  const Row twenty = {"20", "18", "", ""};
  // Document 006.
  const Finding finding = ExpectOne(FormWith({thirty, thirty, twenty, twenty}), "NOT_MEASURABLE", SEVERITY_WARNING,
                                    "indicators", "指标值和实际完成值两列填的是分值和得分（合计 100），没有指标值");
  EXPECT_EQ(Evidence(finding, "sum"), "100");
  ExpectNone(FormWith({thirty, thirty, twenty}), "NOT_MEASURABLE", "three rows are chance");
  ExpectNone(FormWith({thirty, thirty, twenty, {"30", "30", "", ""}}), "NOT_MEASURABLE", "110 is no total");
  ExpectNone(FormWith({thirty, thirty, twenty, {"20个", "20个", "", ""}}), "NOT_MEASURABLE", "a unit");
  ExpectNone(FormWith({thirty, thirty, twenty, {"20", "20", "10", "10"}}), "NOT_MEASURABLE", "a weight");
  ExpectNone(FormWith({thirty, thirty, twenty, {"20", "21", "", ""}}), "NOT_MEASURABLE", "more than the points");
}

// ------------------------------------------------------------------------------------------------------------ UNFILLED

TEST(UnfilledCheck, FiresOnRowsThatSayNothingOfTheirTarget) {
  const Row filled = {"≥2次", "2次", "50", "50", "产出指标", "数量指标", "宣传"};
  const Row unfilled = {"=100%", "", "22.5", "", "产出指标", "数量指标", "足额保障率"};
  const Row bare = {"≤10次", "", "", "", "产出指标", "数量指标", "科目调整次数"};
  // Document 015.
  ExpectOne(FormWith({unfilled, bare}), "UNFILLED", SEVERITY_WARNING, "indicators",
            "2 项指标都没有填实际完成值和得分，无从评价");
  ExpectOne(FormWith({filled, unfilled}), "UNFILLED", SEVERITY_WARNING, "indicators[1].actual",
            "“足额保障率”没有填实际完成值和得分");
  const Finding finding = ExpectOne(FormWith({filled, unfilled, bare}), "UNFILLED", SEVERITY_WARNING,
                                    "indicators[1].actual", "“足额保障率”等 2 项没有填实际完成值和得分：第 2、3 项");
  EXPECT_EQ(Evidence(finding, "rows"), "1,2");
}

TEST(UnfilledCheck, FiresOnNamesWithNothingBesideThem) {
  const Row filled = {"≥2次", "2次", "", "", "产出指标", "数量指标", "宣传"};
  const Row name = {"", "", "", "", "产出指标", "数量指标", "指标4.不合格产品处置率"};
  const Finding finding =
      ExpectOne(FormWith({filled, name, filled, filled, name}), "UNFILLED", SEVERITY_WARNING, "indicators[1].target",
                "“指标4.不合格产品处置率”等 2 项没有填指标值和实际完成值：第 2、5 项");
  EXPECT_EQ(Evidence(finding, "rows"), "1,4");
  ExpectNone(FormWith({filled, filled, name}), "UNFILLED", "rows of which few are filled");
  for (const std::string_view placeholder : {"", "指标2：", "……", "指标3"})
    ExpectNone(FormWith({filled, filled, filled, {"", "", "", "", "产出指标", "数量指标", std::string(placeholder)}}),
               "UNFILLED", placeholder);
}

TEST(UnfilledCheck, FiresOnTheCompletionOfAGoalThatIsNotStated) {
  SelfEvaluation form = OneRow({"≥2次", "2次", "50", "50", "产出指标", "数量指标", "宣传"});
  form.set_actual_goal("完成省道建设32.1公里");
  ExpectOne(form, "UNFILLED", SEVERITY_WARNING, "expected_goal", "只填了年度总体目标的完成情况，没有填预期目标");
  form.set_expected_goal("建设省道");
  ExpectNone(form, "UNFILLED", "both are there");
  form.clear_expected_goal();
  form.set_actual_goal("无");
  ExpectNone(form, "UNFILLED", "a filler");
  form.clear_actual_goal();
  ExpectNone(form, "UNFILLED", "neither is there");
}

TEST(UnfilledCheck, FiresOnGoalsThatSayNothing) {
  const Row row = {"≥2次", "2次", "50", "50", "产出指标", "数量指标", "宣传"};
  SelfEvaluation form = OneRow(row);
  form.set_expected_goal("43.2");
  form.set_actual_goal("支出37.24万元，开展宣传2次");
  ExpectOne(form, "UNFILLED", SEVERITY_WARNING, "expected_goal", "年度总体目标只填了“43.2”，没有写明目标");
  form.set_expected_goal("开展宣传2次");
  form.set_actual_goal("37.24万元");
  ExpectOne(form, "UNFILLED", SEVERITY_WARNING, "actual_goal", "目标完成情况只填了“37.24万元”，没有写明完成了什么");
  form.set_actual_goal("完成年度目标。");
  ExpectOne(form, "UNFILLED", SEVERITY_INFO, "actual_goal", "目标完成情况只填了“完成年度目标。”，没有写明完成了什么");
  form.set_actual_goal("完成宣传2次");
  ExpectNone(form, "UNFILLED", "it says what was done");
  SelfEvaluation silent = FormWith({row, row, row});
  silent.set_expected_goal("开展宣传");
  ExpectOne(silent, "UNFILLED", SEVERITY_INFO, "actual_goal", "填了年度总体目标，没有填完成情况");
}

TEST(UnfilledCheck, HintsAtMarksOfTheTemplate) {
  const Row marked = {"≥22.8", "22.8", "50", "50", "产出指标", "数量指标", "公猪舍(≥**平方米)"};
  ExpectOne(FormWith({marked}), "UNFILLED", SEVERITY_INFO, "indicators[0].level3",
            "“公猪舍(>=**平方米)”的名称里还留着模板的占位符 **");
  ExpectOne(FormWith({{"≥2次", "2次", "50", "50"}, marked, marked}), "UNFILLED", SEVERITY_INFO, "indicators[1].level3",
            "“公猪舍(>=**平方米)”等 2 项的名称里还留着模板的占位符 **");
}

TEST(UnfilledCheck, FiresOnPromptsOfTheTemplate) {
  SelfEvaluation form = OneRow({"≥2次", "2次", "50", "50", "产出指标", "数量指标", "宣传"});
  form.set_expected_goal("开展宣传");
  form.set_actual_goal("对照年度目标，说明相关任务目标的完成情况（100字以内）");
  ExpectOne(form, "UNFILLED", SEVERITY_WARNING, "actual_goal", "所填的还是模板的填写提示");
  form.set_actual_goal("已完成，报告控制在100字以内，另附说明");
  ExpectNone(form, "UNFILLED", "a text that speaks of a length");
}

TEST(UnfilledCheck, MustNotFire) {
  const std::pair<std::string_view, Row> cases[] = {
      {"points", {"", "", "10", "9", "产出指标", "数量指标", "宣传"}},
      {"an actual value", {"", "2次", "10", "", "产出指标", "数量指标", "宣传"}},
      {"a completion", {"≥2次", "", "", "", "产出指标", "数量指标", "宣传", "100%"}},
      {"a heading", {"", "", "", "", "产出指标", "数量指标", "其中"}},
  };
  for (const auto& [why, row] : cases) ExpectNone(FormWith({row, {"≥2次", "2次", "50", "50"}}), "UNFILLED", why);
}

// ------------------------------------------------------------------------------------------------------------ MISCLASS

TEST(MisclassCheck, FiresOnMoneyAsOutput) {
  const Finding finding = ExpectOne(OneRow({"﹦ 72890 元", "72890", "10", "9", "产出指标", "数量指标", "执法补助经费"}),
                                    "MISCLASS", SEVERITY_WARNING, "indicators[0].target",
                                    "“执法补助经费”以金额 = 72890 元 作为数量指标：金额属于成本，不是产出");
  EXPECT_EQ(Evidence(finding, "amount"), "= 72890 元");
  ExpectOne(OneRow({"300万", "300万", "", "", "产出指标", "数量指标", "维修改造资金"}), "MISCLASS", SEVERITY_WARNING,
            "indicators[0].target", "“维修改造资金”以金额 300 万 作为数量指标：金额属于成本，不是产出");
}

TEST(MisclassCheck, FiresOnTheFundsThemselvesAsOutput) {
  const auto form = [](Row row) {
    SelfEvaluation out = FormWith({std::move(row), {"≥2次", "2次", "80", "80"}});
    AddFund(out, Fund("年度资金总额", "", "43.2", "37.24", "10", "86.2%", "8.62"));
    return out;
  };
  ExpectOne(form({"43.2", "37.24", "10", "8.62", "产出指标", "数量指标", "工程资金金额"}), "MISCLASS", SEVERITY_WARNING,
            "indicators[0].target", "“工程资金金额”以金额 43.2 作为数量指标：金额属于成本，不是产出");
  ExpectOne(form({"43.2万元", "43.2万元", "10", "10", "产出指标", "数量指标", "完成校舍维修"}), "MISCLASS",
            SEVERITY_WARNING, "indicators[0].target",
            "“完成校舍维修”以金额 43.2 万元 作为数量指标：金额属于成本，不是产出");
  ExpectNone(form({"43.2", "43.2", "10", "10", "产出指标", "数量指标", "道路里程"}), "MISCLASS", "no money");
  ExpectNone(form({"20", "20", "10", "10", "产出指标", "数量指标", "资金批次"}), "MISCLASS", "another number");
}

TEST(MisclassCheck, FiresOnASpendingTableAsOutput) {
  // Document 004: its output section lists what was spent.
  SelfEvaluation form = FormWith({{"482,400.00", "", "", "", "产出指标", "", "党组织运行经费"},
                                  {"17,580.00", "", "", "", "产出指标", "", "遗属补助"},
                                  {"26,400.00", "", "", "", "产出指标", "", "统战人员补贴"},
                                  {"22,000.00", "", "", "", "产出指标", "", "纪检小组"},
                                  {"35,000.00", "", "", "", "产出指标", "", "街人大工委经费"},
                                  {"43,000.00", "", "", "", "产出指标", "", "基层党建专项"}});
  form.set_amount_unit(evaluation::v1::AMOUNT_UNIT_YUAN);
  AddFund(form, Fund("合计", "", "626,380.00", "626,380.00"));
  ExpectOne(form, "MISCLASS", SEVERITY_WARNING, "indicators[0].target",
            "产出指标的 6 行合计 62.638 万元，等于项目资金总额：所列是支出明细，不是产出");
}

TEST(MisclassCheck, FiresOnTheExecutionRateAsAnIndicator) {
  SelfEvaluation form = OneRow({"≥95%", "98%", "10", "10", "产出指标", "时效指标", "指标1：预算执行率"});
  AddFund(form, Fund("年度资金总额", "", "100", "98", "10"));
  ExpectOne(form, "MISCLASS", SEVERITY_WARNING, "indicators[0].level3",
            "“指标1:预算执行率”就是预算执行率，表内已另行计分，重复计算");
  form.clear_funds();
  ExpectNone(form, "MISCLASS", "a form without an execution line");
  // A form of Hebei: the funds have no points, the row is what gives them.
  SelfEvaluation row =
      FormWith({{"", "100%", "10", "10", "预算执行率", "", "预算执行率"}, {"≥2次", "2次", "90", "90"}});
  AddFund(row, Fund("预算数", "", "6.84", "6.84", "", "100%"));
  ExpectNone(row, "MISCLASS", "the row is the execution line");
  row.mutable_funds(0)->set_weight("10");
  ExpectOne(row, "MISCLASS", SEVERITY_WARNING, "indicators[0].level3",
            "“预算执行率”就是预算执行率，表内已另行计分，重复计算");
}

TEST(MisclassCheck, FiresOnLevel2BelowAnotherLevel1) {
  const Finding finding = ExpectOne(FormWith({{"≥2次", "2次", "50", "50", "产出指标", "数量指标", "宣传"},
                                              {"≥100%", "100%", "30", "30", "产出指标", "经济效益 指标", "兑付率"},
                                              {"≥10%", "10%", "20", "20", "", "", "增收"}}),
                                    "MISCLASS", SEVERITY_WARNING, "indicators[1].level2",
                                    "“经济效益指标”属于效益指标，却列在一级指标“产出指标”下（2 行）");
  EXPECT_EQ(Evidence(finding, "level1"), "产出指标");
  EXPECT_EQ(Evidence(finding, "rows"), "2");
  // Document 069.
  ExpectOne(OneRow({"≥2次", "2次", "10", "10", "项目决策", "数量指标（10分）", "宣传次数"}), "MISCLASS",
            SEVERITY_WARNING, "indicators[0].level2",
            "“数量指标(10分)”属于产出指标，却列在一级指标“项目决策”下（1 行）");
}

TEST(MisclassCheck, MustNotFire) {
  const std::pair<std::string_view, Row> cases[] = {
      {"costs are outputs", {"≤30万元", "29万元", "10", "10", "产出指标", "成本指标", "单价"}},
      {"satisfaction as an effect", {"≥90%", "95%", "10", "10", "效益指标", "满意度指标", "群众满意度"}},
      {"a longer name", {"规范", "规范", "10", "10", "过程", "项目质量可控性", "验收"}},
      {"both in one", {"≥2次", "2次", "10", "10", "产出与效益", "社会效益指标", "宣传"}},
      {"unknown level 1", {"≥2次", "2次", "10", "10", "绩效指标", "数量指标", "宣传"}},
      {"a cost", {"≤30万元", "29万元", "10", "10", "产出指标", "成本指标", "工作经费"}},
      {"a cost of level 1", {"≤30万元", "29万元", "10", "10", "成本指标", "经济成本指标", "工作经费"}},
      {"money as the result", {"≥500万元", "520万元", "10", "10", "产出指标", "数量指标", "发放贷款资金"}},
      {"a count", {"≥50个", "50个", "10", "10", "产出指标", "数量指标", "经费审计项目"}},
      {"another rate", {"≥95%", "98%", "10", "10", "产出指标", "质量指标", "政策执行率"}},
      {"money as a benefit", {"≥100万元", "110万元", "10", "10", "效益指标", "经济效益指标", "节约资金"}},
      {"management", {"≥95%", "98%", "10", "10", "过程指标", "资金管理", "预算执行率"}},
  };
  for (const auto& [why, row] : cases) {
    SelfEvaluation form = OneRow(row);
    AddFund(form, Fund("年度资金总额", "", "100", "98", "10"));
    ExpectNone(form, "MISCLASS", why);
  }
}

// --------------------------------------------------------------------------------------------------------- COST_NOT_LE

TEST(CostNotLeCheck, FiresOnAFloorAndOnAnOverrun) {
  ExpectOne(OneRow({"≥30万元", "32万元", "10", "10", "成本指标", "经济成本指标", "培训成本"}), "COST_NOT_LE",
            SEVERITY_WARNING, "indicators[0].target",
            "成本指标“培训成本”的指标值 ≥ 30 万元 是下限，成本应规定上限（≤）");
  const Finding finding =
      ExpectOne(FormWith({{"281.34万元", "289.53万元", "", "", "完成指标", "成本指标", "基本支出"}}), "COST_NOT_LE",
                SEVERITY_WARNING, "indicators[0].actual",
                "成本指标“基本支出”实际 289.53 万元 超过指标值 281.34 万元（102.91%），未说明原因");
  EXPECT_EQ(Evidence(finding, "actual"), "289.53 万元");
}

TEST(CostNotLeCheck, FiresOnACostAboveAllTheMoney) {
  const auto form = [](std::string actual) {
    SelfEvaluation out = FormWith({{"713万元", std::move(actual), "", "", "产出指标", "成本指标", "道路设施"}});
    AddFund(out, Fund("年度资金总额", "", "372.29", "372.29"));
    return out;
  };
  ExpectOne(form("713万元"), "COST_NOT_LE", SEVERITY_WARNING, "indicators[0].actual",
            "成本指标“道路设施”实际 713 万元，超过项目全年预算数 372.29 万元和全年执行数 372.29 万元");
  ExpectNone(form("372.29万元"), "COST_NOT_LE", "all that was spent");
  ExpectNone(form("3800元/户"), "COST_NOT_LE", "a price");
}

TEST(CostNotLeCheck, HintsAtACostOfTheWholeBudgetThatWasNotSpent) {
  SelfEvaluation form = OneRow({"150万元", "150万元", "10", "10", "产出指标", "成本指标", "运行成本"});
  AddFund(form, Fund("年度资金总额", "", "150", "125.25", "10", "83.5%", "8.35"));
  ExpectOne(form, "COST_NOT_LE", SEVERITY_INFO, "indicators[0].actual",
            "成本指标“运行成本”实际 150 万元 等于全年预算数，而全年执行数为 125.25 万元");
  form.mutable_funds(0)->set_executed("150");
  ExpectNone(form, "COST_NOT_LE", "all was spent");
}

TEST(CostNotLeCheck, MustNotFire) {
  const std::pair<std::string_view, Row> cases[] = {
      {"a bound from above", {"≤30万元", "29万元", "10", "10", "成本指标", "经济成本指标"}},
      {"savings", {"≥5%", "6%", "10", "10", "成本指标", "经济成本指标", "成本节约率"}},
      {"a floor by its nature", {"≥500元/人", "520元/人", "10", "10", "成本指标", "经济成本指标", "人均补助标准"}},
      {"points that were cut", {"30万元", "33万元", "10", "9", "成本指标", "经济成本指标"}},
      {"a reason", {"30万元", "33万元", "", "", "成本指标", "经济成本指标", "成本", "110%", "材料涨价，已报批调整"}},
      {"no cost", {"≥30万元", "33万元", "10", "10", "效益指标", "经济效益指标"}},
  };
  for (const auto& [why, row] : cases) ExpectNone(OneRow(row), "COST_NOT_LE", why);
  // Full points for a missed bound: FULL_NOT_MET says so, once.
  const SelfEvaluation full = OneRow({"30万元", "33万元", "10", "10", "成本指标", "经济成本指标"});
  EXPECT_EQ(FindingsOf(ScoreOf(full), "FULL_NOT_MET").size(), 1u);
  ExpectNone(full, "COST_NOT_LE", "FULL_NOT_MET has named it");
}

// ------------------------------------------------------------------------------------------------------- MISSING_CLASS

std::shared_ptr<const Rules> Requiring(std::initializer_list<v1::IndicatorClass> classes) {
  v1::RuleSet rules = RuleSetOf("cn-national-2020");
  for (v1::ClassRule& rule : *rules.mutable_classes())
    rule.set_required(std::find(classes.begin(), classes.end(), rule.indicator_class()) != classes.end());
  return Compiled(rules);
}

TEST(MissingClassCheck, FiresOnAClassThatIsNotThereAndOnALoneIndicator) {
  const auto rules =
      Requiring({v1::INDICATOR_CLASS_OUTPUT, v1::INDICATOR_CLASS_BENEFIT, v1::INDICATOR_CLASS_SATISFACTION});
  ExpectOne(FormWith({{"≥5个", "5个", "60", "60"}, {"≥90%", "92%", "30", "30", "效益指标", "社会效益指标"}}),
            "MISSING_CLASS", SEVERITY_WARNING, "indicators", "没有满意度指标", *rules);
  ExpectOne(OneRow({"≤ 30 万元", "30", "90", "90", "产出指标", "经济成本指标", "成本控制数"}), "MISSING_CLASS",
            SEVERITY_WARNING, "indicators[0].weight", "“成本控制数”一项指标占 90 分，不能反映项目绩效");
}

TEST(MissingClassCheck, MustNotFire) {
  const auto rules = Requiring({v1::INDICATOR_CLASS_OUTPUT, v1::INDICATOR_CLASS_BENEFIT,
                                v1::INDICATOR_CLASS_SATISFACTION, v1::INDICATOR_CLASS_COST});
  ExpectNone(FormWith({{"≥5个", "5个", "40", "40"},
                       {"≤5万元", "5万元", "20", "20", "产出指标", "成本指标"},
                       {"≥90%", "92%", "20", "20", "效益指标", "社会效益指标"},
                       {"≥90%", "92%", "10", "10", "效益指标", "服务对象满意度指标"}}),
             "MISSING_CLASS", "cost and satisfaction as level 2", *rules);
  ExpectNone(FormWith({{"≥5个", "5个", "50", "50", "", ""}, {"≥90%", "92%", "40", "40", "", ""}}), "MISSING_CLASS",
             "rows that name no class", *rules);
  ExpectNone(OneRow({"≥5个", "5个", "89.99", "80"}), "MISSING_CLASS", "below the limit");
}

// --------------------------------------------------------------------------------------------------------- SATISF_EVID

Row Satisfied(std::string_view actual, std::string_view reason = "") {
  return {"≥95%", std::string(actual), "10", "10", "满意度指标", "服务对象满意度指标", "群众满意度",
          "",     std::string(reason)};
}

TEST(SatisfEvidCheck, FiresOnFullOrUnmeasuredSatisfaction) {
  ExpectOne(OneRow(Satisfied("100%")), "SATISF_EVID", SEVERITY_INFO, "indicators[0].actual",
            "“群众满意度”满意度填为“100%”，未说明调查方式和样本量");
  ExpectOne(FormWith({Satisfied("抽样调查满意度达到基本满意及以上"), Satisfied("基本满意")}), "SATISF_EVID",
            SEVERITY_INFO, "indicators[0].actual",
            "“群众满意度”等 2 项满意度填为“抽样调查满意度达到基本满意及以上”，未说明调查方式和样本量");
}

TEST(SatisfEvidCheck, MustNotFire) {
  ExpectNone(OneRow(Satisfied("93%")), "SATISF_EVID", "a measured rate");
  ExpectNone(OneRow(Satisfied("96")), "SATISF_EVID", "a bare number");
  ExpectNone(OneRow(Satisfied("发放问卷120份，满意率100%")), "SATISF_EVID", "a sample in the row");
  ExpectNone(OneRow(Satisfied("100%", "随机抽查60户，均表示满意")), "SATISF_EVID", "a sample beside it");
  ExpectNone(OneRow(Satisfied("")), "SATISF_EVID", "no answer");
  SelfEvaluation form = OneRow(Satisfied("100%"));
  AddSection(form, "满意度", "随机发放问卷200份，回收198份，满意198份。");
  ExpectNone(form, "SATISF_EVID", "a sample in the report");
  ExpectNone(OneRow({"≥95%", "100%", "10", "10"}), "SATISF_EVID", "no satisfaction");
  ExpectNone(OneRow({"0起", "0起", "10", "10", "满意度指标", "服务对象满意度", "投诉"}), "SATISF_EVID", "a count");
}

// ------------------------------------------------------------------------------------------------------------- DUP_ROW

TEST(SatisfEvidCheck, IsOfSatisfactionAlone) {
  ExpectNone(OneRow({"≥95%", "100%", "10", "10", "满意度指标", "服务对象满意度指标", "政策知晓率"}), "SATISF_EVID",
             "no satisfaction");
  ExpectOne(OneRow({"≥95%", "≥95%", "10", "10", "满意度指标", "服务对象满意度指标", "群众满意度"}), "SATISF_EVID",
            SEVERITY_INFO, "indicators[0].actual", "“群众满意度”满意度填为“≥95%”，未说明调查方式和样本量");
}

TEST(DupRowCheck, FiresOnTheSameRowTwice) {
  const Finding finding = ExpectOne(
      FormWith({{"≥90%", "95%", "10", "10", "产出指标", "质量指标", "验收合格率"},
                {"≥5个", "5个", "10", "10", "产出指标", "数量指标", "站点"},
                {"≥ 90％", "96%", "10", "10", "效益指标", "社会效益指标", "验收 合格率"}}),
      "DUP_ROW", SEVERITY_WARNING, "indicators[2].level3", "“验收合格率”与第 1 行的三级指标相同，指标值也相同");
  EXPECT_EQ(Evidence(finding, "first"), "indicators[0].level3");
  ExpectOne(FormWith({{"≥90%", "95%", "10", "10", "产出指标", "质量指标", "指标1：合格率"},
                      {"≥95%", "96%", "10", "10", "产出指标", "质量指标", "指标2：合格率"}}),
            "DUP_ROW", SEVERITY_WARNING, "indicators[1].level3", "“指标2:合格率”与第 1 行的三级指标相同");
}

TEST(DupRowCheck, OnlyRemarksOneNameUnderSeveralLevels) {
  ExpectOne(FormWith({{"提质增效", "提质增效", "10", "10", "项目完成", "质量指标", "“两新”党建"},
                      {"提升水平", "提升水平", "10", "10", "项目效益", "社会效益指标", "“两新”党建"}}),
            "DUP_ROW", SEVERITY_INFO, "indicators[1].level3",
            "有 1 个三级指标名称出现在不同的二级指标下：““两新”党建”");
}

TEST(DupRowCheck, MustNotFire) {
  ExpectNone(FormWith({{"≥5个", "5个", "50", "50", "产出指标", "数量指标", "指标1"},
                       {"≥5个", "5个", "50", "50", "产出指标", "数量指标", "指标1"}}),
             "DUP_ROW", "names that a template brings");
  ExpectNone(FormWith({{"≥5个", "5个", "50", "50", "产出指标", "数量指标", "站点"},
                       {"", "", "", "", "产出指标", "数量指标", "站点"}}),
             "DUP_ROW", "a row that carries nothing");
  ExpectNone(FormWith({{"≥5个", "5个", "50", "50", "产出指标", "数量指标", "1.站点"},
                       {"≥5个", "5个", "50", "50", "产出指标", "数量指标", "2.站台"}}),
             "DUP_ROW", "other names");
}

// ----------------------------------------------------------------------------------------------------------- ID_FORMAT

SelfEvaluation Coded(std::string_view code, int year = 2024, std::string_view region = "510923") {
  SelfEvaluation form = OneRow({"≥5个", "5个", "90", "90"});
  form.set_project_code(std::string(code));
  form.set_fiscal_year(year);
  form.set_region_code(std::string(region));
  return form;
}

TEST(IdFormatCheck, FiresOnCodesThatCannotBe) {
  ExpectOne(Coded("51092324T00001026335"), "ID_FORMAT", SEVERITY_ERROR, "project_code",
            "项目代码 51092324T00001026335 不是 21 位：6 位区划、2 位年份、1 位大写字母、12 位序号");
  ExpectOne(Coded("51092324t000010263357"), "ID_FORMAT", SEVERITY_ERROR, "project_code",
            "项目代码 51092324t000010263357 不是 21 位：6 位区划、2 位年份、1 位大写字母、12 位序号");
  ExpectOne(Coded("2021-015"), "ID_FORMAT", SEVERITY_WARNING, "project_code",
            "项目代码 2021-015 不是 21 位：6 位区划、2 位年份、1 位大写字母、12 位序号");
  ExpectOne(Coded("51092324T000010263357", 2023), "ID_FORMAT", SEVERITY_ERROR, "project_code",
            "项目代码 51092324T000010263357 的年份 2024 晚于自评年度 2023");
  ExpectOne(Coded("51092324T000010263357", 2024, "510403"), "ID_FORMAT", SEVERITY_WARNING, "project_code",
            "项目代码 51092324T000010263357 的区划 510923 与财政区划 510403 不一致");
  SelfEvaluation form = OneRow({"≥5个", "5个", "90", "90"});
  form.mutable_competent_department()->set_code("106001");
  form.mutable_implementing_unit()->set_code("107001");
  ExpectOne(form, "ID_FORMAT", SEVERITY_WARNING, "implementing_unit.code",
            "实施单位代码 107001 不属于主管部门代码 106001");
}

TEST(IdFormatCheck, MustNotFire) {
  ExpectNone(Coded("51092324T000010263357"), "ID_FORMAT", "a code in order");
  ExpectNone(Coded("５１０９２３２４Ｔ０００ ０１０２６３３５７"), "ID_FORMAT", "full-width digits and a space");
  ExpectNone(Coded("51092322T000010263357"), "ID_FORMAT", "a project of an earlier year");
  ExpectNone(Coded("51000021R000000019951", 2024, "510923"), "ID_FORMAT", "the province's code in a county");
  ExpectNone(Coded("51092324T000010263357", 2024, "510000000"), "ID_FORMAT", "a county's code at the province");
  ExpectNone(Coded(""), "ID_FORMAT", "no code");
  ExpectNone(Coded("无"), "ID_FORMAT", "a filler");
  for (const auto& [department, unit] :
       {std::pair("219", "219001"), std::pair("106001", "106001"), std::pair("219001", "219002"), std::pair("", "9")}) {
    SelfEvaluation form = OneRow({"≥5个", "5个", "90", "90"});
    form.mutable_competent_department()->set_code(department);
    form.mutable_implementing_unit()->set_code(unit);
    ExpectNone(form, "ID_FORMAT", std::string(unit) + " under " + department);
  }
}

TEST(UnfilledCheck, FiresOnAFormsTitleAsTheProjectsName) {
  SelfEvaluation form = OneRow({"≥5个", "5个", "90", "90"});
  for (const std::string_view title : {"执法补助经费支出绩效自评表", "执法补助经费绩效自评报告（2021年度）"}) {
    form.set_project_name(std::string(title));
    ExpectOne(form, "UNFILLED", SEVERITY_WARNING, "project_name",
              "项目名称“" + std::string(title) + "”是表名，不是项目名称");
  }
  for (const std::string_view name : {"执法补助经费", "绩效评价工作经费", "绩效自评表编制服务费", "学校自评报告"}) {
    form.set_project_name(std::string(name));
    ExpectNone(form, "UNFILLED", name);
  }
}

// A count is no satisfaction, and a rate no count.
TEST(MisclassCheck, HintsAtCountsUnderSatisfaction) {
  ExpectOne(OneRow({"0起", "0起", "10", "10", "满意度指标", "服务对象满意度指标", "粮食安全事件发生数"}), "MISCLASS",
            SEVERITY_INFO, "indicators[0].level3",
            "“粮食安全事件发生数”（0 起）列在满意度指标下，名称和指标值都与满意度无关");
  for (const auto& [name, target] : {std::pair("群众投诉次数", "0次"), std::pair("受益群众", "95%"),
                                     std::pair("发放问卷", "100份"), std::pair("师生", "≥95")})
    ExpectNone(OneRow({target, target, "10", "10", "满意度指标", "服务对象满意度指标", name}), "MISCLASS", name);
}

TEST(UnitMismatchCheck, HintsAtCountsCalledARate) {
  ExpectOne(OneRow({"24694人", "24694人", "10", "10", "产出指标", "数量指标", "家庭医生签约率"}), "UNIT_MISMATCH",
            SEVERITY_INFO, "indicators[0].target", "“家庭医生签约率”是比率，指标值 24694 人 却是数量");
  for (const auto& [name, target] :
       {std::pair("签约率", "95%"), std::pair("签约率", "95"), std::pair("巡查频率", "120次"),
        std::pair("事故发生率", "0起"), std::pair("签约人数", "24694人")})
    ExpectNone(OneRow({target, target, "10", "10", "产出指标", "数量指标", name}), "UNIT_MISMATCH", name);
}

// ------------------------------------------------------------------------------------------------------ TARGET_CHANGED

SelfEvaluation Approved(std::string_view approved, std::string_view target, std::string_view adjustment = "") {
  SelfEvaluation form = OneRow({std::string(target), "50个", "10", "10"});
  form.mutable_indicators(0)->set_approved_target(std::string(approved));
  form.mutable_indicators(0)->set_adjustment(std::string(adjustment));
  return form;
}

TEST(TargetChangedCheck, FiresOnAChangeWithoutARecord) {
  const Finding finding = ExpectOne(Approved("≥50个", "≥40个"), "TARGET_CHANGED", SEVERITY_ERROR,
                                    "indicators[0].target", "“指标”批复指标值为“>=50个”，表内为“>=40个”，没有调整依据");
  EXPECT_EQ(Evidence(finding, "approved"), "≥50个");
  ExpectOne(Approved("≥50个", ""), "TARGET_CHANGED", SEVERITY_ERROR, "indicators[0].target",
            "“指标”批复指标值为“>=50个”，表内为“空”，没有调整依据");
  ExpectOne(Approved("≥50个", "≤50个", "无"), "TARGET_CHANGED", SEVERITY_ERROR, "indicators[0].target",
            "“指标”批复指标值为“>=50个”，表内为“<=50个”，没有调整依据");
  ExpectOne(Approved("显著提升", "有所提升"), "TARGET_CHANGED", SEVERITY_WARNING, "indicators[0].target",
            "“指标”批复指标值为“显著提升”，表内为“有所提升”，没有调整依据");
  SelfEvaluation form = OneRow({"≥50个", "50个", "20", "20"});
  form.mutable_indicators(0)->set_approved_weight("10");
  ExpectOne(form, "TARGET_CHANGED", SEVERITY_ERROR, "indicators[0].weight",
            "“指标”批复分值 10，表内为 20，没有调整依据");
}

TEST(TargetChangedCheck, MustNotFire) {
  ExpectNone(Approved("≥50个", "50 个"), "TARGET_CHANGED", "the operator left out");
  ExpectNone(Approved("不少于50个", "≥50"), "TARGET_CHANGED", "another way of writing");
  ExpectNone(Approved("5000元", "0.5万元"), "TARGET_CHANGED", "another unit");
  ExpectNone(Approved("≥50个", "≥40个", "财预〔2021〕12号"), "TARGET_CHANGED", "a record of the change");
  ExpectNone(Approved("", "≥40个"), "TARGET_CHANGED", "no approved target");
  ExpectNone(Approved("制度完善，运行规范", "制度完善、运行规范"), "TARGET_CHANGED", "punctuation");
  v1::RuleSet rules = RuleSetOf("cn-national-2020");
  rules.mutable_quantitative()->set_skip_rows_without_target(true);
  ExpectNone(Approved("≥50个", ""), "TARGET_CHANGED", "a row that is left out", *Compiled(rules));
}

}  // namespace
}  // namespace jixiao::scoring
