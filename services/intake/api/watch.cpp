#include "intake/api/watch.h"

#include "common/errors.h"
#include "common/rpc/unary.h"
#include "common/text.h"
#include "common/time.h"
#include "intake/api/listing.h"
#include "intake/api/requests.h"

#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <utility>

namespace jixiao::intake {
namespace {

constexpr std::size_t kChanges = 200;  // read at a time

absl::Status WentAway() {
  return absl::CancelledError("the caller went away");
}

// A stream of changes. It does one thing at a time: looks into the store (on the hub's threads), writes what it found
// (gRPC calls OnWriteDone), or waits in the hub. While it waits it holds no thread and looks at nothing. A caller that
// does not read holds up only itself: the next look comes when everything before was taken.
class WatchReactor : public WatchStream {
 public:
  WatchReactor(const grpc::CallbackServerContext& context, SubmissionStore& store, ChangeHub& hub,
               rpc::ServerState& state, const rpc::Method& method)
      : store_(store), hub_(hub), context_(rpc::ContextOf(context, state)), state_(state), method_(method) {}

  void Begin(const grpc::ByteBuffer& in) {
    if (!(entered_ = hub_.Enter()))
      return End(TryAgain(absl::StatusCode::kResourceExhausted, "WATCHERS_FULL", "too many watches are open",
                          std::chrono::seconds(5)));
    const absl::Status admitted = rpc::Admit(method_, context_, state_);
    if (!(admitted_ = admitted.ok())) return End(admitted);
    if (absl::Status status = Read(in); !status.ok()) return End(status);
    hub_.Post([this] { Look(); });
  }

  void OnWriteDone(bool ok) final {
    if (!ok) return End(WentAway());
    WriteNext();
  }

  void OnCancel() final {
    bool waited = false;
    {
      const std::lock_guard lock(mutex_);
      cancelled_ = true;
      waited = ticket_ != 0 && hub_.Forget(ticket_);
      ticket_ = 0;
    }
    if (waited) End(WentAway());
  }

  void OnDone() final {
    if (admitted_) state_.Leave();
    if (entered_) hub_.Leave();
    delete this;
  }

 protected:
  // What one look found.
  struct Found {
    std::deque<grpc::ByteBuffer> messages;
    bool more = false;      // look again before waiting
    bool finished = false;  // nothing will follow
  };

  virtual absl::Status Read(const grpc::ByteBuffer& in) = 0;
  virtual absl::StatusOr<Found> Find() = 0;
  virtual Interest interest() const = 0;

  SubmissionStore& store_;
  ChangeHub& hub_;
  const rpc::CallContext context_;

 private:
  void Look() {
    if (absl::Status status = rpc::StillAdmitted(context_, state_); !status.ok()) return End(status);
    seen_ = hub_.newest();
    absl::StatusOr<Found> found = Find();
    if (!found.ok()) return End(found.status());
    found_ = *std::move(found);
    WriteNext();
  }

  void WriteNext() {
    if (!found_.messages.empty()) {
      out_ = std::move(found_.messages.front());
      found_.messages.pop_front();
      return StartWrite(&out_);
    }
    if (found_.finished) return End(absl::OkStatus());
    if (found_.more) return hub_.Post([this] { Look(); });
    Wait();
  }

  void Wait() {
    if (state_.stopping())
      return End(TryAgain(absl::StatusCode::kUnavailable, "STOPPING", "the server is stopping; watch again",
                          std::chrono::seconds(1)));
    {
      // Woken waits for this lock: until it is given up nothing else happens to this object.
      const std::lock_guard lock(mutex_);
      if (!cancelled_) {
        ticket_ = hub_.Wait(interest(), seen_, [this] { Woken(); });
        return;
      }
    }
    End(WentAway());
  }

  void Woken() {
    bool cancelled = false;
    {
      const std::lock_guard lock(mutex_);
      ticket_ = 0;
      cancelled = cancelled_;
    }
    if (cancelled) return End(WentAway());
    hub_.Post([this] { Look(); });
  }

  void End(const absl::Status& status) {
    rpc::EndOfCall(method_, context_, status, start_);
    Finish(rpc::ToGrpc(status));
  }

  rpc::ServerState& state_;
  const rpc::Method& method_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  bool entered_ = false;
  bool admitted_ = false;
  std::int64_t seen_ = 0;
  Found found_;
  grpc::ByteBuffer out_;
  std::mutex mutex_;  // guards what follows
  std::uint64_t ticket_ = 0;
  bool cancelled_ = false;
};

class WatchOne final : public WatchReactor {
 public:
  using WatchReactor::WatchReactor;

