// What the counters of a roster mean.
#pragma once

#include "jixiao/intake/v1/campaign.pb.h"

#include <cstdint>

namespace jixiao::season {

// Adds `entries` roster entries whose submission is in `state` (UNSPECIFIED: there is none).
void Add(intake::v1::Progress& progress, intake::v1::SubmissionState state, bool late, std::int64_t entries);

// Whether somebody has to be asked for an entry in this state: nothing was handed in, or it was returned.
bool IsMissing(intake::v1::SubmissionState state);

}  // namespace jixiao::season
