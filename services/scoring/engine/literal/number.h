// Numbers as they are written: grouping commas, a point, the noise of binary fractions.
#pragma once

#include "common/decimal.h"

#include <cstddef>
#include <optional>
#include <string_view>

namespace jixiao::scoring::literal {

// A run of digits with grouping commas and a point.
struct Run {
  std::optional<Decimal> number;  // nothing when the run is malformed or beyond all reckoning
  std::size_t length = 0;         // bytes consumed
  int decimals = 0;               // as written
};
Run ReadRun(std::string_view text);

// A number with its sign and perhaps a sign of currency at the front of `text`; takes it off. Nothing when there is
// none or it is malformed. `decimals`: how many were written.
std::optional<Decimal> TakeSignedNumber(std::string_view& text, int* decimals = nullptr);

}  // namespace jixiao::scoring::literal
