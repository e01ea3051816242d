// Forms out of the archive: what is in them, that they read back, and that paper shows every character.
#include "archiving/export/form_sheet.h"
#include "archiving/export/html.h"
#include "archiving/export/pdf.h"
#include "archiving/export/render.h"
#include "archiving/export/text_forms.h"
#include "archiving/export/xlsx.h"
#include "common/file.h"
#include "intake/import/converter.h"
#include "intake/import/import.h"
#include "support/paths.h"

#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/message_differencer.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "unit/archiving/export_support.h"

namespace jixiao::archiving::exporting {
namespace {

using evaluation::v1::SelfEvaluation;
using support::FullForm;
using support::kExportOrigin;
using support::OutputOf;
using support::RecordOfForm;

class ExportTest : public ::testing::Test {
 protected:
  log::Signer Key() { return log::Signer::LoadOrCreate(folder_ / "key", kExportOrigin).value(); }
  Document DocumentOf(const SelfEvaluation& form) { return Open(RecordOfForm(form, Key())).value(); }

  // The text of a PDF, without what breaks its lines.
  std::string TextOf(const std::string& pdf) {
    const std::string path = folder_ / "form.pdf";
    EXPECT_TRUE(WriteFile(path, pdf, 0600, IfExists::kReplace).ok());
    return OutputOf("pdftotext -raw " + path + " - 2>&1");
  }
  static std::string Joined(std::string text) {
    std::erase_if(text, [](char c) { return c == '\n' || c == ' ' || c == '\f' || c == '\r'; });
    return text;
  }

  TemporaryFolder folder_;
};

std::vector<SelfEvaluation> Samples() {
  std::vector<SelfEvaluation> forms;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(paths::Source()) / "deploy/local/samples")) {
    std::ifstream in(entry.path());
    const std::string json{std::istreambuf_iterator<char>(in), {}};
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, &forms.emplace_back()).ok()) << entry.path();
  }
  return forms;
}

// Merged cells come back as text in their first row: those that are empty, or repeat it, mean the same.
void FillDown(SelfEvaluation& form) {
  std::string level1;
  std::string level2;
  for (auto& row : *form.mutable_indicators()) {
    if (!row.level1().empty() && row.level1() != level1) {
      level1 = row.level1();
      level2 = row.level2();
    }
    if (!row.level2().empty()) level2 = row.level2();
    row.set_level1(level1);
    row.set_level2(level2);
  }
}

SelfEvaluation Comparable(SelfEvaluation form) {
  FillDown(form);
  form.clear_source();
  form.clear_report();
  return form;
}

TEST_F(ExportTest, XlsxReadsBackEqual) {
  std::vector<SelfEvaluation> forms = Samples();
  ASSERT_GT(forms.size(), 5u);
  forms.push_back(FullForm());
  for (const SelfEvaluation& form : forms) {
    const Document document = DocumentOf(form);
    const auto rendered = Render(document, Format::kXlsx);
    ASSERT_TRUE(rendered.ok()) << rendered.status();
    const auto imported = importing::Import(rendered->bytes, "form.xlsx", {form.region_code(), form.fiscal_year()});
    ASSERT_TRUE(imported.ok()) << imported.status();
    ASSERT_EQ(imported->forms_size(), 1) << form.project_name();
    google::protobuf::util::MessageDifferencer differencer;
    std::string difference;
    differencer.ReportDifferencesToString(&difference);
    EXPECT_TRUE(differencer.Compare(Comparable(form), Comparable(imported->forms(0).form())))
        << form.project_name() << "\n"
        << difference;
  }
}

// Of a PDF nobody knows whether a line ended at a space.
void DropSpaces(SelfEvaluation& form) {
  for (auto& row : *form.mutable_indicators())
    for (std::string* text : {row.mutable_level3(), row.mutable_target(), row.mutable_actual()}) std::erase(*text, ' ');
}

TEST_F(ExportTest, PdfReadsBackEqual) {
  if (!importing::HasMuPdf()) GTEST_SKIP() << "mutool is not installed (mupdf-tools)";
  for (const SelfEvaluation& form : Samples()) {
    SCOPED_TRACE(form.project_name());
    const auto rendered = Render(DocumentOf(form), Format::kPdf);
    ASSERT_TRUE(rendered.ok()) << rendered.status();
    const auto imported = importing::Import(rendered->bytes, "form.pdf", {form.region_code(), form.fiscal_year()});
    ASSERT_TRUE(imported.ok()) << imported.status();
    ASSERT_EQ(imported->forms_size(), 1);
    google::protobuf::util::MessageDifferencer differencer;
    std::string difference;
    differencer.ReportDifferencesToString(&difference);
    SelfEvaluation before = Comparable(form), after = Comparable(imported->forms(0).form());
    DropSpaces(before);
    DropSpaces(after);
    EXPECT_TRUE(differencer.Compare(before, after)) << difference;
  }
}

