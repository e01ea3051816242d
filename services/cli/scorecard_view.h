// A scorecard as people read it.
#pragma once

#include "jixiao/evaluation/v1/evaluation.pb.h"
#include "jixiao/evaluation/v1/scorecard.pb.h"

#include <ostream>
#include <string>
#include <string_view>

namespace jixiao::cli {

// The computed total in one cell of a table: marked when it is only a reference, and said when there is none.
std::string TotalOf(const evaluation::v1::Scorecard& card);

// The cell that a path of the contract names: "indicators[3].actual" is 第 4 项指标·实际完成值. What is no known path
// stays as it is.
std::string PlaceOf(const std::string& path);

// Prints totals, lines, adjustments and findings. `form` gives the names of the rows; nullptr when it is not at hand.
// `explain` adds the arithmetic of each line.
void PrintScorecard(const evaluation::v1::Scorecard& card, const evaluation::v1::SelfEvaluation* form, bool explain,
                    std::ostream& out);

// 错误, 警告 or 提示.
std::string_view TitleOf(evaluation::v1::Severity severity);

}  // namespace jixiao::cli
