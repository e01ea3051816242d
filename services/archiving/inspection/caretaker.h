// Looks after the archive in the background, with one thread: inspects and registers what was filed, goes over the
// fixity register from time to time at a bounded rate, and carries disposals out. Every step is one transaction that
// says how far it came; a killed process goes on there. Replicas may all have one: whoever comes second to a step
// leaves it.
#pragma once

#include "archiving/export/digests.h"
#include "archiving/sequencing/sequencer.h"
#include "archiving/store/archive_store.h"

#include "jixiao/archiving/v1/archive_entry.pb.h"
#include "jixiao/archiving/v1/retention_service.pb.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace jixiao::archiving {

struct CaretakerOptions {
  std::int64_t records_per_second = 50;           // that a pass goes over at most; 0: no passes
  std::int64_t bytes_per_second = 16 << 20;       // of content, at most
  std::chrono::seconds interval{30 * 24 * 3600};  // from the end of one pass to the start of the next
};

class Caretaker {
 public:
  struct Hooks {
    // Hears of every step that failed; it is tried again after a second.
    std::function<void(const absl::Status&)> on_error = [](const absl::Status&) {};
    // Hears of a part each time it is found damaged, and once when it is whole again.
    std::function<void(const v1::FixityFailure&, bool damaged)> on_damage = [](const v1::FixityFailure&, bool) {};
  };

  // Store and sequencer must outlive it.
  Caretaker(ArchiveStore& store, Sequencer& sequencer, CaretakerOptions options, Hooks hooks);
  ~Caretaker();
  Caretaker(const Caretaker&) = delete;
  Caretaker& operator=(const Caretaker&) = delete;

  // Lets it look for work at once. Thread-safe.
  void Wake();

  // Parts that were verified since the start, by how they were found. Thread-safe.
  std::int64_t passed() const { return passed_.load(std::memory_order_relaxed); }
  std::int64_t failed() const { return failed_.load(std::memory_order_relaxed); }

 private:
  void Loop();
  void TellOfDamage();
  // Each: true when there is more to do at once.
  absl::StatusOr<bool> Step();
  absl::StatusOr<bool> FileSome();
  // A record that is filed.
  struct Filed;
  absl::StatusOr<Filed> ReadOne(const ArchiveReader& archive, std::int64_t index);
  absl::Status InspectAll(std::vector<Filed>& records);
  absl::StatusOr<bool> CarryDisposal();
  absl::StatusOr<bool> PassStep();
  absl::StatusOr<bool> BeginPass();
  absl::StatusOr<bool> PassSome();
  absl::Status EndPass();

  // Appends an entry under `key` unless there is one, whatever it says: the index of its leaf.
  absl::StatusOr<std::int64_t> AppendOnce(const std::string& key, const v1::ArchiveEntry& entry);
  absl::Status EraseAll(const v1::Disposal& disposal, std::int64_t entry);
  bool stopping();

  ArchiveStore& store_;
  Sequencer& sequencer_;
  const CaretakerOptions options_;
  const Hooks hooks_;
  std::chrono::steady_clock::time_point next_pass_step_{};  // thread of the loop only
  exporting::RepeatedDigests rule_set_;                     // likewise
  std::atomic<std::int64_t> passed_{0};
  std::atomic<std::int64_t> failed_{0};

  std::mutex mutex_;  // guards what follows
  std::condition_variable wake_;
  bool stopping_ = false;
  bool nudged_ = false;
  std::thread thread_;
};

}  // namespace jixiao::archiving
