// Where the archive keeps records, log nodes and tree heads. Cut by what the archive needs; it knows no proofs and no
// rules.
#pragma once

#include "archiving/log/merkle.h"
#include "archiving/record/record.h"
#include "archiving/store/custody.h"
#include "archiving/store/epoch_store.h"

#include <absl/functional/function_ref.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::archiving {

// A record as kept, without its parts.
struct StoredRecord {
  std::int64_t index = 0;
  std::string key;
  std::string content_digest;
  std::string leaf;
  std::int64_t archive_time = 0;
  Summary summary;
};

// A record to be kept, lent for one call.
struct NewRecord {
  std::int64_t index = 0;
  std::string_view key;
  std::string_view content_digest;
  std::string_view leaf;
  std::int64_t archive_time = 0;
  const Summary& summary;
  std::span<const Part> parts;
};

// A signed tree head.
struct StoredHead {
  std::int64_t size = 0;
  std::string note;
};

// What can be read of the archive at one moment. All methods may block.
class ArchiveReader : public log::NodeReader {
 public:
  // Number of records.
  virtual absl::StatusOr<std::int64_t> Size() const = 0;
  // By index or by key; nothing when there is none.
  virtual absl::StatusOr<std::optional<StoredRecord>> Record(std::int64_t index) const = 0;
  virtual absl::StatusOr<std::optional<StoredRecord>> RecordByKey(std::string_view key) const = 0;
  // The parts of a record in the order of their names.
  virtual absl::StatusOr<std::vector<Part>> Parts(std::int64_t index) const = 0;
  // One of them; nothing when the record has none of that name.
  virtual absl::StatusOr<std::optional<Part>> PartNamed(std::int64_t index, std::string_view name) const = 0;
  // What several records share, by its digest: a rule set. Nothing when no record has it.
  virtual absl::StatusOr<std::optional<std::string>> SharedContent(std::string_view digest) const = 0;
  // Up to `limit` records from `first` on.
  virtual absl::StatusOr<std::vector<StoredRecord>> Records(std::int64_t first, std::int64_t limit) const = 0;
  // Up to `limit` records by key: from `first_key` on, before `end_key`.
  virtual absl::StatusOr<std::vector<StoredRecord>> RecordsByKey(std::string_view first_key, std::string_view end_key,
                                                                 std::int64_t limit) const = 0;
  // The newest tree head; nothing in an empty archive. The first head of at least `size` leaves.
  virtual absl::StatusOr<std::optional<StoredHead>> NewestHead() const = 0;
  virtual absl::StatusOr<std::optional<StoredHead>> HeadFor(std::int64_t size) const = 0;
  // All tree heads by size.
  virtual absl::StatusOr<std::vector<StoredHead>> Heads() const = 0;
  // The hashes of `count` complete subtrees of a level from `first` on. DATA_LOSS when one is missing.
  virtual absl::StatusOr<std::vector<log::Hash>> Nodes(int level, std::int64_t first, std::int64_t count) const = 0;
  // What witnesses have signed below the head of `size`: note signature lines; empty for none.
  virtual absl::StatusOr<std::string> Cosignatures(std::int64_t size) const = 0;
  // Size of the newest head of at least `size` leaves that has at least `count` (1 or more) cosignatures.
  virtual absl::StatusOr<std::optional<std::int64_t>> CosignedSize(std::int64_t size, int count) const = 0;
  // Hash renewals.
  virtual const EpochReader& Epochs() const = 0;
  // How many nodes are stored.
  virtual absl::StatusOr<std::int64_t> NodeCount() const = 0;
  // Structural faults that the store itself can see (pages, orphans), in Chinese; empty when there is none.
  virtual absl::StatusOr<std::vector<std::string>> StructuralFaults() const = 0;
  // Erasures, disposals, fixity and inspections at the same moment.
  virtual const CustodyReader& custody() const = 0;

  // A hint: the records from `first` to before `end` are read next, with their parts, leaf nodes, erasures and
  // register. A store that pays for each question may answer them from what it reads now, in few; it keeps that until
  // the next hint. Says nothing of damage: that is told where it is met.
  virtual void ReadAhead(std::int64_t /*first*/, std::int64_t /*end*/) const {}
};

// A write transaction; it reads its own writes.
class ArchiveWriter : public ArchiveReader {
 public:
  // Those of `keys` under which there are records.
  virtual absl::StatusOr<std::set<std::string, std::less<>>> KnownKeys(
      std::span<const std::string_view> keys) const = 0;
  // There must be no records with these keys.
  virtual absl::Status InsertRecords(std::span<const NewRecord> records) = 0;
  virtual absl::Status InsertNodes(const std::vector<log::NewNode>& nodes) = 0;
  virtual absl::Status InsertHead(const StoredHead& head, std::int64_t time) = 0;
  virtual CustodyWriter& custody_writer() = 0;
  // Keeps a witness's signature line below the head of `size`, in place of an older one.
  virtual absl::Status PutCosignature(std::int64_t size, std::string_view witness, std::string_view line) = 0;
  virtual EpochWriter& NewEpochs() = 0;
};

// Thread-safe. All methods may block.
class ArchiveStore {
 public:
  virtual ~ArchiveStore() = default;

  // Runs `work` in one transaction; OK means that all it wrote is on disk, an error that nothing is.
  virtual absl::Status Write(absl::FunctionRef<absl::Status(ArchiveWriter&)> work) = 0;

  // The same for a `work` that may run a second time, in a new transaction, and then leaves in memory what it left the
  // second time: a store may be quicker with it.
  virtual absl::Status WriteRepeatably(absl::FunctionRef<absl::Status(ArchiveWriter&)> work) { return Write(work); }

  // Runs `work` on one moment's state.
  virtual absl::Status Read(absl::FunctionRef<absl::Status(const ArchiveReader&)> work) = 0;

  // After OK, what was erased before stands in no log of the database any more. UNAVAILABLE (STORE_BUSY) when a reader
  // is in the way; try again.
  virtual absl::Status Scrub() { return absl::OkStatus(); }
};

}  // namespace jixiao::archiving
