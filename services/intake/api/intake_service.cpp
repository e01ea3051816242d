#include "intake/api/intake_service.h"

#include "common/canonical.h"
#include "common/digest.h"
#include "common/form.h"
#include "common/rpc/unary.h"
#include "common/text.h"
#include "common/time.h"
#include "intake/api/requests.h"
#include "intake/api/watch.h"

#include <algorithm>
#include <charconv>
#include <memory>

namespace jixiao::intake {
namespace {

constexpr std::size_t kMaxSource = 8 * 1024 * 1024;
constexpr std::size_t kMaxRuleSet = 100;
constexpr int kDefaultPage = 50;
constexpr int kMaxPage = 500;

// Each stage once and in order.
void CheckStages(const v1::SubmitEvaluationRequest& request, std::vector<FieldViolation>& faults) {
  if (!request.stages().empty() && !request.campaign().empty())
    faults.push_back({"stages", "are the campaign's; not together with a campaign"});
  int last = v1::REVIEW_STAGE_UNSPECIFIED;
  for (int i = 0; i < request.stages_size(); ++i) {
    const int stage = request.stages(i);
    if (!v1::ReviewStage_IsValid(stage) || stage <= last)
      faults.push_back({Cat("stages[", i, "]"), "DEPARTMENT and FINANCE, each once and in this order"});
    last = std::max(last, stage);
  }
}

absl::Status Validate(const v1::SubmitEvaluationRequest& request) {
  std::vector<FieldViolation> faults;
  if (!IsRequestId(request.request_id())) faults.push_back({"request_id", std::string(kRequestIdRule)});
  if (!request.has_form())
    faults.push_back({"form", "is required"});
  else
    for (FieldViolation& fault : FaultsOf(request.form(), "form")) faults.push_back(std::move(fault));
  if (request.rule_set().size() > kMaxRuleSet) faults.push_back({"rule_set", Cat("at most ", kMaxRuleSet, " bytes")});
  if (request.source_document().size() > kMaxSource)
    faults.push_back({"source_document", Cat("at most ", kMaxSource, " bytes")});
  CheckStages(request, faults);
  if (!request.reservation().empty() && request.campaign().empty() && request.submission().empty())
    faults.push_back({"campaign", "is required with a reservation"});
  if (faults.empty()) return absl::OkStatus();
  return InvalidFields("FORM_INVALID", "the form cannot be taken in", faults);
}

// Everything that a submission says, digested; also computes the form's own digest.
absl::StatusOr<Acceptance> ToAcceptance(const v1::SubmitEvaluationRequest& request, const rpc::CallContext& context) {
  const evaluation::v1::SelfEvaluation& form = request.form();
  Acceptance acceptance;
  ASSIGN_OR_RETURN(acceptance.head.form_digest, CanonicalDigest(form));
  acceptance.request_id = request.request_id();
  acceptance.request_digest = DigestOf(Cat(acceptance.head.form_digest, "\n", request.submission(), "\n",
                                           request.rule_set(), "\n", DigestOf(request.source_document())));
  // Only what is said, so that requests of before seasons keep their digests.
  if (!request.campaign().empty() || !request.reservation().empty())
    acceptance.request_digest =
        DigestOf(Cat(acceptance.request_digest, "\n", request.campaign(), "\n", request.reservation()));
  // What asks for review is added only where it is asked for: requests of before there was any keep their digests.
  if (!request.stages().empty() || request.judge_findings()) {
    std::string review = request.judge_findings() ? "judge_findings" : "";
    for (const int stage : request.stages()) {
      Append(review, "\n", v1::ReviewStage_Name(static_cast<v1::ReviewStage>(stage)));
      acceptance.head.stages.push_back(static_cast<v1::ReviewStage>(stage));
    }
    acceptance.head.judged = request.judge_findings();
    acceptance.request_digest = DigestOf(Cat(acceptance.request_digest, "\nreview\n", review));
  }
  acceptance.trace_id = context.request_id;
  acceptance.head.campaign = request.campaign();
  acceptance.reservation = request.reservation();
  acceptance.kind = form.kind();
  acceptance.unit_code = form.implementing_unit().code();
  acceptance.roster_key = season::KeyOf(form);
  acceptance.validate_only = request.validate_only();
  acceptance.submission = request.submission();
  acceptance.head.implementing_unit = form.implementing_unit().name();
  acceptance.head.project_name = form.project_name();
  acceptance.head.fiscal_year = form.fiscal_year();
  acceptance.head.region_code = form.region_code();
  acceptance.head.competent_department = form.competent_department().name();
  acceptance.head.rule_set = request.rule_set();
  acceptance.form = rpc::WriteString(form);
  acceptance.source_document = request.source_document();
  return acceptance;
}

using SubmitCall = rpc::UnaryCall<v1::SubmitEvaluationRequest, v1::SubmitEvaluationResponse>;

}  // namespace

grpc::ServerUnaryReactor* IntakeServiceImpl::SubmitEvaluation(grpc::CallbackServerContext* context,
                                                              const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  const auto accept = [this](SubmitCall call) {
    absl::StatusOr<Acceptance> acceptance = ToAcceptance(call.request(), call.context());
    if (!acceptance.ok()) return call.Finish(acceptance.status());
    auto shared = std::make_shared<SubmitCall>(std::move(call));
    absl::Status queued = store_.Accept(*std::move(acceptance), [this, shared](absl::StatusOr<std::string> answer) {
      if (!answer.ok()) return shared->Finish(answer.status());
      pipeline_.Wake();
      shared->FinishWithBytes(*answer);
    });
    if (!queued.ok()) shared->Finish(queued);
  };
  return rpc::Serve<v1::SubmitEvaluationRequest, v1::SubmitEvaluationResponse>(
      submit_evaluation_, context, in, out, state_, [this, accept](SubmitCall call) {
        if (absl::Status status = Validate(call.request()); !status.ok()) return call.Finish(status);
        if (call.request().rule_set().empty()) return accept(std::move(call));
        // Asking the scoring service may block.
        auto shared = std::make_shared<SubmitCall>(std::move(call));
        const bool taken = pool_.Post([this, accept, shared] {
          const std::string& rule_set = shared->request().rule_set();
          const absl::StatusOr<bool> known = scorer_.Knows(rule_set);
          // With scoring away the form is still taken in: an unknown rule set is then found by the pipeline.
          if (known.ok() && !*known)
            return shared->Finish(Error(absl::StatusCode::kNotFound, "RULE_SET_NOT_FOUND",
                                        Cat("rule_set: there is no rule set ", rule_set), {{"field", "rule_set"}}));
          if (known.status().code() == absl::StatusCode::kInvalidArgument) return shared->Finish(known.status());
          accept(std::move(*shared));
        });
        if (!taken) shared->Finish(rpc::ServerFull());
      });
}

grpc::ServerUnaryReactor* IntakeServiceImpl::GetSubmission(grpc::CallbackServerContext* context,
                                                           const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::GetSubmissionRequest, v1::GetSubmissionResponse>(
      pool_, get_submission_, context, in, out, state_,
      [this](const v1::GetSubmissionRequest& request, v1::GetSubmissionResponse& response,
             const rpc::CallContext&) -> absl::Status {
        ASSIGN_OR_RETURN(const std::optional<SubmissionRow> head, store_.Find(request.name()));
        if (!head) return NotFound(request.name());
        ToProto(*head, *response.mutable_submission());
        ASSIGN_OR_RETURN(std::optional<evaluation::v1::Scorecard> card, store_.Scorecard(head->id, head->revision));
        if (card) *response.mutable_submission()->mutable_scorecard() = *std::move(card);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* IntakeServiceImpl::ListSubmissions(grpc::CallbackServerContext* context,
                                                             const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::ListSubmissionsRequest, v1::ListSubmissionsResponse>(
      pool_, list_submissions_, context, in, out, state_,
      [this](const v1::ListSubmissionsRequest& request, v1::ListSubmissionsResponse& response,
             const rpc::CallContext&) -> absl::Status {
        if (request.page_size() < 0 || request.page_size() > kMaxPage)
          return InvalidField("PAGE_INVALID", "page_size", Cat("from 0 to ", kMaxPage));
        std::int64_t after = 0;
        const std::string& token = request.page_token();
        if (!token.empty()) {
          const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), after);
          if (error != std::errc() || end != token.data() + token.size() || after < 0)
            return InvalidField("PAGE_INVALID", "page_token", "is not from an earlier answer");
        }
        std::vector<SubmissionState> states;
        for (int i = 0; i < request.states_size(); ++i) {
          if (!v1::SubmissionState_IsValid(request.states(i)))
            return InvalidField("STATE_INVALID", Cat("states[", i, "]"), "is not a state");
          states.push_back(static_cast<SubmissionState>(request.states(i)));
        }
        const int size = request.page_size() == 0 ? kDefaultPage : request.page_size();
        ASSIGN_OR_RETURN(const std::vector<SubmissionRow> rows, store_.List(after, size + 1, states));
        const std::size_t shown = std::min(rows.size(), static_cast<std::size_t>(size));
        for (std::size_t i = 0; i < shown; ++i) ToProto(rows[i], *response.add_submissions());
        if (rows.size() > shown) response.set_next_page_token(Cat(rows[shown - 1].id));
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* IntakeServiceImpl::ReturnSubmission(grpc::CallbackServerContext* context,
                                                              const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::ReturnSubmissionRequest, v1::ReturnSubmissionResponse>(
      pool_, return_submission_, context, in, out, state_,
      [this](const v1::ReturnSubmissionRequest& request, v1::ReturnSubmissionResponse& response,
             const rpc::CallContext& call) { return GiveBack(reviews_, request, response, call); });
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* IntakeServiceImpl::WatchSubmission(grpc::CallbackServerContext* context,
                                                                               const grpc::ByteBuffer* in) {
  return StartWatch(*context, *in, store_, pool_, state_, watch_submission_);
}

grpc::ServerUnaryReactor* IntakeServiceImpl::ImportDocument(grpc::CallbackServerContext* context,
                                                            const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  return import_.Serve(*context, *in, *out);
}

}  // namespace jixiao::intake
