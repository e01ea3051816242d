// What a submission is while intake carries it. Which changes of state are allowed: moves.h.
#pragma once

#include "jixiao/intake/v1/intake_service.pb.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::intake {

using v1::SubmissionState;

// A submission's head: everything but the contents of its revisions.
struct SubmissionRow {
  std::int64_t id = 0;  // in the order of acceptance
  std::string name;     // submissions/…
  int revision = 0;
  SubmissionState state = v1::SUBMISSION_STATE_UNSPECIFIED;
  std::string form_digest;
  std::string implementing_unit;
  std::string project_name;
  int fiscal_year = 0;
  std::string region_code;
  std::string rule_set;  // as asked for; empty: chosen by the form
  std::int64_t create_time = 0;
  std::int64_t update_time = 0;
  std::int64_t version = 0;  // grows with every change; the etag
  std::string archive_record;
  std::int64_t archive_index = -1;
  std::string problem;
  std::string campaign;              // campaigns/…; empty without one
  std::string competent_department;  // as written
  bool late = false;                 // after the campaign's due time
  std::vector<v1::ReviewStage> stages;
  bool judged = false;  // its findings are classed even where there are no stages
};

// The head as callers see it, without its scorecard.
void ToProto(const SubmissionRow& head, v1::Submission& out);

// A new name: sorted by time in its first half, not to be guessed in its second.
std::string NewSubmissionName(std::int64_t now);

// The name of one revision, which is also its key in the archive.
std::string RevisionName(std::string_view submission, int revision);

// Nothing more happens to it unless someone acts.
constexpr bool IsAtRest(SubmissionState state) {
  return state == v1::SUBMISSION_STATE_ARCHIVED || state == v1::SUBMISSION_STATE_STUCK ||
         state == v1::SUBMISSION_STATE_RETURNED || state == v1::SUBMISSION_STATE_WITHDRAWN;
}

// It goes on when somebody answers or reviews.
constexpr bool WaitsForPeople(SubmissionState state) {
  return state == v1::SUBMISSION_STATE_AWAITING_ANSWERS || state == v1::SUBMISSION_STATE_DEPARTMENT_REVIEW ||
         state == v1::SUBMISSION_STATE_FINANCE_REVIEW;
}

// The state in Chinese.
std::string_view TitleOf(SubmissionState state);

}  // namespace jixiao::intake
