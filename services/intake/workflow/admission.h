// Who gets in when more want to than the machine carries.
//
// Policy. Forms that are to be stored wait in a FairQueue, one flow for each caller and kind of call, and go to the
// store's group commit in turns, at most kInStore at a time: a form that has its turn waits for the commit that runs
// and for its own, whatever else is piled up. So a platform that pushes hundreds of thousands takes what is left, and a
// unit that sends one form does not notice. The queue is short, in forms and in bytes; who finds no room is refused at
// once, with a time to wait that follows from what waits and from how fast the store drained lately.
//
// Somebody waits for the answer to a single form. So of single forms no more wait than the store takes in kStanding,
// but for a burst: kBurst forms a minute may wait beyond that. When more come than the machine carries, and not only
// for a moment, those that get in are answered nearly as fast as ever and the others are told at once to come back: a
// long queue would make all of them slow and carry not one form more. Streams have their own flow control and wait.
//
// A caller is who it says it is (metadata x-caller) or else its address, until calls are authenticated: this shares
// capacity among callers that mean well, and bounds memory whoever they are.
#pragma once

#include "intake/store/submission_store.h"
#include "intake/workflow/demand.h"
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
  using Done = SubmissionStore::Accepted;

  // Forms with the store at a time: what two commits take, the one that runs and the one that gathers meanwhile.
  static constexpr std::size_t kInStore = 256;
  // The same while single forms come, so that each waits for less: beside a platform's flood a fifth of the usual wait,
  // which costs the platform a third of its throughput.
  static constexpr std::size_t kInStoreOfSingles = 64;
  // The same after one was refused: then more come than the machine carries, whatever the size of a commit, and it is
  // only the wait that can still be short.
  static constexpr std::size_t kInStoreUnderPressure = 32;

  // How long what came, or was refused, counts as what comes at the moment.
  static constexpr std::chrono::seconds kMoment{1};

  // Single forms that wait: what the store takes in this time, and at least so many.
  static constexpr std::chrono::milliseconds kStanding{10};
  static constexpr std::size_t kLeastStanding = 16;
  static constexpr double kBurst = 128;

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

  // Whatever can wait gives way to it.
  Demand demand();

 private:
  struct Entry {
    Acceptance acceptance;
    Done done;
    bool single = false;
  };

  // Hands over what may go to the store.
  void Pump();
  // Whether a form of this flow may wait, and whether as one of the burst.
  struct Room {
    bool any = false;
    bool of_burst = false;
  };
  Room RoomFor(std::string_view flow, std::size_t bytes);  // needs mutex_
  std::size_t MostInStore() const;                         // needs mutex_
  Demand DemandNow() const;                                // needs mutex_
  double Rate() const;                                     // needs mutex_
  absl::Status Refusal();                                  // needs mutex_
  void CountOne();                                         // needs mutex_

  SubmissionStore& store_;
  std::mutex mutex_;  // guards what follows
  FairQueue<Entry> waiting_;
  std::size_t in_store_ = 0;
  std::size_t singles_ = 0;  // that wait
  double burst_ = kBurst;    // that may still wait beyond the others
  std::chrono::steady_clock::time_point burst_at_ = std::chrono::steady_clock::now();  // when that was so
  std::uint64_t refused_ = 0;
  std::chrono::steady_clock::time_point refused_at_{};  // the last one
  std::chrono::steady_clock::time_point single_at_{};   // likewise, of single forms that were let in
  std::uint64_t drained_ = 0;                           // since `since_`
  std::chrono::steady_clock::time_point since_ = std::chrono::steady_clock::now();
  double per_second_ = 0;
};

// The flow of a caller's single forms, and that of its streams.
std::string SingleFlow(std::string_view caller);
std::string BulkFlow(std::string_view caller);

}  // namespace jixiao::intake
