#include "intake/api/review_service.h"

#include "common/canonical.h"
#include "common/rpc/unary.h"
#include "common/text.h"
#include "common/time.h"
#include "intake/api/requests.h"
#include "intake/workflow/comparison.h"

#include <algorithm>
#include <concepts>

namespace jixiao::intake {
namespace {

// 9999-12-31, the last day that a timestamp can name.
constexpr std::int64_t kLastSecond = 253'402'300'799;

// What every change asks for; the actor under the name of its field.
template <class Request>
std::vector<FieldViolation> FaultsOfChange(const Request& request, const v1::Actor& actor, std::string_view field) {
  std::vector<FieldViolation> faults;
  if (!IsRequestId(request.request_id())) faults.push_back({"request_id", std::string(kRequestIdRule)});
  if (request.etag().empty()) faults.push_back({"etag", "is required: the one that you saw"});
  CheckActor(actor, field, true, faults);
  return faults;
}

absl::Status Invalid(const std::vector<FieldViolation>& faults) {
  if (faults.empty()) return absl::OkStatus();
  return InvalidFields("REVIEW_INVALID", "the request cannot be carried out", faults);
}

// The submission that a finding is of; the name itself where it is none, which then is not found.
std::string SubmissionOf(const std::string& finding) {
  return finding.substr(0, finding.find("/revisions/"));
}

}  // namespace

template <class Request, class Response>
absl::Status ReviewServiceImpl::Apply(std::string_view method, const std::string& submission, const Request& request,
                                      Response& response, const rpc::CallContext& context, ReviewStore::Decide decide) {
  if (context.caller != nullptr) RETURN_IF_ERROR(FindVisible(store_, submission, context).status());
  ASSIGN_OR_RETURN(std::string digest, CanonicalDigest(request));
  const ChangeRequest change{method,
                             submission,
                             request.etag(),
                             request.request_id(),
                             std::move(digest),
                             context.TraceText(),
                             request.validate_only()};
  const auto respond = [](const CaseFile& after, const Decision& done) {
    Response made;
    ToProto(after.head, *made.mutable_submission());
    if constexpr (requires { made.mutable_finding(); }) *made.mutable_finding() = *done.finding;
    if constexpr (requires { made.mutable_review(); }) *made.mutable_review() = *done.review;
    return made.SerializeAsString();
  };
  ASSIGN_OR_RETURN(const std::string answer, reviews_.Apply(change, decide, respond));
  if (!request.validate_only()) pipeline_.Wake();
  if (!response.ParseFromString(answer))
    return Error(absl::StatusCode::kDataLoss, "STORE_DAMAGED", "a stored answer cannot be read");
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* ReviewServiceImpl::ListFindings(grpc::CallbackServerContext* context,
                                                          const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::ListFindingsRequest, v1::ListFindingsResponse>(
      pool_, list_findings_, context, in, out, state_,
      [this](const v1::ListFindingsRequest& request, v1::ListFindingsResponse& response,
             const rpc::CallContext& call) -> absl::Status {
        ASSIGN_OR_RETURN(CaseFile file, reviews_.Load(request.name(), request.revision()));
        RETURN_IF_ERROR(CheckVisible(file.head, call));
        const int revision = request.revision() == 0 ? file.head.revision : request.revision();
        ASSIGN_OR_RETURN(const std::optional<std::string> judged, reviews_.Judgement(file.head.id, revision));
        if (judged) {
          PutStates(file.findings, NowMicros());
        } else if (file.scorecard) {
          ASSIGN_OR_RETURN(const RevisionContents contents, reviews_.Contents(file.head.id, revision));
          file.findings = Judge(policy_, contents.form, *file.scorecard, RevisionName(file.head.name, revision));
          for (v1::JudgedFinding& finding : file.findings) finding.set_state(v1::ANSWER_STATE_NOT_NEEDED);
        }
        int open = 0;
        for (v1::JudgedFinding& finding : file.findings) {
          if (IsOpen(finding.state()) || finding.state() == v1::ANSWER_STATE_MUST_CHANGE) ++open;
          *response.add_findings() = std::move(finding);
        }
        response.set_policy(judged.value_or(policy_.digest()));
        response.set_open_count(open);
        response.set_etag(Cat(file.head.version));
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* ReviewServiceImpl::AnswerFinding(grpc::CallbackServerContext* context,
                                                           const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::AnswerFindingRequest, v1::AnswerFindingResponse>(
      pool_, answer_finding_, context, in, out, state_,
      [this](v1::AnswerFindingRequest& request, v1::AnswerFindingResponse& response,
             const rpc::CallContext& call) -> absl::Status {
        RETURN_IF_ERROR(rpc::TakeActor(call, *request.mutable_actor(), "actor"));
        std::vector<FieldViolation> faults = FaultsOfChange(request, request.actor(), "actor");
        CheckText(request.text(), "text", 1, faults);
        RETURN_IF_ERROR(Invalid(faults));
        return Apply(answer_finding_.name(), SubmissionOf(request.name()), request, response, call,
                     [&](const CaseFile& file, std::int64_t now) {
                       return intake::AnswerFinding(file, request.name(), request.actor(), request.text(), now);
                     });
      });
}

grpc::ServerUnaryReactor* ReviewServiceImpl::RequestWaiver(grpc::CallbackServerContext* context,
                                                           const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::RequestWaiverRequest, v1::RequestWaiverResponse>(
      pool_, request_waiver_, context, in, out, state_,
      [this](v1::RequestWaiverRequest& request, v1::RequestWaiverResponse& response,
             const rpc::CallContext& call) -> absl::Status {
        RETURN_IF_ERROR(rpc::TakeActor(call, *request.mutable_actor(), "actor"));
        std::vector<FieldViolation> faults = FaultsOfChange(request, request.actor(), "actor");
        CheckText(request.reason(), "reason", 1, faults);
        if (request.expire_time().seconds() <= 0 || request.expire_time().seconds() > kLastSecond)
          faults.push_back({"expire_time", "is required, later than now"});
        RETURN_IF_ERROR(Invalid(faults));
        return Apply(request_waiver_.name(), SubmissionOf(request.name()), request, response, call,
                     [&](const CaseFile& file, std::int64_t now) {
                       return intake::RequestWaiver(file, request.name(), request.actor(), request.reason(),
                                                    ToMicros(request.expire_time()), now);
                     });
      });
}

grpc::ServerUnaryReactor* ReviewServiceImpl::ApproveWaiver(grpc::CallbackServerContext* context,
                                                           const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::ApproveWaiverRequest, v1::ApproveWaiverResponse>(
      pool_, approve_waiver_, context, in, out, state_,
      [this](v1::ApproveWaiverRequest& request, v1::ApproveWaiverResponse& response,
             const rpc::CallContext& call) -> absl::Status {
        RETURN_IF_ERROR(rpc::TakeActor(call, *request.mutable_actor(), "actor"));
        std::vector<FieldViolation> faults = FaultsOfChange(request, request.actor(), "actor");
        CheckText(request.comment(), "comment", 0, faults);
        RETURN_IF_ERROR(Invalid(faults));
        return Apply(approve_waiver_.name(), SubmissionOf(request.name()), request, response, call,
                     [&](const CaseFile& file, std::int64_t now) {
                       return DecideWaiver(file, request.name(), true, request.actor(), request.comment(), now);
                     });
      });
}

grpc::ServerUnaryReactor* ReviewServiceImpl::RejectWaiver(grpc::CallbackServerContext* context,
                                                          const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::RejectWaiverRequest, v1::RejectWaiverResponse>(
      pool_, reject_waiver_, context, in, out, state_,
      [this](v1::RejectWaiverRequest& request, v1::RejectWaiverResponse& response,
             const rpc::CallContext& call) -> absl::Status {
        RETURN_IF_ERROR(rpc::TakeActor(call, *request.mutable_actor(), "actor"));
        std::vector<FieldViolation> faults = FaultsOfChange(request, request.actor(), "actor");
        CheckText(request.comment(), "comment", 1, faults);
        RETURN_IF_ERROR(Invalid(faults));
        return Apply(reject_waiver_.name(), SubmissionOf(request.name()), request, response, call,
                     [&](const CaseFile& file, std::int64_t now) {
                       return DecideWaiver(file, request.name(), false, request.actor(), request.comment(), now);
                     });
      });
}

grpc::ServerUnaryReactor* ReviewServiceImpl::ApproveSubmission(grpc::CallbackServerContext* context,
                                                               const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::ApproveSubmissionRequest, v1::ApproveSubmissionResponse>(
      pool_, approve_submission_, context, in, out, state_,
      [this](v1::ApproveSubmissionRequest& request, v1::ApproveSubmissionResponse& response,
             const rpc::CallContext& call) -> absl::Status {
        RETURN_IF_ERROR(rpc::TakeActor(call, *request.mutable_actor(), "actor"));
        std::vector<FieldViolation> faults = FaultsOfChange(request, request.actor(), "actor");
        CheckText(request.comment(), "comment", 0, faults);
        if (!v1::ReviewStage_IsValid(request.stage()) || request.stage() == v1::REVIEW_STAGE_UNSPECIFIED)
          faults.push_back({"stage", "is required"});
        RETURN_IF_ERROR(Invalid(faults));
        return Apply(approve_submission_.name(), request.name(), request, response, call,
                     [&](const CaseFile& file, std::int64_t now) {
                       return Approve(file, request.stage(), request.actor(), request.comment(), now);
                     });
      });
}

grpc::ServerUnaryReactor* ReviewServiceImpl::WithdrawSubmission(grpc::CallbackServerContext* context,
                                                                const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::WithdrawSubmissionRequest, v1::WithdrawSubmissionResponse>(
      pool_, withdraw_submission_, context, in, out, state_,
      [this](v1::WithdrawSubmissionRequest& request, v1::WithdrawSubmissionResponse& response,
             const rpc::CallContext& call) -> absl::Status {
        RETURN_IF_ERROR(rpc::TakeActor(call, *request.mutable_actor(), "actor"));
        std::vector<FieldViolation> faults = FaultsOfChange(request, request.actor(), "actor");
        CheckText(request.reason(), "reason", 1, faults);
        RETURN_IF_ERROR(Invalid(faults));
        return Apply(withdraw_submission_.name(), request.name(), request, response, call,
                     [&](const CaseFile& file, std::int64_t now) {
                       return Withdraw(file, request.actor(), request.reason(), now);
                     });
      });
}

grpc::ServerUnaryReactor* ReviewServiceImpl::GetHistory(grpc::CallbackServerContext* context,
                                                        const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::GetHistoryRequest, v1::GetHistoryResponse>(
      pool_, get_history_, context, in, out, state_,
      [this](const v1::GetHistoryRequest& request, v1::GetHistoryResponse& response,
             const rpc::CallContext& call) -> absl::Status {
        ASSIGN_OR_RETURN(const SubmissionRow head, FindVisible(store_, request.name(), call));
        ASSIGN_OR_RETURN(const std::vector<Step> steps, store_.Steps(head.id, 0));
        PutHistory(steps, *response.mutable_entries());
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* ReviewServiceImpl::RecordReview(grpc::CallbackServerContext* context,
                                                          const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::RecordReviewRequest, v1::RecordReviewResponse>(
      pool_, record_review_, context, in, out, state_,
      [this](v1::RecordReviewRequest& request, v1::RecordReviewResponse& response,
             const rpc::CallContext& call) -> absl::Status {
        RETURN_IF_ERROR(rpc::TakeActor(call, *request.mutable_review()->mutable_reviewer(), "review.reviewer"));
        const v1::Review& review = request.review();
        std::vector<FieldViolation> faults = FaultsOfChange(request, review.reviewer(), "review.reviewer");
        CheckText(review.opinion(), "review.opinion", review.lines().empty() ? 1 : 0, faults);
        for (int i = 0; i < review.lines_size(); ++i)
          CheckText(review.lines(i).reason(), Cat("review.lines[", i, "].reason"), 0, faults);
        if (!v1::ReviewConclusion_IsValid(review.conclusion()) ||
            review.conclusion() == v1::REVIEW_CONCLUSION_UNSPECIFIED)
          faults.push_back({"review.conclusion", "is required"});
        if (!review.name().empty() || !review.total().empty() || review.has_time())
          faults.push_back({"review", "name, total and time are set by the service"});
        RETURN_IF_ERROR(Invalid(faults));
        return Apply(record_review_.name(), request.name(), request, response, call,
                     [&](const CaseFile& file, std::int64_t now) { return intake::RecordReview(file, review, now); });
      });
}

grpc::ServerUnaryReactor* ReviewServiceImpl::GetReview(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                                       grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::GetReviewRequest, v1::GetReviewResponse>(
      pool_, get_review_, context, in, out, state_,
      [this](const v1::GetReviewRequest& request, v1::GetReviewResponse& response,
             const rpc::CallContext& call) -> absl::Status {
        ASSIGN_OR_RETURN(const CaseFile file, reviews_.Load(request.name(), request.revision()));
        RETURN_IF_ERROR(CheckVisible(file.head, call));
        const int revision = request.revision() == 0 ? file.head.revision : request.revision();
        ASSIGN_OR_RETURN(const RevisionContents contents, reviews_.Contents(file.head.id, revision));
        response.set_revision(revision);
        if (!contents.scorecard)
          return Error(absl::StatusCode::kFailedPrecondition, "STATE_FORBIDS", "the revision is not scored yet",
                       {{"state", v1::SubmissionState_Name(file.head.state)}});
        Compare(*contents.scorecard, contents.form, file.reviews, response);
        return absl::OkStatus();
      });
}

}  // namespace jixiao::intake
