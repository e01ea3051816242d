// What every scorecard promises, for any form and any rule set.
#pragma once

#include "scoring/engine/rules.h"

#include "jixiao/evaluation/v1/evaluation.pb.h"

#include <string>

namespace jixiao::fuzz {

// Scores `form`, twice, and says which promise of scorecard.proto is broken; nothing when all are kept.
std::string CardFaults(const evaluation::v1::SelfEvaluation& form, const scoring::Rules& rules);

}  // namespace jixiao::fuzz
