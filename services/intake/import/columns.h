// Rows of a grid and the columns that a header row declares.
#pragma once

#include "intake/import/document.h"
#include "intake/import/vocabulary.h"

#include <string>
#include <vector>

namespace jixiao::importing {

// The cells that begin in one row.
struct Row {
  std::vector<const Cell*> cells;   // all
  std::vector<const Cell*> filled;  // those with text that is displayed
  bool after_gap = false;           // the row's beginning is lost
};

// The rows of a grid. Rows of plain text are cut where a gap runs through them, unless a header row goes on behind it.
std::vector<Row> RowsOf(const Grid& grid);

struct Column {
  Role role = Role::kOther;
  int from = 0, to = 0;  // columns of the grid, half open
  const Cell* header = nullptr;
  std::string source;  // funds under a divided head: 财政拨款
};

// The columns of a table, as its header row (or two) declares them.
struct Columns {
  std::vector<Column> columns;
  std::vector<const Cell*> labels;  // every cell that is part of the header, block labels too
  bool gutter = false;              // a column for the block label stands before the first one
  int header_rows = 1;
  std::size_t header_cells = 0;  // plain text: rows of so many cells stand under the header place by place; 0 for none
  bool exact = true;             // column numbers can be trusted

  bool Has(Role role) const;
  const Column* Find(Role role) const;
  // The column that `cell` stands in; null when it stands in none.
  const Column* At(const Cell& cell) const;
  int first() const { return columns.empty() ? 0 : columns.front().from; }
  std::size_t width() const { return columns.size() + (gutter ? 1 : 0); }
};

// The columns when rows[at] is the header row of a funds table (an indicator table); none otherwise. `labels` then
// holds what the header consists of.
Columns FundsHeader(const std::vector<Row>& rows, std::size_t at, Layout layout);
Columns IndicatorsHeader(const std::vector<Row>& rows, std::size_t at, Layout layout);

// How well a cell suits a column of this role, by what it says: positive for likely, strongly negative for unlikely.
int FitOf(const Cell& cell, Role role);
// The same with the cell behind it, which tells the names that are a level's and an indicator's apart; null for none.
int FitOf(const Cell& cell, const Cell* next, Role role);

// Gives the columns places one after the other, for rows that have a cell for each.
void Renumber(Columns& columns);

// Whether each cell of the row stands in the column that its position says.
bool StandsInPlace(const Row& row, const Columns& columns, bool same_grid);

// Which column each of row.cells stands in, by position where that is sure and by what the cells say where merged or
// lost cells have shifted them. Null for none.
std::vector<const Column*> Assign(const Row& row, const Columns& columns, bool same_grid);

}  // namespace jixiao::importing
