#include "scoring/api/score_batch.h"

#include "common/errors.h"
#include "common/form.h"
#include "common/rpc/unary.h"
#include "common/text.h"
#include "scoring/api/score_work.h"
#include "scoring/api/selection.h"

#include "jixiao/scoring/v1/scoring_service.pb.h"

#include <optional>
#include <string>

namespace jixiao::scoring {
namespace {

constexpr std::size_t kMaxItemId = 200;

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
    if (!ok) return End(absl::OkStatus());
    item_start_ = std::chrono::steady_clock::now();
    work_.emplace();
    const ScoreItem& item = work_->item();
    absl::Status status = work_->Read<v1::ScoreBatchRequest>(in_, ReadScoreBatchRequest);
    if (!status.ok()) return Refuse("", status);
    if (item.item_id.size() > kMaxItemId)
      return Refuse("", InvalidField("ITEM_ID_INVALID", "item_id", Cat("at most ", kMaxItemId, " bytes")));
    if (!item.has_form) return Refuse(item.item_id, InvalidField("FORM_INVALID", "form", "is required"));
    if (status = ValidateForm(item.form, "form", item.known); !status.ok()) return Refuse(item.item_id, status);
    const auto catalogue = book_.catalogue();
    const auto selection = SelectKnown(*catalogue, item.form, item.rule_set);
    book_.CountLookup(selection.has_value());
    if (selection) return ScoreBy(*catalogue, *selection);
    const bool taken = pool_.Post([this, &item] {
      const auto found = Select(book_, item.form, item.rule_set);
      found.ok() ? ScoreBy(*book_.catalogue(), *found) : Refuse(item.item_id, found.status());
    });
    if (!taken) Refuse(item.item_id, rpc::ServerFull());
  }

  void OnWriteDone(bool ok) override {
    if (!ok) return End(absl::CancelledError("the caller went away"));
    StartRead(&in_);
  }

  void OnDone() override {
    if (admitted_) state_.Leave();
    delete this;
  }

 private:
  void ScoreBy(const Catalogue& catalogue, const Selection& selection) {
    const ScoreItem& item = work_->item();
    live_.Score(catalogue, item.form, item.rule_set, selection, work_->card());
    out_ = work_->ScoreBatchResponse();
    if (const absl::Status size = rpc::CheckSize(out_); !size.ok()) return Refuse(item.item_id, size);
    Answer(absl::StatusCode::kOk);
  }

  // The item's own error; the stream goes on.
  void Refuse(const std::string& item_id, const absl::Status& status) {
    v1::ScoreBatchResponse response;
    response.set_item_id(item_id);
    *response.mutable_error() = rpc::ToProto(status);
    out_ = rpc::Write(response);
    Answer(status.code());
  }

  void Answer(absl::StatusCode code) {
    item_.Count(code, std::chrono::steady_clock::now() - item_start_);
    work_.reset();  // the next message may come on another thread
    StartWrite(&out_);
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
  std::chrono::steady_clock::time_point item_start_;
  std::optional<ScoreWork> work_;  // of the item at hand
  grpc::ByteBuffer in_;
  grpc::ByteBuffer out_;
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
