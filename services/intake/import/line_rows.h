// Cells that follow each other without rows, cut where each row has all of its cells: what a form shows that was copied
// one cell a line.
#pragma once

#include "intake/import/columns.h"

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace jixiao::importing {

// Where a cell belongs: a place among the columns, and whether it begins a row.
struct Slot {
  std::size_t column = 0;
  bool fresh = false;
};

// The slots of all cells, when they come out as rows without a gap: names of levels where they change, a name, every
// value with the figures under 分值 and 得分, a reason or none. Nothing where one row does not: then what the cells say
// has to tell. Groups may be called in words of their own, 项目立项, where the figures leave no other place for them.
std::optional<std::vector<Slot>> WholeRows(std::span<const Cell> cells, const Columns& columns);

}  // namespace jixiao::importing
