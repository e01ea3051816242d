// Remembered requests that are old: which of them may be forgotten.
#pragma once

#include "common/store/database.h"
#include "intake/store/submission_store.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <vector>

namespace jixiao::intake {

// Up to `limit` requests behind `after` that are from before `before`: those that may be forgotten. Counts in `step`
// what was looked at and where that ends.
absl::StatusOr<std::vector<RequestPosition>> OldRequestsAtRest(store::Database& db, std::int64_t before,
                                                               const RequestPosition& after, std::int64_t limit,
                                                               ExpiryStep& step);

// Forgets them, inside a transaction.
absl::Status RemoveRequests(store::Database& db, const std::vector<RequestPosition>& requests);

}  // namespace jixiao::intake