// What Word files say of the same forms: the page is opened by LibreOffice, written as .docx, and read.
TEST_F(ExportTest, PagesReadBackEqualThroughWord) {
  if (!importing::HasLibreOffice()) GTEST_SKIP() << "soffice is not installed (libreoffice-writer)";
  const std::vector<SelfEvaluation> forms = Samples();
  std::string command = Cat("cd '", folder_ / "", "' && soffice -env:UserInstallation=file://", folder_ / "profile",
                            " --headless --infilter='HTML (StarWriter)' --convert-to 'docx:MS Word 2007 XML'");
  for (std::size_t i = 0; i < forms.size(); ++i) {
    const auto rendered = Render(DocumentOf(forms[i]), Format::kHtml);
    ASSERT_TRUE(rendered.ok()) << rendered.status();
    std::ofstream(folder_ / Cat(i, ".html")) << rendered->bytes;
    command += Cat(" ", i, ".html");
  }
  ASSERT_EQ(std::system((command + " >soffice.log 2>&1").c_str()), 0);
  for (std::size_t i = 0; i < forms.size(); ++i) {
    SCOPED_TRACE(forms[i].project_name());
    std::ifstream file(folder_ / Cat(i, ".docx"), std::ios::binary);
    ASSERT_TRUE(file);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    const auto imported = importing::Import(bytes, "form.docx", {forms[i].region_code(), forms[i].fiscal_year()});
    ASSERT_TRUE(imported.ok()) << imported.status();
    ASSERT_EQ(imported->forms_size(), 1);
    google::protobuf::util::MessageDifferencer differencer;
    std::string difference;
    differencer.ReportDifferencesToString(&difference);
    EXPECT_TRUE(differencer.Compare(Comparable(forms[i]), Comparable(imported->forms(0).form()))) << difference;
  }
}

TEST_F(ExportTest, EqualRecordsGiveEqualBytes) {
  const Document document = DocumentOf(FullForm());
  for (const Format format : {Format::kXlsx, Format::kHtml, Format::kJson, Format::kPdf})
    EXPECT_EQ(Render(document, format)->bytes, Render(document, format)->bytes) << static_cast<int>(format);
}

TEST_F(ExportTest, DamagedRecordsAreNotExported) {
  v1::GetRecordResponse record = RecordOfForm(FullForm(), Key());
  record.mutable_parts(0)->mutable_content()->back() ^= 1;
  EXPECT_EQ(Open(record).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(ExportTest, HtmlEscapesAndMerges) {
  SelfEvaluation form = FullForm();
  form.set_project_name("<script>alert('1')</script> & \"引号\"");
  const std::string html = Render(DocumentOf(form), Format::kHtml)->bytes;
  EXPECT_EQ(html.find("<script"), std::string::npos);
  EXPECT_NE(html.find("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; &quot;引号&quot;"), std::string::npos);
  EXPECT_NE(html.find("rowspan=\"4\">产出指标"), std::string::npos);
  EXPECT_NE(html.find("rowspan=\"2\">数量指标"), std::string::npos);
  EXPECT_EQ(EscapeXml(std::string("a\x01") + "b\xEF\xBF\xBF" + "c"), "abc");
}

TEST_F(ExportTest, JsonIsWholeAndLiteral) {
  const Document document = DocumentOf(FullForm());
  const auto json = nlohmann::json::parse(RecordJson(document));
  EXPECT_EQ(json["form"]["funds"][0]["executed"], "110.76");
  EXPECT_EQ(json["scorecard"]["findings"][0]["code"], "FULL_NOT_MET");
  EXPECT_EQ(json["parts"].size(), 3u);
  SelfEvaluation form;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(json["form"].dump(), &form).ok());
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(form, FullForm()));
}

TEST_F(ExportTest, CsvGuardsFormulasAndKeepsDecimals) {
  EXPECT_EQ(CsvCell("-5.00"), "-5.00");
  EXPECT_EQ(CsvCell("=1+1"), "'=1+1");
  EXPECT_EQ(CsvCell("@SUM(A1)"), "'@SUM(A1)");
  EXPECT_EQ(CsvCell("-1+cmd|' /C calc'!A0"), "'-1+cmd|' /C calc'!A0");
  EXPECT_EQ(CsvCell("＝1+1"), "'＝1+1");
  EXPECT_EQ(CsvCell("a,\"b\"\n"), "\"a,\"\"b\"\"\n\"");
  const std::string line = CsvLine(DocumentOf(FullForm()));
  EXPECT_NE(line.find(",110.76,"), std::string::npos);
  EXPECT_EQ(std::count(line.begin(), line.end(), ','), [] {
    const std::string head = CsvHead();
    return std::count(head.begin(), head.end(), ',');
  }());
  EXPECT_TRUE(CsvHead().starts_with("\xEF\xBB\xBF记录,"));
}

TEST_F(ExportTest, FileNamesAreCleaned) {
  EXPECT_EQ(FileName("../../etc/passwd"), "etc-passwd");
  EXPECT_EQ(FileName("a b\nc;rm -rf *"), "a-b-c-rm-rf");
  EXPECT_EQ(FileName("党员\u202E教育"), "党员-教育");
  EXPECT_EQ(FileName("…"), "record");
  EXPECT_LE(FileName(std::string(5000, 'x')).size(), 80u);
}

