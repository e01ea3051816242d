// A scorecard as people read it.
#pragma once

#include "jixiao/evaluation/v1/evaluation.pb.h"
#include "jixiao/evaluation/v1/scorecard.pb.h"

#include <ostream>
#include <string_view>

namespace jixiao::cli {

// Prints totals, lines and findings. `form` gives the names of the rows; nullptr when it is not at hand. `explain` adds
// the arithmetic of each line.
void PrintScorecard(const evaluation::v1::Scorecard& card, const evaluation::v1::SelfEvaluation* form, bool explain,
                    std::ostream& out);

// 错误, 警告 or 提示.
std::string_view TitleOf(evaluation::v1::Severity severity);

}  // namespace jixiao::cli
