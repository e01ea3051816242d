#include "intake/api/intake_service.h"

#include "common/digest.h"
#include "common/rpc/unary.h"
#include "common/text.h"
#include "intake/api/caller.h"
#include "intake/api/listing.h"
#include "intake/api/requests.h"
#include "intake/api/submission_request.h"
#include "intake/api/watch.h"

#include <memory>
#include <string>
#include <utility>

namespace jixiao::intake {
namespace {

using SubmitCall = rpc::UnaryCall<v1::SubmitEvaluationRequest, v1::SubmitEvaluationResponse>;

}  // namespace

grpc::ServerUnaryReactor* IntakeServiceImpl::SubmitEvaluation(grpc::CallbackServerContext* context,
                                                              const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  const auto accept = [this, context](SubmitCall call, const FormAsRead& form) {
    absl::StatusOr<Acceptance> acceptance = ToAcceptance(call.request(), call.context(), form);
    if (!acceptance.ok()) return call.Finish(acceptance.status());
    const std::string flow = SingleFlow(CallerOf(*context, call.context()));
    auto shared = std::make_shared<SubmitCall>(std::move(call));
    Admission::Done done = [this, shared](absl::StatusOr<std::string> answer) {
      if (!answer.ok()) return shared->Finish(answer.status());
      pipeline_.Wake();
      shared->FinishWithBytes(*answer);
    };
    if (absl::Status queued = admission_.Accept(flow, *acceptance, done); !queued.ok()) shared->Finish(queued);
  };
  // Before anything is spent on it: under overload most of the work would be refusals. Where callers have to be known,
  // that comes first.
  const auto room = [this, context, bytes = in->Length()](const rpc::CallContext& call) {
    return admission_.Check(SingleFlow(CallerOf(*context, call)), bytes);
  };
  if (state_.gate() == nullptr)
    if (absl::Status full = room({}); !full.ok())
      return rpc::ServeBytes(submit_evaluation_, context, in, out, state_,
                             [&full](rpc::BytesCall call) { call.Fail(std::move(full)); });
  grpc::Slice bytes;
  FormAsRead form;  // lends from them
  const auto read = [&](const grpc::ByteBuffer& buffer, v1::SubmitEvaluationRequest& request) -> absl::Status {
    ASSIGN_OR_RETURN(bytes, rpc::ToSlice(buffer));
    return ReadRequest(rpc::ViewOf(bytes), request, form);
  };
  return rpc::Serve<v1::SubmitEvaluationRequest, v1::SubmitEvaluationResponse>(
      submit_evaluation_, context, in, out, state_,
      [&](SubmitCall call) {
        if (state_.gate() != nullptr)
          if (absl::Status status = room(call.context()); !status.ok()) return call.Finish(status);
        if (absl::Status status = Validate(call.request(), form); !status.ok()) return call.Finish(status);
        if (call.request().rule_set().empty()) return accept(std::move(call), form);
        // Asking the scoring service may block.
        auto shared = std::make_shared<SubmitCall>(std::move(call));
        const bool taken = pool_.Post([this, accept, shared] {
          if (absl::Status known = CheckRuleSet(scorer_, shared->request().rule_set()); !known.ok())
            return shared->Finish(known);
          accept(std::move(*shared), {});
        });
        if (!taken) shared->Finish(rpc::ServerFull());
      },
      read);
}

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* IntakeServiceImpl::BatchSubmit(
    grpc::CallbackServerContext* context) {
  return StartBatchSubmit(*context,
                          {admission_, scorer_, pipeline_, pool_, state_, streams_, batch_submit_, batch_submit_item_});
}

grpc::ServerUnaryReactor* IntakeServiceImpl::GetSubmission(grpc::CallbackServerContext* context,
                                                           const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::GetSubmissionRequest, v1::GetSubmissionResponse>(
      pool_, get_submission_, context, in, out, state_,
      [this](const v1::GetSubmissionRequest& request, v1::GetSubmissionResponse& response,
             const rpc::CallContext& call) -> absl::Status {
        ASSIGN_OR_RETURN(const SubmissionRow head, FindVisible(store_, request.name(), call));
        ToProto(head, *response.mutable_submission());
        ASSIGN_OR_RETURN(std::optional<evaluation::v1::Scorecard> card, store_.Scorecard(head.id, head.revision));
        if (card) *response.mutable_submission()->mutable_scorecard() = *std::move(card);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* IntakeServiceImpl::ListSubmissions(grpc::CallbackServerContext* context,
                                                             const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::ListSubmissionsRequest, v1::ListSubmissionsResponse>(
      pool_, list_submissions_, context, in, out, state_,
      [this](const v1::ListSubmissionsRequest& request, v1::ListSubmissionsResponse& response,
             const rpc::CallContext& call) {
        return intake::ListSubmissions(store_, call.scope(), request, response);
      });
}

grpc::ServerUnaryReactor* IntakeServiceImpl::ListChanges(grpc::CallbackServerContext* context,
                                                         const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::ListChangesRequest, v1::ListChangesResponse>(
      pool_, list_changes_, context, in, out, state_,
      [this](const v1::ListChangesRequest& request, v1::ListChangesResponse& response, const rpc::CallContext& call) {
        return intake::ListChanges(store_, call.scope(), request, response);
      });
}

grpc::ServerUnaryReactor* IntakeServiceImpl::ReturnSubmission(grpc::CallbackServerContext* context,
                                                              const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::ReturnSubmissionRequest, v1::ReturnSubmissionResponse>(
      pool_, return_submission_, context, in, out, state_,
      [this](v1::ReturnSubmissionRequest& request, v1::ReturnSubmissionResponse& response,
             const rpc::CallContext& call) { return GiveBack(store_, reviews_, request, response, call); });
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* IntakeServiceImpl::WatchSubmission(grpc::CallbackServerContext* context,
                                                                               const grpc::ByteBuffer* in) {
  return StartWatch(*context, *in, store_, hub_, state_, watch_submission_);
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* IntakeServiceImpl::WatchSubmissions(grpc::CallbackServerContext* context,
                                                                                const grpc::ByteBuffer* in) {
  return StartWatchAll(*context, *in, store_, hub_, state_, watch_submissions_);
}

grpc::ServerUnaryReactor* IntakeServiceImpl::ImportDocument(grpc::CallbackServerContext* context,
                                                            const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  return import_.Serve(*context, *in, *out);
}

}  // namespace jixiao::intake
