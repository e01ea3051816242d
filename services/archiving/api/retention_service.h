// Retention and disposal over gRPC.
#pragma once

#include "archiving/inspection/caretaker.h"
#include "archiving/retention/policy.h"
#include "archiving/store/archive_store.h"
#include "common/rpc/method.h"
#include "common/rpc/server_state.h"
#include "common/worker_pool.h"

#include "jixiao/archiving/v1/retention_service.grpc.pb.h"

namespace jixiao::archiving {

using RawRetentionService = v1::RetentionService::WithRawCallbackMethod_ListDueRecords<
    v1::RetentionService::WithRawCallbackMethod_ProposeDisposal<
        v1::RetentionService::WithRawCallbackMethod_ApproveDisposal<
            v1::RetentionService::WithRawCallbackMethod_WithdrawDisposal<
                v1::RetentionService::WithRawCallbackMethod_ExecuteDisposal<
                    v1::RetentionService::WithRawCallbackMethod_GetDisposal<
                        v1::RetentionService::WithRawCallbackMethod_ListDisposals<v1::RetentionService::Service>>>>>>>;

class RetentionServiceImpl final : public RawRetentionService {
 public:
  // All must outlive the service. `policy` is for records that were archived before there were decisions.
  RetentionServiceImpl(ArchiveStore& store, const RetentionPolicy& policy, Caretaker& caretaker, WorkerPool& pool,
                       rpc::ServerState& state)
      : store_(store), policy_(policy), caretaker_(caretaker), pool_(pool), state_(state) {}

  grpc::ServerUnaryReactor* ListDueRecords(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                           grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* ProposeDisposal(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                            grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* ApproveDisposal(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                            grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* WithdrawDisposal(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                             grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* ExecuteDisposal(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                            grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* GetDisposal(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                        grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* ListDisposals(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                          grpc::ByteBuffer* out) override;

 private:
  absl::Status Due(const v1::ListDueRecordsRequest& request, v1::ListDueRecordsResponse& response);
  absl::Status Propose(const v1::ProposeDisposalRequest& request, v1::Disposal& out);

  ArchiveStore& store_;
  const RetentionPolicy& policy_;
  Caretaker& caretaker_;
  WorkerPool& pool_;
  rpc::ServerState& state_;
  const rpc::Method list_due_records_{state_, "ListDueRecords"};
  const rpc::Method propose_disposal_{state_, "ProposeDisposal"};
  const rpc::Method approve_disposal_{state_, "ApproveDisposal"};
  const rpc::Method withdraw_disposal_{state_, "WithdrawDisposal"};
  const rpc::Method execute_disposal_{state_, "ExecuteDisposal"};
  const rpc::Method get_disposal_{state_, "GetDisposal"};
  const rpc::Method list_disposals_{state_, "ListDisposals"};
};

}  // namespace jixiao::archiving
