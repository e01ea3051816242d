#include "scoring/checks/sums.h"

namespace jixiao::scoring {
namespace {

using Column = std::optional<Decimal> IndicatorReading::*;

// How many rows right below `at`, two at least, add up to it in the same level-1 section; 0 for none.
std::size_t ChildrenOf(std::span<const IndicatorReading> rows, std::size_t at, Column column) {
  const Decimal parent = (rows[at].*column).value_or(Decimal());
  if (parent.IsZero()) return 0;
  Decimal sum;
  for (std::size_t i = at + 1; i < rows.size() && rows[i].level1 == rows[at].level1; ++i) {
    const Decimal value = (rows[i].*column).value_or(Decimal());
    sum += value;
    if (sum > parent || value.IsNegative()) return 0;
    if (sum == parent && i - at >= 2) return i - at;
  }
  return 0;
}

std::optional<RowSums> SumOf(std::span<const IndicatorReading> rows, Column column) {
  RowSums sums;
  bool any = false;
  std::size_t children_until = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].IsEmpty()) continue;
    const std::optional<Decimal>& value = rows[i].*column;
    if (!value) return std::nullopt;
    any = true;
    sums.plain += *value;
    const std::size_t children = i < children_until ? 0 : ChildrenOf(rows, i, column);
    if (children > 0)
      children_until = i + 1 + children;
    else
      sums.without_parents += *value;
  }
  if (!any) return std::nullopt;
  return sums;
}

}  // namespace

std::optional<RowSums> WeightSums(std::span<const IndicatorReading> rows) {
  return SumOf(rows, &IndicatorReading::weight);
}

std::optional<RowSums> ScoreSums(std::span<const IndicatorReading> rows) {
  return SumOf(rows, &IndicatorReading::score);
}

}  // namespace jixiao::scoring
