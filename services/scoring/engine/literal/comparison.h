// Operators: before a number, behind it, and in the name of an indicator.
#pragma once

#include "scoring/engine/literal.h"

#include <string_view>

namespace jixiao::scoring::literal {

// The operator at the front of folded `text`; takes it off. kNone when there is none.
Comparison TakeComparison(std::string_view& text);

// The operator behind a number, such as 以上; takes it off. kNone when there is none.
Comparison TakeSuffix(std::string_view& text);

}  // namespace jixiao::scoring::literal
