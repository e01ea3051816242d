// Checks over the forms of one unit, department or season together: what no single form shows. Codes, titles and
// severities stand beside those of the other checks (checks/checks.h).
#pragma once

#include "scoring/engine/rules.h"

#include "jixiao/evaluation/v1/evaluation.pb.h"
#include "jixiao/evaluation/v1/scorecard.pb.h"
#include "jixiao/scoring/v1/scoring_service.pb.h"

#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <string_view>
#include <vector>

namespace jixiao::scoring {

// One form of a batch. What it points to must outlive the check.
struct BatchItem {
  std::string_view item_id;
  const evaluation::v1::SelfEvaluation* form = nullptr;
  // Kind, declared_total and computed_total are read.
  const evaluation::v1::Scorecard* scorecard = nullptr;
  bool aggregate = false;                   // sums up the others of its project (汇总表)
  std::optional<std::int64_t> submit_time;  // microseconds, as common/time.h
  std::optional<std::int64_t> due_time;
};

// Runs the checks that `rules` has switched on: ROLLUP, AGG, DUP_ROW, BATCH, in this order, each in the order of the
// items. The forms must have passed ValidateForm (common/form.h). Thread-safe; near linear in the size of all forms.
// Where `stop` is requested, it returns early with what it has.
std::vector<v1::BatchFinding> CheckBatch(std::span<const BatchItem> items, const Rules& rules,
                                         const std::stop_token& stop = {});

}  // namespace jixiao::scoring
