// Names and codes of units and projects made comparable.
#pragma once

#include <string>
#include <string_view>

namespace jixiao::season {

// A name as it is meant, for comparison only: full-width forms folded, all blanks, line breaks and quotation marks
// dropped, brackets, dashes and dots of one kind, Latin letters in capitals. `name` is UTF-8.
std::string FoldName(std::string_view name);

// A code as it is meant: half-width, in capitals, without blanks.
std::string FoldCode(std::string_view code);

// Whether a folded code is one of the integrated budget system: 6 digits of division, 2 of the year, a capital letter,
// 12 of a serial number.
bool IsProjectCode(std::string_view code);

// Whether a folded code that is none was meant as one: its length or its shape is that of a project code. Something
// else that a unit calls a code (2021-015) is not.
bool IsMeantAsProjectCode(std::string_view code);

// The year in a project code.
int YearOf(std::string_view project_code);

// Whether `code` is a division code: 6 or 9 digits.
bool IsDivision(std::string_view code);

// Whether the division `code` is `region` or lies below it. Trailing pairs (after the sixth digit, triples) of zeros in
// `region` stand for all levels below.
bool IsWithin(std::string_view code, std::string_view region);

}  // namespace jixiao::season
