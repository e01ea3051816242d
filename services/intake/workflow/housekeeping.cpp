#include "intake/workflow/housekeeping.h"

#include "common/log.h"
#include "common/time.h"

namespace jixiao::intake {
namespace {

constexpr std::int64_t kStep = 200;
constexpr std::chrono::milliseconds kBetweenSteps{50};
constexpr std::chrono::hours kBetweenRounds{1};

}  // namespace

Housekeeping::Housekeeping(SubmissionStore& store, std::chrono::microseconds age)
    : store_(store), age_(age), thread_(&Housekeeping::Loop, this) {}

Housekeeping::~Housekeeping() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

bool Housekeeping::Pause(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  return !wake_.wait_for(lock, time, [this] { return ending_; });
}

void Housekeeping::Loop() {
  do ExpireRequests();
  while (Pause(kBetweenRounds));
}

void Housekeeping::ExpireRequests() {
  const std::int64_t before = NowMicros() - age_.count();
  RequestPosition position;
  std::size_t removed = 0;
  do {
    const absl::StatusOr<ExpiryStep> step = store_.ExpireRequests(before, position, kStep);
    if (!step.ok()) {  // the next round begins again
      log::Warning("old requests stay", {{"error", std::string(step.status().message())}});
      break;
    }
    if (step->examined == 0) break;
    removed += step->removed;
    position = step->next;
  } while (Pause(kBetweenSteps));
  if (removed > 0) log::Info("old requests are forgotten", {{"requests", removed}});
}

}  // namespace jixiao::intake
