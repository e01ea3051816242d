#include "archiving/sequencing/sequencer.h"

#include "archiving/log/head_chain.h"
#include "archiving/log/tiles.h"
#include "common/canonical.h"
#include "common/errors.h"
#include "common/text.h"
#include "common/time.h"

#include <algorithm>
#include <utility>

namespace jixiao::archiving {
namespace {

constexpr std::size_t kMaxWaiting = 4096;
constexpr std::size_t kMaxBatch = 256;
constexpr std::size_t kMaxUnanswered = 4;  // batches that are written and wait for their answers

std::span<const std::uint8_t> Bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

absl::Status Damaged(std::string_view what) {
  return Error(absl::StatusCode::kDataLoss, "ARCHIVE_DAMAGED", what);
}

absl::Status Conflict(const StoredRecord& existing) {
  return Error(absl::StatusCode::kAlreadyExists, "RECORD_CONFLICT",
               Cat(existing.key, " is archived with other content as ", RecordName(existing.index)),
               {{"record", RecordName(existing.index)}});
}

}  // namespace

Sequencer::Sequencer(ArchiveStore& store, log::Signer signer, std::string origin)
    : store_(store),
      signer_(std::move(signer)),
      verifier_(log::Verifier::Parse(signer_.VerifierKey()).value()),  // cannot fail: a signer's own key
      origin_(std::move(origin)),
      answering_([this] { AnswerLoop(); }),
      sequencing_([this] { Loop(); }) {}

Sequencer::~Sequencer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  sequencing_.join();
  {
    const std::lock_guard lock(mutex_);
    written_all_ = true;
  }
  to_answer_.notify_all();
  answering_.join();
}

absl::Status Sequencer::Admit() const {
  if (stopping_) return Error(absl::StatusCode::kUnavailable, "STOPPING", "the archive is stopping");
  if (queue_.size() < kMaxWaiting) return absl::OkStatus();
  return TryAgain(absl::StatusCode::kResourceExhausted, "QUEUE_FULL", "too many records wait for the log",
                  std::chrono::milliseconds(200));
}

absl::Status Sequencer::Append(PendingRecord record, Done done) {
  {
    const std::lock_guard lock(mutex_);
    RETURN_IF_ERROR(Admit());
  }
  // The leaf is made and hashed here, on the callers' threads: the store's one writer is what limits the rate.
  const std::int64_t now = NowMicros();
  std::string leaf = LeafBytes(record.key, now, record.parts);
  if (leaf.size() > log::kLargestEntry)
    return Error(absl::StatusCode::kInvalidArgument, "LEAF_TOO_LARGE",
                 Cat("the leaf has ", leaf.size(), " bytes; at most ", log::kLargestEntry));
  const log::Hash leaf_hash = log::HashLeaf(Bytes(leaf));
  {
    const std::lock_guard lock(mutex_);
    RETURN_IF_ERROR(Admit());
    queue_.push_back({std::move(record), now, std::move(leaf), leaf_hash, std::move(done)});
  }
  wake_.notify_one();
  return absl::OkStatus();
}

void Sequencer::Loop() {
  while (true) {
    Batch batch;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      while (!queue_.empty() && batch.items.size() < kMaxBatch) {
        batch.items.push_back(std::move(queue_.front()));
        queue_.pop_front();
      }
    }
    batch.committed = Carry(batch.items);
    // One record that meets damage must not keep the others out.
    if (batch.committed.code() == absl::StatusCode::kDataLoss && batch.items.size() > 1)
      for (Item& item : batch.items) {
        Batch alone;
        alone.committed = Carry({&item, 1});
        alone.items.push_back(std::move(item));
        AnswerLater(std::move(alone));
      }
    else
      AnswerLater(std::move(batch));
  }
}

void Sequencer::AnswerLater(Batch batch) {
  {
    std::unique_lock lock(mutex_);
    answered_.wait(lock, [this] { return written_.size() < kMaxUnanswered; });
    written_.push_back(std::move(batch));
  }
  to_answer_.notify_one();
}

void Sequencer::AnswerLoop() {
  while (true) {
    Batch batch;
    {
      std::unique_lock lock(mutex_);
      to_answer_.wait(lock, [this] { return written_all_ || !written_.empty(); });
      if (written_.empty()) return;
      batch = std::move(written_.front());
      written_.pop_front();
    }
    answered_.notify_one();
    for (Item& item : batch.items)
      item.done(batch.committed.ok() ? std::move(item.outcome) : absl::StatusOr<Placement>(batch.committed));
  }
}

absl::Status Sequencer::Carry(std::span<Item> batch) {
  return store_.WriteRepeatably([&](ArchiveWriter& archive) { return WriteBatch(batch, archive); });
}

