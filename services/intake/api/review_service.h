// The review service over gRPC: reads requests, lets the domain decide, writes answers.
#pragma once

#include "common/rpc/context.h"
#include "common/rpc/method.h"
#include "common/rpc/server_state.h"
#include "common/worker_pool.h"
#include "intake/store/review_store.h"
#include "intake/store/submission_store.h"
#include "intake/workflow/pipeline.h"
#include "intake/workflow/review_policy.h"

#include "jixiao/intake/v1/review.grpc.pb.h"

namespace jixiao::intake {

using RawReviewChanges =
    v1::ReviewService::WithRawCallbackMethod_AnswerFinding<v1::ReviewService::WithRawCallbackMethod_RequestWaiver<
        v1::ReviewService::WithRawCallbackMethod_ApproveWaiver<v1::ReviewService::WithRawCallbackMethod_RejectWaiver<
            v1::ReviewService::WithRawCallbackMethod_ApproveSubmission<
                v1::ReviewService::WithRawCallbackMethod_WithdrawSubmission<
                    v1::ReviewService::WithRawCallbackMethod_RecordReview<v1::ReviewService::Service>>>>>>>;
using RawReviewService =
    v1::ReviewService::WithRawCallbackMethod_ListFindings<v1::ReviewService::WithRawCallbackMethod_GetHistory<
        v1::ReviewService::WithRawCallbackMethod_GetReview<v1::ReviewService::WithRawCallbackMethod_DrawSample<
            v1::ReviewService::WithRawCallbackMethod_GetSample<v1::ReviewService::WithRawCallbackMethod_ListSamples<
                v1::ReviewService::WithRawCallbackMethod_ListSamplePopulation<RawReviewChanges>>>>>>>;

class ReviewServiceImpl final : public RawReviewService {
 public:
  // All must outlive the service.
  ReviewServiceImpl(SubmissionStore& store, ReviewStore& reviews, const ReviewPolicy& policy, Pipeline& pipeline,
                    WorkerPool& pool, rpc::ServerState& state)
      : store_(store), reviews_(reviews), policy_(policy), pipeline_(pipeline), pool_(pool), state_(state) {}

  grpc::ServerUnaryReactor* ListFindings(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                         grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* AnswerFinding(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                          grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* RequestWaiver(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                          grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* ApproveWaiver(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                          grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* RejectWaiver(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                         grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* ApproveSubmission(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                              grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* WithdrawSubmission(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                               grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* GetHistory(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                       grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* RecordReview(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                         grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* GetReview(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                      grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* DrawSample(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                       grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* GetSample(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                      grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* ListSamples(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                        grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* ListSamplePopulation(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                                 grpc::ByteBuffer* out) override;

 private:
  // Asks the store for a change and gives the stored answer; wakes the pipeline, because the form may be approved now.
  template <class Request, class Response>
  absl::Status Apply(std::string_view method, const std::string& submission, const Request& request, Response& response,
                     const rpc::CallContext& context, ReviewStore::Decide decide);

  SubmissionStore& store_;
  ReviewStore& reviews_;
  const ReviewPolicy& policy_;
  Pipeline& pipeline_;
  WorkerPool& pool_;
  rpc::ServerState& state_;
  const rpc::Method list_findings_{state_, "ListFindings"};
  const rpc::Method answer_finding_{state_, "AnswerFinding"};
  const rpc::Method request_waiver_{state_, "RequestWaiver"};
  const rpc::Method approve_waiver_{state_, "ApproveWaiver"};
  const rpc::Method reject_waiver_{state_, "RejectWaiver"};
  const rpc::Method approve_submission_{state_, "ApproveSubmission"};
  const rpc::Method withdraw_submission_{state_, "WithdrawSubmission"};
  const rpc::Method get_history_{state_, "GetHistory"};
  const rpc::Method record_review_{state_, "RecordReview"};
  const rpc::Method get_review_{state_, "GetReview"};
  const rpc::Method draw_sample_{state_, "DrawSample"};
  const rpc::Method get_sample_{state_, "GetSample"};
  const rpc::Method list_samples_{state_, "ListSamples"};
  const rpc::Method list_sample_population_{state_, "ListSamplePopulation"};
};

}  // namespace jixiao::intake
