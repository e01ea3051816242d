#include "common/worker_pool.h"

#include "common/guarded.h"
#include "common/log.h"

#include <string>
#include <utility>

namespace jixiao {

WorkerPool::WorkerPool(int threads, std::size_t capacity) : capacity_(capacity) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Run(); });
}

WorkerPool::~WorkerPool() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

bool WorkerPool::Post(absl::AnyInvocable<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    if (ending_ || queue_.size() >= capacity_) return false;
    queue_.push_back(std::move(work));
  }
  wake_.notify_one();
  return true;
}

std::size_t WorkerPool::queued() {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

void WorkerPool::Run() {
  while (true) {
    absl::AnyInvocable<void()> work;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return ending_ || !queue_.empty(); });
      if (queue_.empty()) return;
      work = std::move(queue_.front());
      queue_.pop_front();
    }
    const absl::Status status = Guarded("WORK_THREW", [&] {
      work();
      return absl::OkStatus();
    });
    if (!status.ok())
      log::Error("a work of the pool has thrown",
                 {{"reason", ReasonOf(status)}, {"error", std::string(status.message())}});
  }
}

}  // namespace jixiao
