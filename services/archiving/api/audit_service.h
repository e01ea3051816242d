// The audit log over gRPC: segments in, calls out.
#pragma once

#include "archiving/sequencing/sequencer.h"
#include "archiving/store/archive_store.h"
#include "common/rpc/method.h"
#include "common/rpc/server_state.h"
#include "common/worker_pool.h"

#include "jixiao/archiving/v1/audit_service.grpc.pb.h"

namespace jixiao::archiving {

// Archives a segment and waits until it is on disk: the index of its leaf. INVALID_ARGUMENT (SEGMENT_INVALID); errors
// of AppendEntry.
absl::StatusOr<std::int64_t> ArchiveSegment(Sequencer& sequencer, const operation::v1::AuditSegment& segment);

using RawAuditService = v1::AuditService::WithRawCallbackMethod_RecordCalls<
    v1::AuditService::WithRawCallbackMethod_ListCalls<v1::AuditService::Service>>;

class AuditServiceImpl final : public RawAuditService {
 public:
  AuditServiceImpl(ArchiveStore& store, Sequencer& sequencer, WorkerPool& pool, rpc::ServerState& state)
      : store_(store), sequencer_(sequencer), pool_(pool), state_(state) {}

  grpc::ServerUnaryReactor* RecordCalls(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                        grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* ListCalls(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                      grpc::ByteBuffer* out) override;

 private:
  ArchiveStore& store_;
  Sequencer& sequencer_;
  WorkerPool& pool_;
  rpc::ServerState& state_;
  const rpc::Method record_calls_{state_, "RecordCalls"};
  const rpc::Method list_calls_{state_, "ListCalls"};
};

}  // namespace jixiao::archiving