TEST_F(ExportTest, PdfShowsEveryCellAndEmbedsItsFonts) {
  if (!support::IsInstalled("pdftotext")) GTEST_SKIP() << "poppler-utils is not installed";
  SelfEvaluation form = FullForm();
  form.set_project_name("𠮷祥㎡项目≥Ⅲ级①号");
  const auto rendered = Render(DocumentOf(form), Format::kPdf);
  ASSERT_TRUE(rendered.ok()) << rendered.status();
  EXPECT_TRUE(rendered->missing.empty());
  const std::string text = Joined(TextOf(rendered->bytes));
  for (const SheetCell& cell : FormSheet(form).cells)
    EXPECT_NE(text.find(Joined(cell.text)), std::string::npos) << cell.text;
  std::string fonts = OutputOf("pdffonts " + (folder_ / "form.pdf"));
  fonts.erase(0, fonts.find("\n---"));
  EXPECT_NE(fonts.find("Noto"), std::string::npos) << fonts;
  // name, type, encoding, emb sub uni: every font is embedded as a subset with its Unicode table.
  std::size_t lines = 0;
  for (std::size_t at = fonts.find('\n', 1); at + 1 < fonts.size(); at = fonts.find('\n', at + 1), ++lines)
    EXPECT_NE(fonts.substr(at + 1, fonts.find('\n', at + 1) - at).find(" yes yes yes "), std::string::npos) << fonts;
  EXPECT_GT(lines, 0u);
}

TEST_F(ExportTest, PdfNamesCharactersThatNoFontHas) {
  if (!support::IsInstalled("pdftotext")) GTEST_SKIP() << "poppler-utils is not installed";
  SelfEvaluation form = FullForm();
  form.set_project_name("前\U0010FF00后");  // of a private plane: nobody's font has it
  const auto rendered = Render(DocumentOf(form), Format::kPdf);
  ASSERT_TRUE(rendered.ok()) << rendered.status();
  EXPECT_EQ(rendered->missing, std::vector<char32_t>{U'\U0010FF00'});
  EXPECT_NE(Joined(TextOf(rendered->bytes)).find("前〔U+10FF00〕后"), std::string::npos);
}

TEST_F(ExportTest, PdfBreaksLongTablesAndLongCellsWithoutLoss) {
  if (!support::IsInstalled("pdftotext")) GTEST_SKIP() << "poppler-utils is not installed";
  SelfEvaluation form = FullForm();
  form.clear_indicators();
  for (int i = 0; i < 120; ++i) {
    auto& row = *form.add_indicators();
    row.set_level1(i % 60 == 0 ? "产出指标" : "");
    row.set_level2(i % 20 == 0 ? "数量指标" : "");
    row.set_level3(Cat("第", i, "项工作完成数量"));
    row.set_target(Cat("≥", i, "个"));
  }
  std::string long_text;
  for (int i = 0; i < 1500; ++i) Append(long_text, "长文", i, "句。");
  form.mutable_indicators(3)->set_deviation_reason(long_text);
  form.set_actual_goal(long_text);
  const auto rendered = Render(DocumentOf(form), Format::kPdf);
  ASSERT_TRUE(rendered.ok()) << rendered.status();
  const std::string raw = TextOf(rendered->bytes);
  const auto pages = std::count(raw.begin(), raw.end(), '\f');
  EXPECT_GT(pages, 8);
  const std::string text = Joined(raw);
  for (int i = 0; i < 120; ++i) EXPECT_NE(text.find(Cat("≥", i, "个")), std::string::npos) << i;
  // Every sentence twice; where a page ends in one, the page number stands between.
  int whole = 0;
  for (int i = 0; i < 1500; ++i) {
    const std::string sentence = Cat("长文", i, "句。");
    for (std::size_t at = text.find(sentence); at != std::string::npos; at = text.find(sentence, at + 1)) ++whole;
  }
  EXPECT_GE(whole, 3000 - 4 * pages);
  int heads = 0;
  for (std::size_t at = text.find("年度指标值"); at != std::string::npos; at = text.find("年度指标值", at + 1)) ++heads;
  EXPECT_GT(heads, 5) << "the head stands on each page of the table";
  // All of it comes back as one table.
  if (!importing::HasMuPdf()) return;
  const auto imported = importing::Import(rendered->bytes, "form.pdf", {form.region_code(), form.fiscal_year()});
  ASSERT_TRUE(imported.ok()) << imported.status();
  ASSERT_EQ(imported->forms_size(), 1);
  const SelfEvaluation& back = imported->forms(0).form();
  EXPECT_EQ(back.actual_goal(), long_text);
  ASSERT_EQ(back.indicators_size(), form.indicators_size());
  for (int i = 0; i < form.indicators_size(); ++i) {
    EXPECT_EQ(back.indicators(i).level3(), form.indicators(i).level3());
    EXPECT_EQ(back.indicators(i).target(), form.indicators(i).target());
  }
  EXPECT_EQ(back.indicators(3).deviation_reason(), long_text);
}

}  // namespace
}  // namespace jixiao::archiving::exporting
