// Gives records their places in the log: one at a time, many to a commit.
//
// What a crash loses: a record that waits here is lost with the process and its caller gets no answer; once Append has
// answered, record, leaf, nodes and a signed tree head that covers them are on disk.
#pragma once

#include "archiving/log/checkpoint.h"
#include "archiving/log/merkle.h"
#include "archiving/store/archive_store.h"

#include <absl/functional/any_invocable.h>
#include <absl/status/statusor.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace jixiao::archiving {

// A record's place in the log.
struct Placement {
  std::int64_t index = 0;
  std::int64_t archive_time = 0;
  std::vector<log::Hash> path;
  std::string checkpoint;  // the first signed tree that holds the record
};

// What is to be archived.
struct PendingRecord {
  std::string key;
  std::vector<Part> parts;
  std::string content_digest;
  Summary summary;
};

class Sequencer {
 public:
  using Done = absl::AnyInvocable<void(absl::StatusOr<Placement>)>;

  // `store` must outlive the sequencer. `origin` names the log on every tree head, for ever.
  Sequencer(ArchiveStore& store, log::Signer signer, std::string origin);
  // Answers all that waits, then ends.
  ~Sequencer();
  Sequencer(const Sequencer&) = delete;
  Sequencer& operator=(const Sequencer&) = delete;

  // Archives `record` and calls `done` on a thread of the sequencer, in the order of the log: with its place, also when
  // it was archived before with the same content; with ALREADY_EXISTS (RECORD_CONFLICT) when its key holds other
  // content; with DATA_LOSS (ARCHIVE_DAMAGED) when the stored log is not the one that was signed last: nothing is ever
  // signed over damage. RESOURCE_EXHAUSTED (QUEUE_FULL) at once when too many wait, INVALID_ARGUMENT (LEAF_TOO_LARGE)
  // when its leaf would be none, and then `done` is not called. Thread-safe; never blocks.
  absl::Status Append(PendingRecord record, Done done);

  const std::string& origin() const { return origin_; }
  std::string VerifierKey() const { return signer_.VerifierKey(); }

  // The place of a record in the first signed tree that holds it.
  absl::StatusOr<Placement> PlacementOf(const ArchiveReader& archive, const StoredRecord& record) const;

 private:
  struct Item {
    PendingRecord record;
    std::int64_t archive_time;
    std::string leaf;
    log::Hash leaf_hash;
    Done done;
    absl::StatusOr<Placement> outcome = absl::InternalError("not sequenced");
    bool appended = false;
  };

  struct Batch {
    std::vector<Item> items;
    absl::Status committed;
  };

  // Whether one more may wait; the mutex is held.
  absl::Status Admit() const;
  void Loop();
  void AnswerLoop();
  // Hands over to AnswerLoop; waits while it is far behind.
  void AnswerLater(Batch batch);
  // Writes `batch` in one transaction: all of it or nothing.
  absl::Status Carry(std::span<Item> batch);
  absl::Status WriteBatch(std::span<Item> batch, ArchiveWriter& archive);
  // The size of the newest signed tree, 0 before the first, once it is the tree of `appender`.
  absl::StatusOr<std::int64_t> SignedSize(const ArchiveReader& archive, const log::Appender& appender);
  // What a batch adds to the log, gathered for few statements.
  struct Addition {
    std::vector<NewRecord> records;
    std::vector<log::NewNode> nodes;
  };
  static void AppendOne(Item& item, log::Appender& appender, Addition& addition);
  // For a record whose key the archive has.
  absl::Status AnswerExisting(Item& item, const ArchiveReader& archive);

  ArchiveStore& store_;
  std::string opened_note_;  // a tree head that has been verified, and what it says; of the writing
  log::Checkpoint opened_;
  const log::Signer signer_;
  const log::Verifier verifier_;
  const std::string origin_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Item> queue_;
  bool stopping_ = false;
  std::deque<Batch> written_;  // waiting for their answers
  bool written_all_ = false;
  std::condition_variable to_answer_;
  std::condition_variable answered_;
  std::thread answering_;  // beside the other, so that the store never waits for answers
  std::thread sequencing_;
};

}  // namespace jixiao::archiving
