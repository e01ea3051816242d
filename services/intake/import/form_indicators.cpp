#include "common/form.h"
#include "common/text.h"
#include "intake/import/folding.h"
#include "intake/import/form_reader.h"
#include "intake/import/form_roles.h"
#include "intake/import/indicator_rows.h"

#include <algorithm>
#include <string>
#include <vector>

namespace jixiao::importing {
namespace {

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
  // 合计 under 二级指标 or 三级指标 is that of a group.
  if (columns_.exact && grid_ == columns_grid_ && IsSubtotalRow(row) && !SumsUpAll(row)) {
    const Cell& head = *row.filled.front();
    const Column* const column = columns_.At(head);
    if (column != nullptr && (column->role == Role::kLevel2 || column->role == Role::kLevel3) &&
        head.column >= column->from && columns_.Has(Role::kLevel1))
      return false;
  }
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
  // One figure with nothing behind it in a row that has places for more is that of the weights.
  if (left.size() == 1 && columns_.Has(Role::kWeight) && columns_.Has(Role::kScore) && !score_only &&
      form.total_weight().empty()) {
    const auto at = std::find(row.cells.begin(), row.cells.end(), left.front());
    if (row.cells.end() - at > 1) {
      writer_.Set("total_weight", form.mutable_total_weight(), CleanValue(left.front()->text), *left.front());
      left.clear();
    }
  }
  // Two figures without columns are weight and score, in the order of every form.
  const bool has_weight = (columns_.Has(Role::kWeight) || left.size() >= 2) && !score_only;
  for (const Cell* cell : left) {
    if (has_weight && form.total_weight().empty() && (left.size() > 1 || !form.total_score().empty()))
      writer_.Set("total_weight", form.mutable_total_weight(), CleanValue(cell->text), *cell);
    else if (form.total_score().empty()) {
      writer_.Set("total_score", form.mutable_total_score(), CleanValue(cell->text), *cell);
      lone_total_ = left.size() == 1 && !score_only;
    } else if (form.total_weight().empty() && left.size() <= 2)
      writer_.Set("total_weight", form.mutable_total_weight(), CleanValue(cell->text), *cell);
  }
  writer_.draft().has_total = true;
  return true;
}

// A first level merged over the whole row, 产出指标(50分), with its points perhaps: the rows below it are its own.
bool FormReader::ReadLevelRow(const Row& row) {
  const Cell& head = *row.filled.front();
  const int level = LevelOf(head.text);
  const Column* const names = columns_.Find(Role::kLevel3);
  if (!columns_.exact || (level != 1 && level != 3) || names == nullptr || head.column + head.columns <= names->from ||
      !std::all_of(row.filled.begin() + 1, row.filled.end(), [&](const Cell* cell) {
        const Column* const column = columns_.At(*cell);  // its points; a target makes it an indicator
        return IsFigure(cell->text) && column != nullptr &&
               (column->role == Role::kWeight || column->role == Role::kScore);
      }))
    return false;
  level_row_ = &head;
  level_row_noted_ = false;
  for (const Cell* cell : row.filled) writer_.ledger().Label(*cell);
  return true;
}

// Each line of the cells as a row of its own. What has fewer lines stands in the first row; a short name stands in all.
void FormReader::ReadLinesAsRows(const Row& row, const std::vector<const Column*>& assigned, std::size_t count) {
  constexpr std::size_t kLongestName = 300;  // bytes
  const auto is_read = [&](std::size_t i) {
    const bool remark = assigned[i] != nullptr && assigned[i]->role == Role::kRemark && columns_.Has(Role::kDeviation);
    return assigned[i] != nullptr && assigned[i]->role != Role::kOther && !remark;
  };
  for (std::size_t line = 0; line < count; ++line) {
    Row part;
    part.after_gap = row.after_gap;
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      const Cell& whole = *row.cells[i];
      std::vector<std::string> lines = LinesOf(whole.text, count);
      if (lines.size() == count) TakeOffNumbers(lines);
      const bool name = is_read(i) && assigned[i]->role == Role::kLevel3 && whole.text.size() <= kLongestName;
      Cell& cell = lines_.emplace_back();
      cell.row = whole.row, cell.column = whole.column, cell.rows = whole.rows, cell.columns = whole.columns;
      cell.place = whole.place;
      cell.covered = whole.covered, cell.hidden = whole.hidden, cell.no_value = whole.no_value;
      if (lines.size() == count)
        cell.text = lines[line];
      else if (line == 0 || name)
        cell.text = whole.text;
      if (!is_read(i)) cell.text.clear();  // told of the cell as a whole
      part.cells.push_back(&cell);
      if (!cell.covered && !cell.no_value && !IsBlank(cell.text)) part.filled.push_back(&cell);
    }
    ReadIndicatorRow(part);
  }
  for (std::size_t i = 0; i < row.cells.size(); ++i)
    if (is_read(i)) writer_.ledger().Placed(*row.cells[i]);
}

