#include "intake/import/form_reader.h"

#include "common/form.h"
#include "common/text.h"
#include "intake/import/folding.h"

#include <algorithm>
#include <array>

namespace jixiao::importing {
namespace {

using evaluation::v1::AMOUNT_UNIT_TEN_THOUSAND_YUAN;
using evaluation::v1::AMOUNT_UNIT_UNSPECIFIED;
using evaluation::v1::AMOUNT_UNIT_YUAN;

const Roles kHeadRoles = Role::kProjectName | Role::kProjectCode | Roles(Role::kDepartment) |
                         Roles(Role::kDepartmentCode) | Roles(Role::kUnit) | Roles(Role::kUnitCode) |
                         Roles(Role::kYear) | Roles(Role::kDepartmentName) | Roles(Role::kLocalDepartment) |
                         Roles(Role::kCentralDepartment);
const Roles kGoalRoles = Role::kGoalBlock | Role::kExpectedGoal | Roles(Role::kActualGoal);
const Roles kFootRoles = Role::kTotal | Role::kTotalScore | Roles(Role::kGrade);
const Roles kPairRoles = kHeadRoles | kGoalRoles | kFootRoles | Roles(Role::kReportText) | Roles(Role::kOther);
const Roles kMoneyRoles = Role::kInitialBudget | Role::kFullYearBudget | Roles(Role::kExecuted);

// A trailing or leading code beside a name: 某局（106001）, [219001]某局, 219001-某局.
std::string TakeCode(std::string& text) {
  const auto is_code = [](std::string_view part) {
    return part.size() >= 3 && part.size() <= 24 && part.find_first_not_of("0123456789-") == std::string_view::npos;
  };
  for (const auto& [open, close] :
       {std::pair<std::string_view, std::string_view>{"（", "）"}, {"(", ")"}, {"[", "]"}, {"【", "】"}}) {
    if (text.ends_with(close)) {
      const std::size_t at = text.rfind(open);
      if (at == std::string::npos || at == 0) continue;
      const std::string code =
          CleanWord(std::string_view(text).substr(at + open.size(), text.size() - at - open.size() - close.size()));
      if (!is_code(code)) continue;
      text = CleanValue(std::string_view(text).substr(0, at));
      return code;
    }
    if (text.starts_with(open)) {
      const std::size_t at = text.find(close);
      if (at == std::string::npos || at + close.size() >= text.size()) continue;
      const std::string code = CleanWord(std::string_view(text).substr(open.size(), at - open.size()));
      if (!is_code(code)) continue;
      text = CleanValue(std::string_view(text).substr(at + close.size()));
      return code;
    }
  }
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  if (digits >= 3 && digits < text.size() && (text[digits] == '-' || text[digits] == ' ' || text[digits] == '_')) {
    const std::string code = text.substr(0, digits);
    const std::string rest = CleanValue(std::string_view(text).substr(digits + 1));
    if (!rest.empty() && !(rest.front() >= '0' && rest.front() <= '9')) {
      text = rest;
      return code;
    }
  }
  return {};
}

// 51092324T000010263357-名称: the code of the integrated budget system before the name.
std::string TakeProjectCode(std::string& text) {
  std::size_t size = 0;
  while (size < text.size() && ((text[size] >= '0' && text[size] <= '9') || (text[size] >= 'A' && text[size] <= 'Z')))
    ++size;
  if (size < 15 || size > 28 || size >= text.size()) return {};
  std::string_view rest = std::string_view(text).substr(size);
  while (rest.starts_with('-') || rest.starts_with(' ') || rest.starts_with("—") || rest.starts_with('_'))
    rest.remove_prefix(rest.starts_with("—") ? 3 : 1);
  const std::string code = text.substr(0, size);
  const std::string name = CleanValue(rest);
  if (name.empty()) return {};
  text = name;
  return code;
}

bool Covers(const Cell& cell, int column) {
  return cell.column <= column && column < cell.column + cell.columns;
}

const Cell* CellAt(const Row& row, int column) {
  for (const Cell* cell : row.filled)
    if (Covers(*cell, column)) return cell;
  return nullptr;
}

// The roles of a label that shares its cell with its value: 项目负责人：张某.
Roles InlineRoles(std::string_view text) {
  const std::size_t colon = std::min(text.find("："), text.find(':'));
  return colon == std::string_view::npos || colon > 60 ? Roles() : ReadLabel(text.substr(0, colon)).roles;
}

std::string FirstPoints(std::string_view text) {
  std::size_t from = text.find_first_of("0123456789");
  if (from == std::string_view::npos) return {};
  const std::size_t end = std::min(text.find_first_not_of("0123456789.", from), text.size());
  return std::string(text.substr(from, end - from));
}

}  // namespace

const Cell* TitleOf(const Row& row) {
  if (row.filled.empty() || row.filled.size() > 2) return nullptr;
  return IsFormTitle(row.filled.front()->text) ? row.filled.front() : nullptr;
}

bool NamesProject(const Row& row) {
  for (std::size_t i = 0; i < row.filled.size() && i < 3; ++i) {
    if (!ReadLabel(row.filled[i]->text).roles.Has(Role::kProjectName)) continue;
    // In a roster's header the next cell is a label, too.
    return i + 1 >= row.filled.size() || ReadLabel(row.filled[i + 1]->text).roles.empty();
  }
  return false;
}

void FormReader::ExpectIndicators(Columns columns) {
  columns_ = std::move(columns);
  columns_grid_ = nullptr;
  section_ = Section::kIndicators;
}

void FormReader::MarkLabels(const Columns& columns) {
  for (const Cell* cell : columns.labels) {
    writer_.ledger().Label(*cell);
    NoteAmountUnit(*cell);
  }
}

void FormReader::NoteAmountUnit(const Cell& cell) {
  if (writer_.form().amount_unit() != AMOUNT_UNIT_UNSPECIFIED) return;
  const std::string folded = Fold(cell.text);
  const Label label = ReadLabel(cell.text);
  const Roles about_money = kMoneyRoles | Roles(Role::kFundsBlock) | Roles(Role::kAmountUnit);
  const bool states = Contains(folded, "单位:") || Contains(folded, "金额单位");
  if (!states && !label.roles.HasAny(about_money)) return;
  const auto unit = Contains(folded, "万元")                              ? AMOUNT_UNIT_TEN_THOUSAND_YUAN
                    : Contains(folded, "元") && !Contains(folded, "亿元") ? AMOUNT_UNIT_YUAN
                                                                          : AMOUNT_UNIT_UNSPECIFIED;
  if (unit == AMOUNT_UNIT_UNSPECIFIED) return;
  writer_.form().set_amount_unit(unit);
  writer_.Note("amount_unit", cell);
}

void FormReader::NoteFundPoints(const Label& label, const Cell& cell) {
  if (!draft().fund_points.empty()) return;
  std::string points = label.points;
  // 得分(20分*执行率)
  if (points.empty() && Contains(label.brackets, "执行率") && Contains(label.brackets, "分"))
    points = FirstPoints(label.brackets);
  if (points.empty()) return;
  writer_.draft().fund_points = points;
  writer_.draft().fund_points_cell = &cell;
}

void FormReader::Finish() {
  Draft& draft = writer_.draft();
  if (draft.fund_points.empty() || draft.form.funds_size() == 0) return;
  if (std::any_of(draft.form.funds().begin(), draft.form.funds().end(),
                  [](const FundLine& l) { return !l.weight().empty(); }))
    return;
  draft.form.mutable_funds(0)->set_weight(draft.fund_points);
  writer_.Note("funds[0].weight", *draft.fund_points_cell);
}

// ------------------------------------------------------------------------------------------------ single fields

void FormReader::SetOrganization(evaluation::v1::Organization* organization, const std::string& path, const Cell& cell,
                                 const std::string& text) {
  std::string name = CleanValue(text);
  if (IsNothing(name)) {
    writer_.ledger().Label(cell);
    return;
  }
  const std::string code = TakeCode(name);
  writer_.Set(path + ".name", organization->mutable_name(), name, cell);
  if (!code.empty() && organization->name() == name)
    writer_.Set(path + ".code", organization->mutable_code(), code, cell);
}

void FormReader::SetProjectName(const Cell& cell, const std::string& text) {
  std::string name = CleanValue(text);
  const std::string code = TakeProjectCode(name);
  writer_.Set("project_name", writer_.form().mutable_project_name(), name, cell);
  if (!code.empty() && writer_.form().project_name() == name)
    writer_.Set("project_code", writer_.form().mutable_project_code(), code, cell);
}

bool FormReader::ReadPair(const Label& label, const Cell& head, const Cell* value) {
  SelfEvaluation& form = writer_.form();
  const Roles roles = label.roles;
  const std::string text = value == nullptr ? std::string() : CleanValue(value->text);
  // Where label and value share a cell, only what stands behind the colon is the value.
  const auto raw = [&](const Cell& cell) -> std::string {
    if (&cell != &head) return cell.text;
    const std::size_t wide = cell.text.find("：");
    const std::size_t narrow = cell.text.find(':');
    if (wide == std::string::npos && narrow == std::string::npos) return cell.text;
    return narrow < wide ? cell.text.substr(narrow + 1) : cell.text.substr(wide + 3);
  };
  if (value != &head) writer_.ledger().Label(head);
  if (roles.Has(Role::kDepartmentName)) writer_.draft().department_label = true;
  if (roles.HasAny(Role::kLocalDepartment | Role::kCentralDepartment)) writer_.draft().transfer_label = true;
  if (value == nullptr || text.empty()) return true;
  const std::string given = raw(*value);
  if (roles.Has(Role::kProjectName)) {
    SetProjectName(*value, given);
  } else if (roles.Has(Role::kProjectCode)) {
    writer_.Set("project_code", form.mutable_project_code(), CleanWord(given), *value);
  } else if (roles.Has(Role::kDepartment) || roles.Has(Role::kLocalDepartment) || roles.Has(Role::kDepartmentName)) {
    SetOrganization(form.mutable_competent_department(), "competent_department", *value, given);
  } else if (roles.Has(Role::kCentralDepartment)) {
    writer_.ledger().Refuse(*value, Cat("“", label.key, "”在自评表的数据中没有对应的栏目"));
  } else if (roles.Has(Role::kDepartmentCode)) {
    writer_.Set("competent_department.code", form.mutable_competent_department()->mutable_code(), CleanWord(given),
                *value);
  } else if (roles.Has(Role::kUnitCode)) {
    writer_.Set("implementing_unit.code", form.mutable_implementing_unit()->mutable_code(), CleanWord(given), *value);
  } else if (roles.Has(Role::kUnit)) {
    const bool strong = ContainsAny(label.key, {"实施", "承担", "使用", "执行", "项目单位", "建设"});
    if (strong && writer_.draft().weak_unit && CleanValue(given) != form.implementing_unit().name()) {
      // 填报单位 stood for it until 实施单位 came.
      writer_.Withdraw("implementing_unit.name", "另有“实施单位”，此处的单位未采用");
      writer_.Withdraw("implementing_unit.code", "另有“实施单位”，此处的单位未采用");
      form.clear_implementing_unit();
    }
    const bool empty = form.implementing_unit().name().empty();
    SetOrganization(form.mutable_implementing_unit(), "implementing_unit", *value, given);
    if (empty) writer_.draft().weak_unit = !strong;
    if (form.implementing_unit().name().empty() && form.implementing_unit().code().empty())
      form.clear_implementing_unit();
  } else if (roles.Has(Role::kYear)) {
    int year = YearIn(given);
    const std::string digits = CleanWord(given);
    if (year == 0 && digits.size() == 4 && digits.starts_with("20")) year = YearIn(digits + "年");
    if (year == 0) return false;
    if (form.fiscal_year() == 0) form.set_fiscal_year(year);
    if (form.fiscal_year() == year) writer_.Note("fiscal_year", *value);
  } else if (roles.Has(Role::kGrade)) {
    if (GradeIn(given).empty() && Utf8Length(text) > 12) return false;
    writer_.Set("grade", form.mutable_grade(), text, *value);
  } else if (roles.Has(Role::kTotalScore) || roles.Has(Role::kTotal)) {
    if (!IsNumber(given)) return false;
    writer_.Set("total_score", form.mutable_total_score(), text, *value);
  } else if (roles.Has(Role::kExpectedGoal) && !roles.Has(Role::kActualGoal)) {
    writer_.AddLine("expected_goal", form.mutable_expected_goal(), CleanValue(given), *value);
  } else if (roles.Has(Role::kActualGoal)) {
    writer_.AddLine("actual_goal", form.mutable_actual_goal(), CleanValue(given), *value);
  } else if (roles.Has(Role::kGoalBlock)) {
    writer_.AddLine("expected_goal", form.mutable_expected_goal(), CleanValue(given), *value);
  } else if (roles.Has(Role::kReportText)) {
    if (form.report_size() >= kMaxReportSections) return false;
    const int index = form.report_size();
    auto* section = form.add_report();
    section->set_heading(CleanWord(value == &head ? label.key : head.text));
    section->set_text(CleanValue(given));
    if (value != &head) writer_.Note(Cat("report[", index, "].heading"), head);
    writer_.Note(Cat("report[", index, "].text"), *value);
  } else if (roles.Has(Role::kOther)) {
    writer_.ledger().Refuse(*value, Cat("“", label.key, "”在自评表的数据中没有对应的栏目"));
  } else {
    return false;
  }
  return true;
}

// ------------------------------------------------------------------------------------------------ lines

// 项目名称：某项目; 填报单位：某局    金额单位：万元; （2021年度）
bool FormReader::ReadInline(const Cell& cell, bool alone) {
  bool any = false;
  std::string_view rest = cell.text;
  while (!rest.empty()) {
    // Pieces are divided by line breaks, tabs, two blanks or a full-width one.
    std::size_t end = rest.size();
    for (const std::string_view mark : {"\n", "\t", "  ", "　"}) end = std::min(end, rest.find(mark));
    const std::string_view piece = rest.substr(0, end);
    rest.remove_prefix(end);
    for (bool again = true; again;) {
      again = false;
      for (const std::string_view mark : {"\n", "\t", " ", "　"})
        while (rest.starts_with(mark)) {
          rest.remove_prefix(mark.size());
          again = true;
        }
    }
    std::size_t colon = piece.find("："), size = 3;
    if (const std::size_t narrow = piece.find(':'); narrow < colon) colon = narrow, size = 1;
    if (colon == std::string_view::npos || colon == 0 || colon > 90) continue;
    const Label label = ReadLabel(piece.substr(0, colon));
    std::string_view value = piece.substr(colon + size);
    // The value may stand behind the blanks.
    if (IsBlank(value) && !rest.empty()) {
      const std::size_t next = std::min(rest.find_first_of("\n\t"), rest.size());
      if (!Contains(rest.substr(0, next), "：") && !Contains(rest.substr(0, next), ":")) {
        value = rest.substr(0, next);
        rest.remove_prefix(next);
      }
    }
    if (label.roles.Has(Role::kAmountUnit) && Contains(value, "元")) {
      NoteAmountUnit(cell);
      any = true;
      continue;
    }
    if (!label.roles.HasAny(kPairRoles)) continue;
    if (label.roles.Has(Role::kYear) && YearIn(value) == 0) continue;
    if (label.roles.HasAny(Role::kTotal | Role::kTotalScore) && !IsNumber(value)) continue;
    if (!alone && !label.roles.HasAny(kHeadRoles | Roles(Role::kOther) | kFootRoles)) continue;
    if (alone && label.roles.Has(Role::kReportText)) continue;  // a paragraph of the report
    if (IsBlank(value)) {
      any = true;
      continue;
    }
    SelfEvaluation& form = writer_.form();
    const std::string given(value);
    any = true;
    if (label.roles.Has(Role::kProjectName))
      SetProjectName(cell, given);
    else if (label.roles.HasAny(Role::kDepartment | Role::kLocalDepartment | Roles(Role::kDepartmentName)))
      SetOrganization(form.mutable_competent_department(), "competent_department", cell, given);
    else if (label.roles.Has(Role::kUnit)) {
      if (form.implementing_unit().name().empty()) {
        SetOrganization(form.mutable_implementing_unit(), "implementing_unit", cell, given);
        writer_.draft().weak_unit = true;
      } else {
        writer_.ledger().Refuse(cell, "实施单位已有另一个值");
      }
    } else if (label.roles.Has(Role::kProjectCode))
      writer_.Set("project_code", form.mutable_project_code(), CleanWord(given), cell);
    else if (label.roles.Has(Role::kYear)) {
      if (form.fiscal_year() == 0) form.set_fiscal_year(YearIn(given));
      writer_.Note("fiscal_year", cell);
    } else if (label.roles.HasAny(Role::kTotal | Role::kTotalScore))
      writer_.Set("total_score", form.mutable_total_score(), CleanValue(given), cell);
    else if (label.roles.Has(Role::kGrade))
      writer_.Set("grade", form.mutable_grade(), CleanValue(given), cell);
    else if (label.roles.HasAny(Role::kExpectedGoal | Role::kGoalBlock) && !label.roles.Has(Role::kActualGoal))
      writer_.AddLine("expected_goal", form.mutable_expected_goal(), CleanValue(given), cell);
    else if (label.roles.Has(Role::kActualGoal))
      writer_.AddLine("actual_goal", form.mutable_actual_goal(), CleanValue(given), cell);
    else
      writer_.ledger().Refuse(cell, Cat("“", label.key, "”在自评表的数据中没有对应的栏目"));
  }
  return any;
}

bool FormReader::ReadLine(const Cell& cell) {
  const std::string folded = Fold(cell.text);
  const std::size_t length = Utf8Length(folded);
  if (length == 0 || length > 120) return false;
  bool any = false;
  // （2021年度）, 2021 年
  if (length <= 12 && !IsFormTitle(cell.text)) {
    if (const int year = YearIn(cell.text);
        year != 0 && (Contains(folded, "年度") || folded.ends_with("年") || folded.ends_with("年)"))) {
      if (writer_.form().fiscal_year() == 0) writer_.form().set_fiscal_year(year);
      if (writer_.form().fiscal_year() == year) {
        writer_.Note("fiscal_year", cell);
        any = true;
      }
    }
  }
  if (Contains(folded, "单位:") && Contains(folded, "元") && length <= 40) {
    const auto before = writer_.form().amount_unit();
    NoteAmountUnit(cell);
    any = any || writer_.form().amount_unit() != before || length <= 12;
    if (length <= 12) writer_.ledger().Placed(cell);
  }
  return ReadInline(cell, true) || any;
}

// ------------------------------------------------------------------------------------------------ rows

bool FormReader::ReadTotal(const Row& row) {
  if (row.filled.empty()) return false;
  const Cell& head = *row.filled.front();
  Label label = ReadLabel(head.text);
  std::string in_label;
  if (!label.roles.HasAny(Role::kTotal | Role::kTotalScore)) {
    // 项目总得分99分, 总分：100
    const std::string folded = Fold(head.text);
    const std::size_t digit = folded.find_first_of("0123456789");
    if (digit == std::string::npos || digit == 0 || Utf8Length(folded) > 20) return false;
    label = ReadLabel(std::string_view(folded).substr(0, digit));
    if (!label.roles.HasAny(Role::kTotal | Role::kTotalScore)) return false;
    in_label = FirstPoints(folded);
  }
  SelfEvaluation& form = writer_.form();
  std::size_t numbers = 0;
  for (const Cell* cell : row.filled) numbers += IsNumber(cell->text) ? 1 : 0;
  if (numbers == 0 && in_label.empty() && row.filled.size() > 1 && GradeIn(row.filled[1]->text).empty() &&
      !ReadLabel(row.filled[1]->text).roles.HasAny(kFootRoles))
    return false;
  writer_.ledger().Label(head);
  const bool score_only = label.roles.Has(Role::kTotalScore) && !label.roles.Has(Role::kTotal);
  if (!in_label.empty())
    writer_.Set(numbers == 0 ? "total_score" : "total_weight",
                numbers == 0 ? form.mutable_total_score() : form.mutable_total_weight(), in_label, head);
  else if (!label.points.empty() && !IsNothing(label.points))
    writer_.Set("total_weight", form.mutable_total_weight(), label.points, head);
  std::vector<const Cell*> left;  // numbers without a column of their own
  // Plain text leaves out the merged cells in front: its row is counted from the right.
  const bool same = grid_ == columns_grid_;
  const bool by_place = same && (columns_.exact || row.cells.size() == columns_.header_cells);
  const bool from_right = same && !by_place && row.cells.size() < columns_.columns.size();
  const auto place = [&](const Cell& cell) -> const Column* {
    if (by_place) return columns_.At(cell);
    if (!from_right) return nullptr;
    const auto at = std::find(row.cells.begin(), row.cells.end(), &cell);
    return &columns_.columns[columns_.columns.size() - static_cast<std::size_t>(row.cells.end() - at)];
  };
  // Counting holds only if it puts every figure where figures belong.
  const bool sure = by_place || std::all_of(row.filled.begin() + 1, row.filled.end(), [&](const Cell* cell) {
                      const Column* column = place(*cell);
                      return !IsNumber(cell->text) ||
                             (column != nullptr && (column->role == Role::kWeight || column->role == Role::kScore));
                    });
  const auto assigned = [&](const Cell& cell) -> const Column* { return sure ? place(cell) : nullptr; };
  for (std::size_t i = 1; i < row.filled.size(); ++i) {
    const Cell& cell = *row.filled[i];
    const Label own = ReadLabel(cell.text);
    if (own.roles.HasAny(Role::kTotalScore | Role::kGrade) ||
        (own.roles.HasAny(Role::kScore | Role::kTotal) && !IsNumber(cell.text))) {
      // 总分 | 100 | 自评得分 | 96 | 自评等级 | 优
      const Cell* value = i + 1 < row.filled.size() ? row.filled[i + 1] : nullptr;
      writer_.ledger().Label(cell);
      if (value != nullptr && own.roles.Has(Role::kGrade) && !IsNumber(value->text)) {
        writer_.Set("grade", form.mutable_grade(), CleanValue(value->text), *value);
        ++i;
      } else if (value != nullptr && IsNumber(value->text)) {
        writer_.Set("total_score", form.mutable_total_score(), CleanValue(value->text), *value);
        ++i;
      }
      continue;
    }
    if (!GradeIn(cell.text).empty()) {
      writer_.Set("grade", form.mutable_grade(), CleanValue(cell.text), cell);
      continue;
    }
    if (!IsNumber(cell.text)) {
      if (IsNothing(cell.text)) writer_.ledger().Label(cell);
      continue;
    }
    const Column* column = assigned(cell);
    if (column != nullptr && column->role == Role::kWeight)
      writer_.Set("total_weight", form.mutable_total_weight(), CleanValue(cell.text), cell);
    else if (column != nullptr && column->role == Role::kScore)
      writer_.Set("total_score", form.mutable_total_score(), CleanValue(cell.text), cell);
    else
      left.push_back(&cell);
  }
  // Two figures without columns are weight and score, in the order of every form.
  const bool has_weight = (columns_.Has(Role::kWeight) || left.size() >= 2) && !score_only;
  for (const Cell* cell : left) {
    if (has_weight && form.total_weight().empty() && (left.size() > 1 || !form.total_score().empty()))
      writer_.Set("total_weight", form.mutable_total_weight(), CleanValue(cell->text), *cell);
    else if (form.total_score().empty())
      writer_.Set("total_score", form.mutable_total_score(), CleanValue(cell->text), *cell);
    else if (form.total_weight().empty() && left.size() <= 2)
      writer_.Set("total_weight", form.mutable_total_weight(), CleanValue(cell->text), *cell);
  }
  writer_.draft().has_total = true;
  return true;
}

bool FormReader::IsGoalsHeader(const Row& row) const {
  bool expected = false, actual = false;
  if (row.filled.size() < 2 || row.filled.size() > 4) return false;
  for (const Cell* cell : row.filled) {
    const Roles roles = ReadLabel(cell->text).roles;
    if (!roles.HasAny(kGoalRoles)) return false;
    // The block's label and 总体目标 share words: what is not the last cell and no completion is the expectation.
    if (cell == row.filled.back())
      actual = roles.Has(Role::kActualGoal);
    else
      expected = expected || roles.Has(Role::kExpectedGoal);
  }
  return expected && actual;
}

bool FormReader::StartsFundRow(const Row& row) const {
  if (row.filled.empty()) return false;
  bool name = false, figure = false;
  for (const Cell* cell : row.filled) {
    const Column* column = columns_.At(*cell);
    if (column == nullptr) {
      if (IsFundName(cell->text)) name = true;
    } else if (IsFigure(cell->text)) {
      figure = true;
    }
  }
  const Roles first = ReadLabel(row.filled.front()->text).roles;
  if (first.HasAny(kGoalRoles | kHeadRoles) && !figure) return false;
  if (first.HasAny(kGoalRoles) && !name) return false;
  return name || figure;
}

void FormReader::ReadFundRow(const Row& row) {
  std::string name;
  std::vector<const Cell*> names, values;
  if (!columns_.exact && row.cells.size() != columns_.header_cells) {
    // Plain text whose merged cells have shifted the places: only as many figures as there are columns are sure.
    std::size_t figures = 0;
    for (const Cell* cell : row.filled) figures += IsFigure(cell->text) ? 1 : 0;
    if (figures != columns_.columns.size()) {
      for (const Cell* cell : row.filled)
        if (IsFigure(cell->text)) writer_.ledger().Refuse(*cell, "这一行的列数与表头不同，无法判断数值属于哪一列");
      return;
    }
  }
  const bool by_place = columns_.exact || row.cells.size() == columns_.header_cells;
  std::size_t figure = 0;
  std::vector<const Column*> columns_of;  // of `values`
  for (const Cell* cell : row.filled) {
    const Column* column = by_place ? columns_.At(*cell) : IsFigure(cell->text) ? &columns_.columns[figure++] : nullptr;
    if (column != nullptr) {
      values.push_back(cell);
      columns_of.push_back(column);
      continue;
    }
    const Label label = ReadLabel(cell->text);
    if (label.roles.Has(Role::kFundsBlock) && !IsFundName(cell->text)) {
      writer_.ledger().Label(*cell);
      NoteAmountUnit(*cell);
      NoteFundPoints(label, *cell);
      continue;
    }
    // An amount without a column is no name.
    if (IsNumber(cell->text)) {
      writer_.ledger().Refuse(*cell, "资金表里没有与这个数值对应的列");
      continue;
    }
    names.push_back(cell);
  }
  for (const Cell* cell : names) {
    std::string part = CleanWord(cell->text);
    while (part.ends_with("：") || (part.ends_with(':') && part.size() > 1))
      part.resize(part.size() - (part.ends_with(':') ? 1 : 3));
    if (part == "其中" && names.size() > 1) part += "：";
    name += part;
  }
  SelfEvaluation& form = writer_.form();
  if (form.funds_size() + static_cast<int>(columns_.columns.size()) > kMaxFundLines) return;
  // A row may speak for several lines, where the head divides its amounts by source.
  std::vector<std::pair<std::string, int>> lines;
  const auto line_for = [&](const std::string& source) {
    for (const auto& [known, index] : lines)
      if (known == source) return index;
    form.add_funds();
    const int index = form.funds_size() - 1;
    lines.emplace_back(source, index);
    std::string full = source.empty() ? name : name.empty() ? source : Cat(name, "（", source, "）");
    form.mutable_funds(index)->set_name(full);
    for (const Cell* cell : names) writer_.Note(Cat("funds[", index, "].name"), *cell);
    return index;
  };
  line_for("");
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Cell* cell = values[i];
    const Column& column = *columns_of[i];
    if (column.role == Role::kOther || column.role == Role::kRemark || column.role == Role::kDeviation) {
      if (IsNothing(cell->text))
        writer_.ledger().Label(*cell);
      else
        writer_.ledger().Refuse(*cell,
                                Cat("资金表的“", CleanWord(column.header->text), "”在自评表的数据中没有对应的栏目"));
      continue;
    }
    const int index = line_for(column.source);
    FundLine& line = *form.mutable_funds(index);
    std::string* field = nullptr;
    std::string_view part;
    switch (column.role) {
      case Role::kInitialBudget:
        field = line.mutable_initial_budget(), part = "initial_budget";
        break;
      case Role::kFullYearBudget:
        field = line.mutable_full_year_budget(), part = "full_year_budget";
        break;
      case Role::kExecuted:
        field = line.mutable_executed(), part = "executed";
        break;
      case Role::kWeight:
        field = line.mutable_weight(), part = "weight";
        break;
      case Role::kExecutionRate:
        field = line.mutable_execution_rate(), part = "execution_rate";
        break;
      default:
        field = line.mutable_score(), part = "score";
        break;
    }
    writer_.Set(Cat("funds[", index, "].", part), field, CleanValue(cell->text), *cell);
    if (form.amount_unit() == AMOUNT_UNIT_UNSPECIFIED && field != line.mutable_execution_rate() &&
        Contains(cell->text, "万元")) {
      form.set_amount_unit(AMOUNT_UNIT_TEN_THOUSAND_YUAN);
      writer_.Note("amount_unit", *cell);
    }
  }
}

