// The rows of table submissions, and the steps that change them.
#pragma once

#include "common/store/sqlite.h"
#include "intake/workflow/submission.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <optional>
#include <string_view>

namespace jixiao::intake {

// What ReadHead reads, up to the WHERE.
inline constexpr std::string_view kHeadColumns =
    "SELECT id, name, revision, state, form_digest, implementing_unit, project_name, fiscal_year, region_code, "
    "rule_set, create_time, update_time, version,"
    " archive_record, archive_index, problem, campaign, competent_department, late, stages FROM submissions ";

SubmissionRow ReadHead(const store::Statement& row);

// The head of this name; nothing when there is none.
absl::StatusOr<std::optional<SubmissionRow>> FindHead(store::Database& db, std::string_view name);

// Writes the changeable part of a head and the step that changed it, and counts it in its campaign.
absl::Status SaveStep(store::Database& db, const SubmissionRow& head, std::string_view note);

// NOT_FOUND (SUBMISSION_NOT_FOUND).
absl::Status NoSubmission(std::string_view name);

}  // namespace jixiao::intake
