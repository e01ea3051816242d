// Changes that callers ask for, made to a campaign.
#pragma once

#include "intake/season/campaign.h"

#include <absl/status/statusor.h>
#include <google/protobuf/field_mask.pb.h>

#include <cstdint>

namespace jixiao::season {

// `before` with the fields of `patch` that `mask` names; with an empty mask, those that are set. INVALID_ARGUMENT
// (CAMPAIGN_INVALID) for a path that cannot be changed and for what FaultsOf or MayChange find in the result. A new
// rule set brings the digest in `patch` along.
absl::StatusOr<Campaign> Apply(const Campaign& before, const Campaign& patch, const google::protobuf::FieldMask& mask,
                               std::int64_t now);

// DRAFT to OPEN with the digest of its rule set (empty: not known now), OPEN to CLOSED. FAILED_PRECONDITION
// (STATE_FORBIDS).
absl::StatusOr<Campaign> Open(const Campaign& before, const std::string& rule_set_digest);
absl::StatusOr<Campaign> Close(const Campaign& before);

}  // namespace jixiao::season