// 预算数： | 508.65 | 执行数： | 516.82, and rows below it that have their names in the same places.
bool FormReader::ReadFundPairs(const Row& row) {
  SelfEvaluation& form = writer_.form();
  if (section_ == Section::kFundPairs) {
    // A row of parts: names where the labels stood.
    const Cell* first = nullptr;
    bool other = false;
    for (const Cell* cell : row.filled) {
      const bool placed = std::any_of(fund_pairs_.begin(), fund_pairs_.end(), [&](const FundPair& pair) {
        return Covers(*cell, pair.name_column) || Covers(*cell, pair.value_column);
      });
      other = other || !placed;
      if (first == nullptr && !fund_pairs_.empty() && Covers(*cell, fund_pairs_.front().name_column)) first = cell;
    }
    if (first != nullptr && !other && IsFundName(first->text) && form.funds_size() < kMaxFundLines) {
      form.add_funds();
      const int index = form.funds_size() - 1;
      FundLine& line = *form.mutable_funds(index);
      std::string name = CleanWord(first->text);
      while (name.ends_with("：")) name.resize(name.size() - 3);
      line.set_name(name);
      for (const FundPair& pair : fund_pairs_) {
        if (const Cell* label = CellAt(row, pair.name_column); label != nullptr) {
          if (CleanWord(label->text) == CleanWord(first->text)) writer_.Note(Cat("funds[", index, "].name"), *label);
        }
        const Cell* value = CellAt(row, pair.value_column);
        if (value == nullptr) continue;
        const bool executed = pair.role == Role::kExecuted, initial = pair.role == Role::kInitialBudget;
        const bool rate = pair.role == Role::kExecutionRate;
        writer_.Set(Cat("funds[", index, "].",
                        executed  ? "executed"
                        : initial ? "initial_budget"
                        : rate    ? "execution_rate"
                                  : "full_year_budget"),
                    executed  ? line.mutable_executed()
                    : initial ? line.mutable_initial_budget()
                    : rate    ? line.mutable_execution_rate()
                              : line.mutable_full_year_budget(),
                    CleanValue(value->text), *value);
      }
      return true;
    }
  }
  // The row that has the labels: at least one of money beside a figure.
  std::vector<FundPair> pairs;
  std::vector<std::pair<const Cell*, const Cell*>> cells;
  for (std::size_t i = 0; i < row.filled.size(); ++i) {
    const Roles roles = ReadLabel(row.filled[i]->text).roles;
    const Cell* value = i + 1 < row.filled.size() ? row.filled[i + 1] : nullptr;
    if (!roles.HasAny(kMoneyRoles | Roles(Role::kExecutionRate) | Roles(Role::kScore))) continue;
    if (roles.HasAny(kHeadRoles)) continue;
    const Role role = roles.Has(Role::kInitialBudget)    ? Role::kInitialBudget
                      : roles.Has(Role::kFullYearBudget) ? Role::kFullYearBudget
                      : roles.Has(Role::kExecutionRate)  ? Role::kExecutionRate
                      : roles.Has(Role::kExecuted)       ? Role::kExecuted
                                                         : Role::kScore;
    if (value == nullptr || !IsFigure(value->text)) continue;
    pairs.push_back({role, row.filled[i]->column, value->column});
    cells.emplace_back(row.filled[i], value);
  }
  const bool money =
      std::any_of(pairs.begin(), pairs.end(), [](const FundPair& p) { return Roles(p.role).HasAny(kMoneyRoles); });
  if (!money || form.indicators_size() > 0) return false;
  const bool fresh = form.funds_size() == 0 || section_ != Section::kFundPairs;
  if (fresh && form.funds_size() > 0) return false;
  if (form.funds_size() == 0) form.add_funds();
  FundLine& line = *form.mutable_funds(0);
  for (const Cell* cell : row.filled) {
    const Label label = ReadLabel(cell->text);
    if (!label.roles.Has(Role::kFundsBlock)) continue;
    writer_.ledger().Label(*cell);
    NoteAmountUnit(*cell);
    NoteFundPoints(label, *cell);
  }
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const auto& [head, value] = cells[i];
    writer_.ledger().Label(*head);
    NoteAmountUnit(*head);
    std::string* field = nullptr;
    std::string_view part;
    switch (pairs[i].role) {
      case Role::kInitialBudget:
        field = line.mutable_initial_budget(), part = "initial_budget";
        break;
      case Role::kExecuted:
        field = line.mutable_executed(), part = "executed";
        break;
      case Role::kExecutionRate:
        field = line.mutable_execution_rate(), part = "execution_rate";
        break;
      case Role::kScore:
        field = line.mutable_score(), part = "score";
        break;
      default:
        field = line.mutable_full_year_budget(), part = "full_year_budget";
        break;
    }
    writer_.Set(Cat("funds[0].", part), field, CleanValue(value->text), *value);
  }
  if (line.name().empty()) {
    // The contract's name of the total, which these labels stand for.
    line.set_name("年度资金总额");
    writer_.Note("funds[0].name", *cells.front().first);
  }
  for (const FundPair& pair : pairs)
    if (std::none_of(fund_pairs_.begin(), fund_pairs_.end(), [&](const FundPair& p) { return p.role == pair.role; }))
      fund_pairs_.push_back(pair);
  section_ = Section::kFundPairs;
  return true;
}

