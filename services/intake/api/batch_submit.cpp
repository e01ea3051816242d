#include "intake/api/batch_submit.h"

#include "common/errors.h"
#include "common/rpc/unary.h"
#include "common/text.h"
#include "intake/api/caller.h"
#include "intake/api/submission_request.h"

#include <google/protobuf/arena.h>
#include <grpcpp/alarm.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <utility>

namespace jixiao::intake {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t kWindow = 256;
constexpr std::size_t kWindowBytes = 4 * 1024 * 1024;
// How often a stream looks whether a form that waits finds room, and whether the server is stopping.
constexpr std::chrono::milliseconds kTick{50};
constexpr std::size_t kMaxRuleSets = 64;  // that a stream remembers as known

class BatchSubmitReactor final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  BatchSubmitReactor(const grpc::CallbackServerContext& context, const BatchParts& parts)
      : context_(rpc::ContextOf(context, parts.state)),
        caller_(CallerOf(context, context_)),
        flow_(BulkFlow(caller_)),
        parts_(parts) {}

  void Begin() {
    if (!(entered_ = parts_.streams.Enter(caller_)))
      return End(TryAgain(absl::StatusCode::kResourceExhausted, "STREAMS_FULL", "too many streams are open",
                          std::chrono::seconds(1)));
    const absl::Status admitted = rpc::Admit(parts_.stream, context_, parts_.state);
    if (!(admitted_ = admitted.ok())) return End(admitted);
    {
      const std::lock_guard lock(mutex_);
      reading_ = true;
      SetTick();
    }
    StartRead(&in_);
  }

  void OnReadDone(bool ok) override {
    if (!ok)
      return Change([this] {
        reading_ = false;
        sent_all_ = true;
      });
    std::int64_t index = 0;
    {
      const std::lock_guard lock(mutex_);
      reading_ = false;
      if (ended_) return;  // the caller hears that it was not taken
      preparing_ = true;
      index = first_index_ + static_cast<std::int64_t>(slots_.size());
      slots_.push_back({in_.Length(), steady_clock::now(), std::nullopt});
      bytes_ += in_.Length();
    }
    Prepare(index);
  }

  void OnWriteDone(bool ok) override {
    Change([this, ok] {
      writing_ = false;
      broken_ = broken_ || !ok;
    });
  }

  void OnCancel() override {
    Change([this] { broken_ = true; });
  }

  void OnDone() override {
    if (admitted_) parts_.state.Leave();
    if (entered_) parts_.streams.Leave(caller_);
    delete this;
  }

 private:
  // An item that was read and whose answer was not yet written.
  struct Slot {
    std::size_t bytes = 0;
    steady_clock::time_point start;
    std::optional<grpc::ByteBuffer> answer;
  };
  // A form on its way into the queue.
  struct Candidate {
    Acceptance acceptance;
    Admission::Done done;
  };

  // One item at a time: the next is read only when this one is in the queue or answered.
  void Prepare(std::int64_t index) {
    auto* request = google::protobuf::Arena::CreateMessage<v1::BatchSubmitRequest>(&arena_);
    absl::StatusOr<grpc::Slice> bytes = rpc::ToSlice(in_);
    in_.Clear();
    absl::Status status = bytes.status();
    if (status.ok()) {
      bytes_read_ = *std::move(bytes);
      status = ReadRequest(rpc::ViewOf(bytes_read_), *request, form_);
    }
    const v1::SubmitEvaluationRequest& item = request->item();
    if (status.ok()) status = rpc::StillAdmitted(context_, parts_.state);
    if (status.ok()) status = Validate(item, form_);
    if (!status.ok()) return Settle(index, item, status);
    if (item.rule_set().empty() || known_.contains(item.rule_set())) return Offer(index, item);
    // Asking the scoring service may block.
    const bool taken = parts_.pool.Post([this, index, &item] {
      if (absl::Status known = CheckRuleSet(parts_.scorer, item.rule_set()); !known.ok())
        return Settle(index, item, known);
      if (known_.size() >= kMaxRuleSets) known_.clear();
      known_.insert(item.rule_set());
      Offer(index, item);
    });
    if (!taken) Settle(index, item, rpc::ServerFull());
  }

