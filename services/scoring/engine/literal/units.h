// Units of measurement behind a number.
#pragma once

#include "scoring/engine/literal.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace jixiao::scoring::literal {

// A unit by itself, such as 平方米.
struct UnitWord {
  std::string_view text;
  Dimension dimension = Dimension::kCount;
  std::string_view base;
  Decimal factor{1};

  bool IsUnit(const Unit& unit) const {
    return unit.dimension == dimension && unit.base == base && unit.factor == factor;
  }
};

// The longest unit at the front of folded `text`; takes it off. nullptr when there is none.
const UnitWord* TakeUnitWord(std::string_view& text);

// A power of ten before a unit, such as 万; takes it off. 0 when there is none.
std::int64_t TakeMultiplier(std::string_view& text);

// Takes what stands for "per" behind a unit: `/人*月`, `/生.年`, `/人、天`. Appends it to `base`, joined by `·`. A
// number behind the stroke is no unit: 98/100.
bool TakePer(std::string_view& text, std::string& base);

}  // namespace jixiao::scoring::literal
