// Dates and periods: 2021年1月底前, 2021-12-31, 9月前, 1-12月, 2021年全年, 2021年三季度.
#pragma once

#include "scoring/engine/literal.h"

#include <optional>
#include <string_view>

namespace jixiao::scoring::literal {

// A date or period as it stands in a cell.
struct Dated {
  Period period;
  bool certain = false;  // cannot be an amount of months: it names a day, an end, or a year beside the month
};

// The date or period at the front of folded `text`, or a range of them such as 2021年1月-12月; takes it off.
// `fiscal_year` completes one without a year; 0 leaves the year out.
std::optional<Dated> TakePeriod(std::string_view& text, int fiscal_year);

}  // namespace jixiao::scoring::literal
