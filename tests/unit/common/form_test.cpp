#include "common/form.h"

#include "support/paths.h"

#include "jixiao/evaluation/v1/evaluation.pb.h"

#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace jixiao {
namespace {

using evaluation::v1::SelfEvaluation;

SelfEvaluation GoodForm() {
  SelfEvaluation form;
  form.set_kind(evaluation::v1::FORM_KIND_PROJECT);
  form.set_title("项目支出绩效自评表");
  form.set_fiscal_year(2021);
  form.set_region_code("510403");
  form.set_project_name("党员教育培训经费");
  auto& fund = *form.add_funds();
  fund.set_name("年度资金总额");
  fund.set_full_year_budget("30");
  fund.set_executed("26.23");
  auto& row = *form.add_indicators();
  row.set_level1("产出指标");
  row.set_target("≥8002人");
  row.set_actual("8094人");
  form.add_report()->set_text("一、基本情况\n\t……");
  return form;
}

// The paths at fault, in order.
std::vector<std::string> PathsAtFault(const SelfEvaluation& form, std::string_view root = "form") {
  std::vector<std::string> paths;
  for (const FieldViolation& fault : FaultsOf(form, root)) paths.push_back(fault.field);
  return paths;
}

using Form = SelfEvaluation;
using Paths = std::vector<std::string>;

struct Cell {
  std::string path;
  std::string* (*in)(Form&);
};

std::vector<Cell> TextCells() {
  return {{"form.title", [](Form& f) { return f.mutable_title(); }},
          {"form.competent_department.name", [](Form& f) { return f.mutable_competent_department()->mutable_name(); }},
          {"form.competent_department.code", [](Form& f) { return f.mutable_competent_department()->mutable_code(); }},
          {"form.implementing_unit.name", [](Form& f) { return f.mutable_implementing_unit()->mutable_name(); }},
          {"form.implementing_unit.code", [](Form& f) { return f.mutable_implementing_unit()->mutable_code(); }},
          {"form.project_name", [](Form& f) { return f.mutable_project_name(); }},
          {"form.project_code", [](Form& f) { return f.mutable_project_code(); }},
          {"form.expected_goal", [](Form& f) { return f.mutable_expected_goal(); }},
          {"form.actual_goal", [](Form& f) { return f.mutable_actual_goal(); }},
          {"form.grade", [](Form& f) { return f.mutable_grade(); }},
          {"form.source.file_name", [](Form& f) { return f.mutable_source()->mutable_file_name(); }},
          {"form.source.media_type", [](Form& f) { return f.mutable_source()->mutable_media_type(); }},
          {"form.source.sha256", [](Form& f) { return f.mutable_source()->mutable_sha256(); }},
          {"form.source.location", [](Form& f) { return f.mutable_source()->mutable_location(); }},
          {"form.funds[0].name", [](Form& f) { return f.mutable_funds(0)->mutable_name(); }},
          {"form.indicators[0].level1", [](Form& f) { return f.mutable_indicators(0)->mutable_level1(); }},
          {"form.indicators[0].level2", [](Form& f) { return f.mutable_indicators(0)->mutable_level2(); }},
          {"form.indicators[0].level3", [](Form& f) { return f.mutable_indicators(0)->mutable_level3(); }},
          {"form.indicators[0].target", [](Form& f) { return f.mutable_indicators(0)->mutable_target(); }},
          {"form.indicators[0].actual", [](Form& f) { return f.mutable_indicators(0)->mutable_actual(); }},
          {"form.indicators[0].deviation_reason",
           [](Form& f) { return f.mutable_indicators(0)->mutable_deviation_reason(); }},
          {"form.indicators[0].approved_target",
           [](Form& f) { return f.mutable_indicators(0)->mutable_approved_target(); }},
          {"form.indicators[0].adjustment", [](Form& f) { return f.mutable_indicators(0)->mutable_adjustment(); }},
          {"form.report[0].heading", [](Form& f) { return f.mutable_report(0)->mutable_heading(); }}};
}

std::vector<Cell> AmountCells() {
  return {{"form.funds[0].initial_budget", [](Form& f) { return f.mutable_funds(0)->mutable_initial_budget(); }},
          {"form.funds[0].full_year_budget", [](Form& f) { return f.mutable_funds(0)->mutable_full_year_budget(); }},
          {"form.funds[0].executed", [](Form& f) { return f.mutable_funds(0)->mutable_executed(); }}};
}

std::vector<Cell> PointsCells() {
  return {{"form.total_weight", [](Form& f) { return f.mutable_total_weight(); }},
          {"form.total_score", [](Form& f) { return f.mutable_total_score(); }},
          {"form.funds[0].weight", [](Form& f) { return f.mutable_funds(0)->mutable_weight(); }},
          {"form.funds[0].score", [](Form& f) { return f.mutable_funds(0)->mutable_score(); }},
          {"form.indicators[0].weight", [](Form& f) { return f.mutable_indicators(0)->mutable_weight(); }},
          {"form.indicators[0].score", [](Form& f) { return f.mutable_indicators(0)->mutable_score(); }},
          {"form.indicators[0].approved_weight",
           [](Form& f) { return f.mutable_indicators(0)->mutable_approved_weight(); }}};
}

// All cells of figures.
std::vector<Cell> FigureCells() {
  std::vector<Cell> cells = {
      {"form.funds[0].execution_rate", [](Form& f) { return f.mutable_funds(0)->mutable_execution_rate(); }},
      {"form.indicators[0].completion_rate",
       [](Form& f) { return f.mutable_indicators(0)->mutable_completion_rate(); }}};
  for (Cell& cell : AmountCells()) cells.push_back(std::move(cell));
  for (Cell& cell : PointsCells()) cells.push_back(std::move(cell));
  return cells;
}

std::vector<Cell> AllCells() {
  std::vector<Cell> cells = TextCells();
  for (Cell& cell : FigureCells()) cells.push_back(std::move(cell));
  return cells;
}

TEST(Form, AGoodFormHasNoFault) {
  EXPECT_EQ(PathsAtFault(GoodForm()), Paths{});
  EXPECT_TRUE(ValidateForm(GoodForm()).ok());
}

TEST(Form, ContradictionsAreNoFaultOfShape) {
  SelfEvaluation form = GoodForm();
  form.mutable_funds(0)->set_executed("7,00.0,77");
  form.mutable_funds(0)->set_execution_rate("86%%");
  form.mutable_indicators(0)->set_weight("0");
  form.mutable_indicators(0)->set_score("11");
  form.mutable_indicators(0)->set_actual("-3");
  form.set_total_score("110");
  EXPECT_EQ(PathsAtFault(form), Paths{});
}

TEST(Form, PathsStartAtTheGivenRoot) {
  SelfEvaluation form = GoodForm();
  form.set_fiscal_year(1);
  EXPECT_EQ(PathsAtFault(form, "requests[3].form"), Paths{"requests[3].form.fiscal_year"});
}

TEST(Form, EveryFaultIsReportedAtOnce) {
  SelfEvaluation form = GoodForm();
  form.set_fiscal_year(1999);
  form.set_region_code("51040");
  form.mutable_funds(0)->set_executed("-1");
  form.mutable_indicators(0)->set_level3(std::string("a\0b", 3));
  EXPECT_EQ(PathsAtFault(form),
            (Paths{"form.fiscal_year", "form.region_code", "form.funds[0].executed", "form.indicators[0].level3"}));
  const absl::Status status = ValidateForm(form);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(status), "FORM_INVALID");
}

