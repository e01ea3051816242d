// The checks of weights, points and grades: each on a form where it fires, with what it says, and on forms where it
// must not.
#include "common/text.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "checks_support.h"
#include "sound_forms.h"

namespace jixiao::scoring {
namespace {

using namespace support;

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

// ----------------------------------------------------------------------------------------------------------- SUM_SCORE

TEST(SumScore, FiresWhereTheIndicatorsHaveAllPoints) {
  SelfEvaluation form = FormWith({{"≥5", "5", "60", "60"}, {"≥5", "5", "40", "34"}});
  AddFund(form, Fund("年度资金总额", "", "9.48", "9.48"));
  form.set_total_score("98");
  ExpectOne(form, "SUM_SCORE", SEVERITY_ERROR, "total_score", "总分填为 98，各项得分合计 94");
  form.mutable_indicators(0)->set_weight("50");
  ExpectNone(form, "SUM_SCORE", "the execution's score may be 4");
}

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

TEST(FullNotMet, ARowMayHaveItsValuesInTheRowsUnderIt) {
  SelfEvaluation form = FormWith({
      {"", "", "10", "10", "产出指标", "数量指标", "★补助瓜果种植面积"},
      {"6亩", "6亩", "", "", "产出指标", "数量指标", "梨树种植面积"},
      {"1亩", "1亩", "", "", "产出指标", "数量指标", "桃种植面积"},
      {"80头", "80头", "80", "80", "产出指标", "数量指标", "猪养殖数量"},
  });
  ExpectNone(form, "FULL_NOT_MET", "the rows under it have the values");
  ExpectNone(form, "NOT_MEASURABLE", "the rows under it have the targets");
  form.mutable_indicators(1)->set_actual("3亩");
  ExpectOne(form, "FULL_NOT_MET", SEVERITY_ERROR, "indicators[1].actual",
            "“梨树种植面积”指标值 6 亩，实际完成 3 亩（50.00%），未达到指标值，而“★补助瓜果种植面积”却得满分 10 分");
  form.mutable_indicators(1)->set_level2("质量指标");
  const auto findings = FindingsOf(ScoreOf(form), "FULL_NOT_MET");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].path(), "indicators[0].actual") << "below another level 2, it is a row of its own";
}

TEST(FullNotMet, MustNotFireOnRowsThatAreJudgedByCriteria) {
  const SelfEvaluation form = FormWith({
      {"", "", "3", "3", "项目管理(13分)", "", "财务制度"},
      {"", "", "2", "2", "项目决策(2分)", "", "决策依据"},
      {"≥2次", "2次", "95", "95"},
  });
  ExpectNone(form, "FULL_NOT_MET", "no column for them");
}

TEST(FullNotMet, FiresOnWordsThatSayNotDone) {
  ExpectOne(OneRow({"1", "建设中", "10", "10"}), "FULL_NOT_MET", SEVERITY_ERROR, "indicators[0].actual",
            "“指标”指标值“1”，实际完成值“建设中”说明尚未完成，却得满分 10 分");
  for (const auto& [target, actual] : {std::pair("≥1个", "未完成"), std::pair("2021年12月底", "在建，未完成"),
                                       std::pair("完成验收", "尚未验收"), std::pair("100%", "未完成")})
    EXPECT_EQ(FindingsOf(ScoreOf(OneRow({target, actual, "10", "10"})), "FULL_NOT_MET").size(), 1u) << target;
  ExpectNone(OneRow({"1", "建设中", "10", "5"}), "FULL_NOT_MET", "points were lost");
  for (const std::string_view done : {"未完成事项已全部整改", "所在建制村全部通达", "施工中严格管理，全部合格",
                                      "在建工程已全部完工", "不再有未启动项目", "在建档立卡户中全覆盖"})
    ExpectNone(OneRow({"100%", std::string(done), "10", "10"}), "FULL_NOT_MET", done);
  ExpectNone(OneRow({"持续改进", "持续推进中", "10", "10"}), "FULL_NOT_MET", "what goes on is not unfinished");
  ExpectNone(OneRow({"≤2个", "无未完成项目", "10", "10"}), "IND_SCORE", "none is unfinished");
  ExpectNone(OneRow({"无在建项目", "无在建项目", "10", "10"}), "FULL_NOT_MET", "the target's own words");
  ExpectOne(OneRow({"1个", "建设中", "", ""}), "NO_REASON", SEVERITY_ERROR, "indicators[0].deviation_reason",
            "“指标”指标值“1个”，实际完成值“建设中”说明尚未完成，未说明偏差原因和改进措施");
}

// By rules that leave words to people, and by those that judge them.
TEST(FullNotMet, FiresOnTheOppositeOfTheTarget) {
  ExpectOne(OneRow({"是", "否", "10", "10"}), "FULL_NOT_MET", SEVERITY_WARNING, "indicators[0].actual",
            "“指标”指标值“是”，实际“否”，与指标值相反，却得满分 10 分");
  ExpectOne(OneRow({"是", "否", "10", "10"}), "FULL_NOT_MET", SEVERITY_ERROR, "indicators[0].actual",
            "“指标”指标值“是”，实际“否”，未达到指标值，却得满分 10 分", RulesOf("cn-national-2021"));
  ExpectOne(OneRow({"否", "是", "10", "10"}), "FULL_NOT_MET", SEVERITY_WARNING, "indicators[0].actual",
            "“指标”指标值“否”，实际“是”，与指标值相反，却得满分 10 分");
  ExpectOne(OneRow({"达标", "不达标", "", "", "产出指标", "质量指标", "水质", "100%"}), "FULL_NOT_MET",
            SEVERITY_WARNING, "indicators[0].actual",
            "“水质”指标值“达标”，实际“不达标”，与指标值相反，却完成率填为 100%");
  for (const auto& [target, actual] : {std::pair("是", "是"), std::pair("否", "否"), std::pair("无", "是"),
                                       std::pair("有", "否"), std::pair("是", "无"), std::pair("是", "已完成")})
    ExpectNone(OneRow({target, actual, "10", "10"}), "FULL_NOT_MET", Cat(target, " against ", actual));
  ExpectNone(OneRow({"是", "否", "10", "0"}), "FULL_NOT_MET", "no points");
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

TEST(IndScore, FiresMildlyOnSomePointsForWhatCameTooLate) {
  const Row late = {"2019年12月", "2020年6月",         "20", "10", "产出指标", "时效指标", "完成时间",
                    "",           "部分项目延续至下年"};
  ExpectOne(OneRow(late), "IND_SCORE", SEVERITY_WARNING, "indicators[0].score",
            "“完成时间”时限 2019年12月，实际 2020年6月，已逾期，分值 20，按规则应得 0.00 分，填为 10 分");
  Row none = late;
  none.score = "0";
  ExpectNone(OneRow(none), "IND_SCORE", "as the rules have it");
}

TEST(IndScore, ATimeWhoseUnitStandsInTheNameIsALimit) {
  ExpectNone(OneRow({"10", "8", "10", "10", "产出指标", "时效指标", "任务完成时限(月)"}), "FULL_NOT_MET", "earlier");
  EXPECT_EQ(
      FindingsOf(ScoreOf(OneRow({"30", "35", "10", "10", "产出指标", "时效指标", "完成时限（天）"})), "FULL_NOT_MET")
          .size(),
      1u);
  EXPECT_EQ(ScoreOf(OneRow({"10", "8", "10", "10", "产出指标", "数量指标", "开放(月)"})).lines(0).computed_score(),
            "8.00");
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

// --------------------------------------------------------------------------------------------------------------- GRADE

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

}  // namespace
}  // namespace jixiao::scoring
