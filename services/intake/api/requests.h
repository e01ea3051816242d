// What the methods of intake's services ask of every request.
#pragma once

#include "common/errors.h"
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

// Adds what is wrong with an actor; one that is `required` has a name and a role.
void CheckActor(const v1::Actor& actor, std::string_view field, bool required, std::vector<FieldViolation>& faults);
// Adds a fault unless `text` has `least` to kMaxText characters and no control characters but line breaks and tabs.
void CheckText(std::string_view text, std::string_view field, std::size_t least, std::vector<FieldViolation>& faults);

// ReturnSubmission.
absl::Status GiveBack(ReviewStore& reviews, const v1::ReturnSubmissionRequest& request,
                      v1::ReturnSubmissionResponse& response, const rpc::CallContext& context);

}  // namespace jixiao::intake
