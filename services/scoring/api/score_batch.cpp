#include "scoring/api/score_batch.h"

#include "common/errors.h"
#include "common/form.h"
#include "common/rpc/unary.h"
#include "common/text.h"
#include "scoring/api/selection.h"

#include "jixiao/scoring/v1/scoring_service.pb.h"

#include <google/protobuf/arena.h>

namespace jixiao::scoring {
namespace {

constexpr std::size_t kMaxItemId = 200;

class ScoreBatchReactor final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  ScoreBatchReactor(const grpc::CallbackServerContext& context, RuleBook& book, LiveForms& live, WorkerPool& pool,
                    rpc::ServerState& state, const rpc::Method& stream, const rpc::Method& item)
      : context_(rpc::ContextOf(context)),
        book_(book),
        live_(live),
        pool_(pool),
        state_(state),
        stream_(stream),
        item_(item),
        admitted_(state.Enter()) {
    if (admitted_)
      StartRead(&in_);
    else
      End(rpc::ServerFull());
  }

  void OnReadDone(bool ok) override {
    if (!ok) return End(absl::OkStatus());
    item_start_ = std::chrono::steady_clock::now();
    arena_.Reset();
    request_ = google::protobuf::Arena::CreateMessage<v1::ScoreBatchRequest>(&arena_);
    response_ = google::protobuf::Arena::CreateMessage<v1::ScoreBatchResponse>(&arena_);
    if (absl::Status status = rpc::Read(in_, *request_); !status.ok()) return Answer(status);
    if (request_->item_id().size() > kMaxItemId)
      return Answer(InvalidField("ITEM_ID_INVALID", "item_id", Cat("at most ", kMaxItemId, " bytes")));
    response_->set_item_id(request_->item_id());
    if (!request_->has_form()) return Answer(InvalidField("FORM_INVALID", "form", "is required"));
    if (absl::Status status = ValidateForm(request_->form()); !status.ok()) return Answer(status);
    const auto catalogue = book_.catalogue();
    const auto known = SelectKnown(*catalogue, request_->form(), request_->rule_set());
    book_.CountLookup(known.has_value());
    if (known) return ScoreBy(*catalogue, *known);
    const bool taken = pool_.Post([this] {
      const auto selection = Select(book_, request_->form(), request_->rule_set());
      selection.ok() ? ScoreBy(*book_.catalogue(), *selection) : Answer(selection.status());
    });
    if (!taken) Answer(rpc::ServerFull());
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
    live_.Score(catalogue, request_->form(), request_->rule_set(), selection, *response_->mutable_scorecard());
    Answer(absl::OkStatus());
  }

  void Answer(absl::Status status) {
    if (!status.ok()) *response_->mutable_error() = rpc::ToProto(status);
    out_ = rpc::Write(*response_);
    if (absl::Status size = rpc::CheckSize(out_); !size.ok()) {
      *response_->mutable_error() = rpc::ToProto(size);
      out_ = rpc::Write(*response_);
      status = std::move(size);
    }
    item_.Count(status.code(), std::chrono::steady_clock::now() - item_start_);
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
  const bool admitted_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point item_start_;
  google::protobuf::Arena arena_{rpc::CallArenaOptions()};
  v1::ScoreBatchRequest* request_ = nullptr;
  v1::ScoreBatchResponse* response_ = nullptr;
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