void FormReader::ReadGoalRow(const Row& row) {
  SelfEvaluation& form = writer_.form();
  for (const Cell* cell : row.filled) {
    const GoalColumn* found = nullptr;
    for (const GoalColumn& column : goal_columns_)
      if (cell->column >= column.from && cell->column < column.to) found = &column;
    if (found == nullptr) continue;
    const std::string value = CleanValue(cell->text);
    if (found->expected)
      writer_.AddLine("expected_goal", form.mutable_expected_goal(), value, *cell);
    else
      writer_.AddLine("actual_goal", form.mutable_actual_goal(), value, *cell);
  }
}

void FormReader::ReadIndicatorRow(const Row& row) {
  SelfEvaluation& form = writer_.form();
  const std::vector<const Column*> assigned = Assign(row, columns_, grid_ == columns_grid_);
  const auto cell_of = [&](Role role) -> const Cell* {
    for (std::size_t i = 0; i < row.cells.size(); ++i)
      if (assigned[i] != nullptr && assigned[i]->role == role && !IsBlank(row.cells[i]->text) && !row.cells[i]->covered)
        return row.cells[i];
    return nullptr;
  };
  bool any = false;
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    const Cell& cell = *row.cells[i];
    if (IsBlank(cell.text) || cell.covered || cell.no_value) continue;
    if (assigned[i] == nullptr) {
      const Roles roles = ReadLabel(cell.text).roles;
      if (roles.HasAny(Role::kIndicatorBlock | Role::kGoalBlock)) writer_.ledger().Label(cell);
      continue;
    }
    if (assigned[i]->role == Role::kOther) {
      // 序号 is no content.
      const std::string key = ReadLabel(assigned[i]->header->text).key;
      if (IsNothing(cell.text) || key == "序号" || key == "编号")
        writer_.ledger().Label(cell);
      else
        writer_.ledger().Refuse(cell,
                                Cat("“", CleanWord(assigned[i]->header->text), "”一列在自评表的数据中没有对应的栏目"));
      continue;
    }
    // A row of words under the levels' heads alone is a note, unless they are names of levels.
    const Role role = assigned[i]->role;
    if ((role != Role::kLevel1 && role != Role::kLevel2) || LevelOf(cell.text) != 0 || IsNumber(cell.text)) any = true;
  }
  if (!any || form.indicators_size() >= kMaxIndicators) return;
  form.add_indicators();
  const int index = form.indicators_size() - 1;
  Indicator& line = *form.mutable_indicators(index);
  const auto put = [&](Role role, std::string_view part, std::string* field, bool word) {
    const Cell* first = nullptr;
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      const Cell& cell = *row.cells[i];
      if (assigned[i] == nullptr || assigned[i]->role != role || IsBlank(cell.text) || cell.covered || cell.no_value)
        continue;
      const std::string value = word ? CleanWord(cell.text) : CleanValue(cell.text);
      if (first == nullptr) {
        first = &cell;
        writer_.Set(Cat("indicators[", index, "].", part), field, value, cell);
      } else {
        // Two cells under one head.
        writer_.AddLine(Cat("indicators[", index, "].", part), field, value, cell);
      }
    }
  };
  put(Role::kLevel1, "level1", line.mutable_level1(), true);
  put(Role::kLevel2, "level2", line.mutable_level2(), true);
  put(Role::kLevel3, "level3", line.mutable_level3(), false);
  put(Role::kTarget, "target", line.mutable_target(), false);
  put(Role::kActual, "actual", line.mutable_actual(), false);
  put(Role::kWeight, "weight", line.mutable_weight(), false);
  put(Role::kScore, "score", line.mutable_score(), false);
  put(Role::kCompletionRate, "completion_rate", line.mutable_completion_rate(), false);
  put(Role::kDeviation, "deviation_reason", line.mutable_deviation_reason(), false);
  put(Role::kApprovedTarget, "approved_target", line.mutable_approved_target(), false);
  put(Role::kApprovedWeight, "approved_weight", line.mutable_approved_weight(), false);
  put(Role::kAdjustment, "adjustment", line.mutable_adjustment(), false);
  if (const Cell* remark = cell_of(Role::kRemark); remark != nullptr) {
    if (!columns_.Has(Role::kDeviation))
      put(Role::kRemark, "deviation_reason", line.mutable_deviation_reason(), false);
    else if (IsNothing(remark->text))
      writer_.ledger().Label(*remark);
    else
      writer_.ledger().Refuse(*remark, "“备注”一列在自评表的数据中没有对应的栏目");
  }
  // Operator, figure and unit make one literal: ≥ | 50 | 个 is ≥50个.
  const Cell* sign = cell_of(Role::kOperator);
  const Cell* unit = cell_of(Role::kMeasureUnit);
  const Cell* figure = cell_of(Role::kTargetFigure);
  const std::string path = Cat("indicators[", index, "].target");
  if (figure != nullptr) writer_.Set(path, line.mutable_target(), CleanValue(figure->text), *figure);
  if (sign != nullptr) {
    const std::string folded = Fold(sign->text);
    const bool is_sign =
        ContainsAny(folded, {"≥", "≤", "=", "<", ">", "不少于", "不低于", "不超过", "不高于", "大于", "小于", "等于"});
    if (!is_sign || line.target().empty()) {
      if (line.target().empty() && is_sign)
        writer_.ledger().Refuse(*sign, "只有指标性质，没有指标值");
      else if (is_sign || folded == "定性" || folded == "定量" || IsNothing(folded))
        writer_.ledger().Placed(*sign), writer_.Note(path, *sign);
      else
        writer_.ledger().Refuse(*sign, "不认识的指标性质");
    } else {
      const std::string own = CleanWord(sign->text);
      if (!Fold(line.target()).starts_with(folded)) line.mutable_target()->insert(0, own);
      writer_.Note(path, *sign);
    }
  }
  if (unit != nullptr) {
    const std::string own = CleanWord(unit->text);
    if (IsNothing(unit->text)) {
      writer_.ledger().Label(*unit);
    } else if (line.target().empty()) {
      writer_.ledger().Refuse(*unit, "只有度量单位，没有指标值");
    } else {
      if (!line.target().ends_with(own)) *line.mutable_target() += own;
      writer_.Note(path, *unit);
    }
  }
}

