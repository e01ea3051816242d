// Which submissions a list, a pull or a watch is about.
#pragma once

#include "common/scope.h"
#include "intake/workflow/submission.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace jixiao::intake {

// What is empty or absent admits everything.
struct SubmissionFilter {
  std::string campaign = {};
  std::string region = {};      // beginning of the division code
  std::string department = {};  // as written
  std::string unit = {};        // as written
  int year = 0;
  std::vector<SubmissionState> states = {};
  std::optional<bool> late = {};
  std::optional<std::int64_t> updated_from = {};    // microseconds since 1970
  std::optional<std::int64_t> updated_before = {};  // not at this time any more
  std::string text = {};                            // stands in the unit's or the project's name
  Scope scope = {};                                 // whose submissions the asker may see
};

// Whether a submission fits, taking `state` and `time` for its state and its last change: for a list they are its own,
// for a change in its life those of the change.
bool Matches(const SubmissionFilter& filter, const SubmissionRow& row, SubmissionState state, std::int64_t time);
bool Matches(const SubmissionFilter& filter, const SubmissionRow& row);

}  // namespace jixiao::intake
