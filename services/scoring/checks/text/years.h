// Years as texts name them.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace jixiao::scoring {

// The years that a folded text names, in order: 2021年, 2021-2023年 as both ends; document numbers and titles are left
// out. Linear; a text without four digits in a row is hardly looked at.
std::vector<int> YearsIn(std::string_view folded);

// The last year (2021年) before `end` in a folded sentence; 0 for none.
int LastYearBefore(std::string_view sentence, std::size_t end);

// Whether a text that is not folded may name a year: cheap, and never false where YearsIn of its folded text has one.
bool MayNameYear(std::string_view text);

}  // namespace jixiao::scoring
