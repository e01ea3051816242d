// The intake service over gRPC: reads requests, calls the store, writes answers.
#pragma once

#include "common/rpc/method.h"
#include "common/rpc/server_state.h"
#include "common/worker_pool.h"
#include "intake/api/batch_submit.h"
#include "intake/api/import_handler.h"
#include "intake/store/review_store.h"
#include "intake/store/submission_store.h"
#include "intake/workflow/admission.h"
#include "intake/workflow/change_hub.h"
#include "intake/workflow/pipeline.h"

#include "jixiao/intake/v1/intake_service.grpc.pb.h"

namespace jixiao::intake {

// The methods as raw bytes; see common/rpc/wire.h.
template <class Base>
using RawWriters =
    v1::IntakeService::WithRawCallbackMethod_SubmitEvaluation<v1::IntakeService::WithRawCallbackMethod_BatchSubmit<
        v1::IntakeService::WithRawCallbackMethod_ReturnSubmission<Base>>>;
template <class Base>
using RawReaders =
    v1::IntakeService::WithRawCallbackMethod_GetSubmission<v1::IntakeService::WithRawCallbackMethod_ListSubmissions<
        v1::IntakeService::WithRawCallbackMethod_ListChanges<v1::IntakeService::WithRawCallbackMethod_WatchSubmission<
            v1::IntakeService::WithRawCallbackMethod_WatchSubmissions<
                v1::IntakeService::WithRawCallbackMethod_ImportDocument<Base>>>>>>;
using RawIntakeService = RawWriters<RawReaders<v1::IntakeService::Service>>;

class IntakeServiceImpl final : public RawIntakeService {
 public:
  IntakeServiceImpl(SubmissionStore& store, ReviewStore& reviews, Scorer& scorer, Pipeline& pipeline,
                    Admission& admission, ChangeHub& hub, WorkerPool& pool, rpc::ServerState& state)
      : store_(store),
        reviews_(reviews),
        scorer_(scorer),
        pipeline_(pipeline),
        admission_(admission),
        hub_(hub),
        pool_(pool),
        state_(state) {}

  grpc::ServerUnaryReactor* SubmitEvaluation(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                             grpc::ByteBuffer* out) override;
  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* BatchSubmit(
      grpc::CallbackServerContext* context) override;
  grpc::ServerUnaryReactor* GetSubmission(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                          grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* ListSubmissions(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                            grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* ListChanges(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                        grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* ReturnSubmission(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                             grpc::ByteBuffer* out) override;
  grpc::ServerWriteReactor<grpc::ByteBuffer>* WatchSubmission(grpc::CallbackServerContext* context,
                                                              const grpc::ByteBuffer* in) override;
  grpc::ServerWriteReactor<grpc::ByteBuffer>* WatchSubmissions(grpc::CallbackServerContext* context,
                                                               const grpc::ByteBuffer* in) override;
  grpc::ServerUnaryReactor* ImportDocument(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                           grpc::ByteBuffer* out) override;

 private:
  SubmissionStore& store_;
  ReviewStore& reviews_;
  Scorer& scorer_;
  Pipeline& pipeline_;
  Admission& admission_;
  ChangeHub& hub_;
  WorkerPool& pool_;
  rpc::ServerState& state_;
  OpenStreams streams_;
  const rpc::Method submit_evaluation_{state_, "SubmitEvaluation"};
  const rpc::Method batch_submit_{state_, "BatchSubmit"};
  const rpc::Method batch_submit_item_{state_, "BatchSubmit/item"};
  const rpc::Method list_changes_{state_, "ListChanges"};
  const rpc::Method watch_submissions_{state_, "WatchSubmissions"};
  const rpc::Method get_submission_{state_, "GetSubmission"};
  const rpc::Method list_submissions_{state_, "ListSubmissions"};
  const rpc::Method return_submission_{state_, "ReturnSubmission"};
  const rpc::Method watch_submission_{state_, "WatchSubmission"};
  ImportHandler import_{state_};
};

}  // namespace jixiao::intake
