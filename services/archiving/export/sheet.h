// A page of tables as it is signed, before it is written as xlsx, HTML or PDF: cells on a grid, some merged.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace jixiao::archiving::exporting {

enum class Style {
  kTitle,    // the name of the form
  kCaption,  // a line below the title, without borders
  kLabel,    // what the form itself prints
  kHead,     // the head of a column, repeated on each page
  kText,     // what the unit wrote
  kFigure,   // a short value, in the middle
  kSection,  // a heading over the whole width
  kNote,     // small print over the whole width, without borders
};

struct SheetCell {
  int row = 0;
  int column = 0;
  int rows = 1;
  int columns = 1;
  Style style = Style::kText;
  std::string text;
};

struct Sheet {
  std::string name;         // of the worksheet
  std::vector<int> widths;  // of the columns, relative to each other
  int rows = 0;
  std::vector<SheetCell> cells;  // by row, then column; no two overlap
  std::vector<int> heads;        // for each row the row that is repeated above it on a new page; -1 for none
  bool page_before = false;      // starts on a page of its own
  bool landscape = false;

  // Adds a row of cells from the left. `spans` are the columns that each takes.
  struct Piece {
    Style style;
    std::string text;
    int columns = 1;
    int rows = 1;
  };
  // Places skipped by earlier merged cells are passed over. The row's number.
  int AddRow(std::vector<Piece> pieces, int head = -1);
  // One cell over the whole width.
  int AddLine(Style style, std::string text) {
    return AddRow({{style, std::move(text), static_cast<int>(widths.size())}});
  }

 private:
  std::vector<int> taken_until_;  // for each column the first row that no merged cell covers
};

}  // namespace jixiao::archiving::exporting
