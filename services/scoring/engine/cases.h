// The cases of a rule set: filled forms with the scores that its rules must give them. They are how a finance bureau
// states by example what it means, and publication recomputes each of them.
#pragma once

#include "common/errors.h"
#include "scoring/engine/rules.h"

#include <vector>

namespace jixiao::scoring {

// Scores every case and names each deviation by its field ("cases[2].lines[0].computed_score", "cases[0].grade") with
// what is expected and what the rules give; a form that breaks the contract, and an expectation that can never hold,
// too. Empty when all cases hold. Points are compared as numbers: 9.6 is 9.60. Thread-safe.
std::vector<FieldViolation> CheckCases(const Rules& rules);

}  // namespace jixiao::scoring
