#include "intake/workflow/change_hub.h"

#include "common/log.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace jixiao::intake {
namespace {

constexpr std::chrono::milliseconds kLookForStop{100};
constexpr std::chrono::milliseconds kAskStore{250};
constexpr std::size_t kChanges = 1000;
constexpr int kThreads = 2;

bool Concerns(const Interest& interest, const ChangedSubmission& change) {
  if (interest.submission != 0) return interest.submission == change.head.id;
  return Matches(interest.filter, change.head, change.step.state, change.step.time);
}

}  // namespace

ChangeHub::ChangeHub(SubmissionStore& store, std::function<bool()> stopping, bool shared)
    : store_(store), stopping_(std::move(stopping)), shared_(shared), pool_(kThreads, 2 * kMaxWatchers) {
  store_.Listen([this](std::int64_t sequence) {
    const std::lock_guard lock(mutex_);
    newest_ = std::max(newest_, sequence);
    // With nobody waiting there is nobody to wake, and nothing to read.
    if (waiters_.empty())
      matched_ = newest_;
    else
      wake_.notify_one();
  });
  const absl::StatusOr<std::int64_t> newest = store_.NewestChange();
  {
    const std::lock_guard lock(mutex_);
    newest_ = std::max(newest_, newest.value_or(0));
    matched_ = newest_;
  }
  thread_ = std::thread(&ChangeHub::Loop, this);
}

ChangeHub::~ChangeHub() {
  store_.Listen(nullptr);
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

bool ChangeHub::Enter() {
  const std::lock_guard lock(mutex_);
  if (watchers_ >= kMaxWatchers) return false;
  ++watchers_;
  return true;
}

void ChangeHub::Leave() {
  const std::lock_guard lock(mutex_);
  --watchers_;
}

std::int64_t ChangeHub::newest() const {
  const std::lock_guard lock(mutex_);
  return newest_;
}

std::uint64_t ChangeHub::Wait(Interest interest, std::int64_t seen, Wake wake) {
  const std::lock_guard lock(mutex_);
  // What came between the watcher's look and now has been matched already, without this watcher.
  const bool due = seen < matched_;
  waiters_.emplace(++last_ticket_, Waiter{std::move(interest), std::move(wake), due});
  any_due_ = any_due_ || due;
  // The first one to wait ends the long sleep.
  if (due || waiters_.size() == 1) wake_.notify_one();
  return last_ticket_;
}

bool ChangeHub::Forget(std::uint64_t ticket) {
  const std::lock_guard lock(mutex_);
  return waiters_.erase(ticket) > 0;
}

void ChangeHub::Post(absl::AnyInvocable<void()> look) {
  if (!pool_.Post(std::move(look))) log::Error("a watcher's look was lost", {});
}

std::vector<ChangeHub::Wake> ChangeHub::TakeIf(const std::function<bool(const Waiter&)>& condition) {
  std::vector<Wake> taken;
  for (auto next = waiters_.begin(); next != waiters_.end();) {
    if (condition(next->second)) {
      taken.push_back(std::move(next->second.wake));
      next = waiters_.erase(next);
    } else {
      ++next;
    }
  }
  return taken;
}

std::vector<ChangeHub::Wake> ChangeHub::TakeMatched(std::unique_lock<std::mutex>& lock) {
  const std::int64_t after = matched_;
  lock.unlock();
  const absl::StatusOr<ChangePage> page = store_.Changes({}, after, kChanges);
  lock.lock();
  if (!page.ok()) {  // they look for themselves
    matched_ = newest_;
    return TakeIf([](const Waiter&) { return true; });
  }
  // A listener that found nobody may have moved on meanwhile.
  matched_ = std::max(matched_, page->position);
  return TakeIf([&](const Waiter& waiter) {
    return std::ranges::any_of(page->changes,
                               [&](const ChangedSubmission& change) { return Concerns(waiter.interest, change); });
  });
}

void ChangeHub::Loop() {
  std::unique_lock lock(mutex_);
  auto asked = std::chrono::steady_clock::now();
  while (!ending_) {
    const auto work = [this] { return ending_ || any_due_ || (newest_ > matched_ && !waiters_.empty()); };
    if (waiters_.empty())
      wake_.wait(lock, [this] { return ending_ || !waiters_.empty(); });
    else
      wake_.wait_for(lock, kLookForStop, work);
    if (ending_) break;
    if (const auto now = std::chrono::steady_clock::now(); shared_ && !waiters_.empty() && now - asked >= kAskStore) {
      asked = now;
      lock.unlock();
      const absl::StatusOr<std::int64_t> newest = store_.NewestChange();
      lock.lock();
      newest_ = std::max(newest_, newest.value_or(0));
    }
    std::vector<Wake> woken;
    if (stopping_()) {
      woken = TakeIf([](const Waiter&) { return true; });
    } else if (any_due_) {
      any_due_ = false;
      woken = TakeIf([](const Waiter& waiter) { return waiter.due; });
    } else if (newest_ > matched_ && !waiters_.empty()) {
      woken = TakeMatched(lock);
    }
    lock.unlock();
    for (Wake& wake : woken) wake();
    lock.lock();
  }
}

}  // namespace jixiao::intake
