// What a request says, digested: under one request id the same digest gets the first answer again, another is refused.
// Knows no gRPC.
#pragma once

#include "jixiao/intake/v1/intake_service.pb.h"

#include <absl/status/statusor.h>

#include <string>
#include <string_view>

namespace jixiao::intake {

absl::StatusOr<std::string> RequestDigest(const v1::ReturnSubmissionRequest& request);

// `form_digest` is that of its form.
absl::StatusOr<std::string> RequestDigest(const v1::SubmitEvaluationRequest& request, std::string_view form_digest);

}  // namespace jixiao::intake
