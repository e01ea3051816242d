// Documents that want more than they should get: each is refused with its reason, or read within bounds.
#include "common/errors.h"

#include <chrono>

#include "support.h"

namespace jixiao::importing {
namespace {

using namespace support;

std::string ReasonFor(std::string_view bytes, std::string_view name, const Limits& limits = {}) {
  const auto out = Import(bytes, name, {}, limits);
  return out.ok() ? "OK" : ReasonOf(out.status());
}

TEST(Hostile, ZipBomb) {
  // 40 MiB of zeros in some 40 KiB.
  EXPECT_EQ(ReasonFor(Docx(std::string(40u << 20, ' ')), "a.docx"), "DOCUMENT_TOO_LARGE");
}

TEST(Hostile, ManyParts) {
  std::vector<std::pair<std::string, std::string>> parts = {{"word/document.xml", "<d/>"}};
  for (int i = 0; i < 6000; ++i) parts.emplace_back(Cat("x", i), "");
  EXPECT_EQ(ReasonFor(Zip(parts), "a.docx"), "DOCUMENT_TOO_LARGE");
}

TEST(Hostile, EntityExpansion) {
  const std::string xml =
      "<?xml version=\"1.0\"?><!DOCTYPE d [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>"
      "<w:document xmlns:w=\"x\"><w:body><w:p><w:r><w:t>&b;&b;&b;</w:t></w:r></w:p></w:body></w:document>";
  EXPECT_EQ(ReasonFor(Zip({{"word/document.xml", xml}}), "a.docx"), "DOCUMENT_DAMAGED");
}

TEST(Hostile, DeepNesting) {
  std::string body;
  for (int i = 0; i < 50'000; ++i) body += "<w:sdt><w:sdtContent>";
  for (int i = 0; i < 50'000; ++i) body += "</w:sdtContent></w:sdt>";
  EXPECT_EQ(ReasonFor(Docx(body), "a.docx"), "DOCUMENT_TOO_LARGE");
}

TEST(Hostile, TruncatedAtEveryPlace) {
  const std::string whole = Docx(DocxTable(
      Table({"项目支出绩效自评表|<|<|<", "项目名称|道路养护|<|<", "一级指标|三级指标|年度指标值|实际完成值"})));
  for (std::size_t size = 0; size < whole.size(); size += 7) {
    const auto out = Import(std::string_view(whole).substr(0, size), "a.docx", {});
    EXPECT_FALSE(out.ok()) << size;
  }
  const std::string text =
      "┌──┬──┐\n│项目│名称│\n├──┼──┤\n\t甲\n\t乙\n\n\t丙\n\t丁\n  (\n甲\n) (\n乙\n) (\n丙\n) (\n丁\n)\n| a | b |\n";
  for (std::size_t size = 1; size < text.size(); ++size)
    (void)Import(std::string_view(text).substr(0, size), "a.txt", {});
}

TEST(Hostile, WrongExtensions) {
  const TestTable table = Table({"项目支出绩效自评表|<|<|<", "项目名称|道路养护|<|<",
                                 "一级指标|三级指标|年度指标值|实际完成值", "产出指标|养护里程|1|1"});
  // The bytes decide.
  EXPECT_EQ(Imported(Docx(DocxTable(table)), "a.xlsx").forms_size(), 1);
  EXPECT_EQ(Imported(Xlsx({XlsxSheet(table)}), "a.txt").forms_size(), 1);
  EXPECT_EQ(Imported(Pipes(table), "a.docx").forms_size(), 1);
  EXPECT_EQ(ReasonFor("%PDF-1.7 ...", "a.docx"), HasMuPdf() ? "DOCUMENT_DAMAGED" : "CONVERTER_MISSING");
  EXPECT_EQ(ReasonFor(std::string("\x7f"
                                  "ELF\0\0\0\0\0\0\0\0",
                                  12),
                      "a.txt"),
            "DOCUMENT_FORMAT_UNSUPPORTED");
  EXPECT_EQ(ReasonFor("", "a.docx"), "DOCUMENT_DAMAGED");
  EXPECT_EQ(ReasonFor(Zip({{"readme", "x"}}), "a.zip"), "DOCUMENT_FORMAT_UNSUPPORTED");
}

TEST(Hostile, DamagedPdfSaysWhatToDo) {
  if (!HasMuPdf()) GTEST_SKIP() << "mutool is not installed (mupdf-tools)";
  const auto out = Import("%PDF-1.7", "a.pdf", {});
  ASSERT_FALSE(out.ok());
  const auto payload = out.status().GetPayload(std::string(kBadRequestUrl));
  ASSERT_TRUE(payload.has_value());
  EXPECT_NE(std::string(*payload).find(".docx"), std::string::npos);
}

TEST(Hostile, EncryptedOfficeFile) {
  std::string bytes = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
  for (const char c : std::string_view("EncryptedPackage")) bytes += c, bytes += '\0';
  EXPECT_EQ(ReasonFor(bytes, "a.xlsx"), "DOCUMENT_ENCRYPTED");
}

TEST(Hostile, MergesOverTheWholeSheet) {
  std::string merges;
  for (int i = 0; i < 2000; ++i) Append(merges, "<mergeCell ref=\"A", i + 1, ":XFD1048576\"/>");
  std::string rows;
  for (int i = 1; i <= 2000; ++i)
    Append(rows, "<row r=\"", i, "\"><c r=\"A", i, "\"><v>1</v></c><c r=\"C", i, "\"><v>2</v></c></row>");
  const auto start = std::chrono::steady_clock::now();
  (void)Import(
      Xlsx({Cat("<worksheet><sheetData>", rows, "</sheetData><mergeCells>", merges, "</mergeCells></worksheet>")}),
      "a.xlsx", {});
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
}

TEST(Hostile, AMillionColumnsAndRows) {
  std::string cells;
  for (int i = 0; i < 1000; ++i) cells += "<c r=\"ZZZZZZ1\"><v>1</v></c><c r=\"A99999999999\"><v>1</v></c>";
  cells += "<c r=\"XFD1\"><v>1</v></c>";
  EXPECT_EQ(
      ReasonFor(Xlsx({Cat("<worksheet><sheetData><row r=\"99999999999\">", cells, "</row></sheetData></worksheet>")}),
                "a.xlsx"),
      "OK");
  std::string row = "<w:tbl><w:tr>";
  for (int i = 0; i < 20'000; ++i) row += "<w:tc><w:tcPr><w:gridSpan w:val=\"1000000\"/></w:tcPr><w:p/></w:tc>";
  EXPECT_EQ(ReasonFor(Docx(row + "</w:tr></w:tbl>"), "a.docx"), "DOCUMENT_TOO_LARGE");
}

TEST(Hostile, MoreCellsThanTheLimit) {
  Limits limits;
  limits.cells = 100;
  std::string rows;
  for (int i = 1; i <= 101; ++i) Append(rows, "<row r=\"", i, "\"><c r=\"A", i, "\"><v>1</v></c></row>");
  EXPECT_EQ(ReasonFor(Xlsx({Cat("<worksheet><sheetData>", rows, "</sheetData></worksheet>")}), "a.xlsx", limits),
            "DOCUMENT_TOO_LARGE");
  std::string body, text;
  for (int i = 0; i < 101; ++i) body += DocxParagraph("段"), text += "段\n";
  EXPECT_EQ(ReasonFor(Docx(body), "a.docx", limits), "DOCUMENT_TOO_LARGE");
  EXPECT_EQ(ReasonFor(text, "a.txt", limits), "DOCUMENT_TOO_LARGE");
  limits.file_bytes = 10;
  EXPECT_EQ(ReasonFor(text, "a.txt", limits), "DOCUMENT_TOO_LARGE");
}

TEST(Hostile, AWholeSheetOfHeadersStaysQuick) {
  // Every row claims to be a header.
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += "| 一级指标 | 二级指标 | 三级指标 | 年度指标值 | 实际完成值 |\n";
  const auto start = std::chrono::steady_clock::now();
  (void)Import(text, "a.txt", {});
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

TEST(Hostile, PathsInNamesAreDropped) {
  const TestTable table = Table({"项目支出绩效自评表|<|<|<", "项目名称|道路养护|<|<",
                                 "一级指标|三级指标|年度指标值|实际完成值", "产出指标|养护里程|1|1"});
  const ImportedDocument document = Imported(Docx(DocxTable(table)), "../../etc\\x/表.docx");
  ASSERT_EQ(document.forms_size(), 1);
  EXPECT_EQ(document.forms(0).form().source().file_name(), "表.docx");
}

// Lines of one kind, as many as fill so many bytes.
std::string Filled(std::string_view lines, std::size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += lines;
  return text;
}

std::chrono::duration<double> TimeToImport(const std::string& text) {
  const auto start = std::chrono::steady_clock::now();
  (void)Import(text, "a.txt", {});
  return std::chrono::steady_clock::now() - start;
}

// Texts whose lines look, over and over, as if a form began, a label broke or a goal ended there.
TEST(Hostile, TextsAreReadInTimeThatGrowsWithTheirSize) {
  constexpr std::size_t kSmall = 24 * 1024;
  constexpr int kTimes = 8;
  const std::string_view kinds[] = {
      "一级指标\n二级指标\n三级指标\n年度指标值\n实际完成值\n",
      "项目名称 甲 一级指标 二级指标 三级指标 指标值 完成值 分值 得分 产出指标 数量指标 ",
      "和 及 偏 差 数 量 指 标 ",
      "年度总体目标\n预期目标\n实际完成情况\n完成。\n（见附件）\n",
      "产出指标\n数量指标\n≥1个\n1个\n10\n10\n",
      "评价等级 得分 90 优 ",
  };
  for (const std::string_view kind : kinds) {
    const auto small = TimeToImport(Filled(kind, kSmall));
    const auto large = TimeToImport(Filled(kind, kTimes * kSmall));
    // What costs the square of its size costs 64 times as much.
    EXPECT_LT(large, 24 * small + std::chrono::milliseconds(200)) << kind << small.count() << " s, " << large.count();
  }
}

}  // namespace
}  // namespace jixiao::importing
