// Lines of a report as they stand in it, not folded.
#pragma once

#include <cstddef>
#include <string_view>

namespace jixiao::scoring {

// What is longer is no report: checks read its first part.
inline constexpr std::size_t kMostOfText = 256 * 1024;

// Without the blanks at the start of a line.
std::string_view TrimLeft(std::string_view text);

// Takes off the number of a numbered line, such as 一、 (二) 3. 4、 (5). False when there is none.
bool TakeEnumerator(std::string_view& text);

}  // namespace jixiao::scoring
