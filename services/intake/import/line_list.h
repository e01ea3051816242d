// Forms whose text arrives with one cell a line: the tables' shape is gone, the order of the cells is not.
#pragma once

#include "intake/import/document.h"

namespace jixiao::importing {

// Turns paragraphs that are the cells of a form, one a line, back into a table: labels with the value behind them, rows
// of the funds table by the number of its columns, rows of the indicator table by what their cells say. Paragraphs
// before and after stay. Does nothing when the document has tables, or lines that say otherwise.
void RebuildFromLines(Document& document);

}  // namespace jixiao::importing