bool FormReader::ReadPairs(const Row& row, bool tables) {
  bool any = false;
  for (std::size_t i = 0; i < row.filled.size(); ++i) {
    const Cell& head = *row.filled[i];
    const Label label = ReadLabel(head.text);
    if (label.roles.empty()) {
      if (ReadInline(head, false)) any = true;
      continue;
    }
    const Cell* value = i + 1 < row.filled.size() ? row.filled[i + 1] : nullptr;
    if (value != nullptr) {
      const Label next = ReadLabel(value->text);
      // What looks like a label and stands behind one is a value only where no value of its own follows.
      const bool scored = !next.points.empty() && next.roles.HasAny(kFootRoles);  // 自评得分99分
      if (next.roles.HasAny(kPairRoles) && !scored && !IsNumber(value->text)) value = nullptr;
    }
    if (label.roles.HasAny(Role::kAmountUnit) && !label.roles.HasAny(kHeadRoles) && value != nullptr &&
        Contains(value->text, "元")) {
      writer_.ledger().Label(head);
      if (writer_.form().amount_unit() == AMOUNT_UNIT_UNSPECIFIED) {
        writer_.form().set_amount_unit(Contains(value->text, "万元") ? AMOUNT_UNIT_TEN_THOUSAND_YUAN
                                                                     : AMOUNT_UNIT_YUAN);
        writer_.Note("amount_unit", *value);
      }
      ++i;
      any = true;
      continue;
    }
    if (label.roles.Has(Role::kAmountUnit) && !label.roles.HasAny(kHeadRoles)) {
      const auto before = writer_.form().amount_unit();
      NoteAmountUnit(head);
      if (writer_.form().amount_unit() != before) any = true;
      if (Contains(Fold(head.text), "元")) {
        writer_.ledger().Label(head);
        continue;
      }
    }
    if (!label.roles.HasAny(kPairRoles)) {
      if (label.roles.HasAny(Role::kFundsBlock | Role::kIndicatorBlock)) {
        writer_.ledger().Label(head);
        NoteAmountUnit(head);
        NoteFundPoints(label, head);
        any = true;
      }
      continue;
    }
    if (!tables && !label.roles.HasAny(kHeadRoles)) continue;
    // The label of a block that is divided further: 年度总体目标 | 预期目标 | …
    if (value == nullptr && label.roles.HasAny(kGoalRoles | Roles(Role::kFundsBlock)) && i + 1 < row.filled.size()) {
      writer_.ledger().Label(head);
      any = true;
      continue;
    }
    if (ReadPair(label, head, value)) {
      any = true;
      if (value != nullptr) ++i;
    }
  }
  return any;
}

