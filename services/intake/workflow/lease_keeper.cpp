#include "intake/workflow/lease_keeper.h"

#include "common/errors.h"
#include "common/log.h"

#include <chrono>
#include <string>

namespace jixiao::intake {
namespace {

constexpr std::chrono::seconds kRenewAfter{2};

}  // namespace

LeaseKeeper::LeaseKeeper(SubmissionStore& store) : store_(store), thread_([this] { Loop(); }) {}

LeaseKeeper::~LeaseKeeper() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

LeaseKeeper::Hold::Hold(LeaseKeeper& keeper, std::span<WorkItem> items) : keeper_(keeper) {
  {
    const std::lock_guard lock(keeper_.mutex_);
    keeper_.items_ = items;
  }
  keeper_.changed_.notify_all();
}

LeaseKeeper::Hold::~Hold() {
  std::unique_lock lock(keeper_.mutex_);
  keeper_.items_ = {};
  ++keeper_.batches_;
  keeper_.changed_.notify_all();
  keeper_.changed_.wait(lock, [this] { return !keeper_.renewing_; });
}

void LeaseKeeper::Loop() {
  std::unique_lock lock(mutex_);
  while (!over_) {
    changed_.wait(lock, [this] { return over_ || !items_.empty(); });
    const std::int64_t batch = batches_;
    if (changed_.wait_for(lock, kRenewAfter, [&] { return over_ || batches_ != batch; })) continue;
    const std::span<WorkItem> items = items_;
    renewing_ = true;
    lock.unlock();
    if (const absl::Status status = store_.Renew(items, kLeaseMicros); !status.ok())
      log::Warning("leases cannot be renewed",
                   {{"reason", ReasonOf(status)}, {"error", std::string(status.message())}});
    lock.lock();
    renewing_ = false;
    changed_.notify_all();
  }
}

}  // namespace jixiao::intake
