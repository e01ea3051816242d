// One form as it is asked to be taken in: what single calls and streams have in common.
#pragma once

#include "common/rpc/context.h"
#include "common/rpc/wire.h"
#include "intake/api/request_id.h"
#include "intake/api/submission_reader.h"
#include "intake/store/submission_store.h"
#include "intake/workflow/pipeline.h"

#include "jixiao/intake/v1/intake_service.pb.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <string>
#include <string_view>

namespace jixiao::intake {

// Reads a SubmitEvaluationRequest or a BatchSubmitRequest; errors as rpc::Read. `form` lends from `bytes`.
template <class Request>
absl::Status ReadRequest(std::string_view bytes, Request& request, FormAsRead& form) {
  return ReadSubmission(bytes, request, form) ? absl::OkStatus() : rpc::Read(bytes, request);
}

// INVALID_ARGUMENT with all faults of the request.
absl::Status Validate(const v1::SubmitEvaluationRequest& request, const FormAsRead& as_read);

// Everything that a submission says, digested, and who hands it in; also computes the form's own digest.
// PERMISSION_DENIED (OUT_OF_SCOPE) for a form that is not the caller's.
absl::StatusOr<Acceptance> ToAcceptance(const v1::SubmitEvaluationRequest& request, const rpc::CallContext& context,
                                        const FormAsRead& as_read);

// Asks scoring whether it knows the rule set; blocks. NOT_FOUND (RULE_SET_NOT_FOUND), INVALID_ARGUMENT. With scoring
// away it is OK: an unknown rule set is then found by the pipeline.
absl::Status CheckRuleSet(Scorer& scorer, const std::string& rule_set);

}  // namespace jixiao::intake
