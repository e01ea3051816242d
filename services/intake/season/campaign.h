// What a campaign (申报批次) may be, how it may change, and which forms it takes at which moment.
#pragma once

#include "common/errors.h"

#include "jixiao/evaluation/v1/evaluation.pb.h"
#include "jixiao/intake/v1/campaign.pb.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::season {

using intake::v1::Campaign;

// A moment that never comes, where a campaign does not say one.
inline constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

// A campaign of this id; whether `id` may be one.
std::string CampaignName(std::string_view id);
bool IsCampaignId(std::string_view id);

// When late forms are not taken any more, and when the content of reserved ones is not: microseconds, or kNever.
std::int64_t CloseMicros(const Campaign& campaign);
std::int64_t ContentDueMicros(const Campaign& campaign);

// All that is wrong with a campaign that somebody wants to have, each with its path below `root`.
std::vector<FieldViolation> FaultsOf(const Campaign& campaign, std::string_view root);

// What `after` changes that `before` does not allow any more at `now`: of an open campaign everything that forms were
// taken by; times can only be postponed. FAILED_PRECONDITION (CAMPAIGN_CLOSED) for a closed one.
absl::Status MayChange(const Campaign& before, const Campaign& after, std::int64_t now);

// What a form says of itself, for its campaign.
struct FormFacts {
  evaluation::v1::FormKind kind = evaluation::v1::FORM_KIND_UNSPECIFIED;
  int fiscal_year = 0;
  std::string region_code;
  std::string rule_set;  // as asked for
};

// INVALID_ARGUMENT (CAMPAIGN_MISMATCH) naming both figures unless the form is one of those that the campaign collects.
// What a form does not say contradicts nothing.
absl::Status Fits(const Campaign& campaign, const FormFacts& form);

// How a form arrives.
struct Arrival {
  std::int64_t now = 0;                  // the clock of acceptance
  std::optional<std::int64_t> reserved;  // when its reservation was made
  bool after_return = false;             // the next revision of what was returned: not bound to the window
  bool was_late = false;                 // with after_return: whether the earlier revision was late
};

// Whether the form is late. A resubmission after a return stays in time when its first acceptance was. Errors:
// FAILED_PRECONDITION (CAMPAIGN_NOT_OPEN, CAMPAIGN_CLOSED, SUBMISSION_LATE, CONTENT_LATE).
absl::StatusOr<bool> IsLate(const Campaign& campaign, const Arrival& arrival);

// Chinese names.
std::string_view TitleOf(intake::v1::CampaignState state);
std::string_view TitleOf(evaluation::v1::FormKind kind);
std::string_view TitleOf(intake::v1::LatePolicy policy);
std::string_view TitleOf(intake::v1::RosterPolicy policy);
std::string_view TitleOf(intake::v1::ReviewStage stage);

}  // namespace jixiao::season
