#include "scoring/api/score_batch.h"

#include "common/errors.h"
#include "common/form.h"
#include "common/rpc/unary.h"
#include "common/text.h"
#include "scoring/api/score_work.h"
#include "scoring/api/selection.h"

#include "jixiao/scoring/v1/scoring_service.pb.h"

#include <chrono>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace jixiao::scoring {
namespace {

constexpr std::size_t kMaxItemId = 200;

// Answers that may wait for the caller to take them; then no more is scored for it. Bounded in bytes, too, because a
// caller that takes nothing may have asked for large ones on many streams.
constexpr std::size_t kMostWaiting = 16;
constexpr std::size_t kMostWaitingBytes = 256 * 1024;

// While one message is scored, the next one is read: by whichever thread hears of it, which leaves it to the one that
// scores.
class ScoreBatchReactor final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  ScoreBatchReactor(const grpc::CallbackServerContext& context, RuleBook& book, LiveForms& live, WorkerPool& pool,
                    rpc::ServerState& state, const rpc::Method& stream, const rpc::Method& item)
      : context_(rpc::ContextOf(context, state)),
        book_(book),
        live_(live),
        pool_(pool),
        state_(state),
        stream_(stream),
        item_(item) {
    const absl::Status admitted = rpc::Admit(stream_, context_, state_);
    if ((admitted_ = admitted.ok()))
      StartRead(&in_);
    else
      End(admitted);
  }

  void OnReadDone(bool ok) override {
    Change([&] {
      reading_ = false;
      arrived_ = ok;
      over_ = over_ || !ok;
      arrival_ = std::chrono::steady_clock::now();
    });
  }

  void OnWriteDone(bool ok) override {
    Change([&] {
      writing_ = false;
      if (ok) return;
      broken_ = over_ = true;
      waiting_.clear();
    });
  }

  void OnDone() override {
    if (admitted_) state_.Leave();
    delete this;
  }

 private:
  // What follows from a change of the state: decided under the lock, done without it.
  struct Next {
    bool read = false;
    bool write = false;
    bool score = false;
    bool end = false;
  };

  struct Scored {
    grpc::ByteBuffer answer;
    absl::StatusCode code = absl::StatusCode::kOk;
  };

  // Applies `change` under the lock and does what follows from it. The reactor may be gone when this returns, unless
  // something of the caller's is still pending.
  template <class Apply>
  void Change(Apply change) {
    Next next;
    {
      const std::lock_guard lock(mutex_);
      change();
      next = Decide();
    }
    for (;;) {
      // Nothing ends the call while it scores.
      if (next.read) StartRead(&in_);
      // Each is sent at once. To let gRPC gather them (set_buffer_hint) is no quicker, and with a caller that does the
      // same it stalls for seconds at a time (seen with gRPC 1.51).
      if (next.write) StartWrite(&out_);
      if (next.end) return End(broken_ ? absl::CancelledError("the caller went away") : absl::OkStatus());
      if (!next.score) return;
      std::optional<Scored> scored = Score();
      if (!scored) return;  // a thread of the pool goes on
      Count(*scored);
      const std::lock_guard lock(mutex_);
      Take(*std::move(scored));
      next = Decide();
    }
  }

  // What stands in message_; nothing when that takes long, and a thread of the pool does it.
  std::optional<Scored> Score() {
    work_.emplace();
    const ScoreItem& item = work_->item();
    absl::Status status = work_->Read<v1::ScoreBatchRequest>(message_, ReadScoreBatchRequest);
    message_.Clear();
    if (!status.ok()) return Refusal("", status);
    if (item.item_id.size() > kMaxItemId)
      return Refusal("", InvalidField("ITEM_ID_INVALID", "item_id", Cat("at most ", kMaxItemId, " bytes")));
    if (!item.has_form) return Refusal(item.item_id, InvalidField("FORM_INVALID", "form", "is required"));
    if (status = ValidateForm(item.form, "form", item.known); !status.ok()) return Refusal(item.item_id, status);
    const auto catalogue = book_.catalogue();
    const auto selection = SelectKnown(*catalogue, item.form, item.rule_set);
    book_.CountLookup(selection.has_value());
    if (selection) return ScoredBy(*catalogue, *selection);
    const bool taken = pool_.Post([this, &item] {
      const auto found = Select(book_, item.form, item.rule_set);
      Scored scored = found.ok() ? ScoredBy(*book_.catalogue(), *found) : Refusal(item.item_id, found.status());
      Count(scored);
      Change([&] { Take(std::move(scored)); });
    });
    if (taken) return std::nullopt;
    return Refusal(item.item_id, rpc::ServerFull());
  }

