// What the files of SqlRuleSetStore share.
#pragma once

#include "common/store/database.h"

#include "jixiao/scoring/v1/scoring_service.pb.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <string>
#include <string_view>
#include <vector>

namespace jixiao::scoring {

// All labels by name, region and year.
absl::StatusOr<std::vector<v1::Label>> ReadLabels(store::Database& db);

// ABORTED (ETAG_MISMATCH): `present` is the etag of what stands there now, empty for nothing.
absl::Status EtagMismatch(std::string_view what, const std::string& present);

}  // namespace jixiao::scoring
