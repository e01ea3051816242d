// What the methods of intake's services ask of every request.
#pragma once

#include "common/errors.h"
#include "common/rpc/actor.h"
#include "common/rpc/context.h"
#include "intake/api/request_id.h"
#include "intake/store/review_store.h"

#include "jixiao/intake/v1/intake_service.pb.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::intake {

inline constexpr std::size_t kMaxText = 2000;  // characters of what people say

// NOT_FOUND (SUBMISSION_NOT_FOUND).
absl::Status NotFound(std::string_view name);

// Whether the caller may see the submission; NOT_FOUND as if there were none, so that nobody learns whose there are.
absl::Status CheckVisible(const SubmissionRow& head, const rpc::CallContext& context);
// The submission of this name, if the caller may see it.
absl::StatusOr<SubmissionRow> FindVisible(SubmissionStore& store, const std::string& name,
                                          const rpc::CallContext& context);

// Adds what is wrong with an actor; one that is `required` has a name and a role.
void CheckActor(const v1::Actor& actor, std::string_view field, bool required, std::vector<FieldViolation>& faults);
// Adds a fault unless `text` has `least` to kMaxText characters and no control characters but line breaks and tabs.
void CheckText(std::string_view text, std::string_view field, std::size_t least, std::vector<FieldViolation>& faults);

// ReturnSubmission.
absl::Status GiveBack(SubmissionStore& store, ReviewStore& reviews, v1::ReturnSubmissionRequest& request,
                      v1::ReturnSubmissionResponse& response, const rpc::CallContext& context);

}  // namespace jixiao::intake
