// What people do with a submission, as pure functions: from the case as it is to the change that is to be stored.
#pragma once

#include "intake/workflow/findings.h"

#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::intake {

// A submission with what review knows of its newest revision.
struct CaseFile {
  SubmissionRow head;
  std::vector<v1::JudgedFinding> findings;  // empty before it is judged
  std::vector<v1::Review> reviews;          // of this revision, in their order
  std::optional<evaluation::v1::Scorecard> scorecard;
};

// What somebody decided: stored in one transaction with its step.
struct Decision {
  SubmissionState state = v1::SUBMISSION_STATE_UNSPECIFIED;  // afterwards
  SubmissionAction action = v1::SUBMISSION_ACTION_UNSPECIFIED;
  v1::Actor actor;
  std::vector<v1::ReturnReason> reasons;
  std::string text;                          // of the step
  std::string subject;                       // the finding or review concerned
  std::optional<v1::JudgedFinding> finding;  // as it becomes
  std::optional<v1::Review> review;          // added; its name is given by the store
  std::string problem;                       // what the submission's problem becomes
};

// All of them: FAILED_PRECONDITION (STATE_FORBIDS), PERMISSION_DENIED (ROLE_FORBIDS); `now` in microseconds.

// FAILED_PRECONDITION: STAGE_FORBIDS when it waits for another stage; FINDINGS_OPEN when a waiver ran out meanwhile.
absl::StatusOr<Decision> Approve(const CaseFile& file, v1::ReviewStage stage, const v1::Actor& actor,
                                 std::string_view comment, std::int64_t now);
absl::StatusOr<Decision> Return(const CaseFile& file, const v1::Actor& actor, std::span<const v1::ReturnReason> reasons,
                                std::string_view text, std::int64_t now);
absl::StatusOr<Decision> Withdraw(const CaseFile& file, const v1::Actor& actor, std::string_view reason,
                                  std::int64_t now);

// NOT_FOUND: FINDING_NOT_FOUND; FAILED_PRECONDITION: CLASS_FORBIDS when an answer is not what the finding asks for.
absl::StatusOr<Decision> AnswerFinding(const CaseFile& file, std::string_view finding, const v1::Actor& actor,
                                       std::string_view text, std::int64_t now);
absl::StatusOr<Decision> RequestWaiver(const CaseFile& file, std::string_view finding, const v1::Actor& actor,
                                       std::string_view reason, std::int64_t expire_time, std::int64_t now);
// Also WAIVER_NOT_REQUESTED, WAIVER_EXPIRED, and PERMISSION_DENIED SAME_PERSON for the requester.
absl::StatusOr<Decision> DecideWaiver(const CaseFile& file, std::string_view finding, bool approve,
                                      const v1::Actor& actor, std::string_view comment, std::int64_t now);

// INVALID_ARGUMENT (REVIEW_INVALID) when lines are not those of the scorecard or their scores are out of range.
absl::StatusOr<Decision> RecordReview(const CaseFile& file, const v1::Review& review, std::int64_t now);

// Whether two actors are one person: the same name, and not of two organizations that both are stated.
bool IsSamePerson(const v1::Actor& a, const v1::Actor& b);

}  // namespace jixiao::intake
