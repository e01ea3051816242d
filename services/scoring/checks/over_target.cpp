// OVER_TARGET (14): an actual value far above an "at least" target: the target was set too low, or the figure is wrong.
// Fires: 23 against ≥4 (575 %), 7 against 3 (233 %). Must not: costs, upper bounds, "=" targets, 58 against 57; 290 %
// of a satisfaction, which RANGE has named.

#include "common/text.h"
#include "scoring/checks/catalogue.h"
#include "scoring/checks/rows.h"

namespace jixiao::scoring {

void OverTarget(const CheckInput& input, FindingSink& findings) {
  const CompiledOverFulfilment& over = input.rules.over_fulfilment;
  if (!over.flag_from) return;
  const auto reaches = [](const Pair& pair, const Decimal& multiple) {
    const auto bound = Decimal::Mul(pair.a, multiple);
    return bound && pair.b >= *bound;
  };
  for (const IndicatorReading& row : input.reading.indicators) {
    if (row.is_cost) continue;
    for (const Pair& pair : row.measure.pairs) {
      if (pair.comparison != Comparison::kAtLeast && pair.comparison != Comparison::kMoreThan) continue;
      if (pair.a <= Decimal() || !reaches(pair, *over.flag_from)) continue;
      const auto percent = pair.Percent();
      if (!percent || MoreThanTheWhole(row, row.actual, row.target, input) != nullptr) continue;
      const bool reason_due = over.reason_from && reaches(pair, *over.reason_from) && row.reason_blank;
      findings.Add(row.Path("actual"),
                   Cat("“", row.Name(), "”指标值 ", pair.target.ToString(), "，实际完成 ", pair.actual.ToString(),
                       "，为指标值的 ", percent->ToFixed(2), "%，指标值可能偏低", reason_due ? "，且未说明原因" : ""),
                   {{"target", pair.target.ToString()},
                    {"actual", pair.actual.ToString()},
                    {"ratio", percent->ToFixed(2) + "%"}});
    }
  }
}

}  // namespace jixiao::scoring
