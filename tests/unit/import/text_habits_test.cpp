// What texts copied from pages and documents do to the forms: one cell a line, one row a line, bars without places,
// covers of reports. Rows that do not come out whole are not read, and said.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "support.h"

namespace jixiao::importing {
namespace {

using namespace support;

const std::string kHeader = "一级指标 二级指标 三级指标 年度指标值 实际完成值 分值 得分";
const std::string kWithReason = kHeader + " 偏差原因分析及改进措施";

// A form, one row a line, its cells divided by blanks.
Lines Form(const std::string& header, const Lines& rows, const Lines& end = {"总分 100 99"}) {
  Lines out = {"项目支出绩效自评表",
               "（2023年度）",
               "项目名称 护林防火 实施单位 某县林业局",
               "项目资金（万元） 年初预算数 全年预算数 全年执行数 分值 执行率 得分",
               "年度资金总额 46.5 46.5 46.5 10 100% 10",
               header};
  out.insert(out.end(), rows.begin(), rows.end());
  out.insert(out.end(), end.begin(), end.end());
  return out;
}

std::string OneRowALine(const Lines& rows) {
  std::string out;
  for (const std::string& row : rows) Append(out, row, "\n");
  return out;
}

std::string OneCellALine(const Lines& rows) {
  std::string out = OneRowALine(rows);
  std::replace(out.begin(), out.end(), ' ', '\n');
  return out;
}

// The one form of the rows in both shapes goes to `check`.
template <class Check>
void InBothShapes(const Lines& rows, Check check) {
  for (const auto& [name, text] : {std::pair("cells.txt", OneCellALine(rows)), {"rows.txt", OneRowALine(rows)}}) {
    SCOPED_TRACE(name);
    const ImportedDocument document = Imported(text, name);
    ASSERT_EQ(document.forms_size(), 1) << document.DebugString();
    check(document.forms(0));
    ExpectOrigins(document.forms(0));
  }
}

Lines Rows(std::string_view reason) {
  const std::string end = reason.empty() ? "" : Cat(" ", reason);
  return {Cat("产出指标 数量指标 巡护里程 ≥300公里 320公里 30 30", end), Cat("质量指标 隐患整改率 100% 98% 20 19", end),
          Cat("效益指标 生态效益指标 林木受损面积 减少 减少 30 30", end),
          Cat("满意度指标 服务对象满意度指标 林农满意度 ≥90% 93% 10 10", end)};
}

Lines Expected(std::string_view reason) {
  return {Cat("产出指标|数量指标|巡护里程|≥300公里|320公里|30|30||", reason),
          Cat("产出指标|质量指标|隐患整改率|100%|98%|20|19||", reason),
          Cat("效益指标|生态效益指标|林木受损面积|减少|减少|30|30||", reason),
          Cat("满意度指标|服务对象满意度指标|林农满意度|≥90%|93%|10|10||", reason)};
}

// --------------------------------------------------------------------------------------------- reasons

TEST(TextHabits, ReasonsAtTheEndOfTheLastRowAreNoIndicators) {
  const std::string sentence = "护林员轮换较晚，下一年提前安排。";
  for (const std::string_view reason :
       {std::string_view("无"), std::string_view("-"), std::string_view("/"), std::string_view("暂无"),
        std::string_view("无偏差"), std::string_view(sentence)})
    for (const Lines& end : {Lines{"总分 100 99"}, Lines{"合计 100 99"}, Lines{}}) {
      SCOPED_TRACE(reason);
      InBothShapes(Form(kWithReason, Rows(reason), end), [&](const ImportedForm& imported) {
        EXPECT_EQ(Indicators(imported.form()), Expected(reason));
        EXPECT_EQ(imported.form().total_score(), end.empty() ? "" : "99");
        EXPECT_EQ(Unread(imported), Lines{});
      });
    }
}

TEST(TextHabits, AReasonOfTheLastRowAlone) {
  Lines rows = Rows("");
  rows.back() += " 个别林农不了解";
  Lines expected = Expected("");
  expected.back() += "个别林农不了解";
  InBothShapes(Form(kWithReason, rows), [&](const ImportedForm& imported) {
    EXPECT_EQ(Indicators(imported.form()), expected);
    EXPECT_EQ(imported.form().total_weight(), "100");
  });
}

TEST(TextHabits, NamesBehindARowWithoutAReasonAreNames) {
  InBothShapes(Form(kWithReason, Rows("")),
               [](const ImportedForm& imported) { EXPECT_EQ(Indicators(imported.form()), Expected("")); });
  Lines rows = Rows("");
  rows.insert(rows.begin() + 1, "宣传次数 ≥4次 4次 5 5");
  InBothShapes(Form(kWithReason, rows), [](const ImportedForm& imported) {
    ASSERT_EQ(imported.form().indicators_size(), 5);
    EXPECT_EQ(imported.form().indicators(0).deviation_reason(), "");
    EXPECT_EQ(Indicators(imported.form())[1], "产出指标|数量指标|宣传次数|≥4次|4次|5|5||");
  });
}

TEST(TextHabits, ReasonsOfZeroMoveNoRow) {
  InBothShapes(Form(kWithReason, Rows("0")),
               [](const ImportedForm& imported) { EXPECT_EQ(Indicators(imported.form()), Expected("0")); });
}

// 无 behind two figures may be a reason as well as a score that was not given.
TEST(TextHabits, AMissingValueIsNotMadeUpForByTheReason) {
  Lines rows = Rows("无");
  rows[2] = "效益指标 生态效益指标 林木受损面积 减少 30 30 无";
  InBothShapes(Form(kWithReason, rows), [](const ImportedForm& imported) {
    ASSERT_EQ(imported.form().indicators_size(), 4);
    EXPECT_EQ(Indicators(imported.form())[2], "效益指标|生态效益指标|林木受损面积|减少||30|30||无");
  });
}

// --------------------------------------------------------------------------------------------- satisfaction

TEST(TextHabits, ASatisfactionWithValuesBehindItIsAnIndicator) {
  Lines rows = Rows("");
  rows.back() = "满意度指标 服务对象满意度指标 林农满意度 ≥90% 93% 5 5";
  rows.push_back("群众满意度 ≥90% 96% 5 5");
  const auto check = [](const ImportedForm& imported) {
    ASSERT_EQ(imported.form().indicators_size(), 5);
    EXPECT_EQ(Indicators(imported.form())[4], "满意度指标|服务对象满意度指标|群众满意度|≥90%|96%|5|5||");
    EXPECT_EQ(imported.form().total_score(), "99");
  };
  InBothShapes(Form(kHeader, rows), check);
  std::string bars;
  for (std::string row : Form(kHeader, rows)) {
    for (std::size_t at = row.find(' '); at != std::string::npos; at = row.find(' ', at + 3)) row.replace(at, 1, " | ");
    Append(bars, row, " ||\n");
  }
  const ImportedDocument document = Imported(bars, "bars.txt");
  ASSERT_EQ(document.forms_size(), 1);
  check(document.forms(0));
}

TEST(TextHabits, ASatisfactionIsTheNameWhereItsGroupIsLeftOut) {
  Lines rows = Rows("");
  rows.back() = "满意度指标 服务对象满意度 ≥90% 93% 10 10";
  InBothShapes(Form(kHeader, rows), [](const ImportedForm& imported) {
    EXPECT_EQ(imported.form().indicators(3).level3(), "服务对象满意度");
    EXPECT_EQ(imported.form().indicators(3).level2(), "");
    EXPECT_EQ(imported.form().indicators(3).target(), "≥90%");
  });
}

TEST(TextHabits, ASatisfactionWithANameBehindItIsAGroup) {
  Lines rows = Rows("");
  rows.back() = "满意度指标 群众满意度 林农满意度 ≥90% 93% 10 10";
  InBothShapes(Form(kHeader, rows), [](const ImportedForm& imported) {
    EXPECT_EQ(Indicators(imported.form())[3], "满意度指标|群众满意度|林农满意度|≥90%|93%|10|10||");
  });
}

// --------------------------------------------------------------------------------------------- groups of its own

const Lines kOwnGroups = {"决策 项目立项 立项依据充分性 充分 充分 10 10",
                          "立项程序规范性 规范 规范 5 5",
                          "绩效目标 目标合理性 合理 合理 5 5",
                          "过程 资金管理 资金到位率 100% 100% 10 10",
                          "预算执行情况 100% 96% 10 9",
                          "产出 产出数量 巡护里程 ≥300公里 320公里 30 30",
                          "效益 项目效益 生态效益 明显 明显 20 20",
                          "满意度 林农满意度 ≥90% 93% 10 10"};

TEST(TextHabits, GroupsInWordsOfTheFormsOwn) {
  const Lines expected = {
      "决策|项目立项|立项依据充分性|充分|充分|10|10||", "决策|项目立项|立项程序规范性|规范|规范|5|5||",
      "决策|绩效目标|目标合理性|合理|合理|5|5||",       "过程|资金管理|资金到位率|100%|100%|10|10||",
      "过程|资金管理|预算执行情况|100%|96%|10|9||",     "产出|产出数量|巡护里程|≥300公里|320公里|30|30||",
      "效益|项目效益|生态效益|明显|明显|20|20||",       "满意度||林农满意度|≥90%|93%|10|10||"};
  InBothShapes(Form(kHeader, kOwnGroups),
               [&](const ImportedForm& imported) { EXPECT_EQ(Indicators(imported.form()), expected); });
  // With room for a reason that nobody gave.
  InBothShapes(Form(kWithReason, kOwnGroups),
               [&](const ImportedForm& imported) { EXPECT_EQ(Indicators(imported.form()), expected); });
}

TEST(TextHabits, RowsThatDoNotComeOutWholeAreTakenBack) {
  Lines rows = kOwnGroups;
  rows[4] = "预算执行情况 100% 10 9";
  for (const std::string& text : {OneCellALine(Form(kHeader, rows)), OneRowALine(Form(kHeader, rows))}) {
    const ImportedDocument document = Imported(text, "a.txt");
    ASSERT_EQ(document.forms_size(), 1);
    EXPECT_EQ(document.forms(0).form().indicators_size(), 0);
    EXPECT_GE(document.forms(0).unread_size(), 1);
  }
}

TEST(TextHabits, ARowWithoutAValueTakesNoFormBack) {
  Lines rows = Rows("");
  rows[1] = "质量指标 隐患整改率 100% 20 19";
  const ImportedDocument document = Imported(OneCellALine(Form(kHeader, rows)), "a.txt");
  ASSERT_EQ(document.forms_size(), 1);
  EXPECT_EQ(document.forms(0).form().indicators_size(), 4);
}

// --------------------------------------------------------------------------------------------- targets alone

TEST(TextHabits, NamesAndValuesInTurn) {
  const Lines rows = {"产出指标 数量指标 东岭防火路 3公里 西坡防火路 5公里 培训人员 63人", "质量指标 验收情况 合格",
                      "时效指标 完成时间 2023年底", "效益指标 生态效益指标 林木受损面积 持续减少",
                      "满意度指标 服务对象满意度指标 林农满意度 ≥90%"};
  InBothShapes(Form("一级指标 二级指标 三级指标 指标值", rows, {}), [](const ImportedForm& imported) {
    EXPECT_EQ(Indicators(imported.form()),
              (Lines{"产出指标|数量指标|东岭防火路|3公里|||||", "产出指标|数量指标|西坡防火路|5公里|||||",
                     "产出指标|数量指标|培训人员|63人|||||", "产出指标|质量指标|验收情况|合格|||||",
                     "产出指标|时效指标|完成时间|2023年底|||||", "效益指标|生态效益指标|林木受损面积|持续减少|||||",
                     "满意度指标|服务对象满意度指标|林农满意度|≥90%|||||"}));
  });
}

TEST(TextHabits, NamesWithoutValuesAreNoValuesOfOneAnother) {
  const Lines rows = {"产出指标 数量指标 东岭防火路 西坡防火路", "质量指标 验收情况 整改情况",
                      "效益指标 生态效益指标 林木受损面积 火灾次数",
                      "满意度指标 服务对象满意度指标 林农满意度 护林员满意度"};
  const ImportedDocument document =
      Imported(OneCellALine(Form("一级指标 二级指标 三级指标 指标值", rows, {})), "a.txt");
  ASSERT_EQ(document.forms_size(), 1);
  for (const auto& line : document.forms(0).form().indicators()) EXPECT_EQ(line.target(), "") << line.level3();
}

// --------------------------------------------------------------------------------------------- values of one letter

TEST(TextHabits, ValuesOfOneLetterAreTwo) {
  for (const auto& [target, actual] : {std::pair("是", "否"), {"高", "中"}, {"好", "好"}}) {
    Lines rows = Rows("");
    rows[1] = Cat("质量指标 隐患是否整改 ", target, " ", actual, " 20 19");
    InBothShapes(Form(kHeader, rows), [&](const ImportedForm& imported) {
      EXPECT_EQ(Indicators(imported.form())[1],
                Cat("产出指标|质量指标|隐患是否整改|", target, "|", actual, "|20|19||"));
    });
  }
}

TEST(TextHabits, LabelsLetterByLetterAreStillOne) {
  Lines rows = Rows("");
  rows[0] = "产 出 指 标 数 量 指 标 巡护里程 ≥300公里 320公里 30 30";
  const Lines form = Form(kHeader, rows, {"总 分 100 99"});
  const ImportedDocument document = Imported(OneRowALine(form), "a.txt");
  ASSERT_EQ(document.forms_size(), 1);
  EXPECT_EQ(Indicators(document.forms(0).form()), Expected(""));
  EXPECT_EQ(document.forms(0).form().total_weight(), "100");
}

// --------------------------------------------------------------------------------------------- reports

const std::string kBody =
    "一、项目概况\n本年完成巡护和宣传任务，资金已全部支付，各项任务均按计划完成，没有发生较大火情。\n"
    "二、绩效分析\n资金使用规范，各项产出达到预期，群众较为满意，下一年继续安排。\n";

SelfEvaluation Report(const std::string& head) {
  const ImportedDocument document = Imported(head + kBody, "report.txt");
  EXPECT_EQ(document.forms_size(), 1) << head;
  return document.forms_size() == 1 ? document.forms(0).form() : SelfEvaluation();
}

TEST(TextHabits, TitlesOfReportsHaveNoBreadcrumbs) {
  const SelfEvaluation form = Report("首页>公开目录\n\n云溪县林业局\n\n2021年整体支出绩效评价报告\n");
  EXPECT_EQ(form.title(), "云溪县林业局2021年整体支出绩效评价报告");
  EXPECT_EQ(form.project_name(), "");
  EXPECT_EQ(form.implementing_unit().name(), "云溪县林业局");
  EXPECT_EQ(form.fiscal_year(), 2021);
  // Lines of one title still go together.
  EXPECT_EQ(Report("云溪县护林防火\n专项经费绩效自评报告\n").title(), "云溪县护林防火专项经费绩效自评报告");
}

TEST(TextHabits, WhatAPageCallsItsTitleIsNoPartOfIt) {
  const SelfEvaluation form =
      Report("名  称: 云溪县护林防火2022年度绩效自评报告\n\n云溪县护林防火2022年度绩效自评报告\n");
  EXPECT_EQ(form.title(), "云溪县护林防火2022年度绩效自评报告");
  EXPECT_EQ(form.project_name(), "云溪县护林防火");
  EXPECT_EQ(Report("附件：护林防火经费绩效自评报告\n").title(), "附件：护林防火经费绩效自评报告");
}

TEST(TextHabits, WhatIsEvaluatedIsNoProject) {
  for (const char* title : {"云溪县林业局2020年度机关整体支出绩效评价报告", "云江省项目支出绩效评价报告（护林费）",
                            "云溪县财政支出项目绩效评价自评报告", "云溪小学2023年度项目支出绩效自评报告"})
    EXPECT_EQ(Report(Cat(title, "\n")).project_name(), "") << title;
  EXPECT_EQ(Report("云溪县护林项目支出绩效自评报告\n").project_name(), "云溪县护林项目");
  EXPECT_EQ(Report("云溪县老人照料中心项目绩效自评报告\n").project_name(), "云溪县老人照料中心项目");
}

TEST(TextHabits, CoversSayWhatTheTitleDoesNot) {
  const SelfEvaluation form = Report(
      "云江省项目支出绩效评价报告(护林费)\n项目名称 林区防火道维护\n项目单位 云溪县林场\n主管部门　　云溪县林业局\n"
      "2020年10月20日\n");
  EXPECT_EQ(form.project_name(), "林区防火道维护");
  EXPECT_EQ(form.implementing_unit().name(), "云溪县林场");
  EXPECT_EQ(form.competent_department().name(), "云溪县林业局");
  EXPECT_EQ(
      Report("云溪县2018年度部门整体支出绩效自评报告\n部门(单位)名称：云溪县林业局\n").competent_department().name(),
      "云溪县林业局");
}

TEST(TextHabits, WordsBehindALabelAreNotAlwaysItsValue) {
  const SelfEvaluation form =
      Report("云溪县护林防火项目绩效自评报告\n项目单位\t2020年7月16日\n项目名称 主管部门\n项目名称的填写 按批复\n");
  EXPECT_EQ(form.implementing_unit().name(), "");
  EXPECT_EQ(form.competent_department().name(), "");
  EXPECT_EQ(form.project_name(), "云溪县护林防火项目");
}

// --------------------------------------------------------------------------------------------- forms of targets

const Lines kTargets = {"绩效目标申报表",
                        "（2023年度）",
                        "项目名称 护林防火 实施单位 某县林业局",
                        "总体目标 年度目标 年度总体目标完成情况",
                        "维护防火道5公里，林区火情有所减少。",
                        "绩效指标 一级指标 二级指标 三级指标 指标值 备注",
                        "产出指标 数量指标 维护防火道 ≥5公里",
                        "培训人员 ≥60人",
                        "质量指标 验收合格率 ≥98%",
                        "满意度指标 服务对象满意度指标 林农满意度 ≥90%"};

TEST(TextHabits, RoomForSignaturesIsNoIndicator) {
  Lines rows = kTargets;
  for (const char* line :
       {"财政局业务股室初审意见 (盖章)", "      ", "财政局绩效股审核意见 (盖章)", "区林业局复核意见 (盖章)"})
    rows.emplace_back(line);
  for (const std::string& text : {OneRowALine(rows), OneCellALine(rows)}) {
    const ImportedDocument document = Imported(text, "a.txt");
    ASSERT_EQ(document.forms_size(), 1);
    EXPECT_EQ(Indicators(document.forms(0).form()),
              (Lines{"产出指标|数量指标|维护防火道|≥5公里|||||", "产出指标|数量指标|培训人员|≥60人|||||",
                     "产出指标|质量指标|验收合格率|≥98%|||||", "满意度指标|服务对象满意度指标|林农满意度|≥90%|||||"}));
  }
}

TEST(TextHabits, OpinionsThatAreCountedAreIndicators) {
  Lines rows = kTargets;
  rows.insert(rows.begin() + 7, "审核意见采纳率 ≥90%");
  const ImportedDocument document = Imported(OneRowALine(rows), "a.txt");
  ASSERT_EQ(document.forms_size(), 1);
  ASSERT_EQ(document.forms(0).form().indicators_size(), 5);
  EXPECT_EQ(document.forms(0).form().indicators(1).level3(), "审核意见采纳率");
}

TEST(TextHabits, OneGoalIsWhatWasMeantToBe) {
  for (const std::string& text : {OneRowALine(kTargets), OneCellALine(kTargets)}) {
    const ImportedDocument document = Imported(text, "a.txt");
    ASSERT_EQ(document.forms_size(), 1);
    EXPECT_EQ(document.forms(0).form().expected_goal(), "维护防火道5公里，林区火情有所减少。");
    EXPECT_EQ(document.forms(0).form().actual_goal(), "");
  }
}

TEST(TextHabits, OneTextOfTwoGoalsIsNotGuessed) {
  Lines rows = Form(kHeader, Rows(""));
  rows.insert(rows.begin() + 5, {"年度总体目标 预期目标 实际完成情况", "维护防火道5公里，林区火情有所减少。"});
  InBothShapes(rows, [](const ImportedForm& imported) {
    EXPECT_EQ(imported.form().expected_goal(), "");
    EXPECT_EQ(imported.form().actual_goal(), "");
    EXPECT_EQ(Unread(imported), Lines{"维护防火道5公里，林区火情有所减少。"});
    EXPECT_EQ(imported.form().indicators_size(), 4);
  });
  rows[6] += " 维护防火道6公里，没有较大火情。";
  InBothShapes(rows, [](const ImportedForm& imported) {
    EXPECT_EQ(imported.form().expected_goal(), "维护防火道5公里，林区火情有所减少。");
    EXPECT_EQ(imported.form().actual_goal(), "维护防火道6公里，没有较大火情。");
  });
}

// --------------------------------------------------------------------------------------------- broken cells

TEST(TextHabits, BlanksInBracketsDivideNoCells) {
  Lines rows = Rows("");
  rows[0] = "产出指标 数量指标 巡护里程( ≥**公里 ) ≥300公里 320公里 30 30";
  const ImportedDocument document = Imported(OneRowALine(Form(kWithReason, rows)), "a.txt");
  ASSERT_EQ(document.forms_size(), 1);
  Lines expected = Expected("");
  expected[0] = "产出指标|数量指标|巡护里程(≥**公里)|≥300公里|320公里|30|30||";
  EXPECT_EQ(Indicators(document.forms(0).form()), expected);
}

// A bracket that nobody closed takes no other cell.
TEST(TextHabits, OpenBracketsTakeNothing) {
  Lines rows = Rows("");
  rows[0] = "产出指标 数量指标 巡护里程(全县 ≥300公里 320公里 30 30";
  const ImportedDocument document = Imported(OneRowALine(Form(kHeader, rows)), "a.txt");
  ASSERT_EQ(document.forms_size(), 1);
  EXPECT_EQ(Indicators(document.forms(0).form())[0], "产出指标|数量指标|巡护里程(全县|≥300公里|320公里|30|30||");
}

TEST(TextHabits, HeadsThatBrokeOverTwoLines) {
  Lines rows = Form("一级指标 二级指标 三级指标 年度 实际 分值 得分 偏差原因分析及改进措施", Rows(""));
  rows.insert(rows.begin() + 6, "指标值 完成值");
  const ImportedDocument document = Imported(OneRowALine(rows), "a.txt");
  ASSERT_EQ(document.forms_size(), 1);
  EXPECT_EQ(Indicators(document.forms(0).form()), Expected(""));
}

TEST(TextHabits, TornFormsAreCalledSo) {
  Lines rows = Rows("");
  rows[1] = "质量指标 隐患 整改 率 100% 20 19";
  rows[2] = "效益指标 生态效益指标 林木 受损 面积 减少 30 30";
  const ImportedDocument document = Imported(OneRowALine(Form(kHeader, rows)), "a.txt");
  ASSERT_EQ(document.forms_size(), 0);
  const auto named = [](const auto& cell) { return std::string_view(cell.why()).starts_with("像是"); };
  EXPECT_EQ(std::count_if(document.unread().begin(), document.unread().end(), named), 1);
}

TEST(TextHabits, WordsAboutLevelsAreNoTornForm) {
  const ImportedDocument document = Imported("一级指标和三级指标怎样填写，请看附件。\n", "a.txt");
  ASSERT_EQ(document.forms_size(), 0);
  for (const auto& cell : document.unread()) EXPECT_FALSE(std::string_view(cell.why()).starts_with("像是"));
}

// A text that was cut off in the name of the next class: that is no reason.
TEST(TextHabits, TheBeginningOfALevelAtTheEndIsNotRead) {
  Lines rows = Rows("");
  rows.pop_back();
  const auto last_reason = [&](const std::string& end) {
    const ImportedDocument document = Imported(OneRowALine(Form(kWithReason, rows, {end})), "a.txt");
    EXPECT_EQ(document.forms_size(), 1);
    if (document.forms_size() != 1) return std::string("none");
    EXPECT_EQ(document.forms(0).form().indicators_size(), 3);
    return document.forms(0).form().indicators(2).deviation_reason();
  };
  EXPECT_EQ(last_reason("可"), "");
  EXPECT_EQ(last_reason("社会"), "");
  EXPECT_EQ(last_reason("护林员轮换较晚"), "护林员轮换较晚");
}

// --------------------------------------------------------------------------------------------- bars

TEST(TextHabits, HeadsOfAmountsAreNobodysName) {
  for (const char* head : {"某某资金测算（万元）", "项目资金申请(万元)"}) {
    Lines lines = {"项目支出绩效自评表", "(2021年度)", "项目名称", "护林防火", "项目实施单位", head, "资金总额:"};
    for (const std::string& row : {kHeader, Rows("")[0], Rows("")[1], Rows("")[2]}) lines.push_back(row);
    const ImportedDocument document = Imported(OneCellALine(lines), "a.txt");
    ASSERT_EQ(document.forms_size(), 1) << head;
    EXPECT_EQ(document.forms(0).form().implementing_unit().name(), "") << head;
    EXPECT_EQ(document.forms(0).form().indicators_size(), 3) << head;
  }
}

std::string WithBars(const Lines& rows) {
  std::string out;
  for (std::string row : rows) {
    for (std::size_t at = row.find(' '); at != std::string::npos; at = row.find(' ', at + 3)) row.replace(at, 1, " | ");
    Append(out, row, "\n");
  }
  return out;
}

TEST(TextHabits, ShortRowsOfBarsAreRowsOfTheirOwn) {
  Lines rows = Rows("");
  rows.back() = "满意度指标 服务对象满意度指标 林农满意度 ≥90% 93% 5 5";
  rows.push_back("游客满意度 ≥90% 96% 5 5");
  const ImportedDocument document = Imported(WithBars(Form(kHeader, rows)), "a.txt");
  ASSERT_EQ(document.forms_size(), 1);
  ASSERT_EQ(document.forms(0).form().indicators_size(), 5);
  EXPECT_EQ(Indicators(document.forms(0).form())[4], "满意度指标|服务对象满意度指标|游客满意度|≥90%|96%|5|5||");
  EXPECT_EQ(document.forms(0).form().total_score(), "99");
}

TEST(TextHabits, CellsThatBreakBetweenBarsGoOn) {
  std::string text = WithBars(Form(kHeader, Rows("")));
  const std::string name = "林木受损面积";
  text.replace(text.find(name), name.size(), "林木\n受损面积");
  const ImportedDocument document = Imported(text, "a.txt");
  ASSERT_EQ(document.forms_size(), 1);
  EXPECT_EQ(Indicators(document.forms(0).form()), Expected(""));
}

TEST(TextHabits, CellsBetweenLinesOfBarsWithoutAHeaderAreNamed) {
  std::string text;
  for (const char* cell : {"项目完成指标", "数量指标", "巡护里程", "≥300公里", "320公里", "效益指标", "生态效益指标",
                           "林木受损面积", "减少", "减少"})
    Append(text, text.empty() ? "|   " : "     ", cell, "\n        |\n");
  text +=
      "二、部门绩效评价结果。\n本部门按要求对上一年部门整体支出绩效评价情况开展自评。\n第三部分 "
      "名词解释\n1.财政拨款收入：指单位"
      "从同级财政部门取得的财政预算资金。\n";
  const ImportedDocument document = Imported(text, "a.txt");
  ASSERT_EQ(document.forms_size(), 1);
  EXPECT_EQ(document.forms(0).form().indicators_size(), 0);
  const auto& unread = document.forms(0).unread();
  EXPECT_TRUE(std::any_of(unread.begin(), unread.end(),
                          [](const auto& cell) { return std::string_view(cell.why()).starts_with("像是"); }));
}

TEST(TextHabits, PartsOfTheFundsHaveAmountsAlone) {
  const auto funds = [](const std::string& part) {
    std::string text = WithBars(Form(kHeader, Rows("")));
    // As pages give it: the merged cells in a row at the end.
    std::string out;
    for (std::size_t at = 0, end; at < text.size(); at = end + 1) {
      end = text.find('\n', at);
      out += text.substr(at, end - at) + " |||\n";
      if (text.compare(at, 18, "年度资金总额") == 0) out += part + "\n";
    }
    const ImportedDocument document = Imported(out, "a.txt");
    EXPECT_EQ(document.forms_size(), 1);
    return document.forms_size() == 1 ? Funds(document.forms(0).form()) : Lines{};
  };
  EXPECT_EQ(funds("其中：财政资金 | 40 | 40 | 38.5 ||||||"),
            (Lines{"年度资金总额|46.5|46.5|46.5|10|100%|10", "其中：财政资金|40|40|38.5|||"}));
  EXPECT_EQ(funds("其中：财政资金 | 40 | 38.5 |||||||"), Lines{"年度资金总额|46.5|46.5|46.5|10|100%|10"});
  EXPECT_EQ(funds("其中：财政资金 | 40 | 38.5 | 96% ||||||"), Lines{"年度资金总额|46.5|46.5|46.5|10|100%|10"});
}

// --------------------------------------------------------------------------------------------- sheets

ImportedDocument TwoSheets(const std::string& second_project) {
  const TestTable head = Table(
      {"项目支出绩效自评表（2023年度）|<|<|<|<|<|<", "项目名称|护林防火|<|<|实施单位|某县林业局|<",
       "项目资金（万元）|年初预算数|全年预算数|全年执行数|分值|执行率|得分", "年度资金总额|46.5|46.5|46.5|10|100%|10"});
  const TestTable rows =
      Table({"项目支出绩效自评表（2023年度）|<|<|<|<|<|<", Cat("项目名称|", second_project, "|<|<|<|<|<"),
             "一级指标|二级指标|三级指标|年度指标值|实际完成值|分值|得分",
             "产出指标|数量指标|巡护里程|≥300公里|320公里|50|50", "效益指标|生态效益指标|林木受损面积|减少|减少|40|40",
             "总分|<|<|<|<|100|100"});
  return Imported(Xlsx({XlsxSheet(head), XlsxSheet(rows)}), "a.xlsx");
}

TEST(TextHabits, AFormGoesOnOnTheNextSheet) {
  const ImportedDocument document = TwoSheets("护林防火");
  ASSERT_EQ(document.forms_size(), 1) << document.DebugString();
  EXPECT_EQ(document.forms(0).form().funds_size(), 1);
  EXPECT_EQ(document.forms(0).form().indicators_size(), 2);
  EXPECT_EQ(document.forms(0).form().total_score(), "100");
  EXPECT_EQ(Unread(document.forms(0)), Lines{});
}

TEST(TextHabits, ASheetOfAnotherProjectIsAnotherForm) {
  EXPECT_EQ(TwoSheets("森林抚育").forms_size(), 2);
}

}  // namespace
}  // namespace jixiao::importing
