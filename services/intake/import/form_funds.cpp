#include "common/form.h"
#include "common/text.h"
#include "intake/import/folding.h"
#include "intake/import/form_reader.h"
#include "intake/import/form_roles.h"

#include <algorithm>

namespace jixiao::importing {
namespace {

using evaluation::v1::AMOUNT_UNIT_TEN_THOUSAND_YUAN;
using evaluation::v1::AMOUNT_UNIT_UNSPECIFIED;

// Whether a row of `figures`, too few for the columns, has all of them up to 执行率 and none behind it: its percentage
// says where they stand.
bool EndsAtRate(const Row& row, const Columns& columns, std::size_t figures) {
  if (figures == 0 || figures >= columns.columns.size() || columns.columns[figures - 1].role != Role::kExecutionRate)
    return false;
  std::size_t percentages = 0;
  const Cell* last = nullptr;
  for (const Cell* cell : row.filled) {
    if (!IsFigure(cell->text)) continue;
    last = cell;
    percentages += Contains(Fold(cell->text), "%") ? 1 : 0;
  }
  return percentages == 1 && Contains(Fold(last->text), "%");
}

// A part of the total, which has no points of its own: its figures are as many as the columns of amounts, which stand
// first, and nothing was left out between them.
bool HasAmountsAlone(const Row& row, const Columns& columns, std::size_t figures) {
  std::size_t amounts = 0;
  while (amounts < columns.columns.size() && Roles(columns.columns[amounts].role).HasAny(kMoneyRoles)) ++amounts;
  const std::string& name = row.filled.front()->text;
  return amounts >= 2 && figures == amounts && row.filled.size() == amounts + 1 && row.cells.size() == amounts + 1 &&
         IsFundName(name) && !IsFundTotal(name) &&
         std::none_of(row.filled.begin() + 1, row.filled.end(),
                      [](const Cell* cell) { return Contains(Fold(cell->text), "%"); });
}

// Whether a cell says what was done, beside the name of what it was done for: 任务名称 | 完成情况 | 预算数 | 执行数.
bool StandsUnderContent(const Cell& cell, const Columns& columns) {
  return columns.exact && std::any_of(columns.labels.begin(), columns.labels.end(), [&](const Cell* label) {
           return label->row < cell.row && label->column <= cell.column &&
                  cell.column < label->column + label->columns && ContainsAny(Fold(label->text), {"完成情况", "内容"});
         });
}

}  // namespace

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

// 合计 | 100 where nobody has given points yet: what the weights come to, no score.
void FormReader::SettleTotal() {
  SelfEvaluation& form = writer_.form();
  if (!lone_total_ || form.total_score().empty() || !form.total_weight().empty()) return;
  const auto number = [](const std::string& cell) { return Decimal::Parse(Fold(cell)).value_or(Decimal()); };
  const auto scored = [](const auto& line) { return !line.score().empty(); };
  if (std::ranges::any_of(form.indicators(), scored) || std::ranges::any_of(form.funds(), scored)) return;
  Decimal sum;
  for (const auto& row : form.indicators()) sum += number(row.weight());
  Decimal all = sum;
  for (const FundLine& line : form.funds()) all += number(line.weight());
  const Decimal total = number(form.total_score());
  if (sum.IsZero() || (total != sum && total != all)) return;
  form.mutable_total_weight()->swap(*form.mutable_total_score());
  for (Draft::Origin& origin : writer_.draft().origins)
    if (origin.path == "total_score") origin.path = "total_weight";
}

void FormReader::Finish() {
  TakeBackGuesses();
  PutFundPoints();
  SettleTotal();
}

void FormReader::PutFundPoints() {
  Draft& draft = writer_.draft();
  if (draft.fund_points.empty() || draft.form.funds_size() == 0) return;
  if (std::any_of(draft.form.funds().begin(), draft.form.funds().end(),
                  [](const FundLine& l) { return !l.weight().empty(); }))
    return;
  draft.form.mutable_funds(0)->set_weight(draft.fund_points);
  writer_.Note("funds[0].weight", *draft.fund_points_cell);
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
    if (figures != columns_.columns.size() && !EndsAtRate(row, columns_, figures) &&
        !HasAmountsAlone(row, columns_, figures)) {
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
    if (!names.empty() && StandsUnderContent(*cell, columns_)) {
      writer_.ledger().Refuse(*cell, "资金表里没有与这段文字对应的栏目");
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
    for (const Cell* cell : names) {
      if (form.funds(index).name().empty())
        writer_.ledger().Label(*cell);  // nothing but a colon
      else
        writer_.Note(Cat("funds[", index, "].name"), *cell);
    }
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
    if (kMoneyRoles.Has(column.role) && Contains(Fold(cell->text), "%")) {
      writer_.ledger().Refuse(*cell, Cat("“", CleanWord(column.header->text), "”一列应为金额，不是百分比"));
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

}  // namespace jixiao::importing
