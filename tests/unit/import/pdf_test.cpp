// PDFs: pages as `mutool draw -F trace` tells of them, drawn here by hand; what MuPDF itself makes of real files is
// tested with the archive's own PDFs (archiving/export_test.cpp).
#include "common/errors.h"
#include "intake/import/drawn_table.h"
#include "intake/import/pdf_reader.h"
#include "intake/import/printed_text.h"
#include "intake/import/radicals.h"
#include "intake/import/recogniser.h"

#include <gmock/gmock.h>

#include <chrono>

#include "support.h"

namespace jixiao::importing {
namespace {

using support::Escape;
using support::Lines;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr int kSize = 10;  // of the font; a Chinese character is as wide, any other half as wide

// One page, written from its upper left corner.
class Paper {
 public:
  Paper& Text(int x, int y, std::string_view text, int size = kSize) {
    Append(body_, "<fill_text transform=\"1 0 0 1 0 0\"><span wmode=\"0\" trm=\"", Number(size), " 0 0 -", Number(size),
           "\">");
    int twice = 2 * x;  // half points
    while (!text.empty()) {
      const std::string_view before = text;
      const bool narrow = TakeUtf8(text) < 0x80;
      Append(body_, "<g unicode=\"", Escape(before.substr(0, before.size() - text.size())), "\" x=\"", Half(twice),
             "\" y=\"", Number(y), "\" adv=\"", narrow ? ".5" : "1", "\"/>");
      twice += narrow ? size : 2 * size;
    }
    body_ += "</span></fill_text>";
    return *this;
  }
  Paper& Line(int x, int y, int to_x, int to_y) {
    Append(body_, "<stroke_path colorspace=\"DeviceGray\" color=\"0\" transform=\"1 0 0 1 0 0\">",
           Point("moveto", x, y), Point("lineto", to_x, to_y), "</stroke_path>");
    return *this;
  }
  // A border as Word draws it.
  Paper& Bar(int x, int y, int width, int height) {
    Append(body_, "<fill_path colorspace=\"DeviceGray\" color=\"0\" transform=\"1 0 0 1 0 0\">", Point("moveto", x, y),
           Point("lineto", x + width, y), Point("lineto", x + width, y + height), Point("lineto", x, y + height),
           "<closepath/></fill_path>");
    return *this;
  }
  Paper& Clip(int x, int y, int width, int height) {
    Append(body_, "<clip_path transform=\"1 0 0 1 0 0\">", Point("moveto", x, y), Point("lineto", x + width, y),
           Point("lineto", x + width, y + height), Point("lineto", x, y + height), "<closepath/></clip_path>");
    return *this;
  }
  Paper& Unclip() {
    body_ += "<pop_clip/>";
    return *this;
  }
  Paper& Picture() {
    body_ += "<fill_image transform=\"600 0 0 800 0 0\" width=\"1\" height=\"1\"/>";
    return *this;
  }
  // A rectangle of four lines.
  Paper& Box(int x, int y, int width, int height) {
    return Line(x, y, x + width, y)
        .Line(x, y + height, x + width, y + height)
        .Line(x, y, x, y + height)
        .Line(x + width, y, x + width, y + height);
  }
  // A cell with lines of text, 3 points from its left border.
  Paper& Cell(int x, int y, int width, int height, const Lines& lines) {
    Box(x, y, width, height);
    for (std::size_t i = 0; i < lines.size(); ++i) Text(x + 3, y + 12 + 12 * static_cast<int>(i), lines[i]);
    return *this;
  }

  std::string Xml() const { return Cat("<page mediabox=\"0 0 600 800\">", body_, "</page>"); }

 private:
  static std::string Number(int value) { return std::to_string(value); }
  static std::string Half(int twice) { return Cat(twice / 2, twice % 2 != 0 ? ".5" : ""); }
  static std::string Point(std::string_view step, int x, int y) {
    return Cat("<", step, " x=\"", x, "\" y=\"", y, "\"/>");
  }

