#include "load/line.h"

#include "common/rpc/wire.h"

#include "jixiao/intake/v1/intake_service.grpc.pb.h"

#include <condition_variable>
#include <mutex>
#include <thread>
#include <unordered_map>

namespace jixiao::load {
namespace {

constexpr std::chrono::seconds kPatience{60};

// When each form was handed in, until it is archived. The two are heard of in either order. Thread-safe.
class Tracker {
 public:
  void Submitted(const std::string& name, Clock::time_point start) {
    const std::lock_guard lock(mutex_);
    ++submitted_;
    if (const auto found = early_.find(name); found != early_.end()) {
      Add(start, found->second);
      early_.erase(found);
    } else {
      open_.emplace(name, start);
    }
  }

  void Archived(const std::string& name) {
    const std::lock_guard lock(mutex_);
    const auto now = Clock::now();
    if (const auto found = open_.find(name); found != open_.end()) {
      Add(found->second, now);
      open_.erase(found);
    } else {
      early_.emplace(name, now);
    }
  }

  // Waits until all that was handed in is archived, as long as something is.
  void Wait() {
    std::unique_lock lock(mutex_);
    while (micros_.size() < submitted_) {
      const std::size_t before = micros_.size();
      changed_.wait_for(lock, kPatience, [&] { return micros_.size() >= submitted_; });
      if (micros_.size() == before) return;
    }
  }

  void TakeInto(LineOutcome& outcome, Clock::time_point begin) {
    const std::lock_guard lock(mutex_);
    outcome.archived = micros_.size();
    outcome.micros = std::move(micros_);
    outcome.seconds = std::chrono::duration<double>(last_ - begin).count();
  }

 private:
  void Add(Clock::time_point start, Clock::time_point end) {  // needs mutex_
    micros_.push_back(
        static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::microseconds>(end - start).count()));
    last_ = std::max(last_, end);
    changed_.notify_one();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::unordered_map<std::string, Clock::time_point> open_;   // handed in, not archived
  std::unordered_map<std::string, Clock::time_point> early_;  // archived, and its receipt is still on its way
  std::size_t submitted_ = 0;
  std::vector<std::uint32_t> micros_;
  Clock::time_point last_;
};

// Tells the tracker what is archived, from now until the end of the object.
class Watcher {
 public:
  Watcher(intake::v1::IntakeService::Stub& stub, Tracker& tracker) : stub_(stub), tracker_(tracker) {
    thread_ = std::thread([this] { Run(); });
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kPatience, [this] { return watching_; });
  }
  ~Watcher() {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
      if (context_ != nullptr) context_->TryCancel();
    }
    thread_.join();
  }
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

 private:
  void Run() {
    intake::v1::WatchSubmissionsRequest request;
    request.set_cursor("now");
    request.mutable_filter()->add_states(intake::v1::SUBMISSION_STATE_ARCHIVED);
    while (true) {
      grpc::ClientContext context;
      {
        const std::lock_guard lock(mutex_);
        if (over_) return;
        context_ = &context;
      }
      const auto stream = stub_.WatchSubmissions(&context, request);
      for (intake::v1::WatchSubmissionsResponse response; stream->Read(&response);) {
        {
          const std::lock_guard lock(mutex_);
          watching_ = true;
        }
        changed_.notify_one();
        if (response.has_change()) tracker_.Archived(response.change().submission().name());
        request.set_cursor(response.has_change() ? response.change().cursor() : response.cursor());
      }
      (void)stream->Finish();
      const std::lock_guard lock(mutex_);
      context_ = nullptr;
    }
  }

  intake::v1::IntakeService::Stub& stub_;
  Tracker& tracker_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  grpc::ClientContext* context_ = nullptr;
  bool watching_ = false;
  bool over_ = false;
  std::thread thread_;
};

}  // namespace

LineOutcome RunLine(Stage& stage, const Channels& channels, const Work& batch_submit, Numbered& requests,
                    const Loop& loop) {
  Tracker tracker;
  const Watcher watcher(stage.cluster().Intake(), tracker);
  LineOutcome outcome;
  const auto begin = Clock::now();
  outcome.submitted = batch_submit.Run(channels, requests, loop,
                                       [&](std::uint64_t, Clock::time_point start, const grpc::ByteBuffer& answer) {
                                         intake::v1::BatchSubmitResponse response;
                                         if (!rpc::Read(answer, response).ok()) return grpc::StatusCode::INTERNAL;
                                         tracker.Submitted(response.receipt().submission(), start);
                                         return grpc::StatusCode::OK;
                                       });
  tracker.Wait();
  tracker.TakeInto(outcome, begin);
  return outcome;
}

}  // namespace jixiao::load
