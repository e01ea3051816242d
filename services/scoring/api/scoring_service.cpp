#include "scoring/api/scoring_service.h"

#include "common/form.h"
#include "common/rpc/unary.h"
#include "scoring/api/check_batch.h"
#include "scoring/api/score_batch.h"
#include "scoring/api/score_work.h"
#include "scoring/api/selection.h"
#include "scoring/api/simulate.h"

#include <memory>
#include <utility>

namespace jixiao::scoring {

grpc::ServerUnaryReactor* ScoringServiceImpl::Score(Context* context, const Bytes* in, Bytes* out) {
  return rpc::ServeBytes(score_, context, in, out, state_, [&](rpc::BytesCall call) {
    // gRPC's threads score themselves while there are cores for it, which saves the way to another thread. Beyond that
    // they only queue and refuse: otherwise calls would pile up where nobody sees them, in gRPC's own buffers.
    if (scoring_.fetch_add(1, std::memory_order_relaxed) < cores_) {
      Score(*in, std::move(call));
      scoring_.fetch_sub(1, std::memory_order_relaxed);
      return;
    }
    scoring_.fetch_sub(1, std::memory_order_relaxed);
    auto waiting = std::make_shared<rpc::BytesCall>(std::move(call));
    if (!scorers_.Post([this, in, waiting] { Score(*in, std::move(*waiting)); })) waiting->Fail(rpc::ServerFull());
  });
}

void ScoringServiceImpl::Score(const Bytes& bytes, rpc::BytesCall call) {
  ScoreWork work;
  const ScoreItem& item = work.item();
  absl::Status status = work.Read<v1::ScoreRequest>(bytes, ReadScoreRequest);
  if (status.ok() && !item.has_form) status = InvalidField("FORM_INVALID", "form", "is required");
  if (status.ok()) status = ValidateForm(item.form, "form", item.known);
  if (!status.ok()) return call.Fail(std::move(status));
  const auto catalogue = book_.catalogue();
  const auto selection = SelectKnown(*catalogue, item.form, item.rule_set);
  book_.CountLookup(selection.has_value());
  if (selection) {
    live_.Score(*catalogue, item.form, item.rule_set, *selection, work.card());
    return call.Finish(work.ScoreResponse());
  }
  // A rule set that this replica has not seen: looking it up may block.
  struct Waiting {
    rpc::BytesCall call;
    ScoreWork work;
  };
  auto waiting = std::make_shared<Waiting>(Waiting{std::move(call), std::move(work)});
  const bool taken = pool_.Post([this, waiting] {
    const ScoreItem& asked = waiting->work.item();
    const auto found = Select(book_, asked.form, asked.rule_set);
    if (!found.ok()) return waiting->call.Fail(found.status());
    live_.Score(*book_.catalogue(), asked.form, asked.rule_set, *found, waiting->work.card());
    waiting->call.Finish(waiting->work.ScoreResponse());
  });
  if (!taken) waiting->call.Fail(rpc::ServerFull());
}

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* ScoringServiceImpl::ScoreBatch(Context* context) {
  return StartScoreBatch(*context, book_, live_, pool_, state_, score_batch_, score_batch_item_);
}

grpc::ServerReadReactor<grpc::ByteBuffer>* ScoringServiceImpl::CheckBatch(Context* context, Bytes* out) {
  return StartCheckBatch(*context, out, book_, pool_, state_, check_batch_, batches_);
}

grpc::ServerReadReactor<grpc::ByteBuffer>* ScoringServiceImpl::SimulateRuleSet(Context* context, Bytes* out) {
  return StartSimulation(*context, *out, book_, pool_, state_, simulate_rule_set_);
}

template <class Request, class Response>
grpc::ServerUnaryReactor* ScoringServiceImpl::Administer(const rpc::Method& method,
                                                         absl::Status (RuleSetAdmin::*handler)(const Request&,
                                                                                               Response&),
                                                         Context* context, const Bytes* in, Bytes* out) {
  return rpc::ServeOn<Request, Response>(
      pool_, method, context, in, out, state_,
      [this, handler](const Request& request, Response& response, const rpc::CallContext&) {
        return (admin_.*handler)(request, response);
      });
}

grpc::ServerUnaryReactor* ScoringServiceImpl::GetRuleSet(Context* context, const Bytes* in, Bytes* out) {
  return Administer(get_rule_set_, &RuleSetAdmin::GetRuleSet, context, in, out);
}

grpc::ServerUnaryReactor* ScoringServiceImpl::ListRuleSets(Context* context, const Bytes* in, Bytes* out) {
  return Administer(list_rule_sets_, &RuleSetAdmin::ListRuleSets, context, in, out);
}

grpc::ServerUnaryReactor* ScoringServiceImpl::SaveDraft(Context* context, const Bytes* in, Bytes* out) {
  return Administer(save_draft_, &RuleSetAdmin::SaveDraft, context, in, out);
}

grpc::ServerUnaryReactor* ScoringServiceImpl::PublishRuleSet(Context* context, const Bytes* in, Bytes* out) {
  return Administer(publish_rule_set_, &RuleSetAdmin::PublishRuleSet, context, in, out);
}

grpc::ServerUnaryReactor* ScoringServiceImpl::RetireRuleSet(Context* context, const Bytes* in, Bytes* out) {
  return Administer(retire_rule_set_, &RuleSetAdmin::RetireRuleSet, context, in, out);
}

grpc::ServerUnaryReactor* ScoringServiceImpl::SetLabel(Context* context, const Bytes* in, Bytes* out) {
  return Administer(set_label_, &RuleSetAdmin::SetLabel, context, in, out);
}

grpc::ServerUnaryReactor* ScoringServiceImpl::DeleteLabel(Context* context, const Bytes* in, Bytes* out) {
  return Administer(delete_label_, &RuleSetAdmin::DeleteLabel, context, in, out);
}

grpc::ServerUnaryReactor* ScoringServiceImpl::ListLabels(Context* context, const Bytes* in, Bytes* out) {
  return Administer(list_labels_, &RuleSetAdmin::ListLabels, context, in, out);
}

grpc::ServerUnaryReactor* ScoringServiceImpl::DiffRuleSets(Context* context, const Bytes* in, Bytes* out) {
  return Administer(diff_rule_sets_, &RuleSetAdmin::DiffRuleSets, context, in, out);
}

grpc::ServerUnaryReactor* ScoringServiceImpl::GetSimulation(Context* context, const Bytes* in, Bytes* out) {
  return Administer(get_simulation_, &RuleSetAdmin::GetSimulation, context, in, out);
}

grpc::ServerUnaryReactor* ScoringServiceImpl::GetShadowReport(Context* context, const Bytes* in, Bytes* out) {
  return Administer(get_shadow_report_, &RuleSetAdmin::GetShadowReport, context, in, out);
}

}  // namespace jixiao::scoring
