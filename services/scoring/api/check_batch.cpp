#include "scoring/api/check_batch.h"

#include "common/errors.h"
#include "common/form.h"
#include "common/rpc/unary.h"
#include "common/text.h"
#include "common/time.h"
#include "scoring/api/selection.h"
#include "scoring/checks/batch/batch.h"
#include "scoring/engine/engine.h"

#include "jixiao/scoring/v1/scoring_service.pb.h"

#include <google/protobuf/util/time_util.h>

#include <deque>
#include <stop_token>
#include <utility>

namespace jixiao::scoring {
namespace {

constexpr std::size_t kMaxItemId = 200;
// Errors with all their details; those of further items keep code and message, so that the answer can be sent.
constexpr int kDetailedRefusals = 1000;

// The forms of a batch, scored one by one, then checked together. Not thread-safe.
class Batch {
 public:
  explicit Batch(RuleBook& book) : book_(book) {}

  // Takes a message in. An error ends the batch; a form that breaks the contract is only refused. May block.
  absl::Status Add(const grpc::ByteBuffer& message) {
    bytes_ += message.Length();
    if (++messages_ > kMaxBatchForms || bytes_ > kMaxBatchBytes)
      return Error(absl::StatusCode::kResourceExhausted, "BATCH_TOO_LARGE",
                   Cat("a batch has at most ", kMaxBatchForms, " forms and ", kMaxBatchBytes, " bytes; split it"),
                   {{"max_forms", Cat(kMaxBatchForms)}, {"max_bytes", Cat(kMaxBatchBytes)}});
    Item& item = items_.emplace_back();
    if (absl::Status status = Take(message, item); !status.ok()) {
      Refuse(item, status);
      items_.pop_back();
    }
    return absl::OkStatus();
  }

  // Looks at all forms together. Stops early when `stop` is requested.
  void Check(const std::stop_token& stop, v1::CheckBatchResponse& response) {
    response.Swap(&response_);
    response.set_forms(static_cast<std::int64_t>(items_.size()));
    if (items_.empty()) return;
    std::vector<BatchItem> items;
    items.reserve(items_.size());
    for (const Item& item : items_)
      items.push_back({item.request.item_id(), &item.request.form(), &item.card, item.request.aggregate(),
                       item.submit_time, item.due_time});
    for (v1::BatchFinding& finding : CheckBatch(items, *rules_, stop)) *response.add_findings() = std::move(finding);
  }

 private:
  struct Item {
    v1::CheckBatchRequest request;
    evaluation::v1::Scorecard card;  // kind and totals only
    std::optional<std::int64_t> submit_time;
    std::optional<std::int64_t> due_time;
  };

  absl::Status Take(const grpc::ByteBuffer& message, Item& item) {
    RETURN_IF_ERROR(rpc::Read(message, item.request));
    const v1::CheckBatchRequest& request = item.request;
    if (request.item_id().empty() || request.item_id().size() > kMaxItemId)
      return InvalidField("ITEM_ID_INVALID", "item_id", Cat("from 1 to ", kMaxItemId, " bytes"));
    if (ids_.contains(request.item_id()))
      return InvalidField("ITEM_ID_INVALID", "item_id", "is another form's in this batch");
    if (!request.has_form()) return InvalidField("FORM_INVALID", "form", "is required");
    RETURN_IF_ERROR(ValidateForm(request.form()));
    RETURN_IF_ERROR(TakeTime(request.has_submit_time(), request.submit_time(), "submit_time", item.submit_time));
    RETURN_IF_ERROR(TakeTime(request.has_due_time(), request.due_time(), "due_time", item.due_time));
    ASSIGN_OR_RETURN(const Selection selection, Select(book_, request.form(), request.rule_set()));
    evaluation::v1::Scorecard card;
    Score(request.form(), *selection.rules, selection.selected_by, card);
    item.card.set_kind(card.kind());
    item.card.set_declared_total(card.declared_total());
    item.card.set_computed_total(card.computed_total());
    if (rules_ == nullptr) rules_ = selection.rules;
    ids_.insert(request.item_id());
    return absl::OkStatus();
  }

