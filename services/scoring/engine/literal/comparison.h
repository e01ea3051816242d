// Operators: before a number and behind it.
#pragma once

#include "scoring/engine/literal.h"

#include <string_view>

namespace jixiao::scoring::literal {

struct Operator {
  Comparison comparison = Comparison::kNone;
  // 控制在 sets a limit only where nothing behind it says otherwise: 控制在90%以上, 控制在5%-8%.
  bool soft = false;
};

// The operator at the front of folded `text`; takes it off. kNone when there is none.
Operator TakeOperator(std::string_view& text);

// What operators begin with beside ASCII.
inline constexpr std::u32string_view kOperatorStarts = U"大等高至最小低控超不未没多少";

// An operator that a folded name carries for a bare target; see ComparisonInName.
Comparison OperatorInName(std::string_view folded);

// The operator behind a number, such as 以上; takes it off. kNone when there is none. A limit of time may be told by 内
// alone: 30天内.
Comparison TakeSuffix(std::string_view& text, Dimension dimension);

// 左右 or 上下 behind a number; takes it off.
bool TakeAbout(std::string_view& text);

}  // namespace jixiao::scoring::literal
