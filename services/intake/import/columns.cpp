#include "intake/import/columns.h"

#include "common/text.h"
#include "intake/import/folding.h"
#include "intake/import/form_roles.h"
#include "intake/import/values.h"

#include <algorithm>
#include <limits>

namespace jixiao::importing {
namespace {

constexpr Role kMoney[] = {Role::kInitialBudget, Role::kFullYearBudget, Role::kExecuted};

constexpr Roles kFundsRoles = Role::kInitialBudget | Role::kFullYearBudget | Roles(Role::kExecuted) |
                              Roles(Role::kWeight) | Roles(Role::kExecutionRate) | Roles(Role::kScore);
constexpr Roles kIndicatorRoles = Role::kLevel1 | Role::kLevel2 | Roles(Role::kLevel3) | Roles(Role::kOperator) |
                                  Roles(Role::kTargetFigure) | Roles(Role::kMeasureUnit) | Roles(Role::kTarget) |
                                  Roles(Role::kApprovedTarget) | Roles(Role::kActual) | Roles(Role::kCompletionRate) |
                                  Roles(Role::kWeight) | Roles(Role::kScore) | Roles(Role::kDeviation) |
                                  Roles(Role::kApprovedWeight) | Roles(Role::kAdjustment) | Roles(Role::kRemark);

// The one role that a header cell has in a table of these roles.
bool RoleIn(const Roles& roles, std::initializer_list<Role> order, Role& out) {
  for (const Role role : order)
    if (roles.Has(role)) {
      out = role;
      return true;
    }
  return false;
}

bool FundsRole(const Roles& roles, Role& out) {
  return RoleIn(roles,
                {Role::kInitialBudget, Role::kFullYearBudget, Role::kExecutionRate, Role::kExecuted, Role::kWeight,
                 Role::kScore, Role::kDeviation, Role::kRemark, Role::kOther, Role::kFundSource},
                out);
}

bool IndicatorRole(const Roles& roles, Role& out) {
  return RoleIn(
      roles,
      {Role::kLevel1, Role::kLevel2, Role::kLevel3, Role::kOperator, Role::kMeasureUnit, Role::kCompletionRate,
       Role::kActual, Role::kTarget, Role::kApprovedTarget, Role::kTargetFigure, Role::kApprovedWeight, Role::kWeight,
       Role::kScore, Role::kDeviation, Role::kAdjustment, Role::kRemark, Role::kOther},
      out);
}

bool IsSumHeading(const std::string& key) {
  return key == "小计" || key == "合计" || key == "总额" || key == "总计" || key == "金额";
}

// Where a header cell ends: with its span, or before the next filled cell where the text has lost the spans.
int EndOf(const Row& row, const Cell& cell) {
  const int end = cell.column + cell.columns;
  if (cell.columns > 1) return end;
  int next = std::numeric_limits<int>::max();
  for (const Cell* other : row.filled)
    if (other->column > cell.column) next = std::min(next, other->column);
  return std::max(end, next);
}

const Cell* Above(const Row& row, const Cell& below) {
  for (const Cell* cell : row.filled)
    if (cell->column <= below.column && below.column < EndOf(row, *cell)) return cell;
  return nullptr;
}

// The next row belongs to the header when every cell of it says what a header says: under a cell that is divided, or
// a whole row of such words.
bool IsSecondHeaderRow(const std::vector<Row>& rows, std::size_t at, const Roles& wanted, bool funds, Layout layout) {
  if (at + 1 >= rows.size() || rows[at + 1].filled.empty() || rows[at].filled.empty()) return false;
  if (rows[at].cells.front()->row + 1 != rows[at + 1].filled.front()->row) return false;
  // Without spans, places can be compared only where both rows have all of them.
  if (layout == Layout::kLoose && rows[at].cells.size() != rows[at + 1].cells.size()) return false;
  constexpr Roles kDivided = Role::kTarget | Role::kTargetFigure | Roles(Role::kApprovedTarget) | Roles(Role::kActual) |
                             Roles(Role::kScore) | Roles(Role::kDeviation);
  std::size_t known = 0, parts = 0, alone = 0;
  for (const Cell* cell : rows[at + 1].filled) {
    if (IsNumber(cell->text) || LevelOf(cell->text) != 0) return false;
    const Cell* above = Above(rows[at], *cell);
    if (above != nullptr && EndOf(rows[at], *above) == above->column + 1) ++alone;
    const Label label = ReadLabel(cell->text);
    if (label.roles.HasAny(wanted) || label.roles.Has(Role::kOther)) {
      ++known;
    } else if (funds && above != nullptr && ReadLabel(above->text).roles.HasAny(wanted) &&
               (IsSumHeading(label.key) || IsFundName(cell->text))) {
      ++parts;
    } else if (!funds && above != nullptr && EndOf(rows[at], *above) > above->column + 1 &&
               ReadLabel(above->text).roles.HasAny(kDivided) && Utf8Length(Fold(cell->text)) <= 8) {
      ++parts;  // 年度指标值 divided into 运算符, 内容, 度量单位; 得分 into 自评得分, 财政审核得分
    } else {
      return false;
    }
  }
  // Of words that only stand in the right place, others must be known beside them, or be all that the row has: 年初,
  // 调整后 under one cell, the rest of the header merged over both rows.
  const bool merged = layout == Layout::kExact && std::any_of(rows[at].filled.begin(), rows[at].filled.end(),
                                                              [](const Cell* cell) { return cell->rows > 1; });
  if (!funds && parts > 0 && known == 0 && !merged) return false;
  return alone == 0 ? known + parts >= 2 : parts == 0 && known >= 3;
}

// Header cells of one row, or of two where the first is divided.
struct Head {
  const Cell* cell;
  const Cell* parent = nullptr;
};

std::vector<Head> Heads(const std::vector<Row>& rows, std::size_t at, bool two) {
  std::vector<Head> out;
  for (const Cell* cell : rows[at].filled) {
    bool divided = false;
    if (two)
      for (const Cell* below : rows[at + 1].filled) divided = divided || Above(rows[at], *below) == cell;
    if (!divided) out.push_back({cell});
  }
  if (two)
    for (const Cell* below : rows[at + 1].filled) out.push_back({below, Above(rows[at], *below)});
  std::stable_sort(out.begin(), out.end(),
                   [](const Head& a, const Head& b) { return a.cell->column < b.cell->column; });
  return out;
}

// What a header cell in words we do not know is, by the divided cell above it: of 年初 and 调整后 the target that was
// approved and the one that counts, of 上半年 and 全年 the latter; of 自评 and 财政复核 the points that the unit gives
// itself.
Role RoleUnder(const Head& head) {
  if (head.parent == nullptr) return Role::kOther;
  const Roles above = ReadLabel(head.parent->text).roles;
  const std::string word = Fold(head.cell->text);
  const bool former = ContainsAny(word, {"年初", "批复", "调整前", "原"});
  if (above.HasAny(Role::kTarget | Role::kTargetFigure | Roles(Role::kApprovedTarget))) {
    if (ContainsAny(word, {"实际", "完成"})) return Role::kActual;
    if (ContainsAny(word, {"调整", "全年"}) && !former) return Role::kTarget;
    return former ? Role::kApprovedTarget : Role::kTargetFigure;
  }
  if (above.Has(Role::kActual))
    return ContainsAny(word, {"全年", "年末", "年终", "累计"}) ? Role::kActual : Role::kOther;
  if (above.Has(Role::kScore)) return ContainsAny(word, {"自评", "单位"}) ? Role::kScore : Role::kOther;
  if (above.Has(Role::kDeviation)) return Role::kDeviation;
  return Role::kOther;
}

void Finish(Columns& out, const std::vector<Row>& rows, std::size_t at, Layout layout) {
  out.exact = layout == Layout::kExact;
  if (!out.exact) {
    out.header_cells = rows[at].cells.size();
    // Merged cells of the header left empty places behind them.
    for (std::size_t i = 0; i + 1 < out.columns.size(); ++i)
      if (out.columns[i].to < out.columns[i + 1].from) out.columns[i].to = out.columns[i + 1].from;
  }
  for (std::size_t i = 0; i < static_cast<std::size_t>(out.header_rows); ++i)
    for (const Cell* cell : rows[at + i].filled) out.labels.push_back(cell);
}

}  // namespace

int FitOf(const Cell& cell, Role role) {
  if (IsBlank(cell.text)) return 0;
  const int level = LevelOf(cell.text);
  const bool number = IsNumber(cell.text), nothing = IsNothing(cell.text);
  const bool percent = number && Contains(Fold(cell.text), "%");
  switch (role) {
    case Role::kLevel1:
      // 成本指标 is a class of its own only since 2021; without a level below it, it stands under 产出.
      if (level == 3 && Contains(Fold(cell.text), "成本")) return 57;
      return level == 1 || level == 3 ? 60 : level == 2 ? -40 : number ? -50 : -15;
    case Role::kLevel2:
      return level == 2 || level == 3 ? 60 : level == 1 ? -60 : number ? -50 : -15;
    case Role::kLevel3:
      if (level != 0) return -30;
      // What a template prints where a name may stand, ……, is no mark for nothing.
      if (number || (nothing && !Contains(cell.text, "…")) || StatesBound(cell.text)) return -40;
      // 2公里, 合格: a name may read so, where nothing else in the row can be it.
      return ReadsLikeValue(cell.text) ? -10 : 25;
    case Role::kWeight:
      // One number may be either: points that were not given yet are commoner than a blank weight.
      if (number && !percent) return 31;
      [[fallthrough]];
    case Role::kScore:
    case Role::kApprovedWeight:
      return percent ? -30 : number ? 30 : nothing ? 10 : -60;
    case Role::kCompletionRate:
      return percent ? 35 : number ? 5 : nothing ? 5 : -50;
    case Role::kOperator: {
      const std::string folded = Fold(cell.text);
      return folded == "≥" || folded == "≤" || folded == "=" || folded == ">" || folded == "<" || folded == "定性" ||
                     folded == "定量"
                 ? 50
                 : -50;
    }
    case Role::kMeasureUnit:
      return number ? -40 : IsMeasure(cell.text) ? 40 : Utf8Length(cell.text) <= 6 ? 10 : -40;
    case Role::kDeviation:
    case Role::kRemark:
    case Role::kAdjustment:
    case Role::kOther:
      return number ? -20 : level != 0 ? -40 : 8;
    case Role::kActual:
      // Whoever copies the target has both; a unit by itself is no value.
      return level != 0 || IsMeasure(cell.text) ? -40 : StatesBound(cell.text) ? 2 : 10;
    case Role::kTarget:
      return level != 0 || IsMeasure(cell.text) ? -40 : StatesBound(cell.text) ? 15 : 10;
    default:
      return level != 0 ? -40 : 10;  // a figure of a target: anything
  }
}

int FitOf(const Cell& cell, const Cell* next, Role role) {
  const bool name = next != nullptr && IsSatisfactionName(cell.text) && ReadsLikeValue(next->text);
  if (!name) return FitOf(cell, role);
  // 满意度 alone may still be the class whose row has no other names.
  return role == Role::kLevel3 ? 62 : FitOf(cell, role) - (LevelOf(cell.text) == 2 ? 75 : 0);
}

bool Columns::Has(Role role) const {
  return Find(role) != nullptr;
}

const Column* Columns::Find(Role role) const {
  const auto found = std::find_if(columns.begin(), columns.end(), [&](const Column& c) { return c.role == role; });
  return found == columns.end() ? nullptr : &*found;
}

const Column* Columns::At(const Cell& cell) const {
  const Column* best = nullptr;
  int most = 0;
  for (const Column& column : columns) {
    if (column.from <= cell.column && cell.column < column.to) return &column;
    const int overlap = std::min(column.to, cell.column + cell.columns) - std::max(column.from, cell.column);
    if (overlap > most) most = overlap, best = &column;
  }
  return best;
}

std::vector<Row> RowsOf(const Grid& grid) {
  std::vector<Row> out;
  int current = -1;
  for (const Cell& cell : grid.cells) {
    const bool filled = !cell.covered && !cell.no_value && !IsBlank(cell.text);
    if (cell.row != current || out.empty()) {
      current = cell.row;
      out.emplace_back();
    } else if (cell.after_gap) {
      // A header row may go on behind the gap; anything else there is a row whose beginning was lost.
      const auto is_header = [](const Cell* c) {
        return !c->text.empty() && ReadLabel(c->text).roles.HasAny(kIndicatorRoles);
      };
      const bool header = std::any_of(out.back().filled.begin(), out.back().filled.end(), is_header);
      if (!(header && is_header(&cell) && LevelOf(cell.text) == 0)) {
        out.emplace_back();
        out.back().after_gap = true;
      }
    }
    out.back().cells.push_back(&cell);
    if (filled) out.back().filled.push_back(&cell);
  }
  return out;
}

Columns FundsHeader(const std::vector<Row>& rows, std::size_t at, Layout layout) {
  Columns out;
  std::size_t money = 0, rate = 0, levels = 0, others = 0;
  bool full = false, executed = false;
  for (const Cell* cell : rows[at].filled) {
    if (IsNumber(cell->text)) return out;
    const Roles roles = ReadLabel(cell->text).roles;
    if (roles.Has(Role::kLevel2) || roles.Has(Role::kLevel1)) ++levels;
    const bool is_full = roles.Has(Role::kFullYearBudget) || roles.Has(Role::kInitialBudget);
    if (is_full || roles.Has(Role::kExecuted)) ++money;
    full = full || is_full;
    executed = executed || roles.Has(Role::kExecuted);
    if (roles.Has(Role::kExecutionRate)) ++rate;
    if (roles.empty() && !IsFundName(cell->text)) ++others;
  }
  if (money == 0 && rows[at].filled.size() < 2) return out;
  const bool two = IsSecondHeaderRow(rows, at, kFundsRoles, true, layout);
  if (two)
    for (const Cell* cell : rows[at + 1].filled) {
      const Roles roles = ReadLabel(cell->text).roles;
      const bool is_full = roles.Has(Role::kFullYearBudget) || roles.Has(Role::kInitialBudget);
      if (is_full || roles.Has(Role::kExecuted)) ++money;
      full = full || is_full;
      executed = executed || roles.Has(Role::kExecuted);
    }
  // A roster has projects and amounts side by side: no form.
  const bool roster = std::any_of(rows[at].filled.begin(), rows[at].filled.end(), [](const Cell* cell) {
    return ReadLabel(cell->text).roles.HasAny(Role::kProjectName | Role::kUnit | Roles(Role::kDepartment));
  });
  if (roster || levels > 0 || others > money + rate || !((full && executed) || (money > 0 && rate > 0))) return out;
  out.header_rows = two ? 2 : 1;
  for (const Head& head : Heads(rows, at, two)) {
    const Label label = ReadLabel(head.cell->text);
    Column column;
    column.header = head.cell;
    column.from = head.cell->column;
    column.to = head.cell->column + head.cell->columns;
    bool known = FundsRole(label.roles, column.role);
    if (head.parent != nullptr) {
      Role parent = Role::kOther;
      const bool parent_known = FundsRole(ReadLabel(head.parent->text).roles, parent) &&
                                std::find(std::begin(kMoney), std::end(kMoney), parent) != std::end(kMoney);
      // Under 预算数: 小计 is the budget, 财政拨款 a part of it; 年初预算数 speaks for itself.
      if (parent_known &&
          (IsSumHeading(label.key) || !known || column.role == Role::kFundSource || column.role == Role::kOther)) {
        column.role = parent;
        if (!IsSumHeading(label.key)) column.source = CleanWord(head.cell->text);
        known = true;
      }
    }
    // What heads the row names, or the block.
    if (label.roles.Has(Role::kFundsBlock) && head.parent == nullptr && !kFundsRoles.HasAny(label.roles)) continue;
    if (column.role == Role::kFundSource && known) continue;
    if (!known) {
      if (out.columns.empty()) continue;  // a corner cell over the row names
      column.role = Role::kOther;
    }
    out.columns.push_back(std::move(column));
  }
  // 年度预算数 may head the names of the rows: below it stand names, not amounts.
  for (std::size_t i = at + static_cast<std::size_t>(out.header_rows), seen = 0; i < rows.size() && seen < 2;
       ++i, ++seen) {
    if (out.columns.empty()) break;
    const Column& front = out.columns.front();
    const bool names = std::any_of(rows[i].filled.begin(), rows[i].filled.end(), [&](const Cell* cell) {
      return front.from <= cell->column && cell->column < front.to && IsFundName(cell->text);
    });
    if (names && out.columns.size() > 2) out.columns.erase(out.columns.begin());
  }
  if (out.columns.empty()) return out;
  Finish(out, rows, at, layout);
  return out;
}

Columns IndicatorsHeader(const std::vector<Row>& rows, std::size_t at, Layout layout) {
  Columns out;
  std::size_t known = 0, values = 0;
  bool level = false;
  const Roles level_roles = Role::kLevel1 | Role::kLevel2 | Roles(Role::kLevel3);
  const Roles value_roles = Role::kTarget | Role::kTargetFigure | Roles(Role::kActual) | Roles(Role::kWeight) |
                            Roles(Role::kScore) | Roles(Role::kApprovedTarget);
  for (const Cell* cell : rows[at].filled) {
    if (IsNumber(cell->text)) return out;
    const Roles roles = ReadLabel(cell->text).roles;
    level = level || roles.HasAny(level_roles);
    if (roles.HasAny(kIndicatorRoles)) ++known;
    if (roles.HasAny(value_roles) && !roles.HasAny(level_roles)) ++values;
  }
  // Nothing but words of a header: a row of data may well contain some.
  if (!level || values == 0 || known < 3 || known * 2 < rows[at].filled.size()) return out;
  const bool two = IsSecondHeaderRow(rows, at, kIndicatorRoles, false, layout);
  out.header_rows = two ? 2 : 1;
  bool operators = false, units = false;
  std::vector<Head> heads = Heads(rows, at, two);
  for (const Head& head : heads) {
    const Roles roles = ReadLabel(head.cell->text).roles;
    operators = operators || roles.Has(Role::kOperator);
    units = units || (roles.Has(Role::kMeasureUnit) && !roles.Has(Role::kUnit));
  }
  const bool has_level1 = std::any_of(heads.begin(), heads.end(),
                                      [](const Head& h) { return ReadLabel(h.cell->text).roles.Has(Role::kLevel1); });
  bool first = true, lost_columns = false;
  for (const Head& head : heads) {
    const Label label = ReadLabel(head.cell->text);
    // The block's label in front: 绩效指标, 年度绩效目标1(80分).
    if (first && label.roles.HasAny(Role::kIndicatorBlock | Role::kGoalBlock) && !label.roles.Has(Role::kLevel1) &&
        heads.size() > 3 && (has_level1 || head.cell->rows > out.header_rows)) {
      out.gutter = true;
      first = false;
      continue;
    }
    Column column;
    column.header = head.cell;
    column.from = head.cell->column;
    column.to = head.cell->column + head.cell->columns;
    if (!IndicatorRole(label.roles, column.role)) {
      // A cell that stands where the block's label stands, in words we do not know.
      // 项目名称 is a column of exports.
      if (first && has_level1 && !label.roles.HasAny(kIndicatorRoles | kHeadRoles)) {
        out.gutter = true;
        first = false;
        continue;
      }
      column.role = RoleUnder(head);
    }
    first = false;
    // Plain text that lost cells between 一级 and 三级 lost the column of 二级.
    if (layout == Layout::kLoose && head.cell->after_gap && column.role == Role::kLevel3 && !out.columns.empty() &&
        out.columns.back().role == Role::kLevel1) {
      Column lost;
      lost.role = Role::kLevel2;
      lost.header = out.columns.back().header;
      out.columns.push_back(lost);
      lost_columns = true;
    }
    // Two columns of the same word: 指标 as group and as indicator, 指标值 of the beginning and of the year.
    out.columns.push_back(std::move(column));
  }
  const auto count = [&](Role role) {
    return std::count_if(out.columns.begin(), out.columns.end(), [&](const Column& c) { return c.role == role; });
  };
  if (operators || units) {
    // Operator, figure and unit in columns of their own.
    for (Column& column : out.columns)
      if (column.role == Role::kTarget && ReadLabel(column.header->text).roles.Has(Role::kTargetFigure)) {
        column.role = Role::kTargetFigure;
        break;
      }
  }
  const bool figure = count(Role::kTargetFigure) > 0;
  if (count(Role::kTarget) + (figure ? 1 : 0) >= 2) {
    // The approved target stands beside the adjusted one.
    const auto approved = std::find_if(out.columns.begin(), out.columns.end(), [](const Column& c) {
      return c.role == Role::kTarget && ReadLabel(c.header->text).roles.Has(Role::kApprovedTarget);
    });
    if (approved != out.columns.end()) approved->role = Role::kApprovedTarget;
  }
  if (count(Role::kTarget) == 0 && !figure) {
    for (Column& column : out.columns)
      if (column.role == Role::kApprovedTarget) {
        column.role = Role::kTarget;
        break;
      }
  }
  // Of a divided cell whose parts we do not know the first one has the unit's score, the last one what was reached.
  const auto take_part = [&](Role role, bool last) {
    if (out.Has(role)) return;
    Column* found = nullptr;
    for (Column& column : out.columns) {
      const auto head =
          std::find_if(heads.begin(), heads.end(), [&](const Head& h) { return h.cell == column.header; });
      const bool part = head != heads.end() && head->parent != nullptr && column.role == Role::kOther &&
                        ReadLabel(head->parent->text).roles.Has(role);
      if (part && (found == nullptr || last)) found = &column;
    }
    if (found != nullptr) found->role = role;
  };
  take_part(Role::kScore, false);
  take_part(Role::kActual, true);
  // 一级指标 权重 二级指标 权重 三级指标 权重: the weights of groups stand behind their level.
  if (count(Role::kWeight) > 1)
    for (std::size_t i = 1; i + 1 < out.columns.size(); ++i) {
      const Role before = out.columns[i - 1].role;
      if (out.columns[i].role == Role::kWeight && (before == Role::kLevel1 || before == Role::kLevel2) &&
          std::any_of(out.columns.begin() + static_cast<std::ptrdiff_t>(i) + 1, out.columns.end(),
                      [](const Column& c) { return c.role == Role::kWeight; }))
        out.columns[i].role = Role::kOther;
    }
  // The same role twice: the later one is not understood.
  for (std::size_t i = 0; i < out.columns.size(); ++i)
    for (std::size_t j = i + 1; j < out.columns.size(); ++j)
      if (out.columns[i].role == out.columns[j].role && out.columns[i].role != Role::kOther &&
          out.columns[i].role != Role::kDeviation)  // 原因 and 整改措施 are two lines of one text
        out.columns[j].role = Role::kOther;
  if (!out.Has(Role::kLevel3)) {
    // 指标名称 may be called otherwise: the last level that is there names the indicator.
    for (const Role role : {Role::kLevel2, Role::kLevel1})
      if (const Column* column = out.Find(role); column != nullptr && !out.Has(Role::kLevel3))
        out.columns[static_cast<std::size_t>(column - out.columns.data())].role = Role::kLevel3;
  }
  Finish(out, rows, at, layout);
  if (lost_columns) Renumber(out);
  return out;
}

void Renumber(Columns& columns) {
  int place = columns.gutter ? 1 : 0;
  for (Column& column : columns.columns) {
    column.from = place;
    column.to = ++place;
  }
  columns.header_cells = columns.width();
}

bool StandsInPlace(const Row& row, const Columns& columns, bool same_grid) {
  return same_grid && (columns.exact || (!row.after_gap && row.cells.size() == columns.header_cells));
}

std::vector<const Column*> Assign(const Row& row, const Columns& columns, bool same_grid) {
  std::vector<const Column*> out(row.cells.size(), nullptr);
  if (StandsInPlace(row, columns, same_grid)) {
    for (std::size_t i = 0; i < row.cells.size(); ++i) out[i] = columns.At(*row.cells[i]);
    return out;
  }
  // The best monotone assignment by content: rows[i][j] is the best for the first i cells and j columns.
  const std::size_t n = row.cells.size(), m = columns.columns.size();
  constexpr int kNever = std::numeric_limits<int>::min() / 2;
  const auto behind = [&](std::size_t i) -> const Cell* {
    for (++i; i < n; ++i)
      if (!IsBlank(row.cells[i]->text)) return row.cells[i];
    return nullptr;
  };
  std::vector<std::vector<int>> best(n + 1, std::vector<int>(m + 1, kNever));
  std::vector<std::vector<char>> step(n + 1, std::vector<char>(m + 1, 0));
  best[0][0] = 0;
  for (std::size_t i = 0; i <= n; ++i)
    for (std::size_t j = 0; j <= m; ++j) {
      if (best[i][j] == kNever) continue;
      const auto offer = [&](std::size_t a, std::size_t b, int value, char how) {
        if (value > best[a][b]) best[a][b] = value, step[a][b] = how;
      };
      if (i < n) offer(i + 1, j, best[i][j] - (IsBlank(row.cells[i]->text) ? (i == 0 ? 0 : 2) : 45), 'c');
      if (j < m) offer(i, j + 1, best[i][j] - 5, 'k');
      if (i < n && j < m)
        offer(i + 1, j + 1, best[i][j] + FitOf(*row.cells[i], behind(i), columns.columns[j].role), 'm');
    }
  for (std::size_t i = n, j = m; i > 0 || j > 0;) {
    const char how = step[i][j];
    if (how == 'm')
      out[--i] = &columns.columns[--j];
    else if (how == 'c')
      --i;
    else if (how == 'k')
      --j;
    else
      break;
  }
  return out;
}

}  // namespace jixiao::importing
