// Sums over indicator rows as forms print them.
#pragma once

#include "scoring/engine/reading.h"

#include <optional>
#include <span>

namespace jixiao::scoring {

// A sum over rows, once plain and once without rows that only repeat the sum of the rows below them.
struct RowSums {
  Decimal plain;
  Decimal without_parents;

  bool CanBe(const Decimal& total) const { return plain == total || without_parents == total; }
};

// Sums of the weights; nothing unless every row that says anything carries one, or when there is no such row.
std::optional<RowSums> WeightSums(std::span<const IndicatorReading> rows);

// Sums of the declared scores; nothing unless every row that says anything carries one, or when there is no such row.
std::optional<RowSums> ScoreSums(std::span<const IndicatorReading> rows);

}  // namespace jixiao::scoring
