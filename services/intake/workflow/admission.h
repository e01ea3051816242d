// Who gets in when more want to than the machine carries.
//
// Policy. Forms that are to be stored wait in a FairQueue, one flow for each caller and kind of call, and go to the
// store's group commit in turns, at most kInStore at a time: a form that has its turn waits for the commit that runs
// and for its own, whatever else is piled up. So a platform that pushes hundreds of thousands takes what is left, and a
// unit that sends one form does not notice. The queue is short, in forms and in bytes; who finds no room is refused at
// once, with a time to wait that follows from what waits and from how fast the store drained lately.
//
// A caller is who it says it is (metadata x-caller) or else its address, until calls are authenticated: this shares
// capacity among callers that mean well, and bounds memory whoever they are.
#pragma once

#include "intake/store/submission_store.h"
#include "intake/workflow/fair_queue.h"

#include <absl/functional/any_invocable.h>
#include <absl/status/status.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

namespace jixiao::intake {

// Thread-safe; never blocks for the disk.
class Admission {
 public:
  using Done = absl::AnyInvocable<void(absl::StatusOr<std::string>)>;

  // Forms with the store at a time: about what one commit takes in a few milliseconds.
  static constexpr std::size_t kInStore = 64;

  struct Stats {
    std::size_t waiting = 0;
    std::uint64_t refused = 0;
    double per_second = 0;  // how fast the store drained lately
  };

  // `store` must outlive it and every form that was taken.
  explicit Admission(SubmissionStore& store, FairQueueLimits limits = {}) : store_(store), waiting_(limits) {}

  // Whether a form of this caller would be refused now, before anything is spent on it: RESOURCE_EXHAUSTED (QUEUE_FULL)
  // with the time to wait.
  absl::Status Check(std::string_view flow, std::size_t bytes);

  // As SubmissionStore::Accept, when the form's turn comes. Refuses as Check does, and then leaves `acceptance` and
  // `done` as they were.
  absl::Status Accept(std::string_view flow, Acceptance& acceptance, Done& done);

  Stats stats();

 private:
  struct Entry {
    Acceptance acceptance;
    Done done;
  };

  // Hands over what may go to the store.
  void Pump();
  absl::Status Refusal();  // needs mutex_
  void CountOne();         // needs mutex_

  SubmissionStore& store_;
  std::mutex mutex_;  // guards what follows
  FairQueue<Entry> waiting_;
  std::size_t in_store_ = 0;
  std::uint64_t refused_ = 0;
  std::uint64_t drained_ = 0;  // since `since_`
  std::chrono::steady_clock::time_point since_ = std::chrono::steady_clock::now();
  double per_second_ = 0;
};

// The flow of a caller's single forms, and that of its streams.
std::string SingleFlow(std::string_view caller);
std::string BulkFlow(std::string_view caller);

}  // namespace jixiao::intake
