// Points as the rules count them, and as people read them.
#pragma once

#include "common/text.h"
#include "scoring/engine/rules.h"

#include <string>
#include <vector>

namespace jixiao::scoring {

// Points for people: at the rules' places, or exactly where a form's own points have more.
Piece PointsText(const Decimal& points, const Rules& rules);

// A ratio for people: "60%" for 0.6.
std::string PercentText(const Decimal& ratio);

// Declared points as they count: between 0 and the weight, rounded by the rules unless they are the whole weight.
Decimal CountedPoints(const Decimal& declared, const Decimal& weight, const Rules& rules);

// weight × numerator ÷ denominator from 0 up to the weight, rounded by the rules; 0 where that cannot be reckoned.
Decimal PartOf(const Decimal& weight, const Decimal& numerator, const Decimal& denominator, const Rules& rules);

// The first band at or below numerator ÷ denominator; nullptr below all.
const CompiledBand* BandOf(const std::vector<CompiledBand>& bands, const Decimal& numerator,
                           const Decimal& denominator);

}  // namespace jixiao::scoring
