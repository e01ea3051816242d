// What follows a number: the other end of its range, its unit, an operator behind it.
#pragma once

#include "scoring/engine/literal.h"

#include <string_view>

namespace jixiao::scoring::literal {

// Completes `quantity`, whose number has been read, from what stands behind it in folded `text`; takes that off.
void TakeMeasure(std::string_view& text, Quantity& quantity);

// Reads a number written in words with the unit behind it: 三次, 一百二十余人, 百分之九十五, 两万元; takes them off.
// Words with numerals are words first (三线建设, 五年规划, 进一步), so a number is only what an operator stands before
// or what ends its clause, and never what may be an idiom or an ordinal (一起, 十分, 一期). False leaves all as it is.
// `behind_operator`: an operator ends right before `text`.
bool TakeNumeralQuantity(std::string_view& text, bool behind_operator, Quantity& quantity);

}  // namespace jixiao::scoring::literal
