// The rows of table submissions, and the steps that change them.
#pragma once

#include "common/store/database.h"
#include "intake/store/submission_store.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::intake {

// What ReadHead reads, up to the WHERE.
inline constexpr std::string_view kHeadColumns =
    "SELECT id, name, revision, state, form_digest, implementing_unit, project_name, fiscal_year, region_code, "
    "rule_set, create_time, update_time, version,"
    " archive_record, archive_index, problem, campaign, competent_department, late, stages, judged FROM submissions ";

SubmissionRow ReadHead(const store::Statement& row);

// The head of this name; nothing when there is none.
absl::StatusOr<std::optional<SubmissionRow>> FindHead(store::Database& db, std::string_view name);

// The heads of these ids, by id; without those that there are not.
absl::StatusOr<std::map<std::int64_t, SubmissionRow>> FindHeads(store::Database& db, std::span<const std::int64_t> ids);

// Who took a step, and why.
struct StepDetail {
  SubmissionAction action = v1::SUBMISSION_ACTION_UNSPECIFIED;
  v1::Actor actor;
  std::vector<v1::ReturnReason> reasons;
  std::string subject;
};

// A step of the service itself.
StepDetail BySystem(SubmissionAction action);

// Ids for new heads, in their order. To be asked in the transaction that writes the heads, so that their order is that
// of the commits.
absl::StatusOr<std::vector<std::int64_t>> ReserveHeadIds(store::Database& db, std::size_t count);

// Writes new heads, which have ids.
absl::Status InsertHeads(store::Database& db, std::span<const SubmissionRow> heads);
// Writes what a campaign decides of a head: rule set, stages, whether it is late.
absl::Status SaveTerms(store::Database& db, const SubmissionRow& head);
// Writes all that a new revision may change, its version too.
absl::Status SaveRevision(store::Database& db, const SubmissionRow& head);

// A step to be written; the database numbers it.
struct NewStep {
  std::int64_t submission = 0;
  Step step;
};
// The step that made a head what it is.
NewStep StepOf(const SubmissionRow& head, std::string_view note, const StepDetail& detail);
absl::Status InsertSteps(store::Database& db, std::span<const NewStep> steps);

// Writes a step of a head that is written already, and counts it in its campaign.
absl::Status AddStep(store::Database& db, const SubmissionRow& head, std::string_view note, const StepDetail& detail);
// The time of a step of this head that is taken now: never before the last one, whatever the system's clock did
// meanwhile.
inline std::int64_t TimeOfStep(const SubmissionRow& head, std::int64_t now) {
  return now < head.update_time ? head.update_time : now;
}
// Writes what a step changes of a head (state, time, archive record, problem), counts its version on, and adds the
// step.
absl::Status SaveStep(store::Database& db, SubmissionRow& head, std::string_view note, const StepDetail& detail);

// The steps of a submission after `after`, in their order.
absl::StatusOr<std::vector<Step>> ReadSteps(store::Database& db, std::int64_t submission, std::int64_t after);

// NOT_FOUND (SUBMISSION_NOT_FOUND).
absl::Status NoSubmission(std::string_view name);

}  // namespace jixiao::intake
