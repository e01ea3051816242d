// What the archive keeps about its keeping: erasures, disposals, the fixity register and inspections. Part of the
// archive's store, and of its transactions.
#pragma once

#include "archiving/record/record.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::archiving {

// Names of counters; a counter that was never set is 0.
inline constexpr std::string_view kErasureCount = "erasures";     // parts that were erased
inline constexpr std::string_view kFiledCount = "filed";          // records inspected and registered, from the first on
inline constexpr std::string_view kPassNumber = "pass";           // of the running pass, or of the last one
inline constexpr std::string_view kPassState = "pass_state";      // see inspection/fixity_pass.h
inline constexpr std::string_view kPassStart = "pass_start";      // time
inline constexpr std::string_view kPassEnd = "pass_end";          // time
inline constexpr std::string_view kPassIndex = "pass_index";      // records gone over
inline constexpr std::string_view kPassLimit = "pass_limit";      // records to go over
inline constexpr std::string_view kPassParts = "pass_parts";      // parts re-read
inline constexpr std::string_view kPassBytes = "pass_bytes";      // bytes re-hashed
inline constexpr std::string_view kPassFailed = "pass_failed";    // parts that failed
inline constexpr std::string_view kLastPassEntry = "pass_entry";  // index of the newest entry + 1
inline constexpr std::string_view kLastPassEnded = "pass_ended";  // time of its end

// A part in the fixity register. A failure is kept until the part is found whole again.
struct RegisteredPart {
  std::int64_t index = 0;
  std::string part;
  std::int64_t size = 0;
  std::string sha256;  // hexadecimal, as the digests below
  std::string sm3;
  std::int64_t verify_time = 0;
  std::string failure;  // canonical FixityFailure; empty when all was well
};

// What was found of a record when it was inspected last.
struct StoredInspection {
  std::int64_t index = 0;
  std::string report;  // canonical InspectionReport
};

// A disposal as kept.
struct StoredDisposal {
  std::string id;
  int state = 0;
  std::int64_t create_time = 0;
  std::string body;  // canonical Disposal without etag
};

// An answer that was given to a request id.
struct StoredAnswer {
  std::string digest;  // of the request
  std::string answer;
};

// All methods may block.
class CustodyReader {
 public:
  virtual ~CustodyReader() = default;

  virtual absl::StatusOr<std::int64_t> Counter(std::string_view name) const = 0;
  // The erased parts of a record in the order of their names.
  virtual absl::StatusOr<std::vector<Erased>> Erasures(std::int64_t index) const = 0;
  // Those of all records from `first` to before `end` that have any, by index.
  virtual absl::StatusOr<std::map<std::int64_t, std::vector<Erased>>> ErasuresBetween(std::int64_t first,
                                                                                      std::int64_t end) const = 0;
  // The register's parts of a record in the order of their names.
  virtual absl::StatusOr<std::vector<RegisteredPart>> Registered(std::int64_t index) const = 0;
  // When the part that waits longest was verified; nothing in an empty register.
  virtual absl::StatusOr<std::optional<std::int64_t>> OldestVerification() const = 0;
  // Parts with a failure, by index.
  virtual absl::StatusOr<std::vector<RegisteredPart>> FailedParts(std::int64_t limit) const = 0;
  // A canonical InspectionReport; nothing when there is none.
  virtual absl::StatusOr<std::optional<std::string>> Inspection(std::int64_t index) const = 0;
  virtual absl::StatusOr<std::optional<StoredDisposal>> Disposal(std::string_view id) const = 0;
  // Those made before (time, id), the newest first.
  virtual absl::StatusOr<std::vector<StoredDisposal>> DisposalsBefore(std::int64_t time, std::string_view id,
                                                                      std::int64_t limit) const = 0;
  // One in this state; nothing when there is none.
  virtual absl::StatusOr<std::optional<StoredDisposal>> DisposalIn(int state) const = 0;
  virtual absl::StatusOr<std::optional<StoredAnswer>> Answer(std::string_view request_id) const = 0;
  // Faults of what is kept here that can be seen without the records, in Chinese.
  virtual absl::StatusOr<std::vector<std::string>> CustodyFaults() const = 0;
};

// A write transaction; it reads its own writes.
class CustodyWriter : public CustodyReader {
 public:
  virtual absl::Status SetCounter(std::string_view name, std::int64_t value) = 0;
  // Erases salt and content of a part for good, and what was derived from it; a part that is gone already is passed
  // over.
  virtual absl::Status Erase(std::int64_t index, std::string_view part, std::int64_t entry) = 0;
  // Each in place of what was registered of it, or found of the record, before; none twice.
  virtual absl::Status PutRegistered(std::span<const RegisteredPart> parts) = 0;
  virtual absl::Status PutInspections(std::span<const StoredInspection> inspections) = 0;
  virtual absl::Status PutDisposal(const StoredDisposal& disposal) = 0;
  virtual absl::Status PutAnswer(std::string_view request_id, const StoredAnswer& answer, std::int64_t time) = 0;
};

}  // namespace jixiao::archiving