// Plain text that has lost its spans: the second row of a divided header stands under the first one's cells only where
// it is filled; the empty places at its end belong to the last columns of the first row.
void FormReader::JoinHeaders(const Row& row, const Columns& upper, Columns& lower) {
  if (lower.exact || row.filled.empty()) return;
  const auto last = std::find(row.cells.begin(), row.cells.end(), row.filled.back());
  const std::size_t open = static_cast<std::size_t>(row.cells.end() - last) - 1;
  if (open == 0 || open >= upper.columns.size()) return;
  int place = row.filled.back()->column;
  for (std::size_t i = upper.columns.size() - open; i < upper.columns.size(); ++i) {
    Column column = upper.columns[i];
    if (lower.Has(column.role)) column.role = Role::kOther;
    column.from = ++place;
    column.to = place + 1;
    lower.columns.push_back(std::move(column));
  }
}

std::size_t FormReader::Read(const std::vector<Row>& rows, std::size_t at, const Grid& grid) {
  const Row& row = rows[at];
  grid_ = &grid;
  if (row.filled.empty()) return 1;
  if (draft().first == nullptr) writer_.draft().first = row.filled.front();
  // 1. What heads a table.
  if (Columns header = IndicatorsHeader(rows, at, grid.layout); !header.columns.empty()) {
    const std::size_t count = static_cast<std::size_t>(header.header_rows);
    MarkLabels(header);
    // Plain text whose header runs into a gap lost its last words: the column behind the target is the actual value.
    if (grid.layout == Layout::kLoose && !header.Has(Role::kActual) && header.Has(Role::kTarget) &&
        at + 2 < rows.size() && rows[at + 1].after_gap && rows[at + 2].cells.size() == header.width() + 1) {
      Column lost;
      lost.role = Role::kActual;
      lost.from = header.columns.back().to;
      lost.to = lost.from + 1;
      lost.header = header.columns.back().header;
      header.columns.push_back(lost);
      Renumber(header);
    }
    if (section_ == Section::kIndicators && columns_grid_ == &grid && at > 0 && header_row_ == &rows[at - 1])
      JoinHeaders(row, columns_, header);
    columns_ = std::move(header);
    columns_grid_ = &grid;
    header_row_ = &rows[at + count - 1];
    section_ = Section::kIndicators;
    return count;
  }
  if (IsGoalsHeader(row)) {
    goal_columns_.clear();
    const int last = grid.layout == Layout::kExact ? 1 << 20 : row.filled.back()->column + 1;
    for (std::size_t i = row.filled.size() - 2; i < row.filled.size(); ++i) {
      const Cell& cell = *row.filled[i];
      const bool expected = i + 1 < row.filled.size();
      goal_columns_.push_back(
          {expected, cell.column, expected ? row.filled[i + 1]->column : std::max(last, cell.column + cell.columns)});
    }
    for (const Cell* cell : row.filled) writer_.ledger().Label(*cell);
    section_ = Section::kGoals;
    return 1;
  }
  if (writer_.form().indicators_size() == 0)
    if (Columns header = FundsHeader(rows, at, grid.layout); !header.columns.empty()) {
      const std::size_t count = static_cast<std::size_t>(header.header_rows);
      MarkLabels(header);
      for (const Cell* cell : header.labels) NoteFundPoints(ReadLabel(cell->text), *cell);
      columns_ = std::move(header);
      columns_grid_ = &grid;
      section_ = Section::kFunds;
      return count;
    }
  // 2. The title and what stands alone.
  if (const Cell* title = TitleOf(row); title != nullptr && writer_.form().title().empty()) {
    writer_.Set("title", writer_.form().mutable_title(), CleanValue(title->text), *title);
    if (const int year = YearIn(title->text); year != 0 && writer_.form().fiscal_year() == 0) {
      writer_.form().set_fiscal_year(year);
      writer_.Note("fiscal_year", *title);
    }
    for (std::size_t i = 1; i < row.filled.size(); ++i) ReadLine(*row.filled[i]);
    return 1;
  }
  const Label first = ReadLabel(row.filled.front()->text);
  // 3. Rows of the table that is open.
  if (section_ == Section::kIndicators) {
    if (ReadTotal(row)) return 1;
    const Cell& front = *row.filled.front();
    const bool named =
        std::any_of(row.filled.begin(), row.filled.end(), [](const Cell* c) { return LevelOf(c->text) != 0; });
    const bool by_place = columns_grid_ == grid_ && (columns_.exact || row.cells.size() == columns_.header_cells);
    const bool in_front = !by_place || front.column <= columns_.first();
    const Roles foot_roles = kHeadRoles | kGoalRoles | kFootRoles | Roles(Role::kReportText) | Roles(Role::kOther);
    const bool foot = !named && in_front && row.filled.size() <= 6 &&
                      ((first.roles.HasAny(foot_roles) && !first.roles.Has(Role::kIndicatorBlock)) ||
                       InlineRoles(front.text).HasAny(foot_roles));
    if (foot && ReadPairs(row, true)) return 1;
    if (row.filled.size() == 1 && in_front && ReadLine(front)) return 1;
    // Below the total nothing but notes, unless another goal's indicators follow.
    if (draft().has_total && !named) {
      if (!ReadPairs(row, true))
        for (const Cell* cell : row.filled) ReadLine(*cell);
      return 1;
    }
    ReadIndicatorRow(row);
    return 1;
  }
  if (section_ == Section::kFunds && columns_grid_ == grid_ && StartsFundRow(row)) {
    ReadFundRow(row);
    return 1;
  }
  if (ReadFundPairs(row)) return 1;
  if (section_ == Section::kGoals &&
      !first.roles.HasAny(kPairRoles | Roles(Role::kIndicatorBlock) | Roles(Role::kFundsBlock))) {
    ReadGoalRow(row);
    return 1;
  }
  // 4. Labels with their values.
  if (ReadPairs(row, true)) {
    if (section_ == Section::kGoals || section_ == Section::kFunds) section_ = Section::kHead;
    return 1;
  }
  if (row.filled.size() == 1) ReadLine(*row.filled.front());
  return 1;
}

}  // namespace jixiao::importing