  std::string body_;
};

std::string Trace(const std::vector<Paper>& pages) {
  std::string out = "<?xml version=\"1.0\"?>\n<document name=\"a.pdf\">";
  for (const Paper& page : pages) out += page.Xml();
  return out + "</document>";
}

Document Read(const std::vector<Paper>& pages) {
  auto out = DocumentOfTrace(Trace(pages), {});
  EXPECT_TRUE(out.ok()) << out.status();
  return out.ok() ? *std::move(out) : Document();
}

// Cells with text as "row,column+rows×columns text", paragraphs as they are; \n as /.
Lines Content(const Document& document) {
  Lines out;
  const auto shown = [](std::string text) {
    std::replace(text.begin(), text.end(), '\n', '/');
    return text;
  };
  for (const Block& block : document.blocks) {
    if (!block.is_grid) out.push_back(shown(block.paragraph.text));
    for (const Cell& cell : block.grid.cells)
      if (!cell.text.empty())
        out.push_back(Cat(cell.row, ",", cell.column, "+", cell.rows, "×", cell.columns, " ", shown(cell.text)));
  }
  return out;
}

TEST(Pdf, CellsOfDrawnTables) {
  Paper page;
  page.Text(200, 50, "项目支出绩效自评表");
  page.Cell(50, 100, 200, 20, {"项目名称"}).Cell(250, 100, 200, 20, {"道路养护"});
  // One that is merged over two rows beside two of one.
  page.Cell(50, 120, 100, 40, {"产出"}).Cell(150, 120, 300, 20, {"甲"}).Cell(150, 140, 300, 20, {"乙"});
  page.Text(50, 300, "填表人：张三");
  EXPECT_THAT(Content(Read({page})), ElementsAre("项目支出绩效自评表", "0,0+1×2 项目名称", "0,2+1×1 道路养护",
                                                 "1,0+2×1 产出", "1,1+1×2 甲", "2,1+1×2 乙", "填表人：张三"));
}

TEST(Pdf, BordersAreThinRectanglesToo) {
  Paper page;
  for (const int y : {100, 120, 140}) page.Bar(50, y, 200, 1);
  for (const int x : {50, 150, 250}) page.Bar(x, 100, 1, 40);
  page.Text(55, 112, "甲").Text(155, 112, "乙").Text(55, 132, "丙").Text(155, 132, "丁");
  EXPECT_THAT(Content(Read({page})), ElementsAre("0,0+1×1 甲", "0,1+1×1 乙", "1,0+1×1 丙", "1,1+1×1 丁"));
}

TEST(Pdf, SidesWithoutBorders) {
  Paper page;
  for (const int y : {100, 120, 140}) page.Line(50, y, 250, y);
  page.Line(150, 100, 150, 140);
  page.Text(55, 112, "甲").Text(155, 112, "乙").Text(55, 132, "丙").Text(155, 132, "丁");
  EXPECT_THAT(Content(Read({page})), ElementsAre("0,0+1×1 甲", "0,1+1×1 乙", "1,0+1×1 丙", "1,1+1×1 丁"));
}

TEST(Pdf, UnderlinesAreNoTables) {
  Paper page;
  page.Text(50, 100, "单位名称").Text(95, 100, "某某局").Line(90, 102, 200, 102).Line(50, 130, 200, 130);
  EXPECT_THAT(Content(Read({page})), ElementsAre("单位名称某某局"));
}

// A line that had no room for what follows goes on; one that ended early was ended.
TEST(Pdf, LinesOfACell) {
  Paper page;
  page.Cell(50, 100, 100, 60, {"完成全区农村公路养", "护三百公里，并验收"});
  page.Cell(150, 100, 100, 60, {"≥200人", "≥500人"});
  page.Cell(250, 100, 100, 60, {"1.完成里程三百公里", "2.验收合格率达到要", "求"});
  page.Cell(350, 100, 100, 60, {"支付一百五十万八千", "1234.56万元"});
  EXPECT_THAT(Content(Read({page})),
              ElementsAre("0,0+1×1 完成全区农村公路养护三百公里，并验收", "0,1+1×1 ≥200人/≥500人",
                          "0,2+1×1 1.完成里程三百公里/2.验收合格率达到要求", "0,3+1×1 支付一百五十万八千1234.56万元"));
}

TEST(Pdf, CentredLinesOfACell) {
  Paper page;
  page.Box(50, 100, 60, 60).Text(55, 112, "服务对象满").Text(65, 124, "意指标");
  page.Box(110, 100, 60, 60).Text(130, 112, "数量").Text(130, 124, "指标");
  page.Box(170, 100, 26, 60).Text(178, 112, "产").Text(178, 124, "出").Text(178, 136, "指").Text(178, 148, "标");
  EXPECT_THAT(Content(Read({page})), ElementsAre("0,0+1×1 服务对象满意指标", "0,1+1×1 数量/指标", "0,2+1×1 产出指标"));
}

TEST(Pdf, ParagraphsGoOnOverLinesAndPages) {
  Paper first, second;
  first.Text(70, 700, "一、项目概况。本项目由区交通局实施，年初预算一百万元，全").Text(50, 716, "年执行九十万元。");
  first.Text(70, 732, "二、绩效目标。完成全区农村公路养护三百公里，并且验收合格率");
  first.Text(290, 780, "- 1 -");
  second.Text(50, 100, "不低于九成。").Text(290, 780, "- 2 -");
  EXPECT_THAT(Content(Read({first, second})),
              ElementsAre("一、项目概况。本项目由区交通局实施，年初预算一百万元，全年执行九十万元。",
                          "二、绩效目标。完成全区农村公路养护三百公里，并且验收合格率不低于九成。"));
}

TEST(Pdf, TablesGoOnOnTheNextPage) {
  Paper first, second;
  first.Text(250, 40, "某局 2023 年度部门决算").Text(290, 780, "第 1 页 共 2 页");
  second.Text(250, 40, "某局 2023 年度部门决算").Text(290, 780, "第 2 页 共 2 页");
  first.Cell(50, 600, 60, 20, {"一级指标"}).Cell(110, 600, 80, 20, {"三级指标"}).Cell(190, 600, 80, 20, {"指标值"});
  first.Cell(50, 620, 60, 40, {}).Cell(110, 620, 80, 20, {"养护里程"}).Cell(190, 620, 80, 20, {"10"});
  first.Cell(110, 640, 80, 20, {"验收合格率是"}).Cell(190, 640, 80, 20, {"95%"});
  // The heading again, the row that was cut, and the label in the middle of what it is merged over.
  second.Cell(50, 60, 60, 20, {"一级指标"}).Cell(110, 60, 80, 20, {"三级指标"}).Cell(190, 60, 80, 20, {"指标值"});
  second.Cell(50, 80, 60, 40, {"产出指标"}).Cell(110, 80, 80, 20, {"养护面积"}).Cell(190, 80, 80, 20, {"20"});
  second.Cell(110, 100, 80, 20, {"养护桥梁"}).Cell(190, 100, 80, 20, {"30"});
  EXPECT_THAT(Content(Read({first, second})),
              ElementsAre("0,0+1×1 一级指标", "0,1+1×1 三级指标", "0,2+1×1 指标值", "1,0+4×1 产出指标",
                          "1,1+1×1 养护里程", "1,2+1×1 10", "2,1+1×1 验收合格率是", "2,2+1×1 95%", "3,1+1×1 养护面积",
                          "3,2+1×1 20", "4,1+1×1 养护桥梁", "4,2+1×1 30"));
}

// A row of words that stood before is a row, not the heading.
TEST(Pdf, RowsThatSayTheSameStay) {
  Paper first, second;
  first.Cell(50, 700, 60, 20, {"质量指标"}).Cell(110, 700, 80, 20, {"工程质量"}).Cell(190, 700, 80, 20, {"合格"});
  second.Cell(50, 60, 60, 20, {"质量指标"}).Cell(110, 60, 80, 20, {"工程质量"}).Cell(190, 60, 80, 20, {"合格"});
  EXPECT_THAT(Content(Read({first, second})), ElementsAre("0,0+1×1 质量指标", "0,1+1×1 工程质量", "0,2+1×1 合格",
                                                          "1,0+1×1 质量指标", "1,1+1×1 工程质量", "1,2+1×1 合格"));
}

TEST(Pdf, RowsThatAPageCutAreOneAgain) {
  Paper first, second;
  first.Cell(50, 700, 60, 40, {"年度目标"})
      .Cell(110, 700, 180, 40, {"一二三四五六七八九十一二三四五六七", "完成全区农村公路养护三百公里并且都"});
  second.Cell(50, 60, 60, 20, {}).Cell(110, 60, 180, 20, {"通过验收。"});
  second.Cell(50, 80, 60, 20, {"甲"}).Cell(110, 80, 180, 20, {"乙"});
  EXPECT_THAT(Content(Read({first, second})),
              ElementsAre("0,0+1×1 年度目标",
                          "0,1+1×1 一二三四五六七八九十一二三四五六七完成全区农村公路养护三百公里并且都通过验收。",
                          "1,0+1×1 甲", "1,1+1×1 乙"));
}

// A title that stands on each page is none of a running head: there are as many forms.
TEST(Pdf, EachPageItsForm) {
  const auto form = [](std::string_view name) {
    return Paper()
        .Text(200, 40, "项目支出绩效自评表")
        .Text(240, 60, "（2023年度）")
        .Cell(50, 80, 60, 20, {"项目名称"})
        .Cell(110, 80, 60, 20, {std::string(name)});
  };
  EXPECT_THAT(Content(Read({form("甲"), form("乙")})),
              ElementsAre("项目支出绩效自评表", "（2023年度）", "0,0+1×1 项目名称", "0,1+1×1 甲", "项目支出绩效自评表",
                          "（2023年度）", "0,0+1×1 项目名称", "0,1+1×1 乙"));
}

// Two tables of the same width are two, where something stands between them.
TEST(Pdf, TablesWithTextBetweenThemStayApart) {
  Paper first, second;
  first.Cell(50, 700, 60, 20, {"甲"}).Cell(110, 700, 60, 20, {"乙"});
  second.Text(50, 100, "附件 2").Cell(50, 120, 60, 20, {"丙"}).Cell(110, 120, 60, 20, {"丁"});
  EXPECT_THAT(Content(Read({first, second})),
              ElementsAre("0,0+1×1 甲", "0,1+1×1 乙", "附件 2", "0,0+1×1 丙", "0,1+1×1 丁"));
}

TEST(Pdf, WhatCannotBeSeenIsNoText) {
  Paper page;
  page.Text(50, 100, "原定").Line(50, 97, 70, 97).Text(70, 100, "新定");
  page.Clip(50, 120, 100, 20).Text(60, 132, "里面").Text(300, 132, "外面").Unclip().Text(60, 162, "之后");
  EXPECT_THAT(Content(Read({page})), ElementsAre("新定", "里面", "之后"));
}

TEST(Pdf, Signs) {
  Paper page;
  page.Text(50, 100,
            "\uF0B3"
            "95%")
      .Text(50, 120, "工作日")
      .Text(50, 150, "粗")
      .Text(51, 150, "粗");
  page.Text(50, 175, "面积20m").Text(85, 171, "2", 6).Text(50, 230, "养护里程").Text(90, 226, "1", 6);
  EXPECT_THAT(Content(Read({page})), ElementsAre("≥95%", "工作日", "粗", "面积20m2", "养护里程"));
}

// A watermark runs across the cells; condensed figures stand near to each other.
TEST(Pdf, SlantedAndCondensedText) {
  const std::string page =
      "<page mediabox=\"0 0 600 800\"><fill_text transform=\"1 0 0 1 0 0\"><span wmode=\"0\" trm=\"14 8 8 -14\">"
      "<g unicode=\"水\" x=\"55\" y=\"100\" adv=\"1\"/></span><span wmode=\"0\" trm=\"3 0 0 -10\">"
      "<g unicode=\"2\" x=\"50\" y=\"100\" adv=\".5\"/><g unicode=\"0\" x=\"51.5\" y=\"100\" adv=\".5\"/>"
      "<g unicode=\"0\" x=\"53\" y=\"100\" adv=\".5\"/></span></fill_text></page>";
  auto out = DocumentOfTrace(Cat("<document>", page, "</document>"), {});
  ASSERT_TRUE(out.ok()) << out.status();
  EXPECT_THAT(Content(*out), ElementsAre("200"));
}

TEST(Pdf, HostileGridsAreRefusedInTime) {
  std::string page = "<page mediabox=\"0 0 600 800\">";
  for (int i = 0; i <= 130; ++i)
    for (const bool upright : {false, true}) {
      const std::string at = std::to_string(10 + 4 * i), from = "10", to = "530";
      Append(page, "<stroke_path colorspace=\"DeviceGray\" color=\"0\" transform=\"1 0 0 1 0 0\"><moveto x=\"",
             upright ? at : from, "\" y=\"", upright ? from : at, "\"/><lineto x=\"", upright ? at : to, "\" y=\"",
             upright ? to : at, "\"/></stroke_path>");
    }
  page += "</page>";
  std::string trace = "<document>";
  for (int i = 0; i < 100; ++i) trace += page;
  trace += "</document>";
  const auto start = std::chrono::steady_clock::now();
  const auto out = DocumentOfTrace(trace, {});
  EXPECT_FALSE(out.ok());
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

TEST(Pdf, TextTooLongForItsCell) {
  Paper page;
  page.Cell(50, 100, 40, 20, {"养护里程数量"}).Cell(90, 100, 60, 20, {}).Cell(150, 100, 40, 20, {"10"});
  EXPECT_THAT(Content(Read({page})), ElementsAre("0,0+1×1 养护里程数量", "0,2+1×1 10"));
}

TEST(Pdf, ScansAndFontsWithoutNamesSayWhatToDo) {
  const auto refused = [](const std::vector<Paper>& pages) {
    const auto out = DocumentOfTrace(Trace(pages), {});
    EXPECT_FALSE(out.ok());
    return Cat(ReasonOf(out.status()), " ", std::string(out.status().message()));
  };
  EXPECT_THAT(refused({Paper().Picture()}), HasSubstr("DOCUMENT_UNREADABLE"));
  EXPECT_THAT(refused({Paper()}), HasSubstr("扫描件"));
  EXPECT_THAT(refused({Paper().Text(50, 100, "\uE001\uE002\uE003x")}), HasSubstr("字体"));
  EXPECT_THAT(refused({Paper().Picture().Text(290, 780, "- 1 -")}), HasSubstr("扫描件"));
  // Some pages of several, one with its number printed on it.
  const Document document =
      Read({Paper().Text(50, 100, "文字"), Paper().Picture(), Paper(), Paper().Picture().Text(290, 780, "- 4 -")});
  EXPECT_THAT(document.scanned_pages, ElementsAre(2, 4));
  // What cannot be named is seen to be missing.
  EXPECT_THAT(Content(Read({Paper().Text(50, 100, "实际完成一万二千三百四十五公里又\uFFFD米全部通过验收合格")})),
              ElementsAre(HasSubstr("\uFFFD米")));
}

TEST(Pdf, BrokenTracesAreRefused) {
  const std::string whole = Trace({Paper().Cell(50, 100, 60, 20, {"甲"}).Cell(110, 100, 60, 20, {"乙"})});
  for (std::size_t size = 0; size < whole.size(); size += 3) {
    const auto out = DocumentOfTrace(whole.substr(0, size), {});
    EXPECT_FALSE(out.ok()) << size;
  }
  // Numbers of no paper.
  std::string wild = whole;
  for (std::size_t at = wild.find("x=\"110\""); at != std::string::npos; at = wild.find("x=\"110\"", at + 1))
    wild.replace(at, 7, "x=\"nan\"");
  EXPECT_TRUE(DocumentOfTrace(wild, {}).ok());
}

TEST(Pdf, AFormIsReadAsFromAnyOtherFile) {
  const std::vector<Lines> rows = {
      {"项目名称", "道路养护", "", "", "", "", ""},
      {"主管部门", "某区交通局", "", "", "", "", ""},
      {"一级指标", "二级指标", "三级指标", "指标值", "完成值", "分值", "得分"},
      {"产出指标", "数量指标", "养护里程", "≥10公里", "12公里", "50", "50"},
      {"效益指标", "社会效益指标", "群众满意度", "≥90%", "95%", "40", "40"},
  };
  Paper page;
  page.Text(200, 60, "项目支出绩效自评表").Text(240, 80, "（2023年度）");
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (std::size_t j = 0; j < rows[i].size(); ++j)
      page.Cell(20 + 80 * static_cast<int>(j), 100 + 20 * static_cast<int>(i), 80, 20,
                rows[i][j].empty() ? Lines() : Lines{rows[i][j]});
  const auto out = Recognise(Read({page}), {});
  ASSERT_EQ(out.forms_size(), 1);
  EXPECT_EQ(out.forms(0).form().project_name(), "道路养护");
  EXPECT_EQ(out.forms(0).form().fiscal_year(), 2023);
  EXPECT_THAT(support::Indicators(out.forms(0).form()),
              ElementsAre("产出指标|数量指标|养护里程|≥10公里|12公里|50|50||",
                          "效益指标|社会效益指标|群众满意度|≥90%|95%|40|40||"));
}

TEST(DrawnTable, PagesFullOfStrokesAreNoTable) {
  std::vector<Stroke> strokes;
  for (int i = 0; i < 20'000; ++i) strokes.push_back({i % 2 == 0, i * 5.0, 0, 100'000});
  EXPECT_THAT(FindTables(strokes), IsEmpty());
}

TEST(Radicals, AreTheCharactersThatTheyLookLike) {
  EXPECT_EQ(PlainRadicals("⼀⿕⽀出⾦额⻓"), "一龠支出金额长");
  EXPECT_EQ(PlainRadicals("工作 ≥ ① 々"), "工作 ≥ ① 々");
  // As what was copied out of a PDF has them.
  const auto out = support::Imported(
      "| 项⽬名称 | 道路养护 | | |\n| ⼀级指标 | 三级指标 | 指标值 | 完成值 |\n| 产出指标 | ⼯作⽇ | ≥10⽇ | 12⽇ |\n",
      "a.txt");
  ASSERT_EQ(out.forms_size(), 1);
  EXPECT_EQ(out.forms(0).form().project_name(), "道路养护");
  EXPECT_THAT(support::Indicators(out.forms(0).form()), ElementsAre("产出指标||工作日|≥10日|12日||||"));
}

}  // namespace
}  // namespace jixiao::importing
