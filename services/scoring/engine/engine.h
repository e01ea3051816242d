// Scores a form by a rule set: the one entry point of the scoring library. No gRPC, no storage, no clock: the same
// form, rules and engine revision give the same scorecard for ever.
#pragma once

#include "scoring/engine/rules.h"

#include "jixiao/evaluation/v1/evaluation.pb.h"
#include "jixiao/evaluation/v1/scorecard.pb.h"

#include <string_view>

namespace jixiao::scoring {

// Goes up by one with each release under which any form could get another card by the same rules: a new check, another
// wording, a mended reading. What was archived under an older one then says why it cannot be computed again byte by
// byte.
inline constexpr int kEngineRevision = 7;

// Fills `card` (cleared first; it may live on an arena). `selected_by` says in Chinese why these rules were chosen. The
// form must have passed ValidateForm (common/form.h). Thread-safe; linear in the size of the form.
void Score(const evaluation::v1::SelfEvaluation& form, const Rules& rules, std::string_view selected_by,
           evaluation::v1::Scorecard& card);

}  // namespace jixiao::scoring