  Scored ScoredBy(const Catalogue& catalogue, const Selection& selection) {
    const ScoreItem& item = work_->item();
    live_.Score(catalogue, item.form, item.rule_set, selection, work_->card());
    Scored scored{work_->ScoreBatchResponse()};
    const absl::Status size = rpc::CheckSize(scored.answer);
    return size.ok() ? std::move(scored) : Refusal(item.item_id, size);
  }

  // The item's own error; the stream goes on.
  static Scored Refusal(const std::string& item_id, const absl::Status& status) {
    v1::ScoreBatchResponse response;
    response.set_item_id(item_id);
    *response.mutable_error() = rpc::ToProto(status);
    return {rpc::Write(response), status.code()};
  }

  // Of the thread that scored, as its last deed.
  void Count(const Scored& scored) {
    item_.Count(scored.code, std::chrono::steady_clock::now() - item_start_);
    work_.reset();
  }

  void Take(Scored scored) {  // needs mutex_
    scoring_ = false;
    if (!broken_) waiting_.push_back(std::move(scored.answer));
  }

  Next Decide() {  // needs mutex_
    Next next;
    if (!scoring_ && arrived_ && !broken_ && MayWait()) {
      next.score = scoring_ = true;
      arrived_ = false;
      message_.Swap(&in_);
      item_start_ = arrival_;
      next.read = reading_ = !over_;
    }
    if (!writing_ && !waiting_.empty()) {
      out_.Swap(&waiting_.front());
      waiting_.pop_front();
      next.write = writing_ = true;
    }
    if (broken_) arrived_ = false;
    if (over_ && !arrived_ && !scoring_ && !writing_ && !reading_ && !ended_) next.end = ended_ = true;
    return next;
  }

  // Whether one more answer may.
  bool MayWait() const {  // needs mutex_
    std::size_t bytes = 0;
    for (const grpc::ByteBuffer& answer : waiting_) bytes += answer.Length();
    return waiting_.size() < kMostWaiting && bytes < kMostWaitingBytes;
  }

  void End(const absl::Status& status) {
    rpc::EndOfCall(stream_, context_, status, start_);
    Finish(rpc::ToGrpc(status));
  }

  const rpc::CallContext context_;
  RuleBook& book_;
  LiveForms& live_;
  WorkerPool& pool_;
  rpc::ServerState& state_;
  const rpc::Method& stream_;
  const rpc::Method& item_;
  bool admitted_ = false;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();

  // Of the thread that scores.
  std::chrono::steady_clock::time_point item_start_;
  grpc::ByteBuffer message_;
  std::optional<ScoreWork> work_;

  grpc::ByteBuffer in_;   // gRPC's while reading_
  grpc::ByteBuffer out_;  // gRPC's while writing_

  std::mutex mutex_;  // guards what follows
  bool reading_ = true;
  bool arrived_ = false;  // a message stands in in_
  std::chrono::steady_clock::time_point arrival_;
  bool scoring_ = false;
  bool writing_ = false;
  std::deque<grpc::ByteBuffer> waiting_;  // answers
  bool over_ = false;                     // no more messages come
  bool broken_ = false;                   // nobody takes answers
  bool ended_ = false;
};

}  // namespace

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* StartScoreBatch(const grpc::CallbackServerContext& context,
                                                                             RuleBook& book, LiveForms& live,
                                                                             WorkerPool& pool, rpc::ServerState& state,
                                                                             const rpc::Method& stream,
                                                                             const rpc::Method& item) {
  return std::make_unique<ScoreBatchReactor>(context, book, live, pool, state, stream, item)
      .release();  // deletes itself in OnDone
}

}  // namespace jixiao::scoring
