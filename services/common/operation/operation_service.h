// What every server tells of itself and does for those who run it.
#pragma once

#include "common/operation/checks.h"
#include "common/rpc/method.h"
#include "common/rpc/server_state.h"
#include "common/store/contents.h"
#include "common/time.h"
#include "common/worker_pool.h"

#include "jixiao/operation/v1/operation_service.grpc.pb.h"

#include <atomic>
#include <functional>
#include <string>

namespace jixiao::operation {

// What a server gives its OperationService; all of it is called from several threads, may block, and outlives the
// service.
struct Facts {
  std::string service;  // intake, scoring or archiving
  std::string store;    // as Database::Open takes it
  std::function<absl::Status(store::Database&, store::Contents&)> count;
  std::function<absl::Status()> prove_writable;
  std::function<void(Checks&)> check;  // what only this server knows
  std::string signing_key;             // archiving's verifier key
};

using RawOperationService =
    v1::OperationService::WithRawCallbackMethod_GetStatus<v1::OperationService::WithRawCallbackMethod_SetLogLevel<
        v1::OperationService::WithRawCallbackMethod_BackupStore<v1::OperationService::Service>>>;

class OperationServiceImpl final : public RawOperationService {
 public:
  // Removes what a backup that was killed has left beside the store.
  OperationServiceImpl(Facts facts, rpc::ServerState& state);

  grpc::ServerUnaryReactor* GetStatus(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                      grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* SetLogLevel(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                        grpc::ByteBuffer* out) override;
  grpc::ServerWriteReactor<grpc::ByteBuffer>* BackupStore(grpc::CallbackServerContext* context,
                                                          const grpc::ByteBuffer* in) override;

 private:
  void Tell(const v1::GetStatusRequest& request, v1::GetStatusResponse& response) const;

  const Facts facts_;
  const std::int64_t started_ = NowMicros();
  rpc::ServerState& state_;
  const rpc::Method get_status_{state_, "GetStatus"};
  const rpc::Method set_log_level_{state_, "SetLogLevel"};
  const rpc::Method backup_store_{state_, "BackupStore"};
  WorkerPool pool_{2, 64};  // its own: a full queue of the service's work must not keep it from telling so
};

}  // namespace jixiao::operation
