// What follows a number: the other end of its range, its unit, an operator behind it.
#pragma once

#include "scoring/engine/literal.h"

#include <string_view>

namespace jixiao::scoring::literal {

// Completes `quantity`, whose number has been read, from what stands behind it in folded `text`; takes that off.
void TakeMeasure(std::string_view& text, Quantity& quantity);

}  // namespace jixiao::scoring::literal
