// What intake tidies up by itself, a little at a time.
#pragma once

#include "intake/store/submission_store.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace jixiao::intake {

// Forgets requests that are older than `age` and whose submission is at rest. It goes through them in small steps with
// pauses between, so that no form waits for it, begins at the start, and again an hour after it was through.
class Housekeeping {
 public:
  // `store` must outlive it.
  Housekeeping(SubmissionStore& store, std::chrono::microseconds age);
  ~Housekeeping();
  Housekeeping(const Housekeeping&) = delete;
  Housekeeping& operator=(const Housekeeping&) = delete;

 private:
  void Loop();
  // Goes through all old requests once.
  void ExpireRequests();
  // Waits so long; false when it is to end.
  bool Pause(std::chrono::milliseconds time);

  SubmissionStore& store_;
  const std::chrono::microseconds age_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace jixiao::intake
