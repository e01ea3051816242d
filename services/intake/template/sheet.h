// A sheet before it is written: its cells with what they hold, how they look and what may be put in.
#pragma once

#include <string>
#include <vector>

namespace jixiao::forms {

enum class Look {
  kTitle,
  kCaption,  // the line below the title
  kHead,     // printed words: locked
  kText,     // to be filled in, left-aligned
  kCentre,   // to be filled in, centred
  kResult,   // a formula that may be overwritten
};

// What a cell lets in.
struct Entry {
  std::vector<std::string> choices;  // a drop-down; other text is let in, too
  bool amount = false;               // a number from 0 on
  std::string at_most;               // with amount: the cell that bounds it, such as G7
  std::string prompt;                // shown when the cell is chosen
};

struct SheetCell {
  int row = 0, column = 0;  // counted from 0
  int rows = 1, columns = 1;
  Look look = Look::kHead;
  std::string text;     // what it shows; a plain figure is stored as a number that shows just so
  std::string formula;  // "=…"; `text` is then its result
  std::string format;   // number format of a formula
  Entry entry;
};

struct Sheet {
  std::string name;
  std::vector<SheetCell> cells;
  std::vector<int> widths;  // of the columns, in characters
};

// "G7" for row 6, column 6.
std::string Reference(int row, int column);

// How a figure goes into a spreadsheet: the number's exact decimal text and the format that shows `text` again.
struct Figure {
  std::string number;
  std::string format;
};
// 16.2, 1,437.00, 86.5% …; `number` is empty for any other text, which stays text.
Figure FigureIn(const std::string& text);

}  // namespace jixiao::forms
