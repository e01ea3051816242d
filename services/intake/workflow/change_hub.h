// Wakes those who wait for a change of a submission. A watcher that waits costs its memory and nothing else: the store
// says when a commit brought changes, one thread reads them once for all watchers, and only those whose filter fits are
// woken. They read for themselves, at their own pace.
#pragma once

#include "common/worker_pool.h"
#include "intake/store/submission_store.h"

#include <absl/functional/any_invocable.h>

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace jixiao::intake {

// What a watcher waits for.
struct Interest {
  std::int64_t submission = 0;  // 0: any that fits
  SubmissionFilter filter;
};

// Thread-safe.
class ChangeHub {
 public:
  // Watchers that may be there at a time.
  static constexpr std::size_t kMaxWatchers = 4096;
  using Wake = absl::AnyInvocable<void()>;

  // `store` must outlive it. When `stopping` turns true, everyone who waits is woken within a tenth of a second. With
  // `shared`, other processes write to the store, too: while somebody waits, it is asked every quarter of a second.
  ChangeHub(SubmissionStore& store, std::function<bool()> stopping, bool shared = false);
  ~ChangeHub();
  ChangeHub(const ChangeHub&) = delete;
  ChangeHub& operator=(const ChangeHub&) = delete;

  // Counts a watcher in; false when there are too many already. Leave counts it out.
  bool Enter();
  void Leave();

  // The newest sequence that was announced: what is read from the store after this call includes it.
  std::int64_t newest() const;

  // Calls `wake` once, on the hub's thread, when there is a change behind `seen` that fits (or may be one: look), or
  // when the process stops. `wake` must be quick. The answer is for Forget.
  std::uint64_t Wait(Interest interest, std::int64_t seen, Wake wake);
  // The watcher goes: true when `wake` will not be called any more, false when it was or is just being called.
  bool Forget(std::uint64_t ticket);

  // Runs what reads for a watcher, on threads of their own: watchers take none from other calls. Never refuses one job
  // a watcher.
  void Post(absl::AnyInvocable<void()> look);

 private:
  struct Waiter {
    Interest interest;
    Wake wake;
    bool due = false;  // to be woken without a look
  };

  void Loop();
  // Reads the changes behind `matched_` and takes those who wait for one of them. Needs, and gives up meanwhile,
  // `lock`.
  std::vector<Wake> TakeMatched(std::unique_lock<std::mutex>& lock);
  std::vector<Wake> TakeIf(const std::function<bool(const Waiter&)>& condition);  // needs mutex_

  SubmissionStore& store_;
  const std::function<bool()> stopping_;
  const bool shared_;
  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable wake_;
  std::map<std::uint64_t, Waiter> waiters_;
  std::size_t watchers_ = 0;
  std::uint64_t last_ticket_ = 0;
  std::int64_t newest_ = 0;
  std::int64_t matched_ = 0;  // changes up to here have woken whom they concern
  bool any_due_ = false;
  bool ending_ = false;
  WorkerPool pool_;
  std::thread thread_;
};

}  // namespace jixiao::intake
