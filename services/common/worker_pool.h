// A few threads for work that may block (storage, other services), with a bounded queue: gRPC's own threads never
// block.
#pragma once

#include <absl/functional/any_invocable.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace jixiao {

class WorkerPool {
 public:
  WorkerPool(int threads, std::size_t capacity);
  // Runs all that is queued, however long that takes, and then ends the threads.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // Queues `work`; false when the queue is full or the pool is ending, and `work` was not taken. What it throws is
  // logged, and the thread goes on: whoever waits for an outcome catches it himself. Thread-safe.
  bool Post(absl::AnyInvocable<void()> work);

  // Works that wait for a thread. Thread-safe.
  std::size_t queued();

 private:
  void Run();

  const std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<absl::AnyInvocable<void()>> queue_;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace jixiao
