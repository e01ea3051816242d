// TEXT_TABLE, of what is said of the funds beside the table, in words or in the project's name.
#pragma once

#include "scoring/checks/checks.h"

namespace jixiao::scoring {

// Compares the project's name, the goal's completion and the report with the funds table. Linear in their sizes.
void CompareFundsWithWords(const CheckInput& input, FindingSink& findings);

}  // namespace jixiao::scoring
