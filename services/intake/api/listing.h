// ListSubmissions and ListChanges.
#pragma once

#include "common/scope.h"
#include "intake/store/submission_store.h"

#include "jixiao/intake/v1/intake_service.pb.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <string>

namespace jixiao::intake {

// Only what lies in `scope`. A filter that asks for somebody else's finds nothing.
absl::Status ListSubmissions(SubmissionStore& store, const Scope& scope, const v1::ListSubmissionsRequest& request,
                             v1::ListSubmissionsResponse& response);
absl::Status ListChanges(SubmissionStore& store, const Scope& scope, const v1::ListChangesRequest& request,
                         v1::ListChangesResponse& response);

// The filter as the store takes it, within `scope`; INVALID_ARGUMENT with all its faults, their paths below "filter".
absl::StatusOr<SubmissionFilter> ReadFilter(const v1::SubmissionFilter& filter, const Scope& scope);

// A cursor as the sequence it stands for; INVALID_ARGUMENT (CURSOR_INVALID). Empty: from the first.
absl::StatusOr<std::int64_t> ReadCursor(const std::string& cursor);
std::string CursorAt(std::int64_t sequence);

void ToProto(const ChangedSubmission& change, v1::SubmissionChange& out);

}  // namespace jixiao::intake
