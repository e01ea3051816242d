// How a row's cells are shown to people.
#pragma once

#include "scoring/engine/reading.h"

#include "jixiao/evaluation/v1/scorecard.pb.h"

#include <string>
#include <string_view>

namespace jixiao::scoring {

// Appends the start of a cell as it was written: trimmed, runs of spaces and line breaks as one space, at most 120
// bytes, no character cut.
void AppendExcerpt(std::string& out, std::string_view cell);

// Fills criterion, observation and achievement, which are empty: figures as they were understood, other cells as they
// were written.
void DescribeMeasure(const IndicatorReading& row, const Rules& rules, evaluation::v1::ScoreLine& line);

// Appends "指标值 …，实际完成 …：", and which quantity counts where there are several.
void AppendIntroduction(std::string& out, const IndicatorReading& row, const evaluation::v1::ScoreLine& line);

}  // namespace jixiao::scoring
