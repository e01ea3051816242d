#include "archiving/export/sheet.h"

#include <algorithm>

namespace jixiao::archiving::exporting {

int Sheet::AddRow(std::vector<Piece> pieces, int head) {
  taken_until_.resize(widths.size());
  const int row = rows++;
  heads.push_back(head);
  std::size_t column = 0;
  for (Piece& piece : pieces) {
    while (column < widths.size() && taken_until_[column] > row) ++column;
    const std::size_t end = std::min(widths.size(), column + static_cast<std::size_t>(piece.columns));
    if (column >= end) break;
    cells.push_back({row, static_cast<int>(column), piece.rows, static_cast<int>(end - column), piece.style,
                     std::move(piece.text)});
    for (; column < end; ++column) taken_until_[column] = row + piece.rows;
  }
  return row;
}

}  // namespace jixiao::archiving::exporting
