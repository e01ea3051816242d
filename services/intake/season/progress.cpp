#include "intake/season/progress.h"

namespace jixiao::season {

using namespace intake::v1;

void Add(Progress& progress, SubmissionState state, bool late, std::int64_t entries) {
  progress.set_expected(progress.expected() + entries);
  if (state == SUBMISSION_STATE_UNSPECIFIED || state == SUBMISSION_STATE_WITHDRAWN) {
    progress.set_missing(progress.missing() + entries);
    return;
  }
  progress.set_handed_in(progress.handed_in() + entries);
  if (late)
    progress.set_late(progress.late() + entries);
  else
    progress.set_in_time(progress.in_time() + entries);
  switch (state) {
    case SUBMISSION_STATE_AWAITING_ANSWERS:
      return progress.set_awaiting_answers(progress.awaiting_answers() + entries);
    case SUBMISSION_STATE_DEPARTMENT_REVIEW:
    case SUBMISSION_STATE_FINANCE_REVIEW:
      return progress.set_in_review(progress.in_review() + entries);
    case SUBMISSION_STATE_APPROVED:
      return progress.set_approved(progress.approved() + entries);
    case SUBMISSION_STATE_ARCHIVED:
      return progress.set_archived(progress.archived() + entries);
    case SUBMISSION_STATE_RETURNED:
      return progress.set_returned(progress.returned() + entries);
    case SUBMISSION_STATE_STUCK:
      return progress.set_stuck(progress.stuck() + entries);
    default:
      return progress.set_processing(progress.processing() + entries);
  }
}

bool IsMissing(SubmissionState state) {
  return state == SUBMISSION_STATE_UNSPECIFIED || state == SUBMISSION_STATE_WITHDRAWN ||
         state == SUBMISSION_STATE_RETURNED;
}

}  // namespace jixiao::season