  void Offer(std::int64_t index, const v1::SubmitEvaluationRequest& item) {
    absl::StatusOr<Acceptance> acceptance = ToAcceptance(item, context_, form_);
    if (!acceptance.ok()) return Settle(index, item, acceptance.status());
    auto candidate = std::make_unique<Candidate>();
    candidate->acceptance = *std::move(acceptance);
    // Runs on the store's thread, when `item` is gone.
    candidate->done = [this, index, id = item.request_id()](absl::StatusOr<std::string> answer) {
      if (answer.ok()) parts_.pipeline.Wake();
      Answer decided = AnswerOf(index, id, std::move(answer));
      Change([&] {
        --in_queue_;
        Put(index, std::move(decided));
      });
    };
    Forget();
    Queue(std::move(candidate));
  }

  // Lets go what was read of an item, so that a stream that falls silent holds nothing.
  void Forget() {
    form_ = {};
    bytes_read_ = {};
    arena_.Reset();
  }

  // Hands the form over, or keeps it until the next tick.
  void Queue(std::unique_ptr<Candidate> candidate) {
    {
      const std::lock_guard lock(mutex_);
      ++in_queue_;  // it may be decided before Accept returns
    }
    const absl::Status queued = parts_.admission.Accept(flow_, candidate->acceptance, candidate->done);
    Change([&] {
      if (queued.ok()) {
        preparing_ = false;
        return;
      }
      --in_queue_;
      held_ = std::move(candidate);
    });
  }

  // Answers an item that does not get into the queue.
  void Settle(std::int64_t index, const v1::SubmitEvaluationRequest& item, absl::StatusOr<std::string> answer) {
    Answer decided = AnswerOf(index, item.request_id(), std::move(answer));
    Forget();
    Change([&] {
      preparing_ = false;
      Put(index, std::move(decided));
    });
  }

  struct Answer {
    grpc::ByteBuffer bytes;
    absl::StatusCode code = absl::StatusCode::kOk;
  };

  static Answer AnswerOf(std::int64_t index, const std::string& request_id, absl::StatusOr<std::string> answer) {
    v1::BatchSubmitResponse response;
    response.set_index(index);
    if (IsRequestId(request_id)) response.set_request_id(request_id);
    v1::SubmitEvaluationResponse accepted;
    absl::Status status = answer.status();
    if (status.ok() && !accepted.ParseFromString(*answer))
      status = Error(absl::StatusCode::kDataLoss, "STORE_DAMAGED", "a stored answer cannot be read");
    if (status.ok())
      *response.mutable_receipt() = std::move(*accepted.mutable_receipt());
    else
      *response.mutable_error() = rpc::ToProto(status);
    return {rpc::Write(response), status.code()};
  }

  void Put(std::int64_t index, Answer answer) {  // needs mutex_
    Slot& slot = slots_[static_cast<std::size_t>(index - first_index_)];
    parts_.item.Count(answer.code, steady_clock::now() - slot.start);
    slot.answer = std::move(answer.bytes);
  }

  // What follows from a change of the state: decided under the lock, done without it.
  struct Next {
    bool read = false;
    bool write = false;
    bool more_to_write = false;
    std::optional<absl::Status> end;
  };

  // Applies `change` under the lock and does what follows from it. The reactor may be gone when this returns, unless
  // something of the caller's is still pending.
  template <class Apply>
  void Change(Apply apply) {
    for (bool started = false;; started = true) {
      Next next;
      {
        const std::lock_guard lock(mutex_);
        if (started)
          --starting_reads_;
        else
          apply();
        next = Decide();
      }
      if (next.end) return End(*next.end);
      if (next.write)
        StartWrite(&out_, next.more_to_write ? grpc::WriteOptions().set_buffer_hint() : grpc::WriteOptions());
      if (!next.read) return;
      StartRead(&in_);
    }
  }

  Next Decide() {  // needs mutex_
    Next next;
    if (ended_) return next;
    stopping_ = stopping_ || parts_.state.stopping();
    if (broken_) {
      // Nobody takes answers any more. What is in the queue is decided all the same; what is not yet, is dropped.
      if (held_ != nullptr) preparing_ = false;
      held_.reset();
    } else if (!writing_ && !slots_.empty() && slots_.front().answer) {
      out_ = *std::move(slots_.front().answer);
      bytes_ -= slots_.front().bytes;
      slots_.pop_front();
      ++first_index_;
      next.write = writing_ = true;
      next.more_to_write = !slots_.empty() && slots_.front().answer.has_value();
    }
    if (!reading_ && !preparing_ && !sent_all_ && !broken_ && !stopping_ && slots_.size() < kWindow &&
        bytes_ < kWindowBytes) {
      next.read = reading_ = true;
      ++starting_reads_;
    }
    const bool over = broken_ || ((sent_all_ || stopping_) && slots_.empty());
    if (over && !writing_ && !preparing_ && starting_reads_ == 0 && in_queue_ == 0) EndIfQuiet(next);
    return next;
  }

