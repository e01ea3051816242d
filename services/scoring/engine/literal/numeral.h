// Chinese numerals: 三, 十二, 一百二十, 一万五千, 三点五.
#pragma once

#include "common/decimal.h"

#include <optional>
#include <string_view>

namespace jixiao::scoring::literal {

// Whether numerals are written with `c`; 万 and 亿 are left to units.
constexpr bool IsNumeral(char32_t c) {
  switch (c) {
    case U'零':
    case U'〇':
    case U'一':
    case U'二':
    case U'两':
    case U'三':
    case U'四':
    case U'五':
    case U'六':
    case U'七':
    case U'八':
    case U'九':
    case U'十':
    case U'百':
    case U'千':
      return true;
    default:
      return false;
  }
}

// The numeral at the front of folded `text`; takes it off. Nothing for what is no number in full: 百 alone, 三五
// (some), 一百二, 二〇二一. A 万 or 亿 at its end is left as part of the unit: 三十万元 is 30 of 万元.
std::optional<Decimal> TakeNumeral(std::string_view& text);

// Takes off numerals and what joins them, so that no part of 三至五次 or 七、八个 is read as a number.
void SkipNumerals(std::string_view& text);

}  // namespace jixiao::scoring::literal
