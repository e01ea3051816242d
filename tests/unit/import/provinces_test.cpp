// More layouts that provinces print, as office files: what differs is named in each test.
#include "intake/import/doc_repair.h"

#include <algorithm>

#include "support.h"

namespace jixiao::importing {
namespace {

using namespace support;
using evaluation::v1::AMOUNT_UNIT_TEN_THOUSAND_YUAN;
using evaluation::v1::AMOUNT_UNIT_YUAN;

// The one form of the table, as .docx and as .xlsx.
template <class Check>
void InOffice(const std::vector<std::string>& rows, Check check) {
  const TestTable table = Table(rows);
  for (const Rendering& rendering :
       std::vector<Rendering>{{"form.docx", Docx(DocxTable(table))}, {"form.xlsx", Xlsx({XlsxSheet(table)})}}) {
    SCOPED_TRACE(rendering.name);
    const ImportedDocument document = Imported(rendering.bytes, rendering.name);
    ASSERT_EQ(document.forms_size(), 1) << document.DebugString();
    check(document.forms(0));
    ExpectOrigins(document.forms(0));
  }
}

TEST(Provinces, RowsThatWereNotNeededAreNoIndicators) {
  InOffice(
      {
          "项目支出绩效自评表|<|<|<|<|<|<",
          "项目名称|老旧小区改造|<|<|<|<|<",
          "一级指标|二级指标|三级指标|年度指标值|实际完成值|分值|得分",
          "产出指标|数量指标|指标1：改造小区|10个|10个|50|50",
          "^|^|指标2：||||",
          "^|^|……||||",
          "效益指标|经济效益指标|指标1：||||",
          "^|社会效益指标|指标1：居住环境|改善|改善|30|28",
          "满意度指标|服务对象满意度指标|指标1：居民满意度|≥90%|96%|10|10",
      },
      [](const ImportedForm& imported) {
        // A level that such a row begins is kept, without an indicator.
        EXPECT_EQ(Indicators(imported.form()),
                  (Lines{"产出指标|数量指标|指标1：改造小区|10个|10个|50|50||", "效益指标|经济效益指标|||||||",
                         "效益指标|社会效益指标|指标1：居住环境|改善|改善|30|28||",
                         "满意度指标|服务对象满意度指标|指标1：居民满意度|≥90%|96%|10|10||"}));
        EXPECT_EQ(Unread(imported), Lines{});
      });
}

TEST(Provinces, TargetDividedIntoOperatorContentAndUnit) {
  InOffice(
      {
          "部门预算项目支出绩效自评表|<|<|<|<|<|<|<|<",
          "项目名称|培训费|<|<|<|<|<|<|<",
          "一级指标|二级指标|三级指标|年度指标值|<|<|实际完成值|分值|得分",
          "^|^|^|运算符|内容|度量单位|^|^|^",
          "产出指标|数量指标|培训班次|≥|4|期|4期|50|50",
          "效益指标|社会效益指标|业务能力|定性|提升|–|已提升|30|30",
          "满意度指标|服务对象满意度指标|学员满意度|≥|95|%|98%|10|10",
      },
      [](const ImportedForm& imported) {
        EXPECT_EQ(Indicators(imported.form()), (Lines{"产出指标|数量指标|培训班次|≥4期|4期|50|50||",
                                                      "效益指标|社会效益指标|业务能力|提升|已提升|30|30||",
                                                      "满意度指标|服务对象满意度指标|学员满意度|≥95%|98%|10|10||"}));
      });
}

TEST(Provinces, TargetInSeveralCellsUnderOneHead) {
  InOffice(
      {
          "项目支出绩效自评表|<|<|<|<|<|<|<",
          "项目名称|培训费|<|<|<|<|<|<",
          "一级指标|二级指标|三级指标|年度指标值|<|<|实际完成值|得分",
          "产出指标|数量指标|培训班次|≥|4|期|4期|50",
          "效益指标|社会效益指标|业务能力|定性|提升||已提升|30",
      },
      [](const ImportedForm& imported) {
        EXPECT_EQ(Indicators(imported.form()), (Lines{"产出指标|数量指标|培训班次|≥4期|4期||50||",
                                                      "效益指标|社会效益指标|业务能力|提升|已提升||30||"}));
      });
}

TEST(Provinces, ShanghaiPairsAboveTheTable) {
  InOffice(
      {
          "财政项目支出绩效自评表|<|<|<|<|<|<",
          "（2021年度）|<|<|<|<|<|<",
          "项目名称：|智慧气象|<|<|预算单位：|某气象局|<",
          "具体实施处室（单位）：|业务处|<|<|是否为经常性项目：|是|<",
          "当年预算数（元）：|5000000|<|<|上年预算数（元）：|4800000|<",
          "预算执行数（元）：|4876543.21|<|<|预算执行率(%)：|97.53|<",
          "项目年度总目标|建成一期|<|<|<|<|<",
          "自评时间：|2022-03-15|<|<|<|<|<",
          "绩效等级：|优|<|<|<|<|<",
          "主要绩效：|按期建成|<|<|<|<|<",
          "主要问题：|无|<|<|<|<|<",
          "一级指标|二级指标|三级指标|权重|指标目标值|指标实际完成值|得分",
          "投入和管理目标|投入管理|预算执行率|10|100%|97.53%|9.75",
          "产出目标|数量|站点建设数|40|10个|10个|40",
          "效果目标|社会效益|预报准确率|50|提升|提升|50",
          "合计||||||99.75",
      },
      [](const ImportedForm& imported) {
        const SelfEvaluation& form = imported.form();
        EXPECT_EQ(form.implementing_unit().name(), "某气象局");
        EXPECT_EQ(form.amount_unit(), AMOUNT_UNIT_YUAN);
        EXPECT_EQ(form.expected_goal(), "建成一期");
        EXPECT_EQ(form.grade(), "优");
        EXPECT_EQ(form.total_score(), "99.75");
        ASSERT_EQ(form.funds_size(), 1);
        EXPECT_EQ(form.funds(0).full_year_budget(), "5000000");
        EXPECT_EQ(form.funds(0).executed(), "4876543.21");
        EXPECT_EQ(form.funds(0).execution_rate(), "97.53");
        EXPECT_EQ(form.indicators_size(), 3);
        // Last year's budget and the office have no place in a form: they are told, with their labels.
        const Lines unread = Unread(imported);
        for (const char* text : {"4800000", "业务处", "2022-03-15"})
          EXPECT_EQ(std::count(unread.begin(), unread.end(), text), 1) << text;
      });
}

TEST(Provinces, ScoreAsOneSentenceBelowTheTable) {
  InOffice(
      {
          "项目支出绩效自评表|<|<|<|<|<",
          "项目名称|草原生态补助|<|<|<|<",
          "项目资金（元）||全年预算数|全年执行数|执行率|得分",
          "^|年度资金总额|1000000.00|876500.50|87.65%|8.77",
          "一级指标|二级指标|三级指标|年度指标值|实际完成值|得分",
          "产\\出\\指\\标|数量\\指标|补助户数|≥500户|498户|49.8",
          "总分：98.57分|<|<|<|<|<",
          "说明：本表由单位填报。|<|<|<|<|<",
      },
      [](const ImportedForm& imported) {
        const SelfEvaluation& form = imported.form();
        EXPECT_EQ(form.amount_unit(), AMOUNT_UNIT_YUAN);
        EXPECT_EQ(form.total_score(), "98.57");
        EXPECT_EQ(form.total_weight(), "");
        EXPECT_EQ(Indicators(form), (Lines{"产出指标|数量指标|补助户数|≥500户|498户||49.8||"}));
      });
}

TEST(Provinces, ChongqingKeepsTheAdjustedGoalAndTarget) {
  InOffice(
      {
          "重庆市项目支出绩效自评表|<|<|<|<|<|<|<",
          "专项资金名称|农村公路|<|<|业务主管部门|某区交通局|<|<",
          "当年预算执行情况（万元）|年初预算数|全年（调整）预算数|全年执行数|执行率（%）|执行率权重（分）|"
          "执行率得分（分）|",
          "^|1000|1100|1050|95.45|10|9.55|",
          "当年整体绩效目标|年初绩效目标|<|全年（调整）绩效目标|<|全年目标实际完成情况|<|<",
          "^|建成50公里|<|建成55公里|<|建成54公里|<|<",
          "绩效指标|指标性质|指标值|计量单位|调整后指标值|全年完成值|指标权重（分）|指标得分（分）",
          "建成里程|≥|50|公里|55|54|60|58.9",
          "群众满意度|≥|90|%|90|95|30|30",
      },
      [](const ImportedForm& imported) {
        const SelfEvaluation& form = imported.form();
        EXPECT_EQ(form.amount_unit(), AMOUNT_UNIT_TEN_THOUSAND_YUAN);
        EXPECT_EQ(form.competent_department().name(), "某区交通局");
        EXPECT_EQ(form.expected_goal(), "建成55公里");
        EXPECT_EQ(form.actual_goal(), "建成54公里");
        ASSERT_EQ(form.funds_size(), 1);
        EXPECT_EQ(form.funds(0).full_year_budget(), "1100");
        EXPECT_EQ(form.funds(0).weight(), "10");
        EXPECT_EQ(Indicators(form), (Lines{"||建成里程|≥55公里|54|60|58.9||", "||群众满意度|≥90%|95|30|30||"}));
        EXPECT_EQ(form.indicators(0).approved_target(), "≥50公里");
        EXPECT_EQ(Unread(imported), (Lines{"建成50公里"}));
      });
}

TEST(Provinces, LevelsOfGovernmentBeforeALabel) {
  InOffice(
      {
          "附件3|<|<|<",
          "2022年度部门整体支出绩效自评表|<|<|<",
          "省级预算部门名称|某省文旅厅|<|<",
          "三级指标|年度指标值|实际完成值|得分",
          "文化活动场次|≥100场|120场|50",
      },
      [](const ImportedForm& imported) {
        EXPECT_EQ(imported.form().competent_department().name(), "某省文旅厅");
        EXPECT_EQ(imported.form().kind(), evaluation::v1::FORM_KIND_DEPARTMENT);
        EXPECT_EQ(Unread(imported), Lines{});
      });
}

TEST(Provinces, WeightsInTheNamesOfTheTotal) {
  InOffice(
      {
          "项目支出绩效自评表|<|<|<|<",
          "项目名称|道路养护|<|<|<",
          "一级指标|三级指标|年度指标值|实际完成值|得分",
          "产出指标|养护里程|≥10公里|11公里|90",
          "总分（100分）|<|<|<|90",
      },
      [](const ImportedForm& imported) {
        EXPECT_EQ(imported.form().total_weight(), "100");
        EXPECT_EQ(imported.form().total_score(), "90");
      });
}

TEST(Provinces, CodesOfDivisionAndUnits) {
  InOffice(
      {
          "2023年度项目支出绩效自评表|<|<|<|<|<",
          "行政区划代码|510403000 西区|<|项目代码|51040323T000010263357|<",
          "项目名称|道路养护|<|<|<|<",
          "主管部门|[219]某市交通局|<|实施单位|219001-某公路站|<",
          "一级指标|二级指标|三级指标|年度指标值|实际完成值|得分",
          "产出指标|数量指标|养护里程|≥10公里|11公里|90",
      },
      [](const ImportedForm& imported) {
        const SelfEvaluation& form = imported.form();
        EXPECT_EQ(form.region_code(), "510403000");
        EXPECT_EQ(form.project_code(), "51040323T000010263357");
        EXPECT_EQ(form.competent_department().code(), "219");
        EXPECT_EQ(form.implementing_unit().code(), "219001");
        EXPECT_EQ(form.implementing_unit().name(), "某公路站");
        EXPECT_EQ(Unread(imported), Lines{});
      });
}

TEST(Provinces, UnknownLabelsAreToldWithTheirValues) {
  InOffice(
      {
          "项目支出绩效自评表|<|<|<",
          "项目名称|道路养护|资金文号：|某财建〔2022〕5号",
          "三级指标|年度指标值|实际完成值|得分",
          "养护里程|≥10公里|11公里|90",
      },
      [](const ImportedForm& imported) {
        ASSERT_EQ(imported.unread_size(), 1);
        EXPECT_EQ(imported.unread(0).text(), "某财建〔2022〕5号");
        EXPECT_NE(imported.unread(0).why().find("资金文号"), std::string::npos);
      });
}

// ------------------------------------------------------------------------------------------------ how files are made

TEST(Files, HiddenRowsAndColumnsAreNotReadButTold) {
  std::string sheet = XlsxSheet(Table({
      "项目支出绩效自评表|<|<|<|<",
      "项目名称|道路养护|<|<|<",
      "三级指标|年度指标值|内部编号|实际完成值|得分",
      "养护里程|≥10公里|A-17|11公里|45.5",
      "去年的指标|≥9公里|A-16|9公里|44.5",
      "路况|良好|A-18|良好|44.5",
  }));
  sheet.replace(sheet.find("<row r=\"5\""), 10, "<row r=\"5\" hidden=\"1\"");
  sheet.insert(sheet.find("<sheetData>"), "<cols><col min=\"3\" max=\"3\" width=\"9\" hidden=\"1\"/></cols>");
  const ImportedDocument document = Imported(Xlsx({sheet}), "a.xlsx");
  ASSERT_EQ(document.forms_size(), 1);
  const ImportedForm& form = document.forms(0);
  EXPECT_EQ(Indicators(form.form()), (Lines{"||养护里程|≥10公里|11公里||45.5||", "||路况|良好|良好||44.5||"}));
  const Lines unread = Unread(form);
  for (const char* text : {"去年的指标", "9公里", "A-17", "A-18"})
    EXPECT_EQ(std::count(unread.begin(), unread.end(), text), 1) << text;
  for (const auto& cell : form.unread()) EXPECT_NE(cell.why().find("隐藏"), std::string::npos) << cell.text();
}

TEST(Files, StrictNamespacesAndPrefixes) {
  // As "Strict Open XML" writes it: other namespaces, and every element with a prefix.
  const std::string strict =
      "<x:worksheet xmlns:x=\"http://purl.oclc.org/ooxml/spreadsheetml/main\"><x:sheetData>"
      "<x:row r=\"1\"><x:c r=\"A1\" t=\"inlineStr\"><x:is><x:t>项目名称</x:t></x:is></x:c>"
      "<x:c r=\"B1\" t=\"inlineStr\"><x:is><x:r><x:t>道路</x:t></x:r><x:r><x:t>养护</x:t></x:r></x:is></x:c></x:row>"
      "<x:row r=\"2\"><x:c r=\"A2\" t=\"inlineStr\"><x:is><x:t>三级指标</x:t></x:is></x:c>"
      "<x:c r=\"B2\" t=\"inlineStr\"><x:is><x:t>年度指标值</x:t></x:is></x:c>"
      "<x:c r=\"C2\" t=\"inlineStr\"><x:is><x:t>得分</x:t></x:is></x:c></x:row>"
      "<x:row r=\"3\"><x:c r=\"A3\" t=\"inlineStr\"><x:is><x:t>养护里程</x:t></x:is></x:c>"
      "<x:c r=\"B3\" s=\"1\"><x:v>0.955</x:v></x:c><x:c r=\"C3\"><x:f>SUM(1,8.5)</x:f><x:v>9.5</x:v></x:c></x:row>"
      "</x:sheetData></x:worksheet>";
  const ImportedDocument document = Imported(Xlsx({strict}), "a.xlsx");
  ASSERT_EQ(document.forms_size(), 1);
  EXPECT_EQ(document.forms(0).form().project_name(), "道路养护");
  EXPECT_EQ(Indicators(document.forms(0).form()), (Lines{"||养护里程|95.50%|||9.5||"}));
}

TEST(Files, AFormInANestedTableAndItsTitleInATextBox) {
  const std::string inner =
      DocxTable(Table({"项目名称|道路养护|<|<", "三级指标|年度指标值|实际完成值|得分", "养护里程|≥10公里|11公里|90"}));
  const std::string body = "<w:p><w:r><w:pict><w:txbxContent>" + DocxParagraph("2022年度项目支出绩效自评表") +
                           "</w:txbxContent></w:pict></w:r></w:p><w:tbl><w:tr><w:tc><w:p/>" + inner +
                           "<w:p/></w:tc></w:tr></w:tbl>";
  const ImportedDocument document = Imported(Docx(body), "a.docx");
  ASSERT_EQ(document.forms_size(), 1);
  const SelfEvaluation& form = document.forms(0).form();
  EXPECT_EQ(form.title(), "2022年度项目支出绩效自评表");
  EXPECT_EQ(form.fiscal_year(), 2022);
  EXPECT_EQ(Indicators(form), (Lines{"||养护里程|≥10公里|11公里||90||"}));
}

TEST(Files, AnnexHeadingsBetweenSeveralForms) {
  std::string body;
  for (const char* name : {"道路养护", "桥梁检测", "隧道照明"})
    body += DocxParagraph("附件3-1") + DocxParagraph("项目支出绩效自评表") + DocxParagraph("（2022年度）") +
            DocxTable(Table({Cat("项目名称|", name, "|<|<"), "三级指标|年度指标值|实际完成值|得分",
                             "数量|≥10处|11处|90", "总分|<|<|90"})) +
            DocxParagraph("填表说明：按年初批复填写。");
  const ImportedDocument document = Imported(Docx(body), "a.docx");
  ASSERT_EQ(document.forms_size(), 3);
  for (int i = 0; i < 3; ++i) {
    const SelfEvaluation& form = document.forms(i).form();
    EXPECT_EQ(form.title(), "项目支出绩效自评表");
    EXPECT_EQ(form.fiscal_year(), 2022) << i;
    EXPECT_EQ(form.indicators_size(), 1);
    EXPECT_EQ(form.total_score(), "90");
    EXPECT_EQ(form.report_size(), 0);
  }
  EXPECT_EQ(document.forms(1).form().project_name(), "桥梁检测");
}

TEST(Files, TabsInGb18030) {
  // 项目支出绩效自评表 and a small table, as an old program exports them.
  const unsigned char bytes[] = {
      0xCF, 0xEE, 0xC4, 0xBF, 0xD6, 0xA7, 0xB3, 0xF6, 0xBC, 0xA8, 0xD0, 0xA7, 0xD7, 0xD4, 0xC6, 0xC0, 0xB1, 0xED,
      '\r', '\n', 0xCF, 0xEE, 0xC4, 0xBF, 0xC3, 0xFB, 0xB3, 0xC6, '\t', 0xB5, 0xC0, 0xC2, 0xB7, '\r', '\n', 0xC8,
      0xFD, 0xBC, 0xB6, 0xD6, 0xB8, 0xB1, 0xEA, '\t', 0xD6, 0xB8, 0xB1, 0xEA, 0xD6, 0xB5, '\t', 0xB5, 0xC3, 0xB7,
      0xD6, '\r', '\n', 0xC0, 0xEF, 0xB3, 0xCC, '\t', 0xA1, 0xDD, '1',  '0',  '\t', '9',  '0',  '\r', '\n'};
  const std::string text(reinterpret_cast<const char*>(bytes), sizeof bytes);
  for (const char* name : {"a.csv", "a.txt"}) {
    SCOPED_TRACE(name);
    const ImportedDocument document = Imported(text, name);
    ASSERT_EQ(document.forms_size(), 1);
    EXPECT_EQ(document.forms(0).form().project_name(), "道路");
    EXPECT_EQ(Indicators(document.forms(0).form()), (Lines{"||里程|≥10|||90||"}));
  }
}

TEST(Files, AWordFileWhoseTextEndsInATableIsRepairedForLibreOffice) {
  const auto old = SharedFolder() / "forms/panzhihua-2021.doc";
  std::error_code error;
  if (!HasLibreOffice() || !std::filesystem::is_regular_file(old, error))
    GTEST_SKIP() << "needs soffice and the real documents beside the source tree";
  const ImportedDocument document = Imported(BytesOf(old), "panzhihua-2021.doc");
  EXPECT_EQ(document.forms_size(), 9);
}

TEST(Files, DamagedWordFilesAreLeftAsTheyAre) {
  std::string bytes = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
  for (int size : {512, 1024, 4096, 70000}) {
    for (int fill : {0, 1, 7, 255}) {
      std::string damaged = bytes + std::string(static_cast<std::size_t>(size), static_cast<char>(fill));
      damaged[30] = 9;
      damaged[31] = 0;
      EXPECT_EQ(RepairDoc(damaged), std::nullopt) << size << " " << fill;
    }
  }
}

}  // namespace
}  // namespace jixiao::importing
