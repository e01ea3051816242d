// Inspections and the fixity register over gRPC.
#pragma once

#include "archiving/store/archive_store.h"
#include "common/rpc/method.h"
#include "common/rpc/server_state.h"
#include "common/worker_pool.h"

#include "jixiao/archiving/v1/inspection_service.grpc.pb.h"

namespace jixiao::archiving {

using RawInspectionService = v1::InspectionService::WithRawCallbackMethod_ListInspectionItems<
    v1::InspectionService::WithRawCallbackMethod_InspectRecord<
        v1::InspectionService::WithRawCallbackMethod_GetFixity<v1::InspectionService::Service>>>;

class InspectionServiceImpl final : public RawInspectionService {
 public:
  InspectionServiceImpl(ArchiveStore& store, WorkerPool& pool, rpc::ServerState& state)
      : store_(store), pool_(pool), state_(state) {}

  grpc::ServerUnaryReactor* ListInspectionItems(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                                grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* InspectRecord(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                          grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* GetFixity(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                      grpc::ByteBuffer* out) override;

 private:
  ArchiveStore& store_;
  WorkerPool& pool_;
  rpc::ServerState& state_;
  const rpc::Method list_inspection_items_{state_, "ListInspectionItems"};
  const rpc::Method inspect_record_{state_, "InspectRecord"};
  const rpc::Method get_fixity_{state_, "GetFixity"};
};

}  // namespace jixiao::archiving
