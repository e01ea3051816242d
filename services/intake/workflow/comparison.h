// Declared, computed and reviewed scores side by side (复核). Exact decimals throughout.
#pragma once

#include "jixiao/evaluation/v1/evaluation.pb.h"
#include "jixiao/evaluation/v1/scorecard.pb.h"
#include "jixiao/intake/v1/review.pb.h"
#include "jixiao/intake/v1/review_record.pb.h"

#include <absl/status/status.h>

#include <span>
#include <string>

namespace jixiao::intake {

// Whether the reviewer's lines are lines of the card, each once, with scores from 0 to the line's weight, and reasons
// where they differ from the computed score (or the declared one, where nothing was computed). INVALID_ARGUMENT
// (REVIEW_INVALID) with all paths at fault.
absl::Status CheckLines(const v1::Review& review, const evaluation::v1::Scorecard& card);

// The sum of all lines by a review: as reviewed, else as computed, else as declared; and the card's adjustments. Two
// places. Empty when no line has a score. The lines must have passed CheckLines.
std::string TotalBy(const v1::Review& review, const evaluation::v1::Scorecard& card);

// All lines of the card and their total. `form` names the rows. `reviews` in order of time; of one reviewer the newest
// counts, the earlier ones are set apart.
void Compare(const evaluation::v1::Scorecard& card, const evaluation::v1::SelfEvaluation& form,
             std::span<const v1::Review> reviews, v1::GetReviewResponse& out);

}  // namespace jixiao::intake
