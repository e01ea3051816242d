// Hash renewal in steps: each hashes some records anew and leaves a signed tree, so that a process may be killed
// between any two of its instructions and the next one goes on.
#pragma once

#include "archiving/log/checkpoint.h"
#include "archiving/store/archive_store.h"

#include "jixiao/archiving/v1/renewal.pb.h"

#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace jixiao::archiving {

// How far the newest epoch is.
struct Renewal {
  std::int64_t epoch = 0;  // 0: there is none
  std::string hash_function;
  std::int64_t renewed = 0;    // records it has
  std::int64_t remaining = 0;  // records of the log's signed tree that it does not have
  std::string checkpoint;      // its newest head
};

// Thread-safe; several replicas may take steps at once: their steps take turns, and none is lost or done twice.
class Renewer {
 public:
  Renewer(ArchiveStore& store, log::Signer signer, std::string origin);

  // How far it is.
  absl::StatusOr<Renewal> State();

  // Begins an epoch with `hash`, unless there is none given or the newest one has it; then hashes up to `limit` records
  // and signs. FAILED_PRECONDITION (EPOCH_MISSING) when there is no epoch to go on with; DATA_LOSS (ARCHIVE_DAMAGED)
  // when a record is not what its leaf commits to, or an epoch not what was signed: nothing is signed over damage.
  absl::StatusOr<Renewal> Step(std::optional<log::TreeHash> hash, std::int64_t limit);

 private:
  struct Entry {
    std::int64_t index;
    std::string bytes;
  };

  absl::Status Begin(log::TreeHash hash, ArchiveWriter& archive);
  absl::StatusOr<Renewal> Read(const ArchiveReader& archive) const;
  // The end of an epoch's tree, once it is the one that was signed.
  absl::StatusOr<log::Appender> SignedEnd(const ArchiveReader& archive, const StoredEpoch& epoch,
                                          log::TreeHash hash) const;
  absl::StatusOr<std::vector<Entry>> Hashed(log::TreeHash hash, std::int64_t first, std::int64_t limit);
  absl::Status AppendAll(const Renewal& before, log::TreeHash hash, const std::vector<Entry>& entries,
                         ArchiveWriter& archive) const;
  absl::Status SignHead(std::int64_t epoch, log::TreeHash hash, const log::Appender& appender,
                        ArchiveWriter& archive) const;

  ArchiveStore& store_;
  const log::Signer signer_;
  const log::Verifier verifier_;
  const std::string origin_;
};

// The proof of the record `index` in each epoch that has it, the oldest first.
absl::StatusOr<std::vector<v1::RenewalProof>> RenewalProofs(const ArchiveReader& archive, std::int64_t index);

}  // namespace jixiao::archiving
