// The rows of table work_items: what waits for scoring and archiving.
#pragma once

#include "common/store/sqlite.h"
#include "intake/store/submission_store.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <span>
#include <vector>

namespace jixiao::intake {

// SubmissionStore::Lease, Renew and one result of Settle, inside a transaction. RenewIn leaves the items as they are
// and says whose lease is `until` now, once that is committed.
absl::StatusOr<std::vector<WorkItem>> LeaseIn(store::Database& db, std::int64_t limit, std::int64_t lease_micros);
absl::StatusOr<std::vector<WorkItem*>> RenewIn(store::Database& db, std::span<WorkItem> items, std::int64_t until);
absl::StatusOr<SubmissionState> SettleIn(store::Database& db, const WorkResult& result, std::int64_t now);

}  // namespace jixiao::intake
