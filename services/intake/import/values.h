// What a cell of the indicators' table says by itself: a value that somebody set or reached, or rather a name.
#pragma once

#include <string_view>

namespace jixiao::importing {

// 不低于90%, 至少2次: a target, and no name.
bool StatesBound(std::string_view text);

// 2公里, 63人, 2021年底前, 12月31日: a figure with what it counts, or a date, and nothing else.
bool IsMeasured(std::string_view text);

// 合格, 按时完成, 明显提高, 是: how a thing turned out, and nothing of what it is.
bool IsVerdict(std::string_view text);

// Any of these, or a number: hardly what an indicator is called.
bool ReadsLikeValue(std::string_view text);

// Whether `text` names the satisfaction of somebody, in words that stand on forms as a second level and as an
// indicator: 群众满意度. With a value behind it, it is the latter.
bool IsSatisfactionName(std::string_view text);

}  // namespace jixiao::importing