// ------------------------------------------------------------------------------------------------------------- cells

TEST(Form, ControlCharactersAreFoundInEveryCell) {
  for (const Cell& cell : AllCells()) {
    SelfEvaluation form = GoodForm();
    *cell.in(form) = std::string("1\x01", 2);
    EXPECT_EQ(PathsAtFault(form), Paths{cell.path});
  }
}

TEST(Form, OnlyTheControlCharactersOfDocumentsAreAllowed) {
  for (int c = 0; c < 0x80; ++c) {
    SelfEvaluation form = GoodForm();
    form.mutable_indicators(0)->set_actual(std::string(1, static_cast<char>(c)));
    const bool allowed = (c >= 0x20 && c != 0x7F) || (c >= 0x09 && c <= 0x0D) || c == 0x07;
    EXPECT_EQ(PathsAtFault(form), allowed ? Paths{} : Paths{"form.indicators[0].actual"}) << "character " << c;
  }
}

TEST(Form, ACellHoldsAtMost32KiB) {
  for (const Cell& cell : AllCells()) {
    SelfEvaluation form = GoodForm();
    cell.in(form)->assign(kMaxCellBytes, 'x');
    EXPECT_EQ(PathsAtFault(form), Paths{}) << cell.path;
    cell.in(form)->push_back('x');
    EXPECT_EQ(PathsAtFault(form), Paths{cell.path});
  }
}

TEST(Form, ATenMegabyteCellIsNamedAndNotQuoted) {
  for (const Cell& cell : AllCells()) {
    SelfEvaluation form = GoodForm();
    cell.in(form)->assign(10 * 1024 * 1024, '9');
    const auto faults = FaultsOf(form, "form");
    ASSERT_EQ(faults.size(), 1u) << cell.path;
    EXPECT_EQ(faults[0].field, cell.path);
    EXPECT_LT(faults[0].description.size(), 200u);
    EXPECT_NE(faults[0].description.find("10485760"), std::string::npos) << faults[0].description;
  }
}

