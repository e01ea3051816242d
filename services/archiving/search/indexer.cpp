#include "archiving/search/indexer.h"

#include "archiving/log/merkle.h"
#include "common/errors.h"
#include "common/priority.h"
#include "common/text.h"

#include <algorithm>
#include <map>
#include <set>

namespace jixiao::archiving::search {
namespace {

constexpr std::int64_t kStep = 512;  // records in one transaction
constexpr std::int64_t kRead = 64;   // records that are read together
// Between looks at the archive: what is new shares a step, and each step writes most columns of its block again. Who
// searches does not wait for it (WaitUntilCurrent).
constexpr std::chrono::milliseconds kPause{1000};
constexpr std::chrono::milliseconds kPauseAfterError{1000};

std::string LeafHash(const StoredRecord& record) {
  const log::Hash hash = log::HashLeaf(
      std::span<const std::uint8_t>(reinterpret_cast<const std::uint8_t*>(record.leaf.data()), record.leaf.size()));
  return std::string(reinterpret_cast<const char*>(hash.data()), hash.size());
}

// What the index says of a record. A record whose parts cannot be read is in no set and no column: CheckLog names it,
// and the others can still be found.
absl::StatusOr<Entry> EntryOfRecord(const ArchiveReader& archive, const StoredRecord& record) {
  ASSIGN_OR_RETURN(const std::optional<Part> form, archive.PartNamed(record.index, kFormPart));
  ASSIGN_OR_RETURN(const std::optional<Part> card, archive.PartNamed(record.index, kScorecardPart));
  if (!form || !card) {
    Entry entry;
    ASSIGN_OR_RETURN(const std::optional<Part> own, archive.PartNamed(record.index, kEntryPart));
    if (own) entry.sets.push_back(std::string(kOwnEntry));
    return entry;
  }
  absl::StatusOr<Entry> entry = EntryOf(*form, *card, record.archive_time);
  if (entry.status().code() == absl::StatusCode::kDataLoss) return Entry();
  return entry;
}

// Whether the index is a state of this archive.
absl::StatusOr<bool> Fits(const ArchiveReader& archive, const SearchState& state) {
  if (state.records == 0) return true;
  ASSIGN_OR_RETURN(const std::optional<StoredRecord> last, archive.Record(state.records - 1));
  return last && LeafHash(*last) == state.last_leaf_hash;
}

}  // namespace

Indexer::Indexer(ArchiveStore& archive, SearchStore& index, OnError on_error)
    : archive_(archive), index_(index), on_error_(std::move(on_error)), thread_([this] { Loop(); }) {}

Indexer::~Indexer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  advanced_.notify_all();
  thread_.join();
}

void Indexer::Rebuild() {
  {
    const std::lock_guard lock(mutex_);
    rebuild_ = nudged_ = true;
    indexed_ = 0;
  }
  wake_.notify_all();
}

std::optional<std::int64_t> Indexer::Archived() {
  std::int64_t archived = 0;
  const absl::Status read = archive_.Read([&](const ArchiveReader& archive) -> absl::Status {
    ASSIGN_OR_RETURN(archived, archive.Size());
    return absl::OkStatus();
  });
  return read.ok() ? std::optional(archived) : std::nullopt;
}

void Indexer::WaitUntilCurrent(std::chrono::milliseconds patience) {
  const std::optional<std::int64_t> archived = Archived();
  std::unique_lock lock(mutex_);
  if (!archived || indexed_ >= *archived) return;
  nudged_ = true;
  wake_.notify_all();
  advanced_.wait_for(lock, patience, [&] { return stopping_ || indexed_ >= *archived; });
}

void Indexer::WaitIfNearlyCurrent(std::chrono::milliseconds patience) {
  const std::optional<std::int64_t> archived = Archived();
  std::unique_lock lock(mutex_);
  if (!archived || indexed_ >= *archived) return;
  nudged_ = true;
  wake_.notify_all();
  advanced_.wait_for(lock, patience, [&] {
    const bool far = indexed_ >= 0 && *archived - indexed_ > kBlock;
    return stopping_ || failing_ || far || indexed_ >= *archived;
  });
}

