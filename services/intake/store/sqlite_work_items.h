// The rows of table work_items: what waits for scoring and archiving.
#pragma once

#include "common/store/sqlite.h"
#include "intake/store/submission_store.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <vector>

namespace jixiao::intake {

// SubmissionStore::Lease and one result of SubmissionStore::Settle, inside a transaction.
absl::StatusOr<std::vector<WorkItem>> LeaseIn(store::Database& db, std::int64_t limit, std::int64_t lease_micros);
absl::StatusOr<SubmissionState> SettleIn(store::Database& db, const WorkResult& result, std::int64_t now);

}  // namespace jixiao::intake
