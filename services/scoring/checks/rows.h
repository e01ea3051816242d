// What makes two indicator rows the same.
#pragma once

#include "jixiao/evaluation/v1/evaluation.pb.h"

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

}  // namespace jixiao::scoring
