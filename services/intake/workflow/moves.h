// The moves of a submission: one table says what may be done in which state, by whom, and where it leads. Everything
// that changes a state asks it.
#pragma once

#include "intake/workflow/submission.h"

#include "jixiao/intake/v1/action.pb.h"

#include <absl/status/statusor.h>

#include <cstdint>
#include <span>
#include <string_view>

namespace jixiao::intake {

using v1::ActorRole;
using v1::SubmissionAction;

// A set of roles, a bit each.
using Roles = std::uint32_t;
constexpr Roles RoleBit(ActorRole role) {
  return Roles{1} << static_cast<int>(role);
}

// Where a move leads.
enum class Target {
  kStay,       // the state remains
  kAccepted,   // to scoring
  kScored,     // has a scorecard
  kJudged,     // back to the unit, to whoever has to answer, or to the first stage: by the findings
  kAnswered,   // to the first stage once nothing is open; stays until then
  kNextStage,  // to the stage after this one, or APPROVED after the last
  kReturned,
  kWithdrawn,
  kArchived,
  kStuck,
};

struct Move {
  SubmissionState from = v1::SUBMISSION_STATE_UNSPECIFIED;
  SubmissionAction action = v1::SUBMISSION_ACTION_UNSPECIFIED;
  Roles roles = 0;
  Target target = Target::kStay;
};

// The table. What is not in it is forbidden.
std::span<const Move> Moves();

// The move, or nullptr when the state does not allow it.
const Move* FindMove(SubmissionState from, SubmissionAction action);

// What of a submission decides where a move leads.
struct Standing {
  std::span<const v1::ReviewStage> stages;
  int invalid = 0;  // findings that the form must be changed for
  int open = 0;     // findings that nobody answered for, and no waiver in force covers
};

// The state that `action` by `role` leads to. FAILED_PRECONDITION (STATE_FORBIDS), PERMISSION_DENIED (ROLE_FORBIDS).
absl::StatusOr<SubmissionState> StateAfter(SubmissionState from, SubmissionAction action, ActorRole role,
                                           const Standing& standing);

// Whether a submission's findings are classed and hold it up: it has stages, or was asked to be judged.
inline bool IsReviewed(const SubmissionRow& head) {
  return head.judged || !head.stages.empty();
}

// Whether the pipeline may archive it: scored where nobody reviews, approved where somebody does.
inline bool MayArchive(const SubmissionRow& head) {
  return head.state == v1::SUBMISSION_STATE_APPROVED ||
         (head.state == v1::SUBMISSION_STATE_SCORED && !IsReviewed(head));
}

// The stage that a state of review waits for; UNSPECIFIED for any other state.
v1::ReviewStage StageOf(SubmissionState state);

// Names in Chinese.
std::string_view TitleOf(SubmissionAction action);
std::string_view TitleOf(ActorRole role);
std::string_view TitleOf(v1::ReviewStage stage);
std::string_view TitleOf(v1::ReturnReason reason);

}  // namespace jixiao::intake