void Indexer::Loop() {
  RunInBackground();
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (rebuild_) emptying_ = true;
    rebuild_ = nudged_ = false;
    lock.unlock();
    absl::StatusOr<bool> more = Step();
    if (!more.ok()) {
      block_.reset();  // it may have got what was not written
      if (ReasonOf(more.status()) == "INDEX_ADVANCED")
        more = true;
      else
        on_error_(more.status());
    }
    lock.lock();
    failing_ = !more.ok();
    advanced_.notify_all();
    if (more.ok() && *more) continue;
    wake_.wait_for(lock, more.ok() ? kPause : kPauseAfterError,
                   [&] { return stopping_ || (more.ok() && (nudged_ || rebuild_)); });
  }
}

absl::StatusOr<bool> Indexer::EmptySome() {
  bool empty = false;
  std::int64_t erasures = 0;
  RETURN_IF_ERROR(archive_.Read([&](const ArchiveReader& archive) -> absl::Status {
    ASSIGN_OR_RETURN(erasures, archive.custody().Counter(kErasureCount));
    return absl::OkStatus();
  }));
  RETURN_IF_ERROR(index_.Write([&](SearchWriter& index) -> absl::Status {
    ASSIGN_OR_RETURN(const SearchState state, index.State());
    // First the state: a crash in the middle leaves an index that says nothing, not a wrong one.
    if (state.records != 0 || state.erasures >= 0) RETURN_IF_ERROR(index.PutState({0, "", state.generation + 1, -1}));
    ASSIGN_OR_RETURN(empty, index.ClearSome());
    return absl::OkStatus();
  }));
  block_.reset();
  if (!empty) return true;
  // What was erased before the index was empty is not in it, once it stands in no log either.
  RETURN_IF_ERROR(index_.Scrub());
  RETURN_IF_ERROR(index_.Write([&](SearchWriter& index) -> absl::Status {
    ASSIGN_OR_RETURN(SearchState state, index.State());
    state.erasures = erasures;
    return index.PutState(state);
  }));
  emptying_ = false;
  return true;
}

absl::StatusOr<bool> Indexer::Step() {
  if (emptying_) return EmptySome();
  SearchState state;
  RETURN_IF_ERROR(index_.Read([&](const SearchReader& index) -> absl::Status {
    ASSIGN_OR_RETURN(state, index.State());
    const std::int64_t number = state.records / kBlock;
    // A replica may have gone on where this one stood.
    if (!block_ || block_->number() != number || block_records_ != state.records) {
      ASSIGN_OR_RETURN(block_, Block::Load(number, index));
      block_records_ = state.records;
    }
    return absl::OkStatus();
  }));
  // Steps end with their block.
  const std::int64_t limit = std::min(kStep, kBlock - state.records % kBlock);
  std::vector<Entry> entries;
  bool fits = true;
  std::string last_leaf;
  RETURN_IF_ERROR(archive_.Read([&](const ArchiveReader& archive) -> absl::Status {
    ASSIGN_OR_RETURN(fits, Fits(archive, state));
    ASSIGN_OR_RETURN(const std::int64_t erasures, archive.custody().Counter(kErasureCount));
    fits = fits && state.erasures == erasures;
    if (!fits) return absl::OkStatus();
    ASSIGN_OR_RETURN(const std::vector<StoredRecord> records, archive.Records(state.records, limit));
    for (const StoredRecord& record : records) {
      if (entries.size() % kRead == 0)
        archive.ReadAhead(record.index, std::min(record.index + kRead, records.back().index + 1));
      ASSIGN_OR_RETURN(Entry entry, EntryOfRecord(archive, record));
      entries.push_back(std::move(entry));
    }
    if (!records.empty()) last_leaf = LeafHash(records.back());
    return absl::OkStatus();
  }));
  if (!fits) {
    const std::lock_guard lock(mutex_);
    indexed_ = 0;  // who waits, waits for the new one
    return emptying_ = true;
  }
  if (!entries.empty()) {
    RETURN_IF_ERROR(index_.Write([&](SearchWriter& index) -> absl::Status {
      ASSIGN_OR_RETURN(const SearchState current, index.State());
      if (current.records != state.records || current.generation != state.generation)
        return Error(absl::StatusCode::kAborted, "INDEX_ADVANCED", "another replica has indexed these records");
      std::set<std::string_view> texts;
      for (const Entry& entry : entries) AddTexts(entry, texts);
      ASSIGN_OR_RETURN(const WordIds ids, index.Intern(texts));
      int place = static_cast<int>(state.records % kBlock);
      for (const Entry& entry : entries) block_->Add(place++, entry, ids);
      RETURN_IF_ERROR(block_->Save(index));
      return index.PutState(
          {state.records + static_cast<std::int64_t>(entries.size()), last_leaf, state.generation, state.erasures});
    }));
    block_records_ = state.records + static_cast<std::int64_t>(entries.size());
  }
  const std::lock_guard lock(mutex_);
  if (!rebuild_) indexed_ = state.records + static_cast<std::int64_t>(entries.size());
  return static_cast<std::int64_t>(entries.size()) == limit;
}

