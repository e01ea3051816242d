// The rows of table work_items: what waits for scoring and archiving.
#pragma once

#include "common/store/database.h"
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
//
// MendDues makes due what is due later than any lease or delay, by a clock that was ahead: to be asked now and then.
absl::Status MendDues(store::Database& db, std::int64_t lease_micros);
absl::StatusOr<std::vector<LeasedItem>> LeaseIn(store::Database& db, std::int64_t limit, std::int64_t lease_micros);
absl::Status ReleaseIn(store::Database& db, std::span<const LeasedItem> leased);
absl::StatusOr<std::vector<WorkItem*>> RenewIn(store::Database& db, std::span<WorkItem> items, std::int64_t until);
absl::StatusOr<std::vector<SubmissionState>> SettleIn(store::Database& db, const std::vector<WorkResult>& results,
                                                      std::int64_t now);

// The bytes that ReadLeased would read of each: 0 of one that is missing.
absl::StatusOr<std::vector<std::size_t>> SizesOf(store::Database& db, std::span<const LeasedItem> leased);

// Reads the contents of items, which all are in memory then. An item whose content is not what was accepted has that
// for its damage, and keeps no other out.
absl::Status ReadLeased(store::Database& db, std::span<LeasedItem> leased);

}  // namespace jixiao::intake
