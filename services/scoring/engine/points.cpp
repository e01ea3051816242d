#include "scoring/engine/points.h"

#include <algorithm>

namespace jixiao::scoring {

Piece PointsText(const Decimal& points, const Rules& rules) {
  return Piece(points, std::max(rules.places, points.scale()));
}

std::string PercentText(const Decimal& ratio) {
  return Decimal::MulDiv(ratio, Decimal(100), Decimal(1), Decimal::kMaxScale).value_or(Decimal()).ToString() + "%";
}

Decimal CountedPoints(const Decimal& declared, const Decimal& weight, const Rules& rules) {
  return declared >= weight ? weight : std::clamp(declared.Rounded(rules.places), Decimal(), weight);
}

Decimal PartOf(const Decimal& weight, const Decimal& numerator, const Decimal& denominator, const Rules& rules) {
  if (numerator >= denominator) return weight;  // exactly, whatever the places
  const auto points = Decimal::MulDiv(weight, numerator, denominator, rules.places);
  return points ? std::clamp(*points, Decimal(), weight) : Decimal();
}

const CompiledBand* BandOf(const std::vector<CompiledBand>& bands, const Decimal& numerator,
                           const Decimal& denominator) {
  for (const CompiledBand& band : bands) {
    // rate >= at_least, without dividing
    const auto bound = Decimal::Mul(band.at_least, denominator);
    if (bound && numerator >= *bound) return &band;
  }
  return nullptr;
}

}  // namespace jixiao::scoring
