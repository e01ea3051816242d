#include "intake/import/document.h"

#include "common/text.h"

#include <algorithm>

namespace jixiao::importing {

std::string A1(int row, int column) {
  std::string letters;
  for (int left = column; left > 0; left = (left - 1) / 26) letters += static_cast<char>('A' + (left - 1) % 26);
  std::reverse(letters.begin(), letters.end());
  return Cat(letters, row);
}

intake::v1::CellLocation Place::ToProto() const {
  intake::v1::CellLocation out;
  out.set_sheet(sheet);
  out.set_table(table);
  out.set_row(row);
  out.set_column(column);
  if (!sheet.empty() && row > 0 && column > 0) out.set_a1(A1(row, column));
  out.set_paragraph(paragraph);
  return out;
}

void Cell::Join(const Cell& next, std::string_view between) {
  if (parts.empty()) parts.push_back({text, place});
  Append(text, between, next.text);
  parts.push_back({next.text, next.place});
}

std::string Describe(const intake::v1::CellLocation& place) {
  if (!place.sheet().empty()) return Cat("工作表“", place.sheet(), "” ", place.a1());
  if (place.table() > 0) return Cat("表格 ", place.table(), " 第 ", place.row(), " 行第 ", place.column(), " 列");
  if (place.paragraph() > 0) return Cat("第 ", place.paragraph(), " 段");
  return "";
}

}  // namespace jixiao::importing