 private:
  absl::Status Read(const grpc::ByteBuffer& in) override {
    RETURN_IF_ERROR(rpc::Read(in, request_));
    after_ = request_.after_sequence();
    return absl::OkStatus();
  }

  absl::StatusOr<Found> Find() override {
    ASSIGN_OR_RETURN(const SubmissionRow head, FindVisible(store_, request_.name(), context_));
    submission_ = head.id;
    ASSIGN_OR_RETURN(const std::vector<Step> steps, store_.Steps(head.id, after_));
    Found found;
    SubmissionState last = head.state;  // a caller that resumes may have seen the last step
    for (const Step& step : steps) {
      v1::WatchSubmissionResponse response;
      response.set_sequence(step.sequence);
      response.set_revision(step.revision);
      response.set_state(step.state);
      *response.mutable_time() = ToTimestamp(step.time);
      response.set_note(step.note);
      response.set_action(step.action);
      if (step.actor.role() != v1::ACTOR_ROLE_SYSTEM) *response.mutable_actor() = step.actor;
      found.messages.push_back(rpc::Write(response));
      after_ = step.sequence;
      last = step.state;
    }
    // What is at rest moves only when someone acts; the caller may watch again then.
    found.finished = last == v1::SUBMISSION_STATE_ARCHIVED || last == v1::SUBMISSION_STATE_STUCK;
    return found;
  }

  Interest interest() const override { return {submission_, {}}; }

  v1::WatchSubmissionRequest request_;
  std::int64_t submission_ = 0;
  std::int64_t after_ = 0;
};

class WatchAll final : public WatchReactor {
 public:
  using WatchReactor::WatchReactor;

 private:
  static constexpr std::string_view kNow = "now";

  absl::Status Read(const grpc::ByteBuffer& in) override {
    v1::WatchSubmissionsRequest request;
    RETURN_IF_ERROR(rpc::Read(in, request));
    ASSIGN_OR_RETURN(filter_, ReadFilter(request.filter(), context_.scope()));
    if ((from_now_ = request.cursor() == kNow)) return absl::OkStatus();
    ASSIGN_OR_RETURN(after_, ReadCursor(request.cursor()));
    return absl::OkStatus();
  }

  absl::StatusOr<Found> Find() override {
    Found found;
    if (std::exchange(from_now_, false)) {
      ASSIGN_OR_RETURN(after_, store_.NewestChange());
      v1::WatchSubmissionsResponse response;
      response.set_cursor(CursorAt(after_));
      found.messages.push_back(rpc::Write(response));
      return found;
    }
    ASSIGN_OR_RETURN(const ChangePage page, store_.Changes(filter_, after_, kChanges));
    for (const ChangedSubmission& change : page.changes) {
      v1::WatchSubmissionsResponse response;
      ToProto(change, *response.mutable_change());
      response.set_cursor(response.change().cursor());
      found.messages.push_back(rpc::Write(response));
    }
    after_ = page.position;
    found.more = page.more;
    return found;
  }

  Interest interest() const override { return {0, filter_}; }

  SubmissionFilter filter_;
  bool from_now_ = false;
  std::int64_t after_ = 0;
};

template <class Reactor>
WatchStream* Start(const grpc::CallbackServerContext& context, const grpc::ByteBuffer& in, SubmissionStore& store,
                   ChangeHub& hub, rpc::ServerState& state, const rpc::Method& method) {
  // Deletes itself in OnDone.
  Reactor* const reactor = std::make_unique<Reactor>(context, store, hub, state, method).release();
  reactor->Begin(in);
  return reactor;
}

}  // namespace

WatchStream* StartWatch(const grpc::CallbackServerContext& context, const grpc::ByteBuffer& in, SubmissionStore& store,
                        ChangeHub& hub, rpc::ServerState& state, const rpc::Method& method) {
  return Start<WatchOne>(context, in, store, hub, state, method);
}

WatchStream* StartWatchAll(const grpc::CallbackServerContext& context, const grpc::ByteBuffer& in,
                           SubmissionStore& store, ChangeHub& hub, rpc::ServerState& state, const rpc::Method& method) {
  return Start<WatchAll>(context, in, store, hub, state, method);
}

}  // namespace jixiao::intake
