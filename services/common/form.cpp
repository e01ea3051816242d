#include "common/form.h"

#include "common/cell_text.h"
#include "common/text.h"

#include <algorithm>

namespace jixiao {
namespace {

using evaluation::v1::FundLine;
using evaluation::v1::Indicator;
using evaluation::v1::SelfEvaluation;

constexpr int kMaxNumberDigits = 15;
// Of points: so few that the total of as many rows as a form may have is still a number.
constexpr int kMaxPointsDigits = 11;

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

// Where a cell stands; put into words only when something is wrong with it.
struct Place {
  Place(std::string_view field) : cell(field) {}
  Place(const char* field) : cell(field) {}
  Place(std::string_view rows, int row, std::string_view field) : list(rows), index(row), cell(field) {}

  std::string ToString() const { return list.empty() ? std::string(cell) : Cat(list, "[", index, "].", cell); }

  std::string_view list;
  int index = 0;
  std::string_view cell;
};

class Inspection {
 public:
  Inspection(std::string_view root, const KnownOfForm& known) : root_(root), plain_(known.plain_text) {}

  void Fault(const Place& place, std::string what) {
    const std::string path = place.ToString();
    faults_.push_back({Cat(root_, path.empty() ? "" : ".", path), std::move(what)});
  }

  void Text(const Place& path, const std::string& cell, std::size_t limit = kMaxCellBytes) {
    any_content_ = any_content_ || !cell.empty();
    if (cell.size() > limit) {
      Fault(path, Cat("holds ", cell.size(), " bytes; at most ", limit, " are allowed"));
      return;
    }
    if (plain_) return;
    const char* const end = cell.data() + cell.size();
    if (const char* control = FindForbidden(cell.data(), end); control != end)
      Fault(path, Cat("holds the control character ", static_cast<int>(static_cast<unsigned char>(*control)),
                      " at byte ", control - cell.data()));
  }

  // A cell of figures: text rules, and no number so long that it can only be a mistake.
  void Figures(const Place& path, const std::string& cell, int limit = kMaxNumberDigits) {
    Text(path, cell);
    if (cell.size() > kMaxCellBytes || cell.size() <= static_cast<std::size_t>(limit)) return;
    int digits = 0;
    bool decimals = false;
    for (std::string_view rest = cell; !rest.empty();) {
      const char c = Meaning(TakeUtf8(rest));
      if (IsDigit(c)) {
        if (!decimals && (digits > 0 || c != '0')) ++digits;
        if (digits > limit) {
          Fault(path, Cat("holds a number of more than ", limit, " integer digits"));
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

  void Points(const Place& path, const std::string& cell) { Figures(path, cell, kMaxPointsDigits); }

  // A cell of money: figures, and not negative.
  void Amount(const Place& path, const std::string& cell) {
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

  void Count(const Place& path, int count, int limit) {
    if (count > limit) Fault(path, Cat("holds ", count, " rows; at most ", limit, " are allowed"));
  }

  bool any_content() const { return any_content_; }
  bool sound() const { return faults_.empty(); }
  std::vector<FieldViolation> Take() { return std::move(faults_); }

 private:
  const std::string_view root_;
  const bool plain_;
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
  in.Points("total_weight", form.total_weight());
  in.Points("total_score", form.total_score());
  in.Text("grade", form.grade());
  in.Text("source.file_name", form.source().file_name());
  in.Text("source.media_type", form.source().media_type());
  in.Text("source.sha256", form.source().sha256());
  in.Text("source.location", form.source().location());
}

void InspectFund(const FundLine& line, int index, Inspection& in) {
  const auto place = [index](std::string_view cell) { return Place("funds", index, cell); };
  in.Text(place("name"), line.name());
  in.Amount(place("initial_budget"), line.initial_budget());
  in.Amount(place("full_year_budget"), line.full_year_budget());
  in.Amount(place("executed"), line.executed());
  in.Points(place("weight"), line.weight());
  in.Figures(place("execution_rate"), line.execution_rate());
  in.Points(place("score"), line.score());
}

void InspectIndicator(const Indicator& row, int index, Inspection& in) {
  const auto place = [index](std::string_view cell) { return Place("indicators", index, cell); };
  in.Text(place("level1"), row.level1());
  in.Text(place("level2"), row.level2());
  in.Text(place("level3"), row.level3());
  in.Text(place("target"), row.target());
  in.Text(place("actual"), row.actual());
  in.Points(place("weight"), row.weight());
  in.Points(place("score"), row.score());
  in.Figures(place("completion_rate"), row.completion_rate());
  in.Text(place("deviation_reason"), row.deviation_reason());
  in.Text(place("approved_target"), row.approved_target());
  in.Points(place("approved_weight"), row.approved_weight());
  in.Text(place("adjustment"), row.adjustment());
}

}  // namespace

std::vector<FieldViolation> FaultsOf(const SelfEvaluation& form, std::string_view root, const KnownOfForm& known) {
  Inspection in(root, known);
  InspectHead(form, in);
  in.Count("funds", form.funds_size(), kMaxFundLines);
  in.Count("indicators", form.indicators_size(), kMaxIndicators);
  in.Count("report", form.report_size(), kMaxReportSections);
  for (int i = 0; i < std::min(form.funds_size(), kMaxFundLines); ++i) InspectFund(form.funds(i), i, in);
  for (int i = 0; i < std::min(form.indicators_size(), kMaxIndicators); ++i)
    InspectIndicator(form.indicators(i), i, in);
  for (int i = 0; i < std::min(form.report_size(), kMaxReportSections); ++i) {
    in.Text(Place("report", i, "heading"), form.report(i).heading());
    in.Text(Place("report", i, "text"), form.report(i).text(), kMaxSectionBytes);
  }
  // Where a single cell is too large, that cell is the fault.
  if (in.sound() && known.most_bytes > kMaxFormBytes && form.ByteSizeLong() > kMaxFormBytes)
    in.Fault("", Cat("the form holds ", form.ByteSizeLong(), " bytes; at most ", kMaxFormBytes, " are allowed"));
  if (!in.any_content()) in.Fault("", "the form is empty");
  return in.Take();
}

absl::Status ValidateForm(const SelfEvaluation& form, std::string_view root, const KnownOfForm& known) {
  const std::vector<FieldViolation> faults = FaultsOf(form, root, known);
  if (faults.empty()) return absl::OkStatus();
  return InvalidFields("FORM_INVALID", "the form cannot be taken in", faults);
}

}  // namespace jixiao
