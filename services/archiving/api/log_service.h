// The log over gRPC for those who watch it: tiles, proofs that stand alone, cosignatures, hash renewal.
#pragma once

#include "archiving/log/checkpoint.h"
#include "archiving/sequencing/renewer.h"
#include "archiving/store/archive_store.h"
#include "common/rpc/method.h"
#include "common/rpc/server_state.h"
#include "common/worker_pool.h"

#include "jixiao/archiving/v1/log_service.grpc.pb.h"

#include <string>
#include <vector>

namespace jixiao::archiving {

using RawLogService = v1::LogService::WithRawCallbackMethod_GetTile<
    v1::LogService::WithRawCallbackMethod_GetLogProof<v1::LogService::WithRawCallbackMethod_AddCosignatures<
        v1::LogService::WithRawCallbackMethod_RenewHashes<v1::LogService::Service>>>>;

class LogServiceImpl final : public RawLogService {
 public:
  // `witnesses` are the keys whose cosignatures are taken.
  LogServiceImpl(ArchiveStore& store, Renewer& renewer, std::vector<log::Verifier> witnesses, WorkerPool& pool,
                 rpc::ServerState& state)
      : store_(store), renewer_(renewer), witnesses_(std::move(witnesses)), pool_(pool), state_(state) {}

  grpc::ServerUnaryReactor* GetTile(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                    grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* GetLogProof(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                        grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* AddCosignatures(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                            grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* RenewHashes(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                        grpc::ByteBuffer* out) override;

 private:
  absl::Status ReadTile(const ArchiveReader& archive, const std::string& path, std::string& content) const;
  absl::Status Add(const v1::AddCosignaturesRequest& request, v1::AddCosignaturesResponse& response);

  ArchiveStore& store_;
  Renewer& renewer_;
  const std::vector<log::Verifier> witnesses_;
  WorkerPool& pool_;
  rpc::ServerState& state_;
  const rpc::Method get_tile_{state_, "GetTile"};
  const rpc::Method get_log_proof_{state_, "GetLogProof"};
  const rpc::Method add_cosignatures_{state_, "AddCosignatures"};
  const rpc::Method renew_hashes_{state_, "RenewHashes"};
};

}  // namespace jixiao::archiving