// 合计 below the rows of a project, in an export with an indicator a row.
bool FormReader::ReadProjectTotal(const Row& row) {
  const auto role_of = [&](const Cell& cell) {
    const Column* const column = columns_.At(cell);
    return column == nullptr ? Role::kOther : column->role;
  };
  const bool named = std::any_of(row.filled.begin(), row.filled.end(), [](const Cell* cell) {
    return IsSubtotal(cell->text) || ReadLabel(cell->text).roles.Has(Role::kTotal);
  });
  const bool indicator = std::any_of(row.filled.begin(), row.filled.end(), [&](const Cell* cell) {
    return Roles(role_of(*cell))
        .HasAny(Role::kLevel3 | Role::kTarget | Roles(Role::kTargetFigure) | Roles(Role::kActual));
  });
  if (!HasProjects() || !named || indicator) return false;
  SelfEvaluation& form = writer_.form();
  for (const Cell* cell : row.filled) {
    if (role_of(*cell) == Role::kWeight && IsNumber(cell->text))
      writer_.Set("total_weight", form.mutable_total_weight(), CleanValue(cell->text), *cell);
    else if (role_of(*cell) == Role::kScore && IsNumber(cell->text))
      writer_.Set("total_score", form.mutable_total_score(), CleanValue(cell->text), *cell);
    else
      writer_.ledger().Label(*cell);
  }
  return true;
}

