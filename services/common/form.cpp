#include "common/form.h"

#include "common/text.h"

#include <algorithm>

namespace jixiao {
namespace {

using evaluation::v1::FundLine;
using evaluation::v1::Indicator;
using evaluation::v1::SelfEvaluation;

constexpr int kMaxNumberDigits = 15;

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

// What a character of a figure means in any width: a digit, '.', ',', '-', or ' ' for what is skipped before a number;
// 0 for every other.
char Meaning(char32_t c) {
  if (c >= U'０' && c <= U'９') return static_cast<char>('0' + (c - U'０'));
  switch (c) {
    case U'．':
      return '.';
    case U'，':
      return ',';
    case U'−':
    case U'－':
    case U'–':
    case U'—':
      return '-';
    case U'\t':
    case U'\r':
    case U'\n':
    case U'\u3000':
    case U'\u00A0':
    case U'¥':
    case U'￥':
      return ' ';
    default:
      return c < 0x80 && (IsDigit(static_cast<char>(c)) || c == '.' || c == ',' || c == '-' || c == ' ')
                 ? static_cast<char>(c)
                 : '\0';
  }
}

class Inspection {
 public:
  explicit Inspection(std::string_view root) : root_(root) {}

  void Fault(std::string_view path, std::string what) {
    faults_.push_back({Cat(root_, path.empty() ? "" : ".", path), std::move(what)});
  }

  void Text(std::string_view path, const std::string& cell, std::size_t limit = kMaxCellBytes) {
    any_content_ = any_content_ || !cell.empty();
    if (cell.size() > limit) {
      Fault(path, Cat("holds ", cell.size(), " bytes; at most ", limit, " are allowed"));
      return;
    }
    const auto control = std::find_if(cell.begin(), cell.end(), [](char c) {
      const auto byte = static_cast<unsigned char>(c);
      return byte == 0x7F ||
             (byte < 0x20 && !(byte >= 0x09 && byte <= 0x0D) && byte != 0x07);  // Word ends cells with 0x07
    });
    if (control != cell.end())
      Fault(path, Cat("holds the control character ", static_cast<int>(static_cast<unsigned char>(*control)),
                      " at byte ", control - cell.begin()));
  }

  // A cell of figures: text rules, and no number so long that it can only be a mistake.
  void Figures(std::string_view path, const std::string& cell) {
    Text(path, cell);
    if (cell.size() > kMaxCellBytes) return;
    int digits = 0;
    bool decimals = false;
    for (std::string_view rest = cell; !rest.empty();) {
      const char c = Meaning(TakeUtf8(rest));
      if (IsDigit(c)) {
        if (!decimals && (digits > 0 || c != '0')) ++digits;
        if (digits > kMaxNumberDigits) {
          Fault(path, Cat("holds a number of more than ", kMaxNumberDigits, " integer digits"));
          return;
        }
      } else if (c == '.') {
        decimals = true;
      } else if (c != ',') {
        digits = 0;
        decimals = false;
      }
    }
  }

  // A cell of money: figures, and not negative.
  void Amount(std::string_view path, const std::string& cell) {
    Figures(path, cell);
    if (cell.size() > kMaxCellBytes) return;
    bool minus = false;
    for (std::string_view rest = cell; !rest.empty();) {
      const char c = Meaning(TakeUtf8(rest));
      if (c == ' ') continue;
      if (minus && (IsDigit(c) || c == '.'))
        Fault(path, "a negative amount; budgets and executed amounts are 0 or more");
      if (minus || c != '-') return;
      minus = true;
    }
  }

  void Count(std::string_view path, int count, int limit) {
    if (count > limit) Fault(path, Cat("holds ", count, " rows; at most ", limit, " are allowed"));
  }

  bool any_content() const { return any_content_; }
  bool sound() const { return faults_.empty(); }
  std::vector<FieldViolation> Take() { return std::move(faults_); }

