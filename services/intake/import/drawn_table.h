// Tables that are drawn with strokes on a page, as in a PDF: which strokes make one, and which cells they enclose.
#pragma once

#include "intake/import/pdf_trace.h"

#include <span>
#include <vector>

namespace jixiao::importing {

// A cell: columns [column, column + columns) and rows alike, counted from 0.
struct DrawnCell {
  int row = 0, column = 0, rows = 1, columns = 1;
};

struct DrawnTable {
  std::vector<double> xs, ys;    // of the borders, ascending; one more than columns and rows
  std::vector<DrawnCell> cells;  // by row, then column

  double left() const { return xs.front(); }
  double right() const { return xs.back(); }
  double top() const { return ys.front(); }
  double bottom() const { return ys.back(); }
  // Index in `cells` of the one at a point; -1 outside of the table.
  int CellAt(double x, double y) const;

  std::vector<int> owner;  // index of the cell over each field of the grid, row by row
};

// The tables by their upper edges. Borders that are not drawn at one side of a table are supplied; strokes that cross
// no other are underlines. Costs O(level strokes × upright strokes); empty when a page has more strokes than any table.
std::vector<DrawnTable> FindTables(std::span<const Stroke> strokes);

}  // namespace jixiao::importing
