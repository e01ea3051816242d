// A document as all readers give it: paragraphs and grids of cells in reading order, each cell with its text as
// displayed and its place. What the text means is for the recogniser.
#pragma once

#include "jixiao/intake/v1/import.pb.h"

#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::importing {

// Where a cell stands; numbers count from 1, 0 where they do not apply.
struct Place {
  std::string sheet;  // spreadsheets
  int table = 0;      // texts with tables
  int row = 0;
  int column = 0;
  int paragraph = 0;  // paragraph of an office document, line of a plain text

  intake::v1::CellLocation ToProto() const;
};

// "G7" for row 7, column 7.
std::string A1(int row, int column);

// A place for people: 工作表“表1” G7, 表格 2 第 3 行第 4 列, 第 12 段.
std::string Describe(const intake::v1::CellLocation& place);

struct Cell {
  // Goes on with `next`, of which it keeps text and place.
  void Join(const Cell& next, std::string_view between = {});

  // What a cell was put together of.
  struct Part {
    std::string text;
    Place place;
  };

  std::string text;  // as displayed, lines separated by \n
  int row = 0;       // position in the grid, counted from 0
  int column = 0;
  int rows = 1;  // merged over so many
  int columns = 1;
  bool after_gap = false;    // plain text: something was lost before this cell (a page break ran through the table)
  bool covered = false;      // lies under a merged cell or in a hidden row or column and is not displayed
  bool hidden = false;       // the latter
  bool no_value = false;     // a formula without a stored result; `text` is the formula
  bool placeholder = false;  // held ready by the template and not filled: ……, 指标2; covered, too
  int heading = 0;           // paragraphs: outline level of a heading style, 0 for body text
  Place place;
  std::vector<Part> parts;  // where several cells or lines became one; empty otherwise
};

// How cells of a grid find their column.
enum class Layout {
  kExact,  // column numbers are the document's: office tables, spreadsheets
  kLoose,  // cells follow each other, but merged or lost cells may have shifted them: plain text
  kDump,   // a list of cells in no reliable order
};

struct Grid {
  Layout layout = Layout::kExact;
  std::string sheet;
  bool hidden = false;     // a hidden sheet
  std::deque<Cell> cells;  // by row, then column; cells without text are there only where the reader knows of them
};

// A paragraph or a grid.
struct Block {
  bool is_grid = false;
  Cell paragraph;
  Grid grid;
};

struct Document {
  std::string media_type;
  intake::v1::TemplateHint template_hint;  // from the document's properties
  std::deque<Block> blocks;
  std::vector<int> scanned_pages;  // pages of which nothing could be read, counted from 1
};

}  // namespace jixiao::importing
