// The archiving service over gRPC: reads requests, calls the archive, writes answers.
#pragma once

#include "archiving/retention/policy.h"
#include "archiving/sequencing/sequencer.h"
#include "archiving/store/archive_store.h"
#include "archiving/store/rule_set_contents.h"
#include "archiving/store/search_store.h"
#include "common/rpc/method.h"
#include "common/rpc/server_state.h"
#include "common/rpc/unary.h"
#include "common/worker_pool.h"

#include "jixiao/archiving/v1/archiving_service.grpc.pb.h"

#include <atomic>

namespace jixiao::archiving {

using RawArchivingService =
    v1::ArchivingService::WithRawCallbackMethod_ArchiveRecord<v1::ArchivingService::WithRawCallbackMethod_GetRecord<
        v1::ArchivingService::WithRawCallbackMethod_ListRecords<v1::ArchivingService::WithRawCallbackMethod_GetTreeHead<
            v1::ArchivingService::WithRawCallbackMethod_GetInclusionProof<
                v1::ArchivingService::WithRawCallbackMethod_GetConsistencyProof<
                    v1::ArchivingService::WithRawCallbackMethod_CheckLog<v1::ArchivingService::Service>>>>>>>;

class ArchivingServiceImpl final : public RawArchivingService {
 public:
  // `index` is only compared with the archive, by CheckLog. All must outlive the service; `retention` decides how long
  // what is archived from now on is kept.
  ArchivingServiceImpl(ArchiveStore& store, SearchStore& index, Sequencer& sequencer, const RetentionPolicy& retention,
                       WorkerPool& pool, rpc::ServerState& state)
      : store_(store),
        index_(index),
        sequencer_(sequencer),
        retention_(retention),
        pool_(pool),
        state_(state),
        rule_sets_(store) {}

  grpc::ServerUnaryReactor* ArchiveRecord(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                          grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* GetRecord(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                      grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* ListRecords(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                        grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* GetTreeHead(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                        grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* GetInclusionProof(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                              grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* GetConsistencyProof(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                                grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* CheckLog(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                     grpc::ByteBuffer* out) override;

 private:
  using ArchiveCall = rpc::UnaryCall<v1::ArchiveRecordRequest, v1::ArchiveRecordResponse>;

  // Hands the record to the sequencer, which ends the call. `rule_set`: its canonical bytes. Never blocks.
  void Archive(ArchiveCall call, const std::string& rule_set);
  absl::Status CheckIndex(const ArchiveReader& archive, v1::CheckLogResponse& response);

  ArchiveStore& store_;
  SearchStore& index_;
  Sequencer& sequencer_;
  const RetentionPolicy& retention_;
  WorkerPool& pool_;
  rpc::ServerState& state_;
  RuleSetContents rule_sets_;
  const rpc::Method archive_record_{state_, "ArchiveRecord"};
  const rpc::Method get_record_{state_, "GetRecord"};
  const rpc::Method list_records_{state_, "ListRecords"};
  const rpc::Method get_tree_head_{state_, "GetTreeHead"};
  const rpc::Method get_inclusion_proof_{state_, "GetInclusionProof"};
  const rpc::Method get_consistency_proof_{state_, "GetConsistencyProof"};
  const rpc::Method check_log_{state_, "CheckLog"};
  std::atomic<bool> checking_{false};  // whether a CheckLog is running
};

}  // namespace jixiao::archiving
