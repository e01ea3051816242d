#include "scoring/engine/literal/numeral.h"

#include "scoring/engine/literal/words.h"

#include <cstdint>

namespace jixiao::scoring::literal {
namespace {

// The value of a digit; -1 for any other character.
int DigitOf(char32_t c) {
  switch (c) {
    case U'零':
    case U'〇':
      return 0;
    case U'一':
      return 1;
    case U'二':
    case U'两':
      return 2;
    case U'三':
      return 3;
    case U'四':
      return 4;
    case U'五':
      return 5;
    case U'六':
      return 6;
    case U'七':
      return 7;
    case U'八':
      return 8;
    case U'九':
      return 9;
    default:
      return -1;
  }
}

int PowerOf(char32_t c) {
  switch (c) {
    case U'十':
      return 10;
    case U'百':
      return 100;
    case U'千':
      return 1000;
    default:
      return 0;
  }
}

// A number below 10000. `filled`: a 零 stands in front, so that the first digit need not come right below the last.
std::optional<std::int64_t> TakeSection(std::string_view& text, bool filled) {
  std::int64_t value = 0;
  int last_power = 10000;
  bool any = false;
  for (;;) {
    std::string_view rest = text;
    const char32_t first = FirstChar(rest);
    int digit = DigitOf(first);
    if (digit == 0) {
      if (filled) return std::nullopt;
      SkipChar(text);
      if (!any && DigitOf(FirstChar(text)) < 0) return 0;
      filled = true;
      continue;
    }
    if (digit > 0)
      SkipChar(rest);
    else if (first == U'十' && !any && !filled)
      digit = 1;  // 十二
    else
      break;
    const int power = PowerOf(FirstChar(rest));
    if (power != 0) SkipChar(rest);
    const int unit = power == 0 ? 1 : power;
    if (unit >= last_power) return std::nullopt;
    // 一百二 says 120 and 一百零二 says 102; only what is written in full is read.
    if (any && !filled && unit * 10 != last_power) return std::nullopt;
    value += digit * unit;
    last_power = unit;
    any = true;
    filled = false;
    text = rest;
    if (unit == 1) break;
  }
  if (!any || filled || IsNumeral(FirstChar(text))) return std::nullopt;  // 三五, 二〇二一
  return value;
}

}  // namespace

std::optional<Decimal> TakeNumeral(std::string_view& text) {
  std::string_view rest = text;
  auto value = TakeSection(rest, false);
  if (!value) return std::nullopt;
  if (std::string_view below = rest; Take(below, "万") && DigitOf(FirstChar(below)) >= 0) {
    // 一万五千 and 一万零五百, but not 一万五.
    const bool filled = DigitOf(FirstChar(below)) == 0;
    const auto section = TakeSection(below, false);
    if (!section || (!filled && *section < 1000)) return std::nullopt;
    value = *value * 10000 + *section;
    rest = below;
  }
  std::int64_t coefficient = *value;
  int scale = 0;
  if (std::string_view decimals = rest; Take(decimals, "点") && DigitOf(FirstChar(decimals)) >= 0) {
    constexpr int kMostDecimals = 4;
    for (int digit; (digit = DigitOf(FirstChar(decimals))) >= 0; ++scale) {
      if (scale == kMostDecimals) return std::nullopt;
      coefficient = coefficient * 10 + digit;
      SkipChar(decimals);
    }
    rest = decimals;
  }
  text = rest;
  return Decimal::Scaled(coefficient, scale);
}

void SkipNumerals(std::string_view& text) {
  while (IsNumeral(FirstChar(text))) {
    SkipChar(text);
    std::string_view after = text;
    if ((TakeRangeMark(after) || Take(after, "、") || Take(after, "几")) && IsNumeral(FirstChar(after))) text = after;
  }
}

}  // namespace jixiao::scoring::literal
