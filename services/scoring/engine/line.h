// Scores single lines: indicator rows here, budget execution in execution.h.
#pragma once

#include "scoring/engine/execution.h"
#include "scoring/engine/reading.h"
#include "scoring/engine/rules.h"

#include "jixiao/evaluation/v1/scorecard.pb.h"

#include <optional>
#include <utility>

namespace jixiao::scoring {

// What a scored line adds to the totals.
struct LineResult {
  evaluation::v1::Basis basis = evaluation::v1::BASIS_UNSPECIFIED;
  std::optional<Decimal> weight;
  std::optional<Decimal> computed;
  std::optional<Decimal> declared;
};

// Scores one indicator on `weight` points; without a weight the line only explains what was compared.
// `reference`: the weight is not the form's, so its declared score says nothing.
LineResult ScoreIndicator(const IndicatorReading& row, const std::optional<Decimal>& weight, bool reference,
                          const Rules& rules, evaluation::v1::ScoreLine& line);

// Whether a row carries anything that a score could rest on.
bool IsScorable(const IndicatorReading& row);

// Points of an indicator by the rules alone, before any reference to what was declared; nothing when no figures can be
// compared completely, or when the rules leave the row to a person. Rounded by the rules.
std::optional<Decimal> RulePoints(const IndicatorReading& row, const Decimal& weight, const Rules& rules);

// The range of points that a tier allows on `weight`; the upper end is the greatest score at the rules' places.
std::pair<Decimal, Decimal> TierRange(const CompiledTier& tier, const Decimal& weight, const Rules& rules);

}  // namespace jixiao::scoring
