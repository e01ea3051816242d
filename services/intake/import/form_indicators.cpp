#include "common/form.h"
#include "common/text.h"
#include "intake/import/folding.h"
#include "intake/import/form_reader.h"
#include "intake/import/form_roles.h"

#include <algorithm>

namespace jixiao::importing {
namespace {

// What a form prints where an indicator's name may be written: 指标1：, 指标2, ……, ... .
bool IsPlaceholder(std::string_view text) {
  std::string key = Fold(text);
  if (key.starts_with("指标")) {
    key.erase(0, std::string_view("指标").size());
    while (!key.empty() && key.front() >= '0' && key.front() <= '9') key.erase(0, 1);
    for (const std::string_view number : {"一", "二", "三", "四", "五", "六", "七", "八", "九", "n", "N"})
      if (key.starts_with(number)) key.erase(0, number.size());
    for (const std::string_view mark : {":", ".", "、"})
      if (key.starts_with(mark)) key.erase(0, mark.size());
    if (key.empty()) return true;
  }
  if (key.empty()) return false;
  std::string_view rest = key;
  while (!rest.empty()) {
    const char32_t c = TakeUtf8(rest);
    if (c != U'…' && c != U'.' && c != U'。' && c != U'⋯') return false;
  }
  return Utf8Length(key) >= 1 && key != "。";
}

constexpr std::string_view kSigns[] = {"≥", "≤", "=", "<", ">", "＞", "＜", "＝", ">=", "<=", "﹦"};

bool IsSign(std::string_view text) {
  const std::string folded = Fold(text);
  return std::find(std::begin(kSigns), std::end(kSigns), folded) != std::end(kSigns);
}

std::string_view WithoutSign(std::string_view text) {
  for (const std::string_view sign : kSigns)
    if (text.starts_with(sign)) return text.substr(sign.size());
  return text;
}

}  // namespace

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
  else if (!label.points.empty() && !IsNothing(label.points)) {
    // 总分（100分） says the weight; 总分：98.57分 alone in its row says the score.
    const bool weight = numbers > 0 || Contains(label.brackets, label.points);
    writer_.Set(weight ? "total_weight" : "total_score",
                weight ? form.mutable_total_weight() : form.mutable_total_score(), label.points, head);
  }
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
  // 指标2：, ……: what is printed where nothing was needed. A row that consists of it is none; one that also names its
  // level stays, as a level without an indicator.
  const Cell* level3 = cell_of(Role::kLevel3);
  const bool printed = level3 != nullptr && IsPlaceholder(level3->text) &&
                       std::none_of(row.filled.begin(), row.filled.end(), [&](const Cell* cell) {
                         return cell != level3 && !IsPlaceholder(cell->text) && LevelOf(cell->text) == 0 &&
                                ReadLabel(cell->text).roles.empty();
                       });
  if (printed) {
    for (const Cell* cell : row.filled)
      if (IsPlaceholder(cell->text)) writer_.ledger().Label(*cell);
    any = std::any_of(row.filled.begin(), row.filled.end(), [](const Cell* cell) { return LevelOf(cell->text) != 0; });
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
        // Two cells under one head: parts of one literal (≥ | 50 | 个), or two lines.
        const bool literal = role == Role::kTarget || role == Role::kActual;
        if (literal && IsSign(*field) && !IsNothing(value)) {
          *field += value;
          writer_.Note(Cat("indicators[", index, "].", part), cell);
        } else if (literal && (IsNumber(*field) || IsNumber(WithoutSign(*field))) && !IsNumber(value) &&
                   Utf8Length(value) <= 6 && !IsNothing(value)) {
          *field += value;
          writer_.Note(Cat("indicators[", index, "].", part), cell);
        } else if (literal && (IsNothing(value) || Fold(*field) == "定性")) {
          if (!IsNothing(value)) *field = value;
          writer_.Note(Cat("indicators[", index, "].", part), cell);
        } else {
          writer_.AddLine(Cat("indicators[", index, "].", part), field, value, cell);
        }
      }
    }
  };
  put(Role::kLevel1, "level1", line.mutable_level1(), true);
  put(Role::kLevel2, "level2", line.mutable_level2(), true);
  if (printed) return;
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
  ComposeTarget(index, cell_of(Role::kOperator), cell_of(Role::kTargetFigure), cell_of(Role::kMeasureUnit));
}

// Operator, figure and unit make one literal: ≥ | 50 | 个 is ≥50个.
void FormReader::ComposeTarget(int index, const Cell* sign, const Cell* figure, const Cell* unit) {
  Indicator& line = *writer_.form().mutable_indicators(index);
  const std::string path = Cat("indicators[", index, "].target"),
                    approved = Cat("indicators[", index, "].approved_target");
  struct Literal {
    std::string path;
    std::string* field;
  };
  std::vector<Literal> literals = {{path, line.mutable_target()}};
  if (figure != nullptr) {
    // Beside an adjusted target the figure is the one that was approved.
    const bool beside = columns_.Has(Role::kTarget) && !columns_.Has(Role::kApprovedTarget);
    if (beside) literals.push_back({approved, line.mutable_approved_target()});
    writer_.Set(literals.back().path, literals.back().field, CleanValue(figure->text), *figure);
  }
  std::erase_if(literals, [](const Literal& literal) { return literal.field->empty(); });
  if (sign != nullptr) {
    const std::string folded = Fold(sign->text);
    const bool is_sign =
        ContainsAny(folded, {"≥", "≤", "=", "<", ">", "不少于", "不低于", "不超过", "不高于", "大于", "小于", "等于"});
    const bool is_kind = folded == "定性" || folded == "定量" || IsNothing(folded);
    if (!is_sign && !is_kind)
      writer_.ledger().Refuse(*sign, "不认识的指标性质");
    else if (literals.empty() && is_kind)
      writer_.ledger().Label(*sign);
    else if (literals.empty())
      writer_.ledger().Refuse(*sign, "只有指标性质，没有指标值");
    for (const Literal& literal : literals) {
      if (!is_sign && !is_kind) break;
      if (is_sign && !Fold(*literal.field).starts_with(folded)) literal.field->insert(0, CleanWord(sign->text));
      writer_.Note(literal.path, *sign);
    }
  }
  if (unit == nullptr) return;
  if (IsNothing(unit->text)) {
    writer_.ledger().Label(*unit);
  } else if (literals.empty()) {
    writer_.ledger().Refuse(*unit, "只有度量单位，没有指标值");
  } else {
    const std::string own = CleanWord(unit->text);
    for (const Literal& literal : literals) {
      if (!literal.field->ends_with(own)) *literal.field += own;
      writer_.Note(literal.path, *unit);
    }
  }
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

}  // namespace jixiao::importing
