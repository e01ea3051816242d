// CheckBatch: a stream of forms in, what they show together out.
#pragma once

#include "common/rpc/method.h"
#include "common/rpc/server_state.h"
#include "common/worker_pool.h"
#include "scoring/rulesets/rule_book.h"

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <cstddef>

namespace jixiao::scoring {

// Limits of one batch: RESOURCE_EXHAUSTED (BATCH_TOO_LARGE) beyond them.
inline constexpr std::size_t kMaxBatchForms = 10'000;
inline constexpr std::size_t kMaxBatchBytes = std::size_t{64} * 1024 * 1024;

// Batches whose forms a server holds at one time; others are refused as overload.
inline constexpr int kMaxBatches = 8;

// One message is read only after the one before was scored: that is the flow control. Scoring and checking run on
// `pool`. `running` counts the batches of this server.
grpc::ServerReadReactor<grpc::ByteBuffer>* StartCheckBatch(grpc::CallbackServerContext& context,
                                                           grpc::ByteBuffer* response, RuleBook& book, WorkerPool& pool,
                                                           rpc::ServerState& state, const rpc::Method& method,
                                                           std::atomic<int>& running);

}  // namespace jixiao::scoring
