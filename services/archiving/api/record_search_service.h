// Searches and summaries over gRPC: reads requests, asks the index, writes answers from the archive's own records.
#pragma once

#include "archiving/search/indexer.h"
#include "archiving/store/archive_store.h"
#include "archiving/store/search_store.h"
#include "common/rpc/method.h"
#include "common/rpc/server_state.h"
#include "common/worker_pool.h"

#include "jixiao/archiving/v1/record_search_service.grpc.pb.h"

namespace jixiao::archiving {

using RawRecordSearchService = v1::RecordSearchService::WithRawCallbackMethod_SearchRecords<
    v1::RecordSearchService::WithRawCallbackMethod_SummarizeRecords<
        v1::RecordSearchService::WithRawCallbackMethod_RebuildIndex<v1::RecordSearchService::Service>>>;

class RecordSearchServiceImpl final : public RawRecordSearchService {
 public:
  RecordSearchServiceImpl(ArchiveStore& archive, SearchStore& index, search::Indexer& indexer, WorkerPool& pool,
                          rpc::ServerState& state)
      : archive_(archive), index_(index), indexer_(indexer), pool_(pool), state_(state) {}

  grpc::ServerUnaryReactor* SearchRecords(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                          grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* SummarizeRecords(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                             grpc::ByteBuffer* out) override;
  grpc::ServerUnaryReactor* RebuildIndex(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                         grpc::ByteBuffer* out) override;

 private:
  absl::Status Search(const v1::SearchRecordsRequest& request, const Scope& scope, v1::SearchRecordsResponse& response);
  absl::Status PutState(const SearchState& state, v1::IndexState& out);

  ArchiveStore& archive_;
  SearchStore& index_;
  search::Indexer& indexer_;
  WorkerPool& pool_;
  rpc::ServerState& state_;
  const rpc::Method search_records_{state_, "SearchRecords"};
  const rpc::Method summarize_records_{state_, "SummarizeRecords"};
  const rpc::Method rebuild_index_{state_, "RebuildIndex"};
};

}  // namespace jixiao::archiving
