// The intake service over gRPC: reads requests, calls the store, writes answers.
#pragma once

#include "common/rpc/method.h"
#include "common/rpc/server_state.h"
#include "common/worker_pool.h"
#include "intake/api/import_handler.h"
#include "intake/store/review_store.h"
#include "intake/store/submission_store.h"
#include "intake/workflow/pipeline.h"

#include "jixiao/intake/v1/intake_service.grpc.pb.h"

namespace jixiao::intake {

using RawIntakeService = v1::IntakeService::WithRawCallbackMethod_SubmitEvaluation<
    v1::IntakeService::WithRawCallbackMethod_GetSubmission<v1::IntakeService::WithRawCallbackMethod_ListSubmissions<
        v1::IntakeService::WithRawCallbackMethod_ReturnSubmission<
            v1::IntakeService::WithRawCallbackMethod_WatchSubmission<
                v1::IntakeService::WithRawCallbackMethod_ImportDocument<v1::IntakeService::Service>>>>>>;

class IntakeServiceImpl final : public RawIntakeService {
 public:
  IntakeServiceImpl(SubmissionStore& store, ReviewStore& reviews, Scorer& scorer, Pipeline& pipeline, WorkerPool& pool,
                    rpc::ServerState& state)
      : store_(store), reviews_(reviews), scorer_(scorer), pipeline_(pipeline), pool_(pool), state_(state) {}

  grpc::ServerUnaryReactor* SubmitEvaluation(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                             grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* GetSubmission(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                          grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* ListSubmissions(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                            grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* ReturnSubmission(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                             grpc::ByteBuffer* out) override;
  grpc::ServerWriteReactor<grpc::ByteBuffer>* WatchSubmission(grpc::CallbackServerContext* context,
                                                              const grpc::ByteBuffer* in) override;
  grpc::ServerUnaryReactor* ImportDocument(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                           grpc::ByteBuffer* out) override;

 private:
  SubmissionStore& store_;
  ReviewStore& reviews_;
  Scorer& scorer_;
  Pipeline& pipeline_;
  WorkerPool& pool_;
  rpc::ServerState& state_;
  const rpc::Method submit_evaluation_{state_, "SubmitEvaluation"};
  const rpc::Method get_submission_{state_, "GetSubmission"};
  const rpc::Method list_submissions_{state_, "ListSubmissions"};
  const rpc::Method return_submission_{state_, "ReturnSubmission"};
  const rpc::Method watch_submission_{state_, "WatchSubmission"};
  ImportHandler import_{state_};
};

}  // namespace jixiao::intake
