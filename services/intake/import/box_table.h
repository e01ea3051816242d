// Tables drawn with box characters: │ 项目名称 │ … │ between ├───┼───┤.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::importing {

struct BoxCell {
  std::string text;
  int row = 0, column = 0, rows = 1, columns = 1;  // in the grid that all bars of the table make together
  int line = 0;                                    // first line, counted from 0
};

// Whether a line belongs to such a table.
bool IsBoxLine(std::string_view line);

// The cells of consecutive box lines, by row and column. Where bars of different lines stand up to one column apart
// (full-width text makes them drift), they are taken for the same.
std::vector<BoxCell> ReadBoxTable(std::span<const std::string> lines);

}  // namespace jixiao::importing