void FormReader::ReadIndicatorRow(const Row& row) {
  SelfEvaluation& form = writer_.form();
  if (ReadProjectTotal(row)) return;
  if (!row.filled.empty() && (IsSubtotalRow(row) || IsOfThePage(row))) {
    for (const Cell* cell : row.filled) {
      writer_.ledger().Label(*cell);
      // At the head of a class it has the merged names of the rows below it.
      const Column* const column = columns_.At(*cell);
      if (column == nullptr || LevelOf(cell->text) == 0) continue;
      if (column->role == Role::kLevel1) subtotal_level1_ = cell, subtotal_level2_ = nullptr;
      if (column->role == Role::kLevel2) subtotal_level2_ = cell;
    }
    return;
  }
  if (!row.filled.empty() && ReadLevelRow(row)) return;
  const std::vector<const Column*> assigned = Assign(row, columns_, grid_ == columns_grid_);
  if (const std::size_t count = IndicatorsIn(row, assigned); count > 1) return ReadLinesAsRows(row, assigned, count);
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
      const Label label = ReadLabel(assigned[i]->header->text);
      const std::string& key = label.key;
      // An export with an indicator a row has the project in each. 责任单位 by itself is that of an indicator.
      if (HasProjects() && label.roles.HasAny(kHeadRoles) && ReadPair(label, *assigned[i]->header, &cell)) continue;
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
  const bool printed = level3 != nullptr && IsNamePlaceholder(level3->text) &&
                       std::none_of(row.filled.begin(), row.filled.end(), [&](const Cell* cell) {
                         return cell != level3 && !IsNamePlaceholder(cell->text) && LevelOf(cell->text) == 0 &&
                                ReadLabel(cell->text).roles.empty();
                       });
  if (printed) {
    for (const Cell* cell : row.filled)
      if (IsNamePlaceholder(cell->text)) writer_.ledger().Label(*cell);
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
        // A reason and a measure: one of them may say nothing.
        if (role == Role::kDeviation && (IsNothing(value) || IsNothing(*field))) {
          if (IsNothing(*field)) *field = value;
          writer_.Note(Cat("indicators[", index, "].", part), cell);
          continue;
        }
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
  // Below a first level that has a row of its own, the column of levels has the second ones.
  const Cell* const level1 = cell_of(Role::kLevel1);
  const int level = level1 == nullptr ? 0 : LevelOf(level1->text);
  const bool second = level_row_ != nullptr && (level == 2 || (level == 3 && !columns_.Has(Role::kLevel2)));
  if (level1 != nullptr && !second) level_row_ = nullptr;
  if (level_row_ != nullptr && !level_row_noted_) {
    writer_.Set(Cat("indicators[", index, "].level1"), line.mutable_level1(), CleanWord(level_row_->text), *level_row_);
    level_row_noted_ = true;  // the rows below leave it blank, as below merged cells
  }
  if (second)
    put(Role::kLevel1, "level2", line.mutable_level2(), true);
  else
    put(Role::kLevel1, "level1", line.mutable_level1(), true);
  put(Role::kLevel2, "level2", line.mutable_level2(), true);
  // Below a subtotal at the foot of a class another class begins.
  if (subtotal_level1_ != nullptr && !line.level1().empty() && line.level1() != CleanWord(subtotal_level1_->text))
    subtotal_level2_ = nullptr;
  if (const Cell* above = std::exchange(subtotal_level1_, nullptr);
      above != nullptr && line.level1().empty() && !second)
    writer_.Set(Cat("indicators[", index, "].level1"), line.mutable_level1(), CleanWord(above->text), *above);
  if (const Cell* above = std::exchange(subtotal_level2_, nullptr); above != nullptr && line.level2().empty())
    writer_.Set(Cat("indicators[", index, "].level2"), line.mutable_level2(), CleanWord(above->text), *above);
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
  NoteIfGuessed(index, row, assigned);
}

void FormReader::NoteIfGuessed(int index, const Row& row, const std::vector<const Column*>& assigned) {
  int missing = 0, numbers = 0;
  bool number_for_actual = true;
  for (const Role role : {Role::kActual, Role::kWeight, Role::kScore}) {
    if (!columns_.Has(role)) {
      number_for_actual = number_for_actual && role != Role::kActual;
      continue;
    }
    const Cell* found = nullptr;
    for (std::size_t i = 0; i < row.cells.size() && found == nullptr; ++i)
      if (assigned[i] != nullptr && assigned[i]->role == role) found = row.cells[i];
    if (found == nullptr)
      ++missing;
    else if (IsNumber(found->text) && !Contains(Fold(found->text), "%"))
      ++numbers;
    else if (role == Role::kActual)
      number_for_actual = false;
  }
  if (missing == 0) any_whole_row_ = true;
  if (missing == 0 || numbers == 0 || StandsInPlace(row, columns_, grid_ == columns_grid_)) return;
  guesses_.push_back({index, number_for_actual});
}

void FormReader::TakeBackGuesses() {
  for (const Guess& guess : guesses_) {
    if (!guess.in_doubt && !any_whole_row_) continue;
    Indicator& line = *writer_.form().mutable_indicators(guess.index);
    const auto take_back = [&](std::string_view part, std::string& field) {
      if (!IsNumber(field) || Contains(Fold(field), "%")) return;
      writer_.Withdraw(Cat("indicators[", guess.index, "].", part), "这一行缺一格，分不出是完成值、分值还是得分");
      field.clear();
    };
    take_back("actual", *line.mutable_actual());
    take_back("weight", *line.mutable_weight());
    take_back("score", *line.mutable_score());
  }
  guesses_.clear();
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
