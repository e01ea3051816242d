#include "intake/import/form_reader.h"

#include "common/form.h"
#include "common/text.h"
#include "intake/import/folding.h"
#include "intake/import/form_roles.h"

#include <algorithm>

namespace jixiao::importing {

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

bool FormReader::IsGoalsHeader(const Row& row) const {
  bool expected = false, actual = false;
  if (row.filled.size() < 2 || row.filled.size() > 5) return false;
  for (const Cell* cell : row.filled) {
    const Roles roles = ReadLabel(cell->text).roles;
    // Blocks whose labels are merged over several rows stand before it: 项目基本情况 | 1.项目年度目标完成情况 | …
    const bool block = cell->rows > 1 && !expected && cell != row.filled.back() && !roles.HasAny(kGoalRoles) &&
                       !roles.HasAny(kHeadRoles);
    if (block) continue;
    if (!roles.HasAny(kGoalRoles)) return false;
    // The block's label and 总体目标 share words: what is not the last cell and no completion is the expectation.
    if (cell == row.filled.back())
      actual = roles.Has(Role::kActualGoal);
    else
      expected = expected || roles.Has(Role::kExpectedGoal);
  }
  return expected && actual;
}

void FormReader::ReadGoalRow(const Row& row) {
  SelfEvaluation& form = writer_.form();
  // A label in front of a text that goes over both goals: it is something else, 2.项目实施内容.
  if (grid_->layout == Layout::kExact && row.filled.size() == 2 && !goal_columns_.empty()) {
    const Cell& front = *row.filled.front();
    const Cell& text = *row.filled.back();
    const bool in_front = std::all_of(goal_columns_.begin(), goal_columns_.end(), [&](const GoalColumn& column) {
      return front.column + front.columns <= column.from;
    });
    const bool over_all = std::all_of(goal_columns_.begin(), goal_columns_.end(), [&](const GoalColumn& column) {
      return text.column <= column.from && text.column + text.columns > column.from;
    });
    if (in_front && over_all && !IsFigure(front.text)) {
      writer_.ledger().Label(front);
      return writer_.ledger().Refuse(text, Cat("“", CleanWord(front.text), "”在自评表的数据中没有对应的栏目"));
    }
  }
  // Plain text leaves out the label that is merged over this row: then all stands one place too far to the left.
  const bool shifted = grid_->layout == Layout::kLoose && goal_cells_ > 2 && row.cells.size() + 1 == goal_cells_;
  for (const Cell* cell : row.filled) {
    const GoalColumn* found = nullptr;
    const int place = cell->column + (shifted ? 1 : 0);
    for (const GoalColumn& column : goal_columns_)
      if (place >= column.from && place < column.to) found = &column;
    if (found == nullptr) continue;
    if (found->replaced_by != nullptr) {
      writer_.ledger().Refuse(*cell, Cat("另有“", CleanWord(found->replaced_by->text), "”，年初的目标没有对应的栏目"));
      continue;
    }
    const std::string value = CleanValue(cell->text);
    if (found->expected)
      writer_.AddLine("expected_goal", form.mutable_expected_goal(), value, *cell);
    else
      writer_.AddLine("actual_goal", form.mutable_actual_goal(), value, *cell);
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
    // 年初绩效目标 | 全年（调整）绩效目标 | 实际完成情况: the goal of the year is the adjusted one.
    if (row.filled.size() >= 3) {
      const std::size_t i = row.filled.size() - 3;
      const Cell& cell = *row.filled[i];
      const Roles roles = ReadLabel(cell.text).roles;
      if (roles.Has(Role::kExpectedGoal) && Contains(Fold(cell.text), "年初"))
        goal_columns_.push_back({true, cell.column, row.filled[i + 1]->column, row.filled[i + 1]});
    }
    goal_cells_ = row.cells.size();
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
