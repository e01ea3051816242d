// The checks of targets beside actual values: each on a form where it fires, with what it says, and on forms where it
// must not.
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "checks_support.h"

namespace jixiao::scoring {
namespace {

using namespace support;

// --------------------------------------------------------------------------------------------------------- OVER_TARGET

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

// ---------------------------------------------------------------------------------------------------------------- ECHO

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

// ------------------------------------------------------------------------------------------------------- UNIT_MISMATCH

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

TEST(UnitMismatch, FiresMildlyOnWordsThatARateAnswers) {
  const SelfEvaluation form = FormWith({
      {"有所提升", "100%", "10", "10", "效益指标", "社会效益指标", "服务水平"},
      {"进一步完善", "100%", "10", "10", "效益指标", "社会效益指标", "管理制度"},
      {"有所提升", "有所提升，满意率100%", "80", "80", "效益指标", "社会效益指标", "环境"},
      {"100%", "100%", "80", "80"},
  });
  const Finding finding =
      ExpectOne(form, "UNIT_MISMATCH", SEVERITY_INFO, "indicators[0].actual",
                "“服务水平”等 2 项指标值是文字（“有所提升”），实际完成值只填了 100%，没有写明完成情况");
  EXPECT_EQ(finding.evidence().at("rows"), "0,1");
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

// ----------------------------------------------------------------------------------------------------- COMPLETION_RATE

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

}  // namespace
}  // namespace jixiao::scoring
