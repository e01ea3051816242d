#include "scoring/api/scoring_service.h"

#include "common/form.h"
#include "common/rpc/unary.h"
#include "scoring/api/check_batch.h"
#include "scoring/api/score_batch.h"
#include "scoring/api/selection.h"
#include "scoring/api/simulate.h"

#include <memory>

namespace jixiao::scoring {

grpc::ServerUnaryReactor* ScoringServiceImpl::Score(Context* context, const Bytes* in, Bytes* out) {
  using Call = rpc::UnaryCall<v1::ScoreRequest, v1::ScoreResponse>;
  return rpc::Serve<v1::ScoreRequest, v1::ScoreResponse>(score_, context, in, out, state_, [this](Call call) {
    const v1::ScoreRequest& request = call.request();
    if (!request.has_form()) return call.Finish(InvalidField("FORM_INVALID", "form", "is required"));
    if (absl::Status status = ValidateForm(request.form()); !status.ok()) return call.Finish(status);
    const auto catalogue = book_.catalogue();
    const auto known = SelectKnown(*catalogue, request.form(), request.rule_set());
    book_.CountLookup(known.has_value());
    if (known) {
      live_.Score(*catalogue, request.form(), request.rule_set(), *known, *call.response().mutable_scorecard());
      return call.Finish(absl::OkStatus());
    }
    // A rule set that this replica has not seen: looking it up may block.
    auto shared = std::make_shared<Call>(std::move(call));
    const bool taken = pool_.Post([this, shared] {
      const auto& asked = shared->request();
      const auto selection = Select(book_, asked.form(), asked.rule_set());
      if (!selection.ok()) return shared->Finish(selection.status());
      live_.Score(*book_.catalogue(), asked.form(), asked.rule_set(), *selection,
                  *shared->response().mutable_scorecard());
      shared->Finish(absl::OkStatus());
    });
    if (!taken) shared->Finish(rpc::ServerFull());
  });
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
