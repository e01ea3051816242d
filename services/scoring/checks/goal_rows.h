// What the goal's text counts, beside the rows that count the same.
#pragma once

#include "scoring/checks/checks.h"

namespace jixiao::scoring {

// A part of TEXT_TABLE; see goal_rows.cpp.
void CompareGoalWithRows(const CheckInput& input, FindingSink& findings);

}  // namespace jixiao::scoring
