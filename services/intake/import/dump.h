// Forms whose text arrives as a list of cells in no reliable order: labels here, values there (seed of many PDF
// conversions). Only what can be told from the labels, the kinds of the values and the arithmetic is placed.
#pragma once

#include "intake/import/columns.h"
#include "intake/import/draft.h"

namespace jixiao::importing {

struct DumpResult {
  Columns indicators;  // the columns that the dump's header cells declare, for tables that follow; may be empty
  // Names that belong to head labels still without a value, in the order of the document.
  std::vector<const Cell*> head_labels;
  std::vector<const Cell*> names;
};

// Whether a dump holds a form: labels of its head and of its tables.
bool IsFormDump(const Grid& grid);

DumpResult ReadDump(const Grid& grid, Writer& writer);

// Gives the names found in the dump and in what follows it to the head labels, where that can be done in one way only.
void AssignNames(const DumpResult& dump, std::vector<const Cell*> more, Writer& writer);

}  // namespace jixiao::importing
