// Numbers that name something and measure nothing.
#pragma once

#include <string_view>

namespace jixiao::scoring::literal {

// Each takes one of its kind off the front of folded `text`, if one stands there.

// The number of a document behind the year in its brackets: 4号.
bool TakeSerial(std::string_view& text);
// A document: (2020)10号.
bool SkipDocumentNumber(std::string_view& text);
// An ordinal or a rank: 第3季度, 第十二届, 前3名.
bool SkipOrdinal(std::string_view& text);
// At the start of a clause: `1.`, `2、`, `(3)`, `指标4:`, `指标5`. A bare one stands only before words or a year,
// because 1.5 and 2、3 are figures.
bool SkipEnumerator(std::string_view& text);
// Letters, with the number that belongs to them: PM2.5, A4, G318. In APP10个 the number counts and is left.
bool SkipLetters(std::string_view& text);

// Whether a year stands at the front of `text`. Behind a point it makes an enumerator of what looks like a number:
// 2.2021年.
bool YearFollows(std::string_view text);

}  // namespace jixiao::scoring::literal
