// Disposals (销毁): what may be erased, and the moves of a disposal from its proposal to its end. No store, no gRPC.
#pragma once

#include "archiving/retention/policy.h"
#include "archiving/store/archive_store.h"

#include "jixiao/archiving/v1/archive_entry.pb.h"
#include "jixiao/archiving/v1/retention_service.pb.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::archiving {

inline constexpr int kMostDisposedRecords = 1000;
inline constexpr std::size_t kMostDisposalText = 2000;  // characters of a reason

// How long a record is kept: by the decision that was archived with it, or, for records of before there were any, by
// `policy`. Nothing for an entry of the archive itself, which is kept for ever, and for what was erased already.
absl::StatusOr<std::optional<v1::RetentionDecision>> RetentionOf(const ArchiveReader& archive,
                                                                 const RetentionPolicy& policy, std::int64_t index);

// A record whose time is over.
struct DueRecord {
  StoredRecord record;
  v1::RetentionDecision decision;
  std::int64_t end = 0;  // microseconds since 1970
};
struct DuePage {
  std::vector<DueRecord> records;
  std::optional<std::int64_t> next;  // where the next page begins; nothing at the end
};
// At most `most` records from `first` on that are due at `now`, of one class unless `class_name` is empty; entries of
// the archive itself and what something was erased of are left out. A page looks at 2,000 records and may be empty.
absl::StatusOr<DuePage> DueRecords(const ArchiveReader& archive, const RetentionPolicy& policy,
                                   std::string_view class_name, std::int64_t first, std::int64_t most,
                                   std::int64_t now);

// The item for a record, with `parts` or all but rule_set and retention. NOT_FOUND (RECORD_NOT_FOUND),
// FAILED_PRECONDITION (RETENTION_NOT_ENDED), INVALID_ARGUMENT (DISPOSAL_INVALID) for a part that it has not.
absl::StatusOr<v1::DisposalItem> ItemFor(const ArchiveReader& archive, const RetentionPolicy& policy,
                                         std::int64_t index, const std::vector<std::string>& parts, std::int64_t now);

// Who says what, from a request. INVALID_ARGUMENT (DISPOSAL_INVALID) that names the fields.
absl::StatusOr<v1::DisposalApproval> WordOf(const intake::v1::Actor& actor, const std::string& reason,
                                            std::int64_t now);

// The moves; each leaves the disposal as it was when it is refused. FAILED_PRECONDITION (DISPOSAL_STATE, SAME_ACTOR).
absl::Status Approve(v1::Disposal& disposal, v1::DisposalApproval word);
absl::Status Withdraw(v1::Disposal& disposal, v1::DisposalApproval word);
absl::Status Execute(v1::Disposal& disposal, v1::DisposalApproval word);

// "disposals/ID" and back; empty for any other text.
std::string DisposalId(std::string_view name);

// As kept, and as sent: with its etag.
absl::StatusOr<StoredDisposal> ToStored(const v1::Disposal& disposal);
absl::StatusOr<v1::Disposal> FromStored(const StoredDisposal& stored);

// The key of its entry in the log, and the entry: the same for ever once it is being carried out.
std::string EntryKeyOf(const v1::Disposal& disposal);
v1::ArchiveEntry EntryOf(const v1::Disposal& disposal);

}  // namespace jixiao::archiving