TEST(Form, AReportSectionHoldsAtMostOneMiB) {
  SelfEvaluation form = GoodForm();
  form.mutable_report(0)->mutable_text()->assign(kMaxSectionBytes, 'x');
  EXPECT_EQ(PathsAtFault(form), Paths{});
  form.mutable_report(0)->mutable_text()->push_back('x');
  EXPECT_EQ(PathsAtFault(form), Paths{"form.report[0].text"});
}

// ------------------------------------------------------------------------------------------------------------ figures

// Numbers that a cell must not hold, and such as it may.
void ExpectLimit(const std::vector<Cell>& cells, const Paths& absurd, const Paths& fine) {
  for (const Cell& cell : cells) {
    for (const std::string& number : absurd) {
      SelfEvaluation form = GoodForm();
      *cell.in(form) = number;
      EXPECT_EQ(PathsAtFault(form), Paths{cell.path}) << number;
    }
    for (const std::string& number : fine) {
      SelfEvaluation form = GoodForm();
      *cell.in(form) = number;
      EXPECT_EQ(PathsAtFault(form), Paths{}) << cell.path << " " << number;
    }
  }
}

TEST(Form, NumbersOfMoreThan15IntegerDigitsAreAbsurd) {
  ExpectLimit(FigureCells(),
              {"1000000000000000", "1,000,000,000,000,000", "约1234567890123456元", "１２３４５６７８９０１２３４５６",
               "１,０００,０００,０００,０００,０００"},
              {"0000000000000000001", "71.43000000000000000001", "1234567890 1234567890", "无", "/"});
  ExpectLimit(AmountCells(), {}, {"999999999999999"});
}

// So the total of all rows stays a number that can be read.
TEST(Form, PointsOfMoreThan11IntegerDigitsAreAbsurd) {
  ExpectLimit(PointsCells(), {"100000000000", "１００,０００,０００,０００", "0000123456789012分"},
              {"99999999999.999", "00000000000096.5"});
  ExpectLimit(AmountCells(), {}, {"100000000000"});
}

TEST(Form, AmountsAreNotNegative) {
  for (const Cell& cell : AmountCells()) {
    for (const std::string_view negative :
         {"-1", " -0.5", "−110.76", "－5", "－５", "-５", "–5", "—5", "- 5", "　-5", "-5万元"}) {
      SelfEvaluation form = GoodForm();
      *cell.in(form) = negative;
      EXPECT_EQ(PathsAtFault(form), Paths{cell.path}) << "\"" << negative << "\"";
    }
    for (const std::string_view fine : {"0", "-", "—", "——", "/", "", "5-3", "无"}) {
      SelfEvaluation form = GoodForm();
      *cell.in(form) = fine;
      EXPECT_EQ(PathsAtFault(form), Paths{}) << cell.path << " \"" << fine << "\"";
    }
  }
}

TEST(Form, ScoresAndRatesMayBeNegativeBecauseThatIsAFinding) {
  SelfEvaluation form = GoodForm();
  form.mutable_indicators(0)->set_score("-1");
  form.mutable_indicators(0)->set_completion_rate("-5%");
  EXPECT_EQ(PathsAtFault(form), Paths{});
}

// -------------------------------------------------------------------------------------------------------------- sizes

TEST(Form, FiveThousandIndicatorsAreTooMany) {
  SelfEvaluation form = GoodForm();
  while (form.indicators_size() < 5000) form.add_indicators()->set_target(std::string("\x01", 1));
  const auto faults = FaultsOf(form, "form");
  ASSERT_FALSE(faults.empty());
  EXPECT_EQ(faults[0].field, "form.indicators");
  EXPECT_NE(faults[0].description.find("5000"), std::string::npos);
  EXPECT_NE(faults[0].description.find("2000"), std::string::npos);
  // What lies within the limit is still judged, what lies beyond is not read.
  EXPECT_EQ(faults[1].field, "form.indicators[1].target");
  EXPECT_EQ(faults.back().field, "form.indicators[1999].target");
  EXPECT_EQ(faults.size(), 2000u);
  // The error stays small enough for a trailer.
  const absl::Status status = ValidateForm(form);
  std::size_t size = status.message().size();
  status.ForEachPayload([&](auto, const absl::Cord& payload) { size += payload.size(); });
  EXPECT_LT(size, 8u * 1024);
}

