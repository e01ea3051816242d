#include "intake/season/roster.h"

#include "common/errors.h"
#include "common/text.h"
#include "intake/season/roster_file.h"

#include <gmock/gmock.h>

#include "unit/import/office_files.h"

namespace jixiao::season {
namespace {

using namespace intake::v1;
using ::testing::HasSubstr;

RosterEntry Entry(const std::string& unit, const std::string& project, const std::string& code = "") {
  RosterEntry entry;
  entry.mutable_unit()->set_name(unit);
  entry.set_project_name(project);
  entry.set_project_code(code);
  return entry;
}

Campaign Of(evaluation::v1::FormKind kind = evaluation::v1::FORM_KIND_PROJECT) {
  Campaign campaign;
  campaign.set_region_code("510400");
  campaign.set_fiscal_year(2025);
  campaign.set_kind(kind);
  return campaign;
}

std::vector<std::string> Texts(const std::vector<RosterFault>& faults) {
  std::vector<std::string> texts;
  for (const RosterFault& fault : faults) texts.push_back(Cat(fault.row(), " ", fault.field(), " ", fault.message()));
  return texts;
}

TEST(RosterCheck, AllFaultsAtOnceWithTheirRows) {
  std::vector<RosterEntry> entries = {
      Entry("教育局", "校舍维修", "51040325T000010263357"),
      Entry("", "没有单位"),
      Entry("教育局", ""),
      Entry("教育局", "二十位", "51040325T00001026335"),
      Entry("教育局", "明年", "51040326T000010263357"),
      Entry("教 育 局", "校舍维修（又名）", "51040325T000010263357"),
      Entry("卫健局", "疫苗"),
      Entry("卫健局", "疫 苗"),
      Entry("外地局", "外地"),
      Entry("民政局", "错区划"),
  };
  entries[8].set_region_code("511000000");
  entries[9].set_region_code("5104030");
  for (std::size_t i = 0; i < entries.size(); ++i) entries[i].set_row(static_cast<int>(i) + 3);
  const RosterVerdict verdict = Check(entries, Of());
  EXPECT_THAT(Texts(verdict.faults),
              ::testing::ElementsAre(HasSubstr("4 unit.name"), HasSubstr("5 project_name"),
                                     ::testing::AllOf(HasSubstr("6 project_code"), HasSubstr("20 位")),
                                     ::testing::AllOf(HasSubstr("7 project_code"), HasSubstr("2026")),
                                     ::testing::AllOf(HasSubstr("8 project_code"), HasSubstr("与第 3 行重复")),
                                     ::testing::AllOf(HasSubstr("10 project_name"), HasSubstr("与第 9 行重复")),
                                     ::testing::AllOf(HasSubstr("11 region_code"), HasSubstr("511000000")),
                                     ::testing::AllOf(HasSubstr("12 region_code"), HasSubstr("9 位"))));
  EXPECT_TRUE(verdict.doubts.empty());
}

TEST(RosterCheck, OwnCodesAndOtherDivisionsAreDoubts) {
  const std::vector<RosterEntry> entries = {Entry("教育局", "甲", "2025-015"),
                                            Entry("教育局", "乙", "51092325T000010263357"),
                                            Entry("教育局", "丙", "51000025T000010263357")};
  const RosterVerdict verdict = Check(entries, Of());
  EXPECT_TRUE(verdict.faults.empty());
  EXPECT_THAT(Texts(verdict.doubts), ::testing::ElementsAre(HasSubstr("1 project_code"), HasSubstr("510923")));
}

TEST(RosterCheck, SameProjectOfSeveralUnitsIsNoDuplicate) {
  const std::vector<RosterEntry> entries = {Entry("一小", "校舍维修", "51040325T000010263357"),
                                            Entry("二小", "校舍维修", "51040325T000010263357")};
  EXPECT_TRUE(Check(entries, Of()).faults.empty());
}

TEST(RosterCheck, DepartmentFormsNeedOnlyUnits) {
  std::vector<RosterEntry> entries = {Entry("教育局", ""), Entry("卫健局", "")};
  EXPECT_TRUE(Check(entries, Of(evaluation::v1::FORM_KIND_DEPARTMENT)).faults.empty());
  entries.push_back(Entry("教育局", ""));
  EXPECT_EQ(Check(entries, Of(evaluation::v1::FORM_KIND_DEPARTMENT)).faults.size(), 1u);
}

std::vector<Candidate> Candidates(const std::vector<RosterEntry>& entries) {
  std::vector<Candidate> out;
  for (const RosterEntry& entry : entries)
    out.push_back({static_cast<std::int64_t>(out.size()) + 1, KeyOf(entry, evaluation::v1::FORM_KIND_PROJECT)});
  return out;
}

RosterKey Form(const std::string& unit, const std::string& project, const std::string& code = "") {
  evaluation::v1::SelfEvaluation form;
  form.mutable_implementing_unit()->set_name(unit);
  form.set_project_name(project);
  form.set_project_code(code);
  return KeyOf(form);
}

constexpr char kCode[] = "51040325T000010263357";
constexpr char kOther[] = "51040325T000010263358";

TEST(Matching, CodeWinsOverNames) {
  const auto candidates = Candidates({Entry("教育局", "校舍维修", kOther), Entry("教育局", "校舍", kCode)});
  const Match match = Choose(Form("教育局", "校舍维修", kCode), candidates);
  EXPECT_EQ(match.match, ROSTER_MATCH_CODE);
  EXPECT_EQ(match.entry, 2);
  EXPECT_EQ(Choose(Form("区教育局", "又一个名字", "５１０４０３25t000010263357"), candidates).entry, 2);
}

TEST(Matching, OtherCodeIsAnotherProject) {
  EXPECT_EQ(Choose(Form("教育局", "校舍维修", kCode), Candidates({Entry("教育局", "校舍维修", kOther)})).match,
            ROSTER_MATCH_NONE);
}

TEST(Matching, NamesAreFoldedWhenOneSideHasNoCode) {
  const auto candidates = Candidates({Entry("教育局（本级）", "校舍 维修")});
  EXPECT_EQ(Choose(Form("教育局(本级)", "校舍\n维修", kCode), candidates).match, ROSTER_MATCH_NAMES);
  EXPECT_EQ(Choose(Form("教育局(本级)", "校舍维修"), candidates).entry, 1);
  EXPECT_EQ(Choose(Form("教育局(本级)", "校舍维修"), Candidates({Entry("教育局(本级)", "校舍维修", kCode)})).match,
            ROSTER_MATCH_NAMES);
  EXPECT_EQ(Choose(Form("", "校舍维修"), candidates).match, ROSTER_MATCH_NONE);
}

TEST(Matching, SeveralAreAmbiguous) {
  const auto candidates = Candidates({Entry("教育局", "校舍维修", kCode), Entry("教育局", "校舍维修", kOther)});
  EXPECT_EQ(Choose(Form("教育局", "校舍维修"), candidates).match, ROSTER_MATCH_AMBIGUOUS);
  const auto shared = Candidates({Entry("一小", "校舍维修", kCode), Entry("二小", "校舍维修", kCode)});
  EXPECT_EQ(Choose(Form("二小", "校舍维修", kCode), shared).entry, 2);
  EXPECT_EQ(Choose(Form("三小", "校舍维修", kCode), shared).match, ROSTER_MATCH_AMBIGUOUS);
}

TEST(Matching, DepartmentFormsByTheirUnitOrDepartment) {
  evaluation::v1::SelfEvaluation form;
  form.set_kind(evaluation::v1::FORM_KIND_DEPARTMENT);
  form.mutable_competent_department()->set_name("教育局");
  form.set_project_name("随便");
  const std::vector<Candidate> candidates = {
      {7, KeyOf(Entry("教 育局", "", ""), evaluation::v1::FORM_KIND_DEPARTMENT)}};
  EXPECT_EQ(Choose(KeyOf(form), candidates).entry, 7);
}

// ---------------------------------------------------------------------------------------------------------- files

constexpr char kCsv[] =
    "2025年度绩效自评应报名单,,,,,,\r\n"
    "序号,主管部门（必填）,单位编码,预算单位*,项目名称,项目代码(21位),联系人,联系电话,备注\r\n"
    "1,区教育局,101001,第一小学,\"校舍维修,\"\"二期\"\"\",51040325T000010263357,王某,0812-1,无\r\n"
    "2,区教育局,101002,第二小学,校舍维修,/,李某,,\r\n"
    ",,,,,,,,\r\n"
    "3,,,,,,,,\r\n"
    "合计,,,,2项,,,,\r\n"
    "注：以上名单由区财政局提供\r\n";

TEST(RosterFile, CsvWithTitleNotesAndSums) {
  for (const char* mark : {"", "\xEF\xBB\xBF"}) {
    const auto file = ReadRoster(std::string(mark) + kCsv, "名单.csv");
    ASSERT_TRUE(file.ok()) << file.status();
    ASSERT_EQ(file->entries.size(), 2u);
    const RosterEntry& first = file->entries[0];
    EXPECT_EQ(first.unit().name(), "第一小学");
    EXPECT_EQ(first.unit().code(), "101001");
    EXPECT_EQ(first.department().name(), "区教育局");
    EXPECT_EQ(first.project_name(), "校舍维修,\"二期\"");
    EXPECT_EQ(first.project_code(), "51040325T000010263357");
    EXPECT_EQ(first.contact(), "王某 0812-1");
    EXPECT_EQ(first.row(), 3);
    EXPECT_EQ(file->entries[1].project_code(), "") << "/ is no code";
    EXPECT_THAT(file->passed_over,
                ::testing::ElementsAre(HasSubstr("备注"), HasSubstr("合计"), HasSubstr("注:以上名单")));
    RosterFault fault;
    fault.set_index(1);
    fault.set_row(4);
    fault.set_field("project_code");
    EXPECT_EQ(file->Describe(fault), "第 4 行 F 列（项目代码）");
    fault.set_field("region_code");
    EXPECT_THAT(file->Describe(fault), HasSubstr("没有“区划代码”列"));
  }
}

TEST(RosterFile, Gbk) {
  // 单位名称,项目名称 / 一小,校舍
  const auto file = ReadRoster(
      "\xB5\xA5\xCE\xBB\xC3\xFB\xB3\xC6,\xCF\xEE\xC4\xBF\xC3\xFB\xB3\xC6\n\xD2\xBB\xD0\xA1,\xD0\xA3\xC9\xE1\n",
      "a.csv");
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_EQ(file->entries.size(), 1u);
  EXPECT_EQ(file->entries[0].unit().name(), "一小");
  EXPECT_EQ(file->entries[0].project_name(), "校舍");
}

TEST(RosterFile, EnglishHeadings) {
  const auto file = ReadRoster(
      "unit_name,unit code,Department,project_name,project_code,mof_div_code,contact\nU,1,D,P,,510403000,C\n",
      "roster.csv");
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_EQ(file->entries.size(), 1u);
  EXPECT_EQ(file->entries[0].unit().code(), "1");
  EXPECT_EQ(file->entries[0].department().name(), "D");
  EXPECT_EQ(file->entries[0].region_code(), "510403000");
  EXPECT_EQ(file->entries[0].contact(), "C");
}

TEST(RosterFile, WorkbookWithMergedUnitsAndOtherSheets) {
  const auto table = importing::support::Table(
      {"应报名单|<|<", "主管部门|单位|项目名称", "区教育局|第一\\小学|校舍维修", "^|^|食堂", "^|第二小学|操场"});
  const auto other = importing::support::Table({"填表说明"});
  const auto file =
      ReadRoster(importing::support::Xlsx({importing::support::XlsxSheet(table), importing::support::XlsxSheet(other)}),
                 "名单.xlsx");
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_EQ(file->entries.size(), 3u);
  EXPECT_EQ(file->entries[1].unit().name(), "第一小学");
  EXPECT_EQ(file->entries[1].department().name(), "区教育局");
  EXPECT_EQ(file->entries[1].project_name(), "食堂");
  EXPECT_EQ(file->entries[1].row(), 4);
  EXPECT_EQ(file->entries[2].unit().name(), "第二小学");
  EXPECT_EQ(file->entries[2].department().name(), "区教育局");
  EXPECT_THAT(file->passed_over, ::testing::ElementsAre(HasSubstr("表2")));
  RosterFault fault;
  fault.set_index(1);
  fault.set_row(4);
  fault.set_field("project_name");
  EXPECT_EQ(file->Describe(fault), "工作表“表1” 第 4 行 C 列（项目名称）");
}

TEST(RosterFile, SaysWhyItCannotBeRead) {
  for (const auto& [bytes, text] : std::vector<std::pair<std::string, std::string>>{
           {"", "空"}, {"a,b\nc,d\n", "表头"}, {"单位名称,项目名称\n", "没有单位"}, {"\xD0\xCF\x11\xE0xls", "xlsx"}}) {
    const auto file = ReadRoster(bytes, "a.csv");
    ASSERT_FALSE(file.ok());
    EXPECT_EQ(ReasonOf(file.status()), "ROSTER_UNREADABLE");
    EXPECT_THAT(std::string(file.status().message()), HasSubstr(text));
  }
}

}  // namespace
}  // namespace jixiao::season
