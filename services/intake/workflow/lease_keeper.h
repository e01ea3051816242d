// Renews the leases of a carrier's batch while it is in hand, from one thread for all its batches: a thread for each
// could be refused, in the middle of the work.
#pragma once

#include "intake/store/submission_store.h"

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <span>
#include <thread>

namespace jixiao::intake {

// What a replica that was killed had in hand waits so long for another. Whoever is alive renews in time.
inline constexpr std::int64_t kLeaseMicros = 7'000'000;

class LeaseKeeper {
 public:
  // The store must outlive it.
  explicit LeaseKeeper(SubmissionStore& store);
  ~LeaseKeeper();
  LeaseKeeper(const LeaseKeeper&) = delete;
  LeaseKeeper& operator=(const LeaseKeeper&) = delete;

  // A batch that is in hand as long as this lives; one at a time. A lease that cannot be renewed ends, and what another
  // makes of the item counts.
  class Hold {
   public:
    Hold(LeaseKeeper& keeper, std::span<WorkItem> items);
    ~Hold();
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;

   private:
    LeaseKeeper& keeper_;
  };

 private:
  void Loop();

  SubmissionStore& store_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::span<WorkItem> items_;
  std::int64_t batches_ = 0;  // that were let go
  bool renewing_ = false;     // without the lock
  bool over_ = false;
  std::thread thread_;
};

}  // namespace jixiao::intake