  static absl::Status TakeTime(bool given, const google::protobuf::Timestamp& time, std::string_view field,
                               std::optional<std::int64_t>& out) {
    if (!given) return absl::OkStatus();
    using google::protobuf::util::TimeUtil;
    const bool valid = time.seconds() >= TimeUtil::kTimestampMinSeconds &&
                       time.seconds() <= TimeUtil::kTimestampMaxSeconds && time.nanos() >= 0 &&
                       time.nanos() < 1'000'000'000;
    if (!valid) return InvalidField("TIME_INVALID", std::string(field), "is no point in time from year 1 to 9999");
    out = ToMicros(time);
    return absl::OkStatus();
  }

  void Refuse(const Item& item, const absl::Status& status) {
    v1::BatchRefusal& refusal = *response_.add_refused();
    // What could be read of a message that is broken.
    const std::string& id = item.request.item_id();
    if (id.size() <= kMaxItemId && IsUtf8(id)) refusal.set_item_id(id);
    *refusal.mutable_error() = rpc::ToProto(status);
    if (response_.refused_size() > kDetailedRefusals) refusal.mutable_error()->clear_details();
  }

  RuleBook& book_;
  std::deque<Item> items_;
  TextSet ids_;
  std::shared_ptr<const Rules> rules_;  // of the first form
  v1::CheckBatchResponse response_;     // the refusals so far
  std::size_t messages_ = 0;
  std::size_t bytes_ = 0;
};

// Between OnReadDone and the next StartRead (or Finish) the call belongs to the worker; nothing else touches the batch.
class CheckBatchReactor final : public grpc::ServerReadReactor<grpc::ByteBuffer> {
 public:
  CheckBatchReactor(grpc::CallbackServerContext& context, grpc::ByteBuffer* response, RuleBook& book, WorkerPool& pool,
                    rpc::ServerState& state, const rpc::Method& method, std::atomic<int>& running)
      : server_context_(context),
        context_(rpc::ContextOf(context, state)),
        response_(response),
        batch_(book),
        pool_(pool),
        state_(state),
        method_(method),
        running_(running),
        counted_(running.fetch_add(1, std::memory_order_relaxed) < kMaxBatches) {
    const absl::Status admitted = counted_ ? rpc::Admit(method_, context_, state_) : rpc::ServerFull();
    if ((admitted_ = admitted.ok()))
      StartRead(&in_);
    else
      End(admitted);
  }

  void OnReadDone(bool ok) override {
    if (IsCancelled()) return End(absl::CancelledError("the caller went away"));
    const bool taken = pool_.Post([this, ok] { ok ? Take() : Check(); });
    if (!taken) End(rpc::ServerFull());
  }

  void OnCancel() override { stop_.request_stop(); }

  void OnDone() override {
    running_.fetch_sub(1, std::memory_order_relaxed);
    if (admitted_) state_.Leave();
    delete this;
  }

 private:
  bool IsCancelled() const { return stop_.stop_requested() || server_context_.IsCancelled(); }

  void Take() {
    if (IsCancelled()) return End(absl::CancelledError("the caller went away"));
    if (absl::Status status = batch_.Add(in_); !status.ok()) return End(status);
    in_.Clear();
    StartRead(&in_);
  }

  void Check() {
    v1::CheckBatchResponse response;
    batch_.Check(stop_.get_token(), response);
    if (IsCancelled()) return End(absl::CancelledError("the caller went away"));
    *response_ = rpc::Write(response);
    End(rpc::CheckSize(*response_));
  }

  void End(const absl::Status& status) {
    rpc::EndOfCall(method_, context_, status, start_);
    Finish(rpc::ToGrpc(status));
  }

  const grpc::CallbackServerContext& server_context_;
  const rpc::CallContext context_;
  grpc::ByteBuffer* const response_;
  Batch batch_;
  WorkerPool& pool_;
  rpc::ServerState& state_;
  const rpc::Method& method_;
  std::atomic<int>& running_;
  const bool counted_;
  bool admitted_ = false;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::stop_source stop_;
  grpc::ByteBuffer in_;
};

}  // namespace

grpc::ServerReadReactor<grpc::ByteBuffer>* StartCheckBatch(grpc::CallbackServerContext& context,
                                                           grpc::ByteBuffer* response, RuleBook& book, WorkerPool& pool,
                                                           rpc::ServerState& state, const rpc::Method& method,
                                                           std::atomic<int>& running) {
  return std::make_unique<CheckBatchReactor>(context, response, book, pool, state, method, running)
      .release();  // till OnDone
}

}  // namespace jixiao::scoring
