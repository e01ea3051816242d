// Follows the archive and keeps the search index: what is archived is indexed a moment later, by one thread, in bounded
// steps. A killed process goes on where it was; an index of another archive, or of a later state of this one, is made
// anew.
#pragma once

#include "archiving/search/block.h"
#include "archiving/store/archive_store.h"
#include "archiving/store/search_store.h"

#include <absl/status/status.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace jixiao::archiving::search {

class Indexer {
 public:
  // Hears of every step that failed; it is tried again after a second.
  using OnError = std::function<void(const absl::Status&)>;

  // The stores must outlive the indexer.
  Indexer(ArchiveStore& archive, SearchStore& index, OnError on_error);
  ~Indexer();
  Indexer(const Indexer&) = delete;
  Indexer& operator=(const Indexer&) = delete;

  // Waits until all that is archived now is indexed, at most `patience`. Thread-safe.
  void WaitUntilCurrent(std::chrono::milliseconds patience);
  // The same, but returns at once when that would be in vain: when the index lacks more than a block, because it is
  // being made anew, or when its last step failed. For callers that keep others waiting. Thread-safe.
  void WaitIfNearlyCurrent(std::chrono::milliseconds patience);
  // Lets the index be emptied and made anew. Thread-safe; returns at once.
  void Rebuild();

 private:
  void Loop();
  // How many records there are to be indexed; nothing when that cannot be read.
  std::optional<std::int64_t> Archived();
  // One bounded piece of work: true when there is more to do at once.
  absl::StatusOr<bool> Step();
  absl::StatusOr<bool> EmptySome();

  ArchiveStore& archive_;
  SearchStore& index_;
  const OnError on_error_;
  std::optional<Block> block_;  // the block that grows; thread of the loop only
  std::int64_t block_records_ =
      0;                   // how many records the index had when `block_` was as it is; thread of the loop only
  bool emptying_ = false;  // thread of the loop only

  std::mutex mutex_;  // guards what follows
  std::condition_variable wake_;
  std::condition_variable advanced_;
  bool stopping_ = false;
  bool rebuild_ = false;
  bool nudged_ = false;
  bool failing_ = false;       // the last step did
  std::int64_t indexed_ = -1;  // unknown before the first step
  std::thread thread_;
};

// Compares every value of the index with what the archived parts give. What differs, in Chinese, at most `limit`; empty
// when the index says what the archive says. Reads form and scorecard of each record; needs memory for one block.
absl::StatusOr<std::vector<std::string>> IndexFaults(const ArchiveReader& archive, const SearchReader& index,
                                                     std::size_t limit);

}  // namespace jixiao::archiving::search
