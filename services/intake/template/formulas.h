// What follows from other cells of a form, as a spreadsheet formula and as its exact result.
#pragma once

#include "common/decimal.h"
#include "scoring/engine/rules.h"

#include <optional>
#include <string>
#include <vector>

namespace jixiao::forms {

struct Formula {
  std::string formula;
  std::string result;  // empty while something that it needs is missing
};

// References of cells and what they say; no value for anything but a plain number.
struct Operand {
  std::string cell;
  std::optional<Decimal> value;
};

// 执行数 ÷ 预算数 in percent with two places.
Formula ExecutionRate(const Operand& budget, const Operand& executed);

// Points of budget execution on `weight`, by the rules.
Formula ExecutionScore(const Operand& budget, const Operand& executed, const Operand& weight,
                       const scoring::Rules& rules);

// The sum of a column from `first` to `last` once every row that is named has a figure, and of `more` cells. `names` is
// the range of the names, `named` how many there are.
struct ColumnSum {
  std::string names, figures;
  std::vector<bool> named;
  std::vector<std::optional<Decimal>> values;
  std::vector<Operand> more;
};
Formula TotalWeight(const ColumnSum& sum);
// The total score, capped by the execution rate where the rules do so and the form has amounts (budget.cell is not
// empty).
Formula TotalScore(const ColumnSum& sum, const Operand& budget, const Operand& executed, const scoring::Rules& rules);

// The sum of parts; empty while none is there.
Formula SumOfParts(const std::string& range, const std::vector<std::optional<Decimal>>& parts);

// The grade of a total.
Formula GradeOf(const Operand& total, const scoring::Rules& rules);

}  // namespace jixiao::forms