TEST(Form, RowsAreAllowedUpToTheirLimits) {
  SelfEvaluation form = GoodForm();
  while (form.indicators_size() < kMaxIndicators) form.add_indicators();
  while (form.funds_size() < kMaxFundLines) form.add_funds();
  while (form.report_size() < kMaxReportSections) form.add_report();
  EXPECT_EQ(PathsAtFault(form), Paths{});
  form.add_indicators();
  form.add_funds();
  form.add_report();
  EXPECT_EQ(PathsAtFault(form), (Paths{"form.funds", "form.indicators", "form.report"}));
}

TEST(Form, TheWholeFormHoldsAtMost4MiB) {
  SelfEvaluation form = GoodForm();
  for (int i = 0; i < 3; ++i) form.add_report()->mutable_text()->assign(kMaxSectionBytes, 'x');
  EXPECT_EQ(PathsAtFault(form), Paths{});
  form.add_report()->mutable_text()->assign(kMaxSectionBytes, 'x');
  EXPECT_EQ(PathsAtFault(form), Paths{"form"});
}

// --------------------------------------------------------------------------------------------------------------- head

TEST(Form, YearsAreBudgetYearsOrNotStated) {
  for (const int year : {0, 2000, 2021, 2100}) {
    SelfEvaluation form = GoodForm();
    form.set_fiscal_year(year);
    EXPECT_EQ(PathsAtFault(form), Paths{}) << year;
  }
  for (const int year : {-2021, 1, 1999, 2101, 20211231}) {
    SelfEvaluation form = GoodForm();
    form.set_fiscal_year(year);
    EXPECT_EQ(PathsAtFault(form), Paths{"form.fiscal_year"}) << year;
  }
}

TEST(Form, DivisionCodesHave6Or9Digits) {
  for (const std::string_view code : {"", "510403", "510403001"}) {
    SelfEvaluation form = GoodForm();
    form.set_region_code(std::string(code));
    EXPECT_EQ(PathsAtFault(form), Paths{}) << code;
  }
  for (const std::string_view code : {"51", "51040", "5104030", "51040a", "５１０４０３", "510403 ", "-10403"}) {
    SelfEvaluation form = GoodForm();
    form.set_region_code(std::string(code));
    EXPECT_EQ(PathsAtFault(form), Paths{"form.region_code"}) << code;
  }
}

TEST(Form, UnknownEnumValuesAreFaults) {
  SelfEvaluation form = GoodForm();
  form.set_kind(static_cast<evaluation::v1::FormKind>(42));
  form.set_amount_unit(static_cast<evaluation::v1::AmountUnit>(-1));
  EXPECT_EQ(PathsAtFault(form), (Paths{"form.kind", "form.amount_unit"}));
}

TEST(Form, AFormWithoutAnyContentIsRefused) {
  SelfEvaluation form;
  EXPECT_EQ(PathsAtFault(form), Paths{"form"});
  form.set_kind(evaluation::v1::FORM_KIND_PROJECT);
  form.set_fiscal_year(2021);
  EXPECT_EQ(PathsAtFault(form), Paths{"form"});
  // Rows without a word are no content either.
  form.add_funds();
  form.add_indicators();
  form.add_report();
  EXPECT_EQ(PathsAtFault(form), Paths{"form"});
  for (const Cell& cell : AllCells()) {
    SelfEvaluation filled = form;
    *cell.in(filled) = "1";
    EXPECT_EQ(PathsAtFault(filled), Paths{}) << cell.path;
  }
}

// ---------------------------------------------------------------------------------------------------------- real forms

void ExpectAllPass(const std::filesystem::path& folder, std::size_t at_least) {
  std::size_t forms = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".json") continue;
    std::ifstream file(entry.path());
    nlohmann::json content = nlohmann::json::parse(file);
    if (content.contains("form")) content = content["form"];
    SelfEvaluation form;
    const auto parsed = google::protobuf::util::JsonStringToMessage(content.dump(), &form);
    ASSERT_TRUE(parsed.ok()) << entry.path() << ": " << parsed.ToString();
    EXPECT_EQ(PathsAtFault(form), Paths{}) << entry.path();
    ++forms;
  }
  EXPECT_GE(forms, at_least) << folder;
}

TEST(Form, EverySampleFormPasses) {
  ExpectAllPass(std::filesystem::path(jixiao::paths::Source()) / "deploy/local/samples", 11);
}

TEST(Form, EveryRealFormPasses) {
  const char* shared = std::getenv("JIXIAO_SHARED");
  const auto folder = (shared != nullptr ? std::filesystem::path(shared)
                                         : std::filesystem::path(jixiao::paths::Source()) / "../shared") /
                      "real-forms";
  if (!std::filesystem::is_directory(folder)) GTEST_SKIP() << "no real forms at " << folder << "; set JIXIAO_SHARED";
  ExpectAllPass(folder, 1);
}

}  // namespace
}  // namespace jixiao