 private:
  std::string root_;
  bool any_content_ = false;
  std::vector<FieldViolation> faults_;
};

void InspectHead(const SelfEvaluation& form, Inspection& in) {
  if (!evaluation::v1::FormKind_IsValid(form.kind()))
    in.Fault("kind", Cat(static_cast<int>(form.kind()), " is not a form kind"));
  if (!evaluation::v1::AmountUnit_IsValid(form.amount_unit()))
    in.Fault("amount_unit", Cat(static_cast<int>(form.amount_unit()), " is not an amount unit"));
  if (form.fiscal_year() != 0 && (form.fiscal_year() < 2000 || form.fiscal_year() > 2100))
    in.Fault("fiscal_year", Cat(form.fiscal_year(), " is not a budget year from 2000 to 2100 (0: not stated)"));
  const std::string& region = form.region_code();
  const bool digits = std::all_of(region.begin(), region.end(), IsDigit);
  if (!region.empty() && (!digits || (region.size() != 6 && region.size() != 9)))
    in.Fault("region_code", "is not a division code of 6 or 9 digits");
  in.Text("title", form.title());
  in.Text("competent_department.name", form.competent_department().name());
  in.Text("competent_department.code", form.competent_department().code());
  in.Text("implementing_unit.name", form.implementing_unit().name());
  in.Text("implementing_unit.code", form.implementing_unit().code());
  in.Text("project_name", form.project_name());
  in.Text("project_code", form.project_code());
  in.Text("expected_goal", form.expected_goal());
  in.Text("actual_goal", form.actual_goal());
  in.Figures("total_weight", form.total_weight());
  in.Figures("total_score", form.total_score());
  in.Text("grade", form.grade());
  in.Text("source.file_name", form.source().file_name());
  in.Text("source.media_type", form.source().media_type());
  in.Text("source.sha256", form.source().sha256());
  in.Text("source.location", form.source().location());
}

void InspectFund(const FundLine& line, const std::string& path, Inspection& in) {
  in.Text(path + ".name", line.name());
  in.Amount(path + ".initial_budget", line.initial_budget());
  in.Amount(path + ".full_year_budget", line.full_year_budget());
  in.Amount(path + ".executed", line.executed());
  in.Figures(path + ".weight", line.weight());
  in.Figures(path + ".execution_rate", line.execution_rate());
  in.Figures(path + ".score", line.score());
}

void InspectIndicator(const Indicator& row, const std::string& path, Inspection& in) {
  in.Text(path + ".level1", row.level1());
  in.Text(path + ".level2", row.level2());
  in.Text(path + ".level3", row.level3());
  in.Text(path + ".target", row.target());
  in.Text(path + ".actual", row.actual());
  in.Figures(path + ".weight", row.weight());
  in.Figures(path + ".score", row.score());
  in.Figures(path + ".completion_rate", row.completion_rate());
  in.Text(path + ".deviation_reason", row.deviation_reason());
}

}  // namespace

std::vector<FieldViolation> FaultsOf(const SelfEvaluation& form, std::string_view root) {
  Inspection in(root);
  InspectHead(form, in);
  in.Count("funds", form.funds_size(), kMaxFundLines);
  in.Count("indicators", form.indicators_size(), kMaxIndicators);
  in.Count("report", form.report_size(), kMaxReportSections);
  for (int i = 0; i < std::min(form.funds_size(), kMaxFundLines); ++i)
    InspectFund(form.funds(i), Cat("funds[", i, "]"), in);
  for (int i = 0; i < std::min(form.indicators_size(), kMaxIndicators); ++i)
    InspectIndicator(form.indicators(i), Cat("indicators[", i, "]"), in);
  for (int i = 0; i < std::min(form.report_size(), kMaxReportSections); ++i) {
    in.Text(Cat("report[", i, "].heading"), form.report(i).heading());
    in.Text(Cat("report[", i, "].text"), form.report(i).text(), kMaxSectionBytes);
  }
  // Where a single cell is too large, that cell is the fault.
  if (in.sound() && form.ByteSizeLong() > kMaxFormBytes)
    in.Fault("", Cat("the form holds ", form.ByteSizeLong(), " bytes; at most ", kMaxFormBytes, " are allowed"));
  if (!in.any_content()) in.Fault("", "the form is empty");
  return in.Take();
}

absl::Status ValidateForm(const SelfEvaluation& form, std::string_view root) {
  const std::vector<FieldViolation> faults = FaultsOf(form, root);
  if (faults.empty()) return absl::OkStatus();
  return InvalidFields("FORM_INVALID", "the form cannot be taken in", faults);
}

}  // namespace jixiao
