// Narrative text into sections: headings by their numbering or style, the text below them.
#pragma once

#include "intake/import/document.h"
#include "intake/import/draft.h"

#include <string>
#include <vector>

namespace jixiao::importing {

// A stretch of a document without a form: paragraphs, and the rows of tables that stand among them.
struct Passage {
  struct Item {
    const Cell* paragraph = nullptr;  // or
    std::vector<const Cell*> row;     // the cells of a table's row
  };
  std::vector<Item> items;
  int after_form = -1;  // index of the form before it; -1 for none

  bool IsReport() const;      // enough of a text, or with headings, to be a written report
  std::string Title() const;  // its title, lines joined; empty when it has none
  std::string Text() const;   // all text, for looking things up
};

// What a paragraph is: a heading, and the text that follows it on the same line.
struct HeadingSplit {
  std::string heading, text;  // both empty: nothing there
};
HeadingSplit SplitHeading(const Cell& paragraph);

// Adds the passage's sections to the form. Cells that exceed the contract's limits go to unread.
void AddReport(const Passage& passage, Writer& writer);

// The heads of a form that consists of a report alone: title, year, unit, project name and the amounts of budget and
// expenditure, as far as the text states them.
void ReadReportHead(const Passage& passage, Writer& writer);

}  // namespace jixiao::importing
