// What makes two indicator rows the same, and what a row claims.
#pragma once

#include "scoring/engine/reading.h"

#include "jixiao/evaluation/v1/evaluation.pb.h"

#include <optional>
#include <string>
#include <string_view>

namespace jixiao::scoring {

// 三级指标 folded and without what only numbers or marks it: 指标1:, ★★★, 1、. Empty when nothing is left: 指标2.
std::string RowName(std::string_view level3);
// The same of a cell that is folded already: a part of it.
std::string_view RowNameIn(std::string_view folded);

// Name, target and actual value of a row, each folded, in a form that no other row's have; empty for a row that says
// nothing.
std::string RowContent(const evaluation::v1::Indicator& row);

// Whether a row claims to be complete, by its points, its completion or its figures; nothing when it claims neither.
std::optional<bool> IsDone(const IndicatorReading& row);

}  // namespace jixiao::scoring
