// Numbers of a spreadsheet as they are displayed, computed on decimal digits only.
#pragma once

#include <string>
#include <string_view>

namespace jixiao::importing {

// The built-in format of that number as format code; "General" for those that stand for it or are not known.
std::string_view BuiltinFormat(int id);

// `stored` (the text of a double, such as 71.43000000000001 or 1.5E-3) by format code `code`: "General", 0.00%,
// #,##0.00, yyyy"年"m"月"d"日" … Digits beyond the fifteenth are what binary storage added and are rounded away. What
// is no number comes back unchanged. `date1904`: serial dates count from 1904.
std::string FormatNumber(std::string_view stored, std::string_view code, bool date1904 = false);

}  // namespace jixiao::importing