absl::Status Sequencer::WriteBatch(std::span<Item> batch, ArchiveWriter& archive) {
  // The end of the log is read anew for each batch: nothing in memory can disagree with what is on disk.
  ASSIGN_OR_RETURN(const std::int64_t size, archive.Size());
  ASSIGN_OR_RETURN(log::Appender appender, log::Appender::Resume(size, archive));
  ASSIGN_OR_RETURN(const std::int64_t previous, SignedSize(archive, appender));
  std::vector<std::string_view> keys;
  for (const Item& item : batch) keys.push_back(item.record.key);
  ASSIGN_OR_RETURN(auto known, archive.KnownKeys(keys));
  Addition addition;
  for (Item& item : batch) {
    if ((item.appended = known.insert(item.record.key).second)) {
      AppendOne(item, appender, addition);
      continue;
    }
    // What exists may be of this very batch.
    RETURN_IF_ERROR(archive.InsertRecords(std::exchange(addition.records, {})));
    RETURN_IF_ERROR(AnswerExisting(item, archive));
  }
  if (appender.size() == size) return absl::OkStatus();
  RETURN_IF_ERROR(archive.InsertRecords(addition.records));
  log::Checkpoint next{origin_, appender.size(), appender.Root(), {log::PreviousLine(previous)}};
  ASSIGN_OR_RETURN(std::string note, log::SignCheckpoint(next, signer_));
  opened_note_ = note;
  opened_ = std::move(next);
  RETURN_IF_ERROR(archive.InsertNodes(addition.nodes));
  RETURN_IF_ERROR(archive.InsertHead({appender.size(), note}, NowMicros()));
  log::InclusionProver prover(appender.size(), archive);
  prover.Add(addition.nodes);
  for (Item& item : batch) {
    if (!item.appended) continue;
    item.outcome->checkpoint = note;
    ASSIGN_OR_RETURN(item.outcome->path, prover.Prove(item.outcome->index));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::int64_t> Sequencer::SignedSize(const ArchiveReader& archive, const log::Appender& appender) {
  ASSIGN_OR_RETURN(const std::optional<StoredHead> head, archive.NewestHead());
  if (!head && appender.size() == 0) return 0;
  if (!head) return Damaged(Cat("there are ", appender.size(), " records and no signed tree head"));
  // The same bytes need not be verified twice: mostly they are what was signed for the batch before.
  if (head->note != opened_note_) {
    absl::StatusOr<log::Checkpoint> checkpoint = log::OpenCheckpoint(head->note, verifier_, origin_);
    if (!checkpoint.ok())
      return Damaged(Cat("the newest tree head does not verify (was --origin or the key changed?): ",
                         std::string(checkpoint.status().message())));
    opened_ = *std::move(checkpoint);
    opened_note_ = head->note;
  }
  if (opened_.size != appender.size() || opened_.root != appender.Root())
    return Damaged(Cat("the stored log of ", appender.size(), " records is not the signed one of ", opened_.size));
  return opened_.size;
}

void Sequencer::AppendOne(Item& item, log::Appender& appender, Addition& addition) {
  const PendingRecord& record = item.record;
  const std::int64_t index = appender.size();
  addition.records.push_back(
      {index, record.key, record.content_digest, item.leaf, item.archive_time, record.summary, record.parts});
  appender.Append(item.leaf_hash, &addition.nodes);
  item.outcome = Placement{index, item.archive_time, {}, {}};
}

absl::Status Sequencer::AnswerExisting(Item& item, const ArchiveReader& archive) {
  ASSIGN_OR_RETURN(const std::optional<StoredRecord> existing, archive.RecordByKey(item.record.key));
  if (!existing) return Damaged(Cat("the index of keys does not agree with the records at ", item.record.key));
  if (existing->content_digest != item.record.content_digest) {
    item.outcome = Conflict(*existing);
    return absl::OkStatus();
  }
  // Archived before, perhaps a moment ago in this very batch, whose tree head is still to come.
  ASSIGN_OR_RETURN(const std::optional<StoredHead> head, archive.HeadFor(existing->index + 1));
  if (head) {
    item.outcome = PlacementOf(archive, *existing);
  } else {
    item.outcome = Placement{existing->index, existing->archive_time, {}, {}};
    item.appended = true;
  }
  return absl::OkStatus();
}

absl::StatusOr<Placement> Sequencer::PlacementOf(const ArchiveReader& archive, const StoredRecord& record) const {
  ASSIGN_OR_RETURN(const std::optional<StoredHead> head, archive.HeadFor(record.index + 1));
  if (!head) return Damaged(Cat("no signed tree holds ", RecordName(record.index)));
  ASSIGN_OR_RETURN(std::vector<log::Hash> path, log::InclusionProof(record.index, head->size, archive));
  return Placement{record.index, record.archive_time, std::move(path), head->note};
}

}  // namespace jixiao::archiving
