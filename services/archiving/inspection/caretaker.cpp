#include "archiving/inspection/caretaker.h"

#include "archiving/inspection/fixity.h"
#include "archiving/inspection/inspected.h"
#include "archiving/record/erasure.h"
#include "archiving/retention/disposal.h"
#include "archiving/sequencing/entry.h"
#include "common/canonical.h"
#include "common/errors.h"
#include "common/priority.h"
#include "common/text.h"
#include "common/time.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

namespace jixiao::archiving {
namespace {

constexpr std::int64_t kFilingBatch = 64;
constexpr std::size_t kFilingBytes = 16 << 20;  // of content held for inspection; one record may be larger
constexpr std::int64_t kPassBatch = 16;
constexpr int kErasureBatch = 64;  // records in one transaction
constexpr std::chrono::milliseconds kPause{250};
constexpr std::chrono::milliseconds kShortPause{10};  // between full batches: others want the disk too
constexpr std::chrono::milliseconds kPauseAfterError{1000};

enum PassState : std::int64_t { kIdle = 0, kRunning = 1, kEnded = 2 };

// Another replica has done the step meanwhile.
absl::Status Overtaken() {
  return Error(absl::StatusCode::kAborted, "STEP_OVERTAKEN", "another replica has done this step");
}

// Sets several counters.
absl::Status SetAll(CustodyWriter& custody, std::initializer_list<std::pair<std::string_view, std::int64_t>> counters) {
  for (const auto& [name, value] : counters) RETURN_IF_ERROR(custody.SetCounter(name, value));
  return absl::OkStatus();
}

std::size_t ContentOf(const std::optional<InspectedRecord>& record) {
  std::size_t bytes = 0;
  if (record)
    for (const Part& part : record->parts) bytes += part.content.size();
  return bytes;
}

using ErasedParts = std::map<std::int64_t, std::vector<Erased>>;

// What was verified and is to be registered: not what was erased meanwhile.
void AddRegistered(const VerifiedRecord& record, const ErasedParts& erased, std::vector<RegisteredPart>& out) {
  if (!record.exists) return;
  for (const VerifiedPart& part : record.parts) {
    const auto gone = erased.find(part.row.index);
    const bool is_gone = gone != erased.end() && std::ranges::any_of(gone->second, [&](const Erased& each) {
                           return each.part == part.row.part;
                         });
    if (!is_gone) out.push_back(part.row);
  }
}

}  // namespace

Caretaker::Caretaker(ArchiveStore& store, Sequencer& sequencer, CaretakerOptions options, Hooks hooks)
    : store_(store), sequencer_(sequencer), options_(options), hooks_(std::move(hooks)), thread_([this] { Loop(); }) {}

Caretaker::~Caretaker() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void Caretaker::Wake() {
  {
    const std::lock_guard lock(mutex_);
    nudged_ = true;
  }
  wake_.notify_all();
}

bool Caretaker::stopping() {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

void Caretaker::Loop() {
  RunInBackground();
  TellOfDamage();
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    nudged_ = false;
    lock.unlock();
    absl::StatusOr<bool> more = Step();
    if (!more.ok()) {
      if (ReasonOf(more.status()) == "STEP_OVERTAKEN")
        more = true;
      else if (!stopping())
        hooks_.on_error(more.status());
    }
    lock.lock();
    wake_.wait_for(lock,
                   !more.ok() ? kPauseAfterError
                   : *more    ? kShortPause
                              : kPause,
                   [&] { return stopping_ || (more.ok() && nudged_); });
  }
}

// What was found damaged before this process began.
void Caretaker::TellOfDamage() {
  const absl::Status status = store_.Read([&](const ArchiveReader& archive) -> absl::Status {
    ASSIGN_OR_RETURN(const std::vector<RegisteredPart> failed, archive.custody().FailedParts(kMaxFailures));
    for (const RegisteredPart& part : failed) hooks_.on_damage(FailureOf(part), true);
    return absl::OkStatus();
  });
  if (!status.ok()) hooks_.on_error(status);
}

absl::StatusOr<bool> Caretaker::Step() {
  ASSIGN_OR_RETURN(const bool disposed, CarryDisposal());
  ASSIGN_OR_RETURN(const bool filed, FileSome());
  ASSIGN_OR_RETURN(const bool passed, PassStep());
  return disposed || filed || passed;
}

struct Caretaker::Filed {
  VerifiedRecord fixity;
  std::optional<InspectedRecord>
      record;                   // nothing of what is not inspected: an entry of the archive itself, or damaged
  StoredInspection inspection;  // without a report then
};

// The record before it is there, its leaf is the log's.
absl::StatusOr<Caretaker::Filed> Caretaker::ReadOne(const ArchiveReader& archive, std::int64_t index) {
  Filed filed{{}, {}, {index, {}}};
  ASSIGN_OR_RETURN(filed.fixity, VerifyFixity(archive, index, NowMicros(), rule_set_));
  absl::StatusOr<InspectedRecord> record = InspectedFrom(archive, index);
  if (!record.ok() && record.status().code() != absl::StatusCode::kDataLoss) return record.status();
  if (record.ok() && !IsEntry(record->parts)) filed.record = *std::move(record);
  return filed;
}

// Outside of any transaction: a scan may take a while.
absl::Status Caretaker::InspectAll(std::vector<Filed>& records) {
  ScanLimits limits;
  limits.cancelled = [this] { return stopping(); };
  std::optional<Scan> given_up;  // a daemon that hangs is not waited for again by the rest of the batch
  for (Filed& filed : records) {
    if (!filed.record) continue;
    if (stopping()) break;
    const v1::InspectionReport report =
        Inspect(*filed.record, v1::INSPECTION_STAGE_FILING, NowMicros(), [&](std::string_view bytes) {
          if (given_up) return *given_up;
          Scan scan = ScanBytes(bytes, Scanner::kDaemon, limits);
          if (scan.too_slow) given_up = scan;
          return scan;
        });
    ASSIGN_OR_RETURN(filed.inspection.report, CanonicalEncode(report));
    filed.record.reset();
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> Caretaker::FileSome() {
  std::int64_t first = 0;
  std::vector<Filed> records;
  bool more = false;
  RETURN_IF_ERROR(store_.Read([&](const ArchiveReader& archive) -> absl::Status {
    ASSIGN_OR_RETURN(first, archive.custody().Counter(kFiledCount));
    ASSIGN_OR_RETURN(const std::int64_t size, archive.Size());
    const std::int64_t end = std::min(size, first + kFilingBatch);
    archive.ReadAhead(first, end);
    std::size_t bytes = 0;
    std::int64_t next = first;
    for (; next < end && bytes < kFilingBytes; ++next) {
      ASSIGN_OR_RETURN(Filed filed, ReadOne(archive, next));
      bytes += ContentOf(filed.record);
      records.push_back(std::move(filed));
    }
    more = next < size;
    return absl::OkStatus();
  }));
  if (records.empty()) return false;
  RETURN_IF_ERROR(InspectAll(records));
  if (stopping()) return false;
  RETURN_IF_ERROR(store_.WriteRepeatably([&](ArchiveWriter& archive) -> absl::Status {
    CustodyWriter& custody = archive.custody_writer();
    ASSIGN_OR_RETURN(const std::int64_t current, custody.Counter(kFiledCount));
    if (current != first) return Overtaken();
    const std::int64_t end = first + static_cast<std::int64_t>(records.size());
    ASSIGN_OR_RETURN(const ErasedParts erased, custody.ErasuresBetween(first, end));
    std::vector<RegisteredPart> registered;
    std::vector<StoredInspection> inspections;
    for (const Filed& filed : records) {
      AddRegistered(filed.fixity, erased, registered);
      if (!filed.inspection.report.empty() && !erased.contains(filed.inspection.index))
        inspections.push_back(filed.inspection);
    }
    RETURN_IF_ERROR(custody.PutRegistered(registered));
    RETURN_IF_ERROR(custody.PutInspections(inspections));
    return custody.SetCounter(kFiledCount, end);
  }));
  for (const Filed& filed : records)
    for (const VerifiedPart& part : filed.fixity.parts)
      if (!part.row.failure.empty()) hooks_.on_damage(FailureOf(part.row), true);
  return more;
}

absl::StatusOr<std::int64_t> Caretaker::AppendOnce(const std::string& key, const v1::ArchiveEntry& entry) {
  std::optional<StoredRecord> existing;
  RETURN_IF_ERROR(store_.Read([&](const ArchiveReader& archive) -> absl::Status {
    ASSIGN_OR_RETURN(existing, archive.RecordByKey(key));
    return absl::OkStatus();
  }));
  if (existing) return existing->index;
  return AppendEntry(sequencer_, key, entry);
}

absl::StatusOr<bool> Caretaker::CarryDisposal() {
  std::optional<StoredDisposal> stored;
  RETURN_IF_ERROR(store_.Read([&](const ArchiveReader& archive) -> absl::Status {
    ASSIGN_OR_RETURN(stored, archive.custody().DisposalIn(v1::DISPOSAL_STATE_EXECUTING));
    return absl::OkStatus();
  }));
  if (!stored) return false;
  v1::Disposal disposal;
  RETURN_IF_ERROR(CanonicalDecode(stored->body, disposal));
  ASSIGN_OR_RETURN(const std::int64_t entry, AppendOnce(EntryKeyOf(disposal), EntryOf(disposal)));
  RETURN_IF_ERROR(EraseAll(disposal, entry));
  // Only now is it gone from every file of the database.
  RETURN_IF_ERROR(store_.Scrub());
  disposal.set_state(v1::DISPOSAL_STATE_DONE);
  disposal.set_entry(RecordName(entry));
  *disposal.mutable_done_time() = ToTimestamp(NowMicros());
  RETURN_IF_ERROR(store_.Write([&](ArchiveWriter& archive) -> absl::Status {
    ASSIGN_OR_RETURN(const std::optional<StoredDisposal> current, archive.custody().Disposal(stored->id));
    if (!current || current->body != stored->body) return Overtaken();
    ASSIGN_OR_RETURN(StoredDisposal done, ToStored(disposal));
    return archive.custody_writer().PutDisposal(done);
  }));
  return true;
}

absl::Status Caretaker::EraseAll(const v1::Disposal& disposal, std::int64_t entry) {
  for (int first = 0; first < disposal.items_size(); first += kErasureBatch) {
    if (stopping()) return Error(absl::StatusCode::kUnavailable, "STOPPING", "goes on after the next start");
    RETURN_IF_ERROR(store_.Write([&](ArchiveWriter& archive) -> absl::Status {
      for (int i = first; i < std::min(first + kErasureBatch, disposal.items_size()); ++i)
        for (const std::string& part : disposal.items(i).parts())
          RETURN_IF_ERROR(archive.custody_writer().Erase(disposal.items(i).index(), part, entry));
      return absl::OkStatus();
    }));
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> Caretaker::PassStep() {
  if (options_.records_per_second <= 0 || std::chrono::steady_clock::now() < next_pass_step_) return false;
  std::int64_t state = kIdle;
  RETURN_IF_ERROR(store_.Read([&](const ArchiveReader& archive) -> absl::Status {
    ASSIGN_OR_RETURN(state, archive.custody().Counter(kPassState));
    return absl::OkStatus();
  }));
  if (state == kIdle) return BeginPass();
  if (state == kRunning) return PassSome();
  RETURN_IF_ERROR(EndPass());
  return true;
}

absl::StatusOr<bool> Caretaker::BeginPass() {
  const std::int64_t now = NowMicros();
  std::int64_t pass = 0;
  std::int64_t filed = 0;
  bool due = false;
  RETURN_IF_ERROR(store_.Read([&](const ArchiveReader& archive) -> absl::Status {
    ASSIGN_OR_RETURN(pass, archive.custody().Counter(kPassNumber));
    ASSIGN_OR_RETURN(filed, archive.custody().Counter(kFiledCount));
    ASSIGN_OR_RETURN(std::int64_t since, archive.custody().Counter(kLastPassEnded));
    if (since == 0) {  // filing verified each record once
      ASSIGN_OR_RETURN(const std::optional<std::int64_t> oldest, archive.custody().OldestVerification());
      since = oldest.value_or(now);
    }
    due = filed > 0 && now - since >= std::chrono::microseconds(options_.interval).count();
    return absl::OkStatus();
  }));
  if (!due) return false;
  RETURN_IF_ERROR(store_.Write([&](ArchiveWriter& archive) -> absl::Status {
    ASSIGN_OR_RETURN(const std::int64_t current, archive.custody().Counter(kPassNumber));
    if (current != pass) return Overtaken();
    return SetAll(archive.custody_writer(), {{kPassNumber, pass + 1},
                                             {kPassState, kRunning},
                                             {kPassStart, now},
                                             {kPassIndex, 0},
                                             {kPassLimit, filed},
                                             {kPassParts, 0},
                                             {kPassBytes, 0},
                                             {kPassFailed, 0}});
  }));
  return true;
}

absl::StatusOr<bool> Caretaker::PassSome() {
  std::int64_t pass = 0;
  std::int64_t first = 0;
  std::int64_t end = 0;
  std::int64_t limit = 0;
  std::vector<VerifiedRecord> records;
  std::int64_t bytes = 0;
  RETURN_IF_ERROR(store_.Read([&](const ArchiveReader& archive) -> absl::Status {
    ASSIGN_OR_RETURN(pass, archive.custody().Counter(kPassNumber));
    ASSIGN_OR_RETURN(first, archive.custody().Counter(kPassIndex));
    ASSIGN_OR_RETURN(limit, archive.custody().Counter(kPassLimit));
    const std::int64_t batch = std::min(kPassBatch, options_.records_per_second);
    archive.ReadAhead(first, std::min(limit, first + batch));
    for (end = first; end < std::min(limit, first + batch) && bytes < options_.bytes_per_second; ++end) {
      ASSIGN_OR_RETURN(VerifiedRecord record, VerifyFixity(archive, end, NowMicros(), rule_set_));
      bytes += record.bytes;
      records.push_back(std::move(record));
    }
    return absl::OkStatus();
  }));
  std::int64_t parts = 0;
  std::int64_t failed = 0;
  for (const VerifiedRecord& record : records)
    for (const VerifiedPart& part : record.parts) {
      ++parts;
      failed += part.row.failure.empty() ? 0 : 1;
    }
  RETURN_IF_ERROR(store_.WriteRepeatably([&](ArchiveWriter& archive) -> absl::Status {
    CustodyWriter& custody = archive.custody_writer();
    ASSIGN_OR_RETURN(const std::int64_t current, custody.Counter(kPassIndex));
    ASSIGN_OR_RETURN(const std::int64_t number, custody.Counter(kPassNumber));
    if (current != first || number != pass) return Overtaken();
    ASSIGN_OR_RETURN(const ErasedParts erased, custody.ErasuresBetween(first, end));
    std::vector<RegisteredPart> registered;
    for (const VerifiedRecord& record : records) AddRegistered(record, erased, registered);
    RETURN_IF_ERROR(custody.PutRegistered(registered));
    for (const auto& [name, more] : {std::pair{kPassParts, parts}, {kPassBytes, bytes}, {kPassFailed, failed}}) {
      ASSIGN_OR_RETURN(const std::int64_t before, custody.Counter(name));
      RETURN_IF_ERROR(custody.SetCounter(name, before + more));
    }
    RETURN_IF_ERROR(custody.SetCounter(kPassIndex, end));
    return end < limit ? absl::OkStatus() : SetAll(custody, {{kPassState, kEnded}, {kPassEnd, NowMicros()}});
  }));
  passed_ += parts - failed;
  failed_ += failed;
  for (const VerifiedRecord& record : records)
    for (const VerifiedPart& part : record.parts) {
      if (!part.row.failure.empty()) hooks_.on_damage(FailureOf(part.row), true);
      if (part.row.failure.empty() && part.was_damaged) {
        v1::FixityFailure healed;
        healed.set_record(RecordName(part.row.index));
        healed.set_part(part.row.part);
        hooks_.on_damage(healed, false);
      }
    }
  // A batch takes the time that its records and bytes may take.
  const std::int64_t by_records = (end - first) * 1'000'000 / options_.records_per_second;
  const std::int64_t by_bytes = bytes * 1'000'000 / std::max<std::int64_t>(1, options_.bytes_per_second);
  next_pass_step_ = std::chrono::steady_clock::now() + std::chrono::microseconds(std::max(by_records, by_bytes));
  return true;
}

absl::Status Caretaker::EndPass() {
  v1::ArchiveEntry entry;
  v1::FixityEntry& said = *entry.mutable_fixity();
  RETURN_IF_ERROR(store_.Read([&](const ArchiveReader& archive) -> absl::Status {
    const CustodyReader& custody = archive.custody();
    ASSIGN_OR_RETURN(const std::int64_t pass, custody.Counter(kPassNumber));
    ASSIGN_OR_RETURN(const std::int64_t start, custody.Counter(kPassStart));
    ASSIGN_OR_RETURN(const std::int64_t end, custody.Counter(kPassEnd));
    ASSIGN_OR_RETURN(const std::int64_t limit, custody.Counter(kPassLimit));
    ASSIGN_OR_RETURN(const std::int64_t parts, custody.Counter(kPassParts));
    ASSIGN_OR_RETURN(const std::int64_t bytes, custody.Counter(kPassBytes));
    ASSIGN_OR_RETURN(const std::int64_t failed, custody.Counter(kPassFailed));
    ASSIGN_OR_RETURN(const std::vector<RegisteredPart> damaged, custody.FailedParts(kMaxFailures));
    said.set_pass(pass);
    *said.mutable_start_time() = ToTimestamp(start);
    *said.mutable_end_time() = ToTimestamp(end);
    said.set_end_index(limit);
    said.set_parts(parts);
    said.set_bytes(bytes);
    said.set_failed(failed);
    for (const RegisteredPart& part : damaged)
      if (part.index < limit) *said.add_failures() = FailureOf(part);
    return absl::OkStatus();
  }));
  // A repeat after a crash finds the entry by its key, whatever was found meanwhile.
  ASSIGN_OR_RETURN(const std::int64_t index, AppendOnce(Cat(kEntryKeyPrefix, "fixity/", said.pass()), entry));
  return store_.Write([&](ArchiveWriter& archive) -> absl::Status {
    CustodyWriter& custody = archive.custody_writer();
    ASSIGN_OR_RETURN(const std::int64_t state, custody.Counter(kPassState));
    ASSIGN_OR_RETURN(const std::int64_t pass, custody.Counter(kPassNumber));
    if (state != kEnded || pass != said.pass()) return Overtaken();
    return SetAll(custody,
                  {{kPassState, kIdle}, {kLastPassEntry, index + 1}, {kLastPassEnded, ToMicros(said.end_time())}});
  });
}

}  // namespace jixiao::archiving
