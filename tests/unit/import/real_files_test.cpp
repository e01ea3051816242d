// The real documents beside the source tree: the ten forms of one department, the form of a street office, two reports.
// Figures and structure are compared with deploy/local/samples, which hold the same forms with some sentences
// shortened.
#include "intake/import/folding.h"

#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <set>

#include "support.h"

namespace jixiao::importing {
namespace {

using namespace support;
using evaluation::v1::AMOUNT_UNIT_YUAN;
using evaluation::v1::FORM_KIND_DEPARTMENT;

SelfEvaluation Sample(std::string_view name) {
  SelfEvaluation form;
  const auto status = google::protobuf::util::JsonStringToMessage(
      BytesOf(SourceFolder() / "deploy/local/samples" / Cat(name, ".json")), &form);
  EXPECT_TRUE(status.ok()) << name;
  return form;
}

// The file in the shared folder whose name begins so; empty when there is none.
std::filesystem::path Shared(std::string_view folder, std::string_view begin) {
  std::error_code error;
  if (const auto exact = SharedFolder() / folder / begin; std::filesystem::is_regular_file(exact, error)) return exact;
  for (const auto& entry : std::filesystem::directory_iterator(SharedFolder() / folder, error))
    if (entry.path().filename().string().starts_with(begin)) return entry.path();
  return {};
}

// The numbers that a text holds, as written.
std::multiset<std::string> Numbers(std::string_view text) {
  std::multiset<std::string> out;
  const std::string folded = Fold(text);
  for (std::size_t i = 0; i < folded.size();) {
    const std::size_t from = folded.find_first_of("0123456789", i);
    if (from == std::string::npos) break;
    const std::size_t to = std::min(folded.find_first_not_of("0123456789.", from), folded.size());
    std::string number = folded.substr(from, to - from);
    while (number.ends_with('.')) number.pop_back();
    out.insert(number);
    i = to;
  }
  return out;
}

bool Among(const std::multiset<std::string>& few, const std::multiset<std::string>& many) {
  return std::includes(many.begin(), many.end(), few.begin(), few.end());
}

// Same text, or a longer one that holds the same figures.
void ExpectSame(const std::string& path, const std::string& sample, const std::string& read) {
  if (sample.empty()) {
    EXPECT_EQ(read, "") << path;
    return;
  }
  if (Fold(sample) == Fold(read)) return;
  EXPECT_GE(read.size(), sample.size() / 2) << path << ": " << read << " for " << sample;
  EXPECT_TRUE(Among(Numbers(sample), Numbers(read))) << path << ": " << read << " for " << sample;
  // Short cells are not shortened.
  EXPECT_GE(Utf8Length(sample), 8u) << path << ": " << read << " for " << sample;
}

void ExpectMatches(const SelfEvaluation& sample, const SelfEvaluation& read) {
  EXPECT_EQ(read.kind(), sample.kind());
  EXPECT_EQ(read.title(), sample.title());
  EXPECT_EQ(read.fiscal_year(), sample.fiscal_year());
  EXPECT_EQ(read.competent_department().name(), sample.competent_department().name());
  EXPECT_EQ(read.competent_department().code(), sample.competent_department().code());
  EXPECT_EQ(read.implementing_unit().name(), sample.implementing_unit().name());
  EXPECT_EQ(read.project_name(), sample.project_name());
  EXPECT_EQ(read.amount_unit(), sample.amount_unit());
  EXPECT_EQ(Funds(read), Funds(sample));
  ExpectSame("expected_goal", sample.expected_goal(), read.expected_goal());
  ExpectSame("actual_goal", sample.actual_goal(), read.actual_goal());
  EXPECT_EQ(read.total_weight(), sample.total_weight());
  EXPECT_EQ(read.total_score(), sample.total_score());
  ASSERT_EQ(read.indicators_size(), sample.indicators_size());
  std::string level1, level2;
  for (int i = 0; i < sample.indicators_size(); ++i) {
    const auto& expected = sample.indicators(i);
    const auto& line = read.indicators(i);
    if (!line.level1().empty()) level1 = line.level1(), level2 = line.level2();
    if (!line.level2().empty()) level2 = line.level2();
    const std::string path = Cat("indicators[", i, "].");
    EXPECT_EQ(level1, expected.level1()) << path;
    EXPECT_EQ(level2, expected.level2()) << path;
    ExpectSame(path + "level3", expected.level3(), line.level3());
    ExpectSame(path + "target", expected.target(), line.target());
    ExpectSame(path + "actual", expected.actual(), line.actual());
    EXPECT_EQ(line.weight(), expected.weight()) << path;
    EXPECT_EQ(line.score(), expected.score()) << path;
    EXPECT_EQ(line.completion_rate(), expected.completion_rate()) << path;
    EXPECT_EQ(line.deviation_reason(), expected.deviation_reason()) << path;
  }
}

// The nine project forms, in order.
void ExpectNineProjects(const ImportedDocument& document, int from) {
  ASSERT_EQ(document.forms_size(), from + 9);
  for (int i = 0; i < 9; ++i) {
    SCOPED_TRACE(Cat("project ", i + 1));
    ExpectMatches(Sample(Cat("panzhihua-2021-project-", i + 1)), document.forms(from + i).form());
    ExpectOrigins(document.forms(from + i));
  }
}

#define NEEDS_FILE(path) \
  if ((path).empty()) GTEST_SKIP() << "the real documents are not beside the source tree; set JIXIAO_SHARED"

TEST(RealFiles, TenFormsOutOfTheText) {
  const auto path = Shared("seeds", "003");
  NEEDS_FILE(path);
  const ImportedDocument document = Imported(BytesOf(path), path.filename().string());
  ASSERT_EQ(document.forms_size(), 10);
  ExpectMatches(Sample("panzhihua-2021-department"), document.forms(0).form());
  ExpectNineProjects(document, 1);
  // The department's report comes with its form.
  const SelfEvaluation& department = document.forms(0).form();
  std::string text;
  for (const auto& section : department.report()) Append(text, section.heading(), "\n", section.text(), "\n");
  EXPECT_NE(text.find("508.64万元"), std::string::npos);
  EXPECT_NE(text.find("（二）存在问题"), std::string::npos);
}

TEST(RealFiles, NineFormsOutOfWordAndExcel) {
  for (const std::string_view name : {"panzhihua-2021.docx", "panzhihua-2021.xlsx"}) {
    SCOPED_TRACE(std::string(name));
    const auto path = Shared("forms", name);
    NEEDS_FILE(path);
    const ImportedDocument document = Imported(BytesOf(path), name);
    ExpectNineProjects(document, 0);
    for (const auto& form : document.forms()) EXPECT_EQ(Unread(form), Lines{});
  }
}

TEST(RealFiles, StreetOfficeOutOfWordAndExcel) {
  for (const std::string_view name : {"xihu-2021.docx", "xihu-2021.xlsx"}) {
    SCOPED_TRACE(std::string(name));
    const auto path = Shared("forms", name);
    NEEDS_FILE(path);
    const ImportedDocument document = Imported(BytesOf(path), name);
    ASSERT_EQ(document.forms_size(), 1);
    ExpectMatches(Sample("xihu-2021-party-building"), document.forms(0).form());
    ExpectOrigins(document.forms(0));
    EXPECT_EQ(Unread(document.forms(0)), Lines{});
  }
}

TEST(RealFiles, StreetOfficeOutOfTheCellDump) {
  const auto path = Shared("seeds", "000");
  NEEDS_FILE(path);
  const ImportedDocument document = Imported(BytesOf(path), path.filename().string());
  ASSERT_EQ(document.forms_size(), 1);
  SelfEvaluation read = document.forms(0).form();
  SelfEvaluation sample = Sample("xihu-2021-party-building");
  // The parts' figures have lost their rows: they are listed, not guessed.
  ASSERT_EQ(read.funds_size(), 1);
  EXPECT_EQ(Funds(read)[0], Funds(sample)[0]);
  const Lines unread = Unread(document.forms(0));
  for (const std::string_view figure : {"71.43", "39.33"})
    EXPECT_EQ(std::count(unread.begin(), unread.end(), figure), 1) << figure;
  *read.mutable_funds() = sample.funds();
  ExpectMatches(sample, read);
  ExpectOrigins(document.forms(0));
  std::vector<std::string> headings;
  for (const auto& section : read.report()) headings.push_back(Fold(section.heading()));
  for (const auto& section : sample.report())
    EXPECT_NE(std::find(headings.begin(), headings.end(), Fold(section.heading())), headings.end())
        << section.heading();
}

TEST(RealFiles, ReportsWithTheirSectionsAndAmounts) {
  const auto kunming = Shared("seeds", "002"), wuhan = Shared("seeds", "004");
  NEEDS_FILE(kunming);
  const ImportedDocument first = Imported(BytesOf(kunming), kunming.filename().string());
  ASSERT_EQ(first.forms_size(), 1);
  const SelfEvaluation& party = first.forms(0).form();
  EXPECT_EQ(party.implementing_unit().name(), "吴家营街道办事处");
  EXPECT_EQ(party.fiscal_year(), 2021);
  EXPECT_GE(party.report_size(), 18);
  const auto section = [](const SelfEvaluation& form, std::string_view heading) -> std::string {
    for (const auto& s : form.report())
      if (s.heading() == heading) return s.text();
    return "(no such section)";
  };
  const std::string funds = section(party, "（一）项目资金情况分析");
  for (const std::string_view amount : {"288.89万元", "176.77万元", "87.63万元", "10万元", "8.69万元", "5.81万元"})
    EXPECT_NE(funds.find(amount), std::string::npos) << amount;
  EXPECT_EQ(section(party, "八、其他需要说明的问题"), "无。");
  EXPECT_EQ(first.forms(0).unread_size(), 0) << first.forms(0).unread(0).DebugString();

  NEEDS_FILE(wuhan);
  const ImportedDocument second = Imported(BytesOf(wuhan), wuhan.filename().string());
  ASSERT_EQ(second.forms_size(), 1);
  const SelfEvaluation& base = second.forms(0).form();
  EXPECT_EQ(base.fiscal_year(), 2017);
  EXPECT_EQ(base.project_name(), "基层党建综合事务经费项目");
  EXPECT_EQ(base.amount_unit(), AMOUNT_UNIT_YUAN);
  ASSERT_EQ(base.funds_size(), 1);
  EXPECT_EQ(base.funds(0).full_year_budget(), "626,380.00");
  EXPECT_EQ(base.funds(0).executed(), "626,380.00");
  const std::string outputs = section(base, "1、 产出指标");
  for (const std::string_view amount :
       {"482,400.00", "17,580.00", "26,400.00", "22,000.00", "35,000.00", "43,000.00", "626,380.00"})
    EXPECT_NE(outputs.find(amount), std::string::npos) << amount << " in " << outputs;
}

// ------------------------------------------------------------------------------------------------ LibreOffice

TEST(LibreOffice, OlderFormatsAndRewrittenFiles) {
  if (!HasLibreOffice()) GTEST_SKIP() << "soffice is not installed (libreoffice-writer, libreoffice-calc)";
  const auto word = Shared("forms", "panzhihua-2021.docx"), sheet = Shared("forms", "panzhihua-2021.xlsx");
  NEEDS_FILE(word);
  if (const auto old = Shared("forms", "panzhihua-2021.doc"); !old.empty()) {
    SCOPED_TRACE("the .doc as it is");
    const ImportedDocument document = Imported(BytesOf(old), "panzhihua-2021.doc");
    // Its text ends in a table without a paragraph behind it, which LibreOffice by itself does not bear.
    ExpectNineProjects(document, 0);
  }
  const auto rewritten = [](const std::filesystem::path& path, std::string_view to) {
    auto out = ConvertOffice(BytesOf(path), path.extension().string().substr(1), to, {});
    EXPECT_TRUE(out.ok()) << out.status();
    return out.ok() ? *out : std::string();
  };
  {
    SCOPED_TRACE("docx rewritten");
    ExpectNineProjects(Imported(rewritten(word, "docx"), "a.docx"), 0);
  }
  {
    SCOPED_TRACE("xlsx rewritten");
    ExpectNineProjects(Imported(rewritten(sheet, "xlsx"), "a.xlsx"), 0);
  }
  {
    SCOPED_TRACE("xihu rewritten");
    const ImportedDocument document = Imported(rewritten(Shared("forms", "xihu-2021.xlsx"), "xlsx"), "a.xlsx");
    ASSERT_EQ(document.forms_size(), 1);
    ExpectMatches(Sample("xihu-2021-party-building"), document.forms(0).form());
  }
}

TEST(LibreOffice, ADamagedFileIsRefusedInTime) {
  if (!HasLibreOffice()) GTEST_SKIP() << "soffice is not installed (libreoffice-writer, libreoffice-calc)";
  const auto out = Import("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 nothing behind it", "a.xls", {});
  // Some LibreOffices take it for plain text.
  EXPECT_TRUE(!out.ok() || out->forms().empty());
}

TEST(LibreOffice, WithoutItTheErrorNamesThePackage) {
  const std::string path = std::getenv("PATH");
  setenv("PATH", "/nowhere", 1);
  const auto out = ConvertOffice("x", "xls", "xlsx", {});
  setenv("PATH", path.c_str(), 1);
  ASSERT_FALSE(out.ok());
  EXPECT_EQ(out.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_NE(std::string(out.status().message()).find("libreoffice-calc"), std::string::npos);
}

}  // namespace
}  // namespace jixiao::importing
