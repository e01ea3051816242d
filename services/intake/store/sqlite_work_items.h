// The rows of table work_items: what waits for scoring and archiving.
#pragma once

#include "common/store/sqlite.h"
#include "intake/store/submission_store.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace jixiao::intake {

// A work item that was leased, without its contents.
struct LeasedItem {
  WorkItem item;
  std::string form_digest;  // of the form that was accepted
  bool may_archive = false;
};

// SubmissionStore::Lease without the contents, Renew and Settle, inside a transaction. RenewIn leaves the
// items as they are and says whose lease is `until` now, once that is committed.
absl::StatusOr<std::vector<LeasedItem>> LeaseIn(store::Database& db, std::int64_t limit, std::int64_t lease_micros);
absl::Status ReleaseIn(store::Database& db, std::span<const LeasedItem> leased);
absl::StatusOr<std::vector<WorkItem*>> RenewIn(store::Database& db, std::span<WorkItem> items, std::int64_t until);
absl::StatusOr<std::vector<SubmissionState>> SettleIn(store::Database& db, const std::vector<WorkResult>& results,
                                                      std::int64_t now);

// Reads what is filed under `item`, which is that of `leased`, and adds its size to `bytes`. DATA_LOSS when that is not
// what was accepted.
absl::Status ReadLeased(store::Database& db, const LeasedItem& leased, WorkItem& item, std::size_t& bytes);

}  // namespace jixiao::intake
