// Submissions from their bytes, as common/form_wire.h reads forms.
#pragma once

#include "common/form.h"

#include "jixiao/intake/v1/intake_service.pb.h"

#include <string_view>

namespace jixiao::intake {

// What reading told of a submission's form, beside the message.
struct FormAsRead {
  std::string_view bytes;  // the form as it came, to be kept as it is; empty: write it anew
  KnownOfForm known;
};

// Read `bytes` into `request`, which is empty, as the generated parser would; `form` lends from them. False when they
// cannot (see FieldReader): then `request` holds some part of them, and `form` nothing.
bool ReadSubmission(std::string_view bytes, v1::SubmitEvaluationRequest& request, FormAsRead& form);
bool ReadSubmission(std::string_view bytes, v1::BatchSubmitRequest& request, FormAsRead& form);

}  // namespace jixiao::intake
