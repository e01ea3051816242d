// Sets the actual value of a row beside its target: which quantities belong together, in which unit, by which operator.
#pragma once

#include "scoring/engine/reading.h"

namespace jixiao::scoring {

// Fills `row.measure` and `row.claimed_completion` from the row's literals. Several numbers in one cell are paired by
// their units in order, never by position alone; a quantity without counterpart leaves the measure incomplete.
void CompareRow(IndicatorReading& row, const Rules& rules);

}  // namespace jixiao::scoring
