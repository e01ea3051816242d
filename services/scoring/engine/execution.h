// Budget execution: its line, its points, and what it does to the total.
#pragma once

#include "scoring/engine/reading.h"
#include "scoring/engine/rules.h"

#include "jixiao/evaluation/v1/scorecard.pb.h"

#include <cstddef>
#include <optional>
#include <span>

namespace jixiao::scoring {

struct LineResult;

// The last of the rows behind parts[i] that split it once more in this column: those that add up to it, two at least,
// or one that names the budget it comes from (一般公共预算 below 财政拨款); `i` when there are none.
std::size_t LastChildOf(std::span<const FundReading* const> parts, std::size_t i,
                        std::optional<Decimal> FundReading::*column);

// Budget and execution that the execution line rests on, in 万元.
struct Execution {
  std::optional<Decimal> budget;
  std::optional<Decimal> executed;
};

// The total row's, or what its parts add up to where it is blank or 0 above them; with no total row, budgets and
// executions of all rows are added up.
Execution ExecutionOf(const FormReading& reading);

// Scores budget execution on `weight` points; `declared` is what the form gives itself for it.
LineResult ScoreExecution(const Execution& e, const Decimal& weight, const std::optional<Decimal>& declared,
                          const Rules& rules, evaluation::v1::ScoreLine& line);

// Points of budget execution by the rules alone; nothing when the rate cannot be computed and the rules give no points
// for that.
std::optional<Decimal> ExecutionPoints(const Decimal& budget, const Decimal& executed, const Decimal& weight,
                                       const Rules& rules);

// The cap that the execution rate puts on the form's total; nullptr for none.
const CompiledTotalCap* TotalCapOf(const Execution& execution, const Rules& rules);

}  // namespace jixiao::scoring