absl::StatusOr<std::vector<std::string>> IndexFaults(const ArchiveReader& archive, const SearchReader& index,
                                                     std::size_t limit) {
  std::vector<std::string> faults;
  ASSIGN_OR_RETURN(const SearchState state, index.State());
  ASSIGN_OR_RETURN(const bool fits, Fits(archive, state));
  if (!fits) return std::vector<std::string>{"检索索引不是由此归档生成的"};
  // After an erasure it is made anew, in a moment; until then it says what is no more.
  ASSIGN_OR_RETURN(const std::int64_t erasures, archive.custody().Counter(kErasureCount));
  if (state.erasures != erasures) return faults;
  for (std::int64_t first = 0; first < state.records && faults.size() < limit; first += kBlock) {
    Block made(first / kBlock);
    WordIds ids;
    const std::int64_t count = std::min<std::int64_t>(kBlock, state.records - first);
    for (std::int64_t place = 0; place < count; ++place) {
      if (place % kRead == 0) archive.ReadAhead(first + place, first + std::min(place + kRead, count));
      ASSIGN_OR_RETURN(const std::optional<StoredRecord> record, archive.Record(first + place));
      if (!record) continue;  // CheckLog names it
      ASSIGN_OR_RETURN(const Entry entry, EntryOfRecord(archive, *record));
      std::set<std::string_view> texts;
      AddTexts(entry, texts);
      for (const std::string_view text : texts) {
        if (ids.contains(text)) continue;
        ASSIGN_OR_RETURN(const std::optional<std::int64_t> id, index.WordId(text));
        // One that the dictionary does not have gets a number that no text has.
        ids.emplace(text, id.value_or(-1 - static_cast<std::int64_t>(ids.size())));
      }
      made.Add(static_cast<int>(place), entry, ids);
    }
    std::map<std::string, std::string> wanted = made.Encoded();
    RETURN_IF_ERROR(index.ForEach(first / kBlock, "", [&](std::string_view key, std::string_view value) {
      const auto found = wanted.find(std::string(key));
      if ((found == wanted.end() || found->second != value) && faults.size() < limit)
        faults.push_back(Cat("检索索引第 ", first / kBlock, " 块的 ", key, " 与所存内容不符"));
      if (found != wanted.end()) wanted.erase(found);
      return absl::OkStatus();
    }));
    for (const auto& [key, value] : wanted)
      if (faults.size() < limit) faults.push_back(Cat("检索索引第 ", first / kBlock, " 块缺少 ", key));
  }
  return faults;
}

}  // namespace jixiao::archiving::search
