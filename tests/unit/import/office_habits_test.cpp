// What offices do to the forms: subtotals, several indicators in a cell, headers divided in their own words, levels in
// rows of their own, hidden sheets, exports with an indicator a row. Each as a document and as a workbook.
#include "intake/import/folding.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "office_files.h"
#include "support.h"

namespace jixiao::importing {
namespace {

using namespace support;

const std::vector<std::string> kHead = {
    "项目支出绩效自评表|<|<|<|<|<|<|<",
    "项目名称|<|普法宣传|<|<|<|<|<",
    "实施单位|<|某县司法局|<|<|<|<|<",
};

// The head and these rows, as .docx and as .xlsx, each read into one form.
template <class Check>
void InOffice(const std::vector<std::string>& rows, Check check) {
  std::vector<std::string> all = kHead;
  all.insert(all.end(), rows.begin(), rows.end());
  const TestTable table = Table(all);
  for (const auto& [name, bytes] : {std::pair(std::string("a.docx"), Docx(DocxTable(table))),
                                    std::pair(std::string("a.xlsx"), Xlsx({XlsxSheet(table)}))}) {
    SCOPED_TRACE(name);
    const ImportedDocument document = Imported(bytes, name);
    ASSERT_EQ(document.forms_size(), 1) << document.DebugString();
    check(document.forms(0));
    ExpectOrigins(document.forms(0));
  }
}

constexpr std::string_view kIndicators = "一级指标|二级指标|三级指标|指标值|完成值|分值|得分|偏差原因";

TEST(OfficeHabits, LinesOfACellAreIndicatorsOfTheirOwn) {
  InOffice({std::string(kIndicators), "产出指标|数量指标|培训人数\\宣传场次|≥200人\\≥50场|216人\\63场|10\\10|10\\9.5|",
            "^|质量指标|合格率\\（年末）|≥90%|95%|80|80|"},
           [](const ImportedForm& imported) {
             EXPECT_EQ(Indicators(imported.form()), (Lines{"产出指标|数量指标|培训人数|≥200人|216人|10|10||",
                                                           "产出指标|数量指标|宣传场次|≥50场|63场|10|9.5||",
                                                           "产出指标|质量指标|合格率（年末）|≥90%|95%|80|80||"}));
             EXPECT_EQ(Unread(imported), Lines{});
           });
}

TEST(OfficeHabits, NumbersOfLinesAreNoPartOfThem) {
  InOffice({std::string(kIndicators),
            "产出指标|数量指标|1.培训人数\\2.宣传场次|1.≥200人\\2.≥50场|1、216人\\2、63场|50\\50|50\\49.5|1.5万人次\\2."
            "5万人次"},
           [](const ImportedForm& imported) {
             EXPECT_EQ(Indicators(imported.form()),
                       (Lines{"产出指标|数量指标|培训人数|≥200人|216人|50|50||1.5万人次",
                              "产出指标|数量指标|宣传场次|≥50场|63场|50|49.5||2.5万人次"}));
           });
}

TEST(OfficeHabits, FiguresAreNoNumbersOfLines) {
  for (const char* actual : {"1.5万元\\2.8万元", "1．5万元\\2．8万元", "1. 5万元\\2. 8万元"})
    InOffice({std::string(kIndicators), Cat("产出指标|数量指标|培训\\宣传|≥1万元\\≥2万元|", actual, "|50\\50|50\\50|")},
             [&](const ImportedForm& imported) {
               const std::string first = imported.form().indicators(0).actual();
               EXPECT_TRUE(first.starts_with("1")) << actual << " " << first;
             });
}

TEST(OfficeHabits, NumbersOnTwoLinesAreNeverOne) {
  InOffice({std::string(kIndicators), "产出指标|数量指标|培训|≥200人|216人\\630人|10|10|",
            "^|质量指标|合格率|≥90%|95%|80\\10|80|"},
           [](const ImportedForm& imported) {
             EXPECT_EQ(imported.form().indicators(0).actual(), "216人\n630人");
             EXPECT_EQ(imported.form().indicators(1).weight(), "80\n10");
           });
}

TEST(OfficeHabits, NumbersThatBrokeAreJoined) {
  InOffice({std::string(kIndicators), "产出指标|数量指标|成本|≥1234\\567元|1234\\560元|50|50|",
            "^|质量指标|人数|≥2000\\0人|20000\\人|7\\0|7\\0|"},
           [](const ImportedForm& imported) {
             EXPECT_EQ(Indicators(imported.form()), (Lines{"产出指标|数量指标|成本|≥1234567元|1234560元|50|50||",
                                                           "产出指标|质量指标|人数|≥20000人|20000人|7\n0|7\n0||"}));
           });
}

TEST(OfficeHabits, WhatARowOfSeveralIndicatorsHasBesideThemIsListed) {
  InOffice({"一级指标|二级指标|三级指标|指标值|完成值|分值|得分|佐证材料",
            "产出指标|数量指标|培训人数\\宣传场次|≥200人\\≥50场|216人\\63场|50\\50|50\\50|照片"},
           [](const ImportedForm& imported) {
             EXPECT_EQ(imported.form().indicators_size(), 2);
             EXPECT_EQ(Unread(imported), Lines{"照片"});
           });
}

TEST(OfficeHabits, SubtotalsAreNoIndicators) {
  InOffice(
      {std::string(kIndicators), "产出指标|数量指标|培训人数|≥200人|216人|50|50|", "小计|<|<|||50|50|",
       "效益指标|社会效益指标|知晓率|≥90%|95%|30|29|", "^|小计||||30|29|",
       "满意度指标|服务对象满意度指标|满意度|≥90%|95%|20|20|", "绩效指标合计|<|<|||100|99|", "总分|<|<|<|<|100|99|"},
      [](const ImportedForm& imported) {
        EXPECT_EQ(imported.form().indicators_size(), 3);
        EXPECT_EQ(imported.form().total_weight(), "100");
        EXPECT_EQ(imported.form().total_score(), "99");
      });
}

// A subtotal at the head of a class has the merged names of the rows below it.
TEST(OfficeHabits, SubtotalsAtTheHeadOfAClassLeaveItsNames) {
  InOffice({std::string(kIndicators), "产出指标|数量指标|小计|||60|60|", "^|^|培训人数|≥200人|216人|30|30|",
            "^|^|培训场次|≥5场|5场|30|30|", "效益指标|社会效益指标|小计|||40|40|", "^|^|知晓率|≥90%|95%|40|40|"},
           [](const ImportedForm& imported) {
             EXPECT_EQ(Indicators(imported.form()), (Lines{"产出指标|数量指标|培训人数|≥200人|216人|30|30||",
                                                           "产出指标|数量指标|培训场次|≥5场|5场|30|30||",
                                                           "效益指标|社会效益指标|知晓率|≥90%|95%|40|40||"}));
             EXPECT_EQ(Unread(imported), Lines{});
           });
}

TEST(OfficeHabits, ATotalUnderTheSecondLevelIsThatOfAGroup) {
  InOffice({std::string(kIndicators), "产出指标|数量指标|培训人数|≥200人|216人|50|49|", "^|合计||||50|49|",
            "效益指标|社会效益指标|知晓率|≥90%|95%|50|49.5|", "总分|<|<|<|<|100|98.5|"},
           [](const ImportedForm& imported) {
             EXPECT_EQ(imported.form().indicators_size(), 2);
             EXPECT_EQ(imported.form().total_score(), "98.5");
             EXPECT_EQ(Unread(imported), Lines{});
           });
}

TEST(OfficeHabits, AHeaderMayBeDividedInWordsOfItsOwn) {
  InOffice({"一级指标|二级指标|三级指标|年度指标值|<|完成值|分值|得分|<", "^|^|^|年初|调整后|^|^|自评|财政审核",
            "产出指标|数量指标|培训人数|≥200人|≥210人|216人|100|99|97"},
           [](const ImportedForm& imported) {
             EXPECT_EQ(Indicators(imported.form()), (Lines{"产出指标|数量指标|培训人数|≥210人|216人|100|99||"}));
             EXPECT_EQ(imported.form().indicators(0).approved_target(), "≥200人");
             EXPECT_EQ(Unread(imported), Lines{"97"});
           });
  InOffice(
      {"一级指标|二级指标|三级指标|指标值|实际完成值|<|分值|得分|偏差说明|<", "^|^|^|^|上半年|全年|^|^|原因|改进措施",
       "产出指标|数量指标|培训人数|≥200人|100人|190人|100|95|疫情|改为线上"},
      [](const ImportedForm& imported) {
        EXPECT_EQ(Indicators(imported.form()),
                  (Lines{"产出指标|数量指标|培训人数|≥200人|190人|100|95||疫情\n改为线上"}));
        EXPECT_EQ(Unread(imported), Lines{"100人"});
      });
}

TEST(OfficeHabits, TheWeightsOfLevelsAreNotThoseOfIndicators) {
  InOffice({"一级指标|权重|二级指标|权重|三级指标|权重|指标值|完成值|得分",
            "产出指标|50|数量指标|20|培训人数|7|≥200人|216人|7", "^|^|^|^|宣传场次|13|≥50场|63场|13"},
           [](const ImportedForm& imported) {
             EXPECT_EQ(Indicators(imported.form()), (Lines{"产出指标|数量指标|培训人数|≥200人|216人|7|7||",
                                                           "产出指标|数量指标|宣传场次|≥50场|63场|13|13||"}));
           });
}

TEST(OfficeHabits, AFirstLevelMayHaveARowOfItsOwn) {
  InOffice({"指标类别|指标名称|<|指标值|完成值|分值|得分|偏差原因", "产出指标（50分）|<|<|<|<|<|<|<",
            "数量指标|培训人数|<|≥200人|216人|20|20|", "质量指标|合格率|<|≥90%|95%|30|30|",
            "满意度指标|<|<|<|<|50|50|<", "服务对象满意度指标|满意度|<|≥90%|95%|50|50|"},
           [](const ImportedForm& imported) {
             EXPECT_EQ(Indicators(imported.form()), (Lines{"产出指标（50分）|数量指标|培训人数|≥200人|216人|20|20||",
                                                           "产出指标（50分）|质量指标|合格率|≥90%|95%|30|30||",
                                                           "满意度指标|服务对象满意度指标|满意度|≥90%|95%|50|50||"}));
           });
}

TEST(OfficeHabits, ALevelWithATargetIsAnIndicator) {
  InOffice({std::string(kIndicators), "产出指标|数量指标|培训人数|≥200人|216人|80|80|",
            "成本指标|<|<|≤100万元|95万元|10|10|", "满意度指标|<|<|≥90%|95%|10|9|"},
           [](const ImportedForm& imported) { EXPECT_EQ(imported.form().indicators_size(), 3); });
}

TEST(OfficeHabits, PagesAndNotesAreNoIndicators) {
  InOffice(
      {std::string(kIndicators), "产出指标|数量指标|培训人数|≥200人|216人|50|50|", "第 1 页 共 2 页|<|<|<|<|<|<|<",
       "效益指标|社会效益指标|知晓率|≥90%|95%|50|50|", "注：得分保留两位小数|<|<|<|<|<|<|<", "总分|<|<|<|<|100|100|"},
      [](const ImportedForm& imported) { EXPECT_EQ(imported.form().indicators_size(), 2); });
}

TEST(OfficeHabits, GoalsBesideMergedLabels) {
  InOffice({"项目基本情况|1.项目年度目标完成情况|项目年度目标|<|<|年度目标完成情况|<|<",
            "^|^|开展普法十场|<|<|开展普法十二场|<|<", std::string(kIndicators),
            "产出指标|数量指标|培训人数|≥200人|216人|100|100|"},
           [](const ImportedForm& imported) {
             EXPECT_EQ(imported.form().expected_goal(), "开展普法十场");
             EXPECT_EQ(imported.form().actual_goal(), "开展普法十二场");
           });
  InOffice({"年度总体目标|年初设定目标|<|<|年度总体目标完成情况综述|<|<|<", "^|开展普法十场|<|<|开展普法十二场|<|<|<",
            std::string(kIndicators), "产出指标|数量指标|培训人数|≥200人|216人|100|100|"},
           [](const ImportedForm& imported) {
             EXPECT_EQ(imported.form().expected_goal(), "开展普法十场");
             EXPECT_EQ(imported.form().actual_goal(), "开展普法十二场");
           });
}

TEST(OfficeHabits, WhatStandsBelowTheGoalsIsNoGoal) {
  InOffice({"项目基本情况|1.项目年度目标完成情况|项目年度目标|<|<|年度目标完成情况|<|<",
            "^|^|开展普法十场|<|<|开展普法十二场|<|<", "^|2.某种没有见过的栏目|按月发放|<|<|<|<|<",
            std::string(kIndicators), "产出指标|数量指标|培训人数|≥200人|216人|100|100|"},
           [](const ImportedForm& imported) {
             EXPECT_EQ(imported.form().expected_goal(), "开展普法十场");
             EXPECT_EQ(imported.form().actual_goal(), "开展普法十二场");
             EXPECT_EQ(Unread(imported), Lines{"按月发放"});
           });
}

TEST(OfficeHabits, NumberedGoals) {
  InOffice(
      {"年度总体目标完成情况|<|预期目标|<|<|实际完成情况|<|<", "1|<|维护道路|<|<|完成维护|<|<",
       "2|<|清扫街道|<|<|完成清扫|<|<", std::string(kIndicators), "产出指标|数量指标|培训人数|≥200人|216人|100|100|"},
      [](const ImportedForm& imported) {
        EXPECT_EQ(imported.form().expected_goal(), "维护道路\n清扫街道");
        EXPECT_EQ(imported.form().actual_goal(), "完成维护\n完成清扫");
      });
}

TEST(OfficeHabits, TheSameTitleWithAnotherProjectIsAnotherForm) {
  const auto form = [](std::string_view name) {
    return DocxParagraph("项目支出绩效自评表") + DocxParagraph(Cat("项目名称：", name)) +
           DocxTable(Table({std::string(kIndicators), "产出指标|数量指标|培训人数|≥200人|216人|90|90|"}));
  };
  const ImportedDocument document = Imported(Docx(form("甲项目") + form("乙项目")), "a.docx");
  ASSERT_EQ(document.forms_size(), 2);
  EXPECT_EQ(document.forms(1).form().project_name(), "乙项目");
  const auto apart = [](std::string_view name) {
    return DocxParagraph("项目支出绩效自评表") + DocxTable(Table({Cat("项目名称|", name)})) + DocxParagraph("") +
           DocxTable(Table({std::string(kIndicators), "产出指标|数量指标|培训人数|≥200人|216人|90|90|"}));
  };
  const ImportedDocument heads = Imported(Docx(apart("甲项目") + apart("乙项目")), "a.docx");
  ASSERT_EQ(heads.forms_size(), 2);
  EXPECT_EQ(heads.forms(0).form().project_name(), "甲项目");
  EXPECT_EQ(heads.forms(1).form().project_name(), "乙项目");
}

TEST(OfficeHabits, TheHeadMayBeATableOfItsOwn) {
  const std::string head = DocxTable(Table({"项目名称|普法宣传", "实施单位|某县司法局"}));
  const std::string rest =
      DocxTable(Table({std::string(kIndicators), "产出指标|数量指标|培训人数|≥200人|216人|100|100|"}));
  const ImportedDocument document =
      Imported(Docx(DocxParagraph("项目支出绩效自评表") + head + DocxParagraph("") + rest), "a.docx");
  ASSERT_EQ(document.forms_size(), 1);
  EXPECT_EQ(document.forms(0).form().project_name(), "普法宣传");
  EXPECT_EQ(document.forms(0).form().implementing_unit().name(), "某县司法局");
  EXPECT_EQ(document.forms(0).form().title(), "项目支出绩效自评表");
  ExpectOrigins(document.forms(0));
}

TEST(OfficeHabits, AFormGoesOnUnderItsTitleAgain) {
  const std::string first = DocxTable(Table(
      {"项目名称|普法宣传|<|<|<|<|<|<", std::string(kIndicators), "产出指标|数量指标|培训人数|≥200人|216人|50|50|"}));
  const std::string rest = DocxTable(Table({"效益指标|社会效益指标|知晓率|≥90%|95%|50|50|", "总分|<|<|<|<|100|100|"}));
  for (const std::string_view title : {"项目支出绩效自评表", "项目支出绩效自评表（续）"}) {
    const ImportedDocument document = Imported(
        Docx(DocxParagraph("项目支出绩效自评表") + first + DocxParagraph(std::string(title)) + rest), "a.docx");
    ASSERT_EQ(document.forms_size(), 1) << title;
    EXPECT_EQ(document.forms(0).form().indicators_size(), 2);
    EXPECT_EQ(document.forms(0).form().total_score(), "100");
  }
}

TEST(OfficeHabits, ARosterIsNamedForWhatItIs) {
  const ImportedDocument document =
      Imported(Xlsx({XlsxSheet(Table({"序号|项目名称|全年预算数|全年执行数|执行率|自评得分",
                                      "1|普法宣传|30|29|96.67%|98", "2|法律援助|50|50|100%|99"}))}),
               "a.xlsx");
  EXPECT_EQ(document.forms_size(), 0);
  bool named = false;
  for (const auto& cell : document.unread()) named = named || cell.why().starts_with("像是一行一个项目的汇总表");
  EXPECT_TRUE(named);
}

TEST(OfficeHabits, HiddenTextIsNoContent) {
  std::vector<std::string> rows = kHead;
  rows.push_back(std::string(kIndicators));
  rows.push_back("产出指标|数量指标|培训人数#H#|≥200人|210人|100|100|");
  std::string table = DocxTable(Table(rows));
  const std::string mark = "#H#";
  const std::size_t at = table.find(mark);
  ASSERT_NE(at, std::string::npos);
  table.replace(at, mark.size(), "</w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>内部批注</w:t></w:r><w:r><w:t>");
  const ImportedDocument document = Imported(Docx(table), "a.docx");
  ASSERT_EQ(document.forms_size(), 1);
  EXPECT_EQ(document.forms(0).form().indicators(0).level3(), "培训人数");
}

TEST(OfficeHabits, TheUnitOfAnIndicatorIsNotThatOfTheProject) {
  InOffice({"一级指标|二级指标|三级指标|指标值|完成值|分值|得分|责任单位",
            "产出指标|数量指标|培训人数|≥200人|216人|100|100|某镇司法所"},
           [](const ImportedForm& imported) {
             EXPECT_EQ(imported.form().implementing_unit().name(), "某县司法局");
             EXPECT_EQ(Unread(imported), Lines{"某镇司法所"});
           });
}

TEST(OfficeHabits, RowsWhoseNumbersStandForNamesAreTakenBack) {
  const ImportedDocument document = Imported(
      "项目支出绩效自评表\n| 项目名称 | 普法宣传 | | | | |\n| 一级指标 | 二级指标 | 三级指标 | 指标值 | 完成值 | 分值 "
      "|\n"
      "| 产出指标 | 数量指标 | 50 | ≥200人 | 216人 | 30 |\n| | | 30 | ≥90% | 95% | 30 |\n| | | 合格率 | ≥90% | 95% | "
      "40 |\n",
      "a.txt");
  ASSERT_EQ(document.forms_size(), 1);
  const ImportedForm& form = document.forms(0);
  EXPECT_EQ(form.form().indicators_size(), 0);
  EXPECT_EQ(form.form().project_name(), "普法宣传");
  bool listed = false;
  for (const auto& cell : form.unread()) listed = listed || cell.text() == "合格率";
  EXPECT_TRUE(listed);
  ExpectOrigins(form);
}

TEST(OfficeHabits, BarsLoseTheMergedLabelOfTheGoals) {
  const ImportedDocument document = Imported(
      "项目支出绩效自评表\n| 项目名称 | 普法宣传 | | |\n| 年度总体目标 | 预期目标 | 实际完成情况 |\n| 开展普法十场 | "
      "全部完成 |\n"
      "| 一级指标 | 二级指标 | 三级指标 | 指标值 | 完成值 | 分值 | 得分 |\n| 产出指标 | 数量指标 | 培训人数 | ≥200人 | "
      "216人 | 100 | 100 |\n"
      "| 合计 | 100 | | | |\n",
      "a.txt");
  ASSERT_EQ(document.forms_size(), 1);
  EXPECT_EQ(document.forms(0).form().expected_goal(), "开展普法十场");
  EXPECT_EQ(document.forms(0).form().actual_goal(), "全部完成");
  EXPECT_EQ(document.forms(0).form().total_weight(), "100");
  EXPECT_EQ(document.forms(0).form().total_score(), "");
}

TEST(OfficeHabits, APercentageIsNoMoney) {
  InOffice(
      {"项目资金|资金来源|年初预算数|全年预算数|全年执行数|分值|执行率|得分", "^|年度资金总额|30|30|100%|10|100%|10",
       std::string(kIndicators), "产出指标|数量指标|培训人数|≥200人|216人|90|90|"},
      [](const ImportedForm& imported) {
        EXPECT_EQ(Funds(imported.form()), (Lines{"年度资金总额|30|30||10|100%|10"}));
        EXPECT_EQ(Unread(imported), Lines{"100%"});
      });
}

TEST(OfficeHabits, TheYearMayShareItsLineWithTheUnit) {
  for (const std::string_view line : {"（2022年度）　　单位：万元", "年度：2022", "（2022）年度", "（2022年度）"}) {
    std::string text = Cat("项目支出绩效自评表\n", line, "\n");
    Append(text, "| 项目名称 | 普法宣传 |\n| 一级指标 | 二级指标 | 三级指标 | 指标值 | 完成值 | 分值 | 得分 |\n",
           "| 产出指标 | 数量指标 | 培训人数 | ≥200人 | 216人 | 100 | 100 |\n");
    const ImportedDocument document = Imported(text, "a.txt");
    ASSERT_EQ(document.forms_size(), 1) << line;
    EXPECT_EQ(document.forms(0).form().fiscal_year(), 2022) << line;
  }
}

TEST(OfficeHabits, CellsPastedFromAWorkbookMayBreak) {
  const ImportedDocument document = Imported(
      "项目名称\t普法宣传\t\t\t\t\t\n实施单位\t某县司法局\t\t\t\t\t\n\"项目资金\n（万元）\"\t\t年初预算数\t全年预算数\t"
      "全年执行数\t执行率\t\n"
      "\t年度资金总额\t30\t30\t29\t96.67%\t\n一级指标\t二级指标\t三级指标\t指标值\t完成值\t分值\t得分\n"
      "产出指标\t数量指标\t培训人数\t≥200人\t216人\t100\t100\n",
      "a.txt");
  ASSERT_EQ(document.forms_size(), 1) << document.DebugString();
  EXPECT_EQ(document.forms(0).form().project_name(), "普法宣传");
  EXPECT_EQ(document.forms(0).form().implementing_unit().name(), "某县司法局");
  EXPECT_EQ(document.forms(0).form().funds_size(), 1);
}

TEST(OfficeHabits, AnExportHasAnIndicatorARow) {
  const TestTable table = Table({
      "年度|单位名称|项目编码|项目名称|一级指标|二级指标|三级指标|指标值|完成值|分值|得分",
      "2022|某县司法局|51092324T000010263357|普法宣传|产出指标|数量指标|培训人数|≥200人|216人|50|50",
      "2022|某县司法局|51092324T000010263357|普法宣传|效益指标|社会效益指标|知晓率|≥90%|95%|50|50",
      "2022|某县司法局||合计||||||100|100",
      "2022|某县司法局|51092324T000010263358|法律援助|产出指标|数量指标|援助件数|≥20件|26件|100|100",
  });
  for (const auto& [name, bytes] :
       {std::pair(std::string("a.xlsx"), Xlsx({XlsxSheet(table)})), std::pair(std::string("a.csv"), Csv(table))}) {
    SCOPED_TRACE(name);
    const ImportedDocument document = Imported(bytes, name);
    ASSERT_EQ(document.forms_size(), 2) << document.DebugString();
    EXPECT_EQ(document.forms(0).form().project_name(), "普法宣传");
    EXPECT_EQ(document.forms(0).form().project_code(), "51092324T000010263357");
    EXPECT_EQ(document.forms(0).form().fiscal_year(), 2022);
    EXPECT_EQ(document.forms(0).form().indicators_size(), 2);
    EXPECT_EQ(document.forms(1).form().project_name(), "法律援助");
    EXPECT_EQ(document.forms(1).form().total_score(), "");
    EXPECT_EQ(document.forms(1).form().implementing_unit().name(), "某县司法局");
    EXPECT_EQ(Indicators(document.forms(1).form()), (Lines{"产出指标|数量指标|援助件数|≥20件|26件|100|100||"}));
  }
}

TEST(OfficeHabits, HiddenSheetsAreSetAsideBesideShownForms) {
  std::vector<std::string> rows = kHead;
  rows.push_back(std::string(kIndicators));
  rows.push_back("产出指标|数量指标|培训人数|≥200人|216人|100|100|");
  const std::string sheet = XlsxSheet(Table(rows));
  const ImportedDocument both = Imported(Xlsx({sheet, sheet}, {}, " state=\"hidden\""), "a.xlsx");
  ASSERT_EQ(both.forms_size(), 1);
  ASSERT_GT(both.unread_size(), 0);
  EXPECT_EQ(both.unread(0).why(), "在隐藏的工作表中，没有导入");
  // Where nothing else is a form, it is what was meant.
  const std::string notes = XlsxSheet(Table({"说明|仅供参考"}));
  EXPECT_EQ(Imported(Xlsx({notes, sheet}, {}, " state=\"veryHidden\""), "a.xlsx").forms_size(), 1);
}

TEST(OfficeHabits, SignsOfTheFontSymbol) {
  std::vector<std::string> rows = kHead;
  rows.push_back(std::string(kIndicators));
  rows.push_back("产出指标|数量指标|培训人数|#S#200人|#P#210人|100|100|");
  std::string table = DocxTable(Table(rows));
  const auto put = [&](const std::string& mark, std::string_view with) {
    const std::size_t at = table.find(mark);
    ASSERT_NE(at, std::string::npos);
    table.replace(at, mark.size(), with);
  };
  put("#S#", "</w:t><w:sym w:font=\"Symbol\" w:char=\"F0B3\"/><w:t>");
  put("#P#", "</w:t></w:r><w:r><w:rPr><w:rFonts w:ascii=\"Symbol\"/></w:rPr><w:t>\uF0B3</w:t></w:r><w:r><w:t>");
  const ImportedDocument document = Imported(Docx(table), "a.docx");
  ASSERT_EQ(document.forms_size(), 1);
  EXPECT_EQ(document.forms(0).form().indicators(0).target(), "≥200人");
  EXPECT_EQ(document.forms(0).form().indicators(0).actual(), "≥210人");
}

// 完成情况 of a task stands between its name and its amounts: it is no part of the name.
TEST(OfficeHabits, TasksWithTheirFunds) {
  const ImportedDocument document =
      Imported(Docx(DocxTable(Table({"部门整体支出绩效自评表|<|<|<|<", "主管部门|某市水利局|<|<|<",
                                     "年度主要任务|任务名称|完成情况|预算数|执行数", "^|水旱灾害防御|已完成|880|880",
                                     "^|河长制工作|基本完成|30|29.1", "^|金额合计|<|910|909.1",
                                     "一级指标|三级指标|<|年度指标值|实际完成值", "产出指标|巡河次数|<|≥10次|12次"}))),
               "a.docx");
  ASSERT_EQ(document.forms_size(), 1);
  EXPECT_EQ(support::Funds(document.forms(0).form()),
            (Lines{"水旱灾害防御||880|880|||", "河长制工作||30|29.1|||", "金额合计||910|909.1|||"}));
  EXPECT_EQ(support::Unread(document.forms(0)), (Lines{"已完成", "基本完成"}));
}

TEST(OfficeHabits, AFormThatCannotBeReadSaysSo) {
  std::string lines = "某单位绩效自评报告\n一、基本情况\n本单位开展了绩效自评工作，现将有关情况报告如下。\n";
  for (const std::string_view level : {"数量指标", "质量指标", "时效指标", "社会效益指标"})
    Append(lines, level, "\n某项工作\n100\n95\n");
  const ImportedDocument document = Imported(lines, "a.txt");
  ASSERT_EQ(document.forms_size(), 1) << document.DebugString();
  EXPECT_EQ(document.forms(0).form().indicators_size(), 0);
  ASSERT_GT(document.forms(0).unread_size(), 0);
  EXPECT_NE(document.forms(0).unread(0).why().find("分不出行和列"), std::string::npos);
}

TEST(OfficeHabits, CellsOfManyLinesAndSymbolsAreReadInTime) {
  // Each line might be looked for in all that stands before it.
  std::string lines;
  for (int i = 0; i < 100'000; ++i) lines += "中";
  for (int i = 0; i < 100'000; ++i) lines += "\n1";
  const auto start = std::chrono::steady_clock::now();
  EXPECT_FALSE(CleanValue(lines).empty());
  std::string symbols;
  for (int i = 0; i < 300'000; ++i) symbols += "\uF03D";
  (void)Import(Docx(Cat("<w:p><w:r><w:rPr><w:rFonts w:ascii=\"Symbol\"/></w:rPr><w:t>", symbols, "</w:t></w:r></w:p>")),
               "a.docx", {});
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

}  // namespace
}  // namespace jixiao::importing
