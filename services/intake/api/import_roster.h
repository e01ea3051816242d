// CampaignService.ImportRoster: a stream of entries, gathered and then judged at once.
#pragma once

#include "common/rpc/method.h"
#include "common/rpc/server_state.h"
#include "common/worker_pool.h"
#include "intake/store/campaign_store.h"

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <atomic>

namespace jixiao::intake {

// Imports that are being gathered: each may hold 64 MiB, so they are few.
using RunningImports = std::atomic<int>;

grpc::ServerReadReactor<grpc::ByteBuffer>* StartImportRoster(const grpc::CallbackServerContext& context,
                                                             grpc::ByteBuffer* out, CampaignStore& store,
                                                             WorkerPool& pool, rpc::ServerState& state,
                                                             const rpc::Method& method, RunningImports& running);

}  // namespace jixiao::intake
