// Office files and texts to cells: merged cells, tracked changes, stored numbers, encodings.
#include "intake/import/docx_reader.h"
#include "intake/import/import.h"
#include "intake/import/text_encoding.h"
#include "intake/import/text_reader.h"
#include "intake/import/vocabulary.h"
#include "intake/import/web_page.h"
#include "intake/import/xlsx_reader.h"

#include <iconv.h>

#include "support.h"

namespace jixiao::importing {
namespace {

using namespace support;

std::vector<std::string> Texts(const Grid& grid) {
  std::vector<std::string> out;
  for (const Cell& cell : grid.cells) out.push_back(cell.text);
  return out;
}

Document DocxOf(std::string_view body) {
  auto document = ReadDocx(Docx(body), {});
  EXPECT_TRUE(document.ok()) << document.status();
  return document.ok() ? *std::move(document) : Document();
}

TEST(DocxReader, TrackedChangesAreAccepted) {
  const Document document = DocxOf(
      "<w:p><w:r><w:t>预算</w:t></w:r><w:del><w:r><w:delText>10</w:delText></w:r></w:del><w:ins><w:r><w:t>12</w:t></"
      "w:r></w:ins>"
      "<w:r><w:t>万元</w:t></w:r><w:moveFrom><w:r><w:t>旧</w:t></w:r></w:moveFrom><w:moveTo><w:r><w:t>新</w:t></w:r></"
      "w:moveTo></w:p>"
      "<w:tbl><w:tr><w:trPr><w:del/></w:trPr><w:tc><w:p><w:r><w:t>删去的行</w:t></w:r></w:p></w:tc></w:tr>"
      "<w:tr><w:trPr><w:ins/></w:trPr><w:tc><w:p><w:r><w:t>加入的行</w:t></w:r></w:p></w:tc></w:tr></w:tbl>");
  ASSERT_EQ(document.blocks.size(), 2u);
  EXPECT_EQ(document.blocks[0].paragraph.text, "预算12万元新");
  EXPECT_EQ(Texts(document.blocks[1].grid), std::vector<std::string>{"加入的行"});
}

TEST(DocxReader, SpansBreaksAndNestedTables) {
  const Document document = DocxOf(
      "<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val=\"2\"/><w:vMerge "
      "w:val=\"restart\"/></w:tcPr><w:p><w:r><w:t>项目</w:t><w:br/><w:t>资金</w:t></w:r></w:p>"
      "</w:tc><w:tc><w:p><w:r><w:t>一</w:t></w:r></w:p><w:p><w:r><w:t>二</w:t></w:r></w:p></w:tc></w:tr>"
      "<w:tr><w:tc><w:tcPr><w:gridSpan "
      "w:val=\"2\"/><w:vMerge/></w:tcPr><w:p/></w:tc><w:tc><w:p><w:r><w:t>外</w:t></w:r></w:p>"
      "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>内</w:t></w:r></w:p></w:tc></w:tr></w:tbl><w:p/></w:tc></w:tr></w:tbl>");
  ASSERT_EQ(document.blocks.size(), 2u);
  const Grid& outer = document.blocks[0].grid;
  ASSERT_EQ(outer.cells.size(), 3u);
  EXPECT_EQ(outer.cells[0].text, "项目\n资金");
  EXPECT_EQ(outer.cells[0].rows, 2);
  EXPECT_EQ(outer.cells[0].columns, 2);
  EXPECT_EQ(outer.cells[1].text, "一\n二");
  EXPECT_EQ(outer.cells[1].column, 2);
  EXPECT_EQ(outer.cells[1].place.table, 1);
  EXPECT_EQ(Texts(document.blocks[1].grid), std::vector<std::string>{"内"});
  EXPECT_EQ(document.blocks[1].grid.cells[0].place.table, 2);
}

TEST(DocxReader, TextBoxesFieldsAndAlternatives) {
  const Document document = DocxOf(
      "<w:p><w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:t>正文</w:t></w:r>"
      "<w:r><mc:AlternateContent><mc:Choice><w:drawing><w:txbxContent><w:p><w:r><w:t>框内</w:t></w:r></w:p></"
      "w:txbxContent></w:drawing></mc:Choice>"
      "<mc:Fallback><w:pict><w:txbxContent><w:p><w:r><w:t>框内</w:t></w:r></w:p></w:txbxContent></w:pict></"
      "mc:Fallback></mc:AlternateContent></w:r>"
      "<w:sdt><w:sdtContent><w:r><w:t>控件</w:t></w:r></w:sdtContent></w:sdt><w:r><w:sym "
      "w:char=\"F052\"/></w:r></w:p>");
  ASSERT_EQ(document.blocks.size(), 2u);
  EXPECT_EQ(document.blocks[0].paragraph.text, "正文控件☑");
  EXPECT_EQ(document.blocks[1].paragraph.text, "框内");
}

TEST(WebPage, IsToldByItsTagsWhateverItIsCalled) {
  for (const char* page :
       {"<html><body>x", "  \n<!DOCTYPE HTML PUBLIC>", "\xEF\xBB\xBF<table><tr>", "<meta charset=gbk><td>",
        "<!-- made by a system --><div>x</div>", "<?xml version=\"1.0\"?><!DOCTYPE html><HTML>"})
    for (const char* name : {"a.html", "a.xls", "a.doc", "a"})
      EXPECT_EQ(FormatOf(page, name), Format::kWebPage) << page;
  EXPECT_EQ(FormatOf("<?xml version=\"1.0\"?><Workbook><Table>", "a.xls"), Format::kConvertToXlsx);
  EXPECT_EQ(FormatOf("<?xml version=\"1.0\"?><w:wordDocument>", "a.doc"), Format::kConvertToDocx);
  EXPECT_EQ(FormatOf("<项目支出绩效自评表> 项目名称", "a.txt"), Format::kText);
  EXPECT_EQ(FormatOf("a < b <table>", "a.txt"), Format::kText);
}

TEST(WebPage, IsReadInTheEncodingOfItsBytes) {
  constexpr char kGbk[] = "\xCF\xEE\xC4\xBF";
  const auto page = [](const std::string& bytes) { return PageInUtf8(bytes).value_or("refused"); };
  EXPECT_EQ(page(Cat("<table>", kGbk)), "\xEF\xBB\xBF<table>项目") << "says nothing";
  EXPECT_EQ(page("<table>项目"), "\xEF\xBB\xBF<table>项目");
  EXPECT_EQ(page(Cat("<meta charset=\"GB2312\"><table>", kGbk)), "\xEF\xBB\xBF<meta xharset=\"GB2312\"><table>项目");
  EXPECT_EQ(page("<meta content=\"text/html; charset=gb2312\">项目"),
            "\xEF\xBB\xBF<meta content=\"text/html; xharset=gb2312\">项目")
      << "says what it is not";
  EXPECT_EQ(page("<meta charset='big5'>\xB6\xB5"), "<meta charset='big5'>\xB6\xB5") << "left as it is";
}

Grid SheetOf(std::string_view data, std::vector<std::pair<std::string, std::string>> extra = {}) {
  auto document = ReadXlsx(Xlsx({Cat("<worksheet>", data, "</worksheet>")}, std::move(extra)), {});
  EXPECT_TRUE(document.ok()) << document.status();
  return document.ok() && !document->blocks.empty() ? document->blocks[0].grid : Grid();
}

TEST(XlsxReader, StringsOfEveryKind) {
  const Grid grid = SheetOf(
      "<sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c><c r=\"C1\" "
      "t=\"inlineStr\"><is><r><t>富</t></r><r><t>文本</t></r></is></c>"
      "<c r=\"D1\" t=\"str\"><f>A1</f><v>公式文字</v></c><c r=\"E1\" t=\"b\"><v>1</v></c><c r=\"F1\" "
      "t=\"e\"><v>#DIV/0!</v></c><c r=\"G1\" t=\"s\"><v>99</v></c></row></sheetData>",
      {{"xl/sharedStrings.xml",
        "<sst><si><t>简单</t></si><si><r><t>项目</t></r><r><t xml:space=\"preserve\"> "
        "名称</t></r><rPh><t>xm</t></rPh></si></sst>"}});
  EXPECT_EQ(Texts(grid), (std::vector<std::string>{"简单", "项目 名称", "富文本", "公式文字", "TRUE", "#DIV/0!"}));
}

TEST(XlsxReader, NumbersAsDisplayed) {
  const Grid grid = SheetOf(
      "<sheetData><row r=\"1\"><c r=\"A1\" s=\"1\"><v>0.87</v></c><c r=\"B1\" s=\"2\"><v>44561</v></c><c r=\"C1\" "
      "s=\"3\"><v>626380</v></c>"
      "<c r=\"D1\"><f>1+1</f><v>2</v></c><c r=\"E1\"><f>SUM(A1:D1)</f></c></row></sheetData>",
      {{"xl/styles.xml",
        "<styleSheet><numFmts><numFmt numFmtId=\"176\" "
        "formatCode=\"yyyy&quot;年&quot;m&quot;月&quot;\"/></numFmts><cellXfs><xf numFmtId=\"0\"/><xf "
        "numFmtId=\"9\"/><xf numFmtId=\"176\"/><xf numFmtId=\"4\"/></cellXfs></styleSheet>"}});
  EXPECT_EQ(Texts(grid), (std::vector<std::string>{"87%", "2021年12月", "626,380.00", "2", "=SUM(A1:D1)"}));
  EXPECT_TRUE(grid.cells[4].no_value);
}

TEST(XlsxReader, MergesAndWhatLiesUnderThem) {
  const Grid grid = SheetOf(
      "<sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>甲</t></is></c><c r=\"B1\" "
      "t=\"inlineStr\"><is><t>藏</t></is></c></row>"
      "<row r=\"2\"><c r=\"A2\" t=\"inlineStr\"><is><t>乙</t></is></c><c "
      "t=\"inlineStr\"><is><t>无址</t></is></c></row></sheetData>"
      "<mergeCells><mergeCell ref=\"A1:B1\"/><mergeCell ref=\"A2:A1048576\"/></mergeCells>");
  ASSERT_EQ(grid.cells.size(), 4u);
  EXPECT_EQ(grid.cells[0].columns, 2);
  EXPECT_TRUE(grid.cells[1].covered);
  EXPECT_EQ(grid.cells[2].rows, 1);  // no further than what is used
  EXPECT_EQ(grid.cells[3].place.column, 2);
}

TEST(TextEncoding, Utf8Utf16AndGbk) {
  const std::string text = "项目名称：道路养护\r\n主管部门";
  const auto encode = [&](const char* to) {
    const iconv_t converter = iconv_open(to, "UTF-8");
    std::string out(text.size() * 4, '\0');
    char *in = const_cast<char*>(text.data()), *at = out.data();
    std::size_t left = text.size(), room = out.size();
    iconv(converter, &in, &left, &at, &room);
    iconv_close(converter);
    out.resize(out.size() - room);
    return out;
  };
  const std::string expected = "项目名称：道路养护\n主管部门";
  EXPECT_EQ(*DecodeText(text), expected);
  EXPECT_EQ(*DecodeText("\xEF\xBB\xBF" + text), expected);
  EXPECT_EQ(*DecodeText(encode("GBK")), expected);
  EXPECT_EQ(*DecodeText(encode("GB18030")), expected);
  EXPECT_EQ(*DecodeText("\xFF\xFE" + encode("UTF-16LE")), expected);
  EXPECT_EQ(*DecodeText("\xFE\xFF" + encode("UTF-16BE")), expected);
  EXPECT_FALSE(DecodeText(std::string("\x00\x01\x02\x03", 4)).ok());
  EXPECT_FALSE(DecodeText("\xFF\xFF\xFF").ok());
}

TEST(TextReader, CommaSeparatedWithQuotes) {
  const auto document = ReadText("项目名称,\"甲,乙\"\n说明,\"一行\n二行 \"\"引\"\"\"\n空,,末\n", /*csv=*/true, {});
  ASSERT_TRUE(document.ok());
  const Grid& grid = document->blocks[0].grid;
  EXPECT_EQ(Texts(grid), (std::vector<std::string>{"项目名称", "甲,乙", "说明", "一行\n二行 \"引\"", "空", "末"}));
  EXPECT_EQ(grid.cells[5].column, 2);
  EXPECT_EQ(grid.cells[4].place.paragraph, 4);
}

TEST(TextReader, BoxDrawing) {
  const auto document = ReadText(
      "表\n"
      "┌────┬────┐\n"
      "│项目│名称│\n"
      "│    │续行│\n"
      "│    ├────┤\n"
      "│    │下格│\n"
      "├────┴────┤\n"
      "│合并     │\n"
      "└─────────┘\n"
      "尾\n",
      false, {});
  ASSERT_TRUE(document.ok());
  ASSERT_EQ(document->blocks.size(), 3u);
  const Grid& grid = document->blocks[1].grid;
  EXPECT_EQ(Texts(grid), (std::vector<std::string>{"项目", "名称\n续行", "下格", "合并"}));
  EXPECT_EQ(grid.cells[0].rows, 2);
  EXPECT_EQ(grid.cells[2].row, 1);
  EXPECT_EQ(grid.cells[3].columns, 2);
  EXPECT_EQ(document->blocks[2].paragraph.text, "尾");
}

TEST(TextReader, CellsBehindTabsAndTheEndOfTheTable) {
  const auto document = ReadText("引言\n\t甲\n\t乙\n续\n\n\t丙\n\t\n\n\n10\n\n表后的一段文字在这里。\n", false, {});
  ASSERT_TRUE(document.ok());
  // Too few such cells to be sure: the rule needs four.
  const auto longer =
      ReadText("引言\n\t甲\n\t乙\n续\n\n\t丙\n\t\n\n\n10\n\n\t丁\n\t戊\n\n表后的一段文字在这里。\n", false, {});
  ASSERT_TRUE(longer.ok());
  ASSERT_EQ(longer->blocks.size(), 3u);
  EXPECT_EQ(Texts(longer->blocks[1].grid), (std::vector<std::string>{"甲", "乙\n续", "丙", "\n\n\n10", "丁", "戊"}));
  EXPECT_EQ(longer->blocks[1].grid.cells[5].row, 2);
  EXPECT_EQ(longer->blocks[2].paragraph.text, "表后的一段文字在这里。");
}

TEST(Vocabulary, LabelsAreReadThroughTheirDress) {
  EXPECT_TRUE(ReadLabel("项 目\n名 称：").roles.Has(Role::kProjectName));
  EXPECT_TRUE(ReadLabel("1、主管部门（及代码）").roles.Has(Role::kDepartment));
  EXPECT_TRUE(ReadLabel("预算数（A）").roles.Has(Role::kFullYearBudget));
  EXPECT_TRUE(ReadLabel("執(zhí)行數(shù)B").roles.Has(Role::kExecuted));
  EXPECT_EQ(ReadLabel("预算执行情况(10分)").points, "10");
  EXPECT_TRUE(ReadLabel("年度绩效目标2(80分)").roles.Has(Role::kGoalBlock));
  EXPECT_TRUE(ReadLabel("道路养护").roles.empty());
  EXPECT_TRUE(ReadLabel("12.5").roles.empty());
  EXPECT_EQ(LevelOf("产出指标\n（50分）"), 1);
  EXPECT_EQ(LevelOf("数量"), 2);
  EXPECT_EQ(LevelOf("满意度指标"), 3);
  EXPECT_EQ(LevelOf("完成"), 0);
  EXPECT_EQ(LevelOf("完成指标"), 1);
}

TEST(Vocabulary, Titles) {
  EXPECT_TRUE(IsFormTitle("2021年度专项资金绩效评价自评表"));
  EXPECT_TRUE(IsFormTitle("项目（政策）资金绩效自评表"));
  EXPECT_TRUE(IsFormTitle("2021年部门预算项目绩效目标自评"));
  EXPECT_FALSE(IsFormTitle("三、对9个项目开展了绩效自评，自评表见附件。"));
  EXPECT_FALSE(IsFormTitle("项目支出绩效自评报告"));
  EXPECT_FALSE(IsFormTitle("项目支出绩效自评表.........12"));
  EXPECT_TRUE(IsReportTitle("党建工作经费项目支出绩效自评报告"));
}

}  // namespace
}  // namespace jixiao::importing