  // Ends the call once the tick and the read are over, too. A read that is pending when the server stops ends with the
  // call.
  void EndIfQuiet(Next& next) {  // needs mutex_
    if (reading_ && !stopping_) return;
    if (ticking_) {
      if (!std::exchange(tick_cancelled_, true)) alarm_->Cancel();
      return;
    }
    ended_ = true;
    if (broken_)
      next.end = absl::CancelledError("the caller went away");
    else if (sent_all_)
      next.end = absl::OkStatus();
    else
      next.end = TryAgain(absl::StatusCode::kUnavailable, "STOPPING", "the server is stopping; send the rest again",
                          std::chrono::seconds(1));
  }

  void SetTick() {  // needs mutex_
    ticking_ = true;
    alarm_ = std::make_unique<grpc::Alarm>();  // a new one: the former is in its callback just now
    alarm_->Set(std::chrono::system_clock::now() + kTick, [this](bool) { Tick(); });
  }

  // Looks whether the form that waits finds room now, and whether the server is stopping.
  void Tick() {
    std::unique_ptr<Candidate> held;
    {
      const std::lock_guard lock(mutex_);
      ticking_ = false;
      if (!tick_cancelled_) SetTick();
      held = std::exchange(held_, nullptr);
    }
    if (held != nullptr)
      Queue(std::move(held));
    else
      Change([] {});
  }

  void End(const absl::Status& status) {
    rpc::EndOfCall(parts_.stream, context_, status, start_);
    Finish(rpc::ToGrpc(status));
  }

  const rpc::CallContext context_;
  const std::string caller_;
  const std::string flow_;
  const BatchParts parts_;
  const steady_clock::time_point start_ = steady_clock::now();
  bool entered_ = false;
  bool admitted_ = false;
  // Of the item that is being prepared.
  google::protobuf::Arena arena_{rpc::CallArenaOptions()};
  grpc::ByteBuffer in_;
  grpc::Slice bytes_read_;
  FormAsRead form_;  // lends from them
  grpc::ByteBuffer out_;
  std::set<std::string> known_;  // rule sets

  std::mutex mutex_;        // guards what follows
  std::deque<Slot> slots_;  // in the order of the stream
  std::int64_t first_index_ = 0;
  std::size_t bytes_ = 0;
  std::unique_ptr<Candidate> held_;
  std::size_t in_queue_ = 0;
  bool reading_ = false;
  int starting_reads_ = 0;  // decided, and StartRead has perhaps not returned: the reactor must stay
  bool preparing_ = false;  // an item was read and is neither in the queue nor answered
  bool writing_ = false;
  bool ticking_ = false;
  bool tick_cancelled_ = false;
  bool sent_all_ = false;
  bool broken_ = false;
  bool stopping_ = false;
  bool ended_ = false;
  std::unique_ptr<grpc::Alarm> alarm_;
};

}  // namespace

bool OpenStreams::Enter(const std::string& caller) {
  const std::lock_guard lock(mutex_);
  const auto found = of_caller_.find(caller);
  if (all_ >= kMost || (found != of_caller_.end() && found->second >= kMostOfCaller)) return false;
  ++all_;
  ++of_caller_[caller];
  return true;
}

void OpenStreams::Leave(const std::string& caller) {
  const std::lock_guard lock(mutex_);
  --all_;
  if (const auto found = of_caller_.find(caller); --found->second == 0) of_caller_.erase(found);
}

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* StartBatchSubmit(
    const grpc::CallbackServerContext& context, const BatchParts& parts) {
  // Deletes itself in OnDone.
  auto* const reactor = std::make_unique<BatchSubmitReactor>(context, parts).release();
  reactor->Begin();
  return reactor;
}

}  // namespace jixiao::intake
