#include "intake/api/watch.h"

#include "common/errors.h"
#include "common/rpc/unary.h"
#include "common/text.h"
#include "common/time.h"

#include <grpcpp/alarm.h>

#include <atomic>
#include <deque>
#include <memory>

namespace jixiao::intake {
namespace {

// Steps are seconds apart at most times; looking this often costs one indexed read.
constexpr std::chrono::milliseconds kInterval{100};

// Looks for steps on the pool, writes them one by one, then sleeps on an alarm: no thread is held by a watcher that
// waits. gRPC calls OnWriteDone and the alarm one after the other here, because only one of them is ever pending.
class WatchReactor final : public grpc::ServerWriteReactor<grpc::ByteBuffer> {
 public:
  WatchReactor(const grpc::CallbackServerContext& context, const grpc::ByteBuffer& in, SubmissionStore& store,
               WorkerPool& pool, rpc::ServerState& state, const rpc::Method& method)
      : context_(rpc::ContextOf(context)),
        store_(store),
        pool_(pool),
        state_(state),
        method_(method),
        admitted_(state.Enter()) {
    if (!admitted_) {
      End(rpc::ServerFull());
    } else if (absl::Status status = rpc::Read(in, request_); !status.ok()) {
      End(status);
    } else {
      after_ = request_.after_sequence();
      Look();
    }
  }

  void OnWriteDone(bool ok) override {
    if (!ok) return End(absl::CancelledError("the caller went away"));
    WriteNext();
  }

  void OnCancel() override { cancelled_.store(true); }
  void OnDone() override {
    if (admitted_) state_.Leave();
    delete this;
  }

 private:
  void Look() {
    if (!pool_.Post([this] { Fetch(); })) End(rpc::ServerFull());
  }

  void Fetch() {
    const absl::StatusOr<std::optional<SubmissionRow>> head = store_.Find(request_.name());
    if (!head.ok()) return End(head.status());
    if (!*head)
      return End(Error(absl::StatusCode::kNotFound, "SUBMISSION_NOT_FOUND",
                       Cat("name: there is no ", TruncateUtf8(request_.name(), 100))));
    absl::StatusOr<std::vector<Step>> steps = store_.Steps((*head)->id, after_);
    if (!steps.ok()) return End(steps.status());
    steps_.assign(steps->begin(), steps->end());
    if (steps_.empty()) last_state_ = (*head)->state;  // a caller that resumes may have seen the last step
    WriteNext();
  }

  void WriteNext() {
    if (steps_.empty()) {
      // What is at rest moves only when someone acts; the caller may watch again then.
      const bool at_rest = last_state_ == v1::SUBMISSION_STATE_ARCHIVED || last_state_ == v1::SUBMISSION_STATE_STUCK;
      if (at_rest) return End(absl::OkStatus());
      return Sleep();
    }
    const Step& step = steps_.front();
    v1::WatchSubmissionResponse response;
    response.set_sequence(step.sequence);
    response.set_revision(step.revision);
    response.set_state(step.state);
    *response.mutable_time() = ToTimestamp(step.time);
    response.set_note(step.note);
    response.set_action(step.action);
    if (step.actor.role() != v1::ACTOR_ROLE_SYSTEM) *response.mutable_actor() = step.actor;
    after_ = step.sequence;
    last_state_ = step.state;
    steps_.pop_front();
    out_ = rpc::Write(response);
    StartWrite(&out_);
  }

  void Sleep() {
    if (cancelled_.load()) return End(absl::CancelledError("the caller went away"));
    if (state_.stopping())
      return End(TryAgain(absl::StatusCode::kUnavailable, "STOPPING", "the server is stopping; watch again",
                          std::chrono::seconds(1)));
    alarm_.Set(std::chrono::system_clock::now() + kInterval,
               [this](bool) { cancelled_.load() ? End(absl::CancelledError("the caller went away")) : Look(); });
  }

  void End(const absl::Status& status) {
    rpc::EndOfCall(method_, context_, status, start_);
    Finish(rpc::ToGrpc(status));
  }

  const rpc::CallContext context_;
  SubmissionStore& store_;
  WorkerPool& pool_;
  rpc::ServerState& state_;
  const rpc::Method& method_;
  const bool admitted_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  v1::WatchSubmissionRequest request_;
  std::int64_t after_ = 0;
  SubmissionState last_state_ = v1::SUBMISSION_STATE_UNSPECIFIED;
  std::deque<Step> steps_;
  grpc::ByteBuffer out_;
  grpc::Alarm alarm_;
  std::atomic<bool> cancelled_{false};
};

}  // namespace

grpc::ServerWriteReactor<grpc::ByteBuffer>* StartWatch(const grpc::CallbackServerContext& context,
                                                       const grpc::ByteBuffer& in, SubmissionStore& store,
                                                       WorkerPool& pool, rpc::ServerState& state,
                                                       const rpc::Method& method) {
  return std::make_unique<WatchReactor>(context, in, store, pool, state, method).release();  // deletes itself in OnDone
}

}  // namespace jixiao::intake
