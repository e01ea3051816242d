// WatchSubmission: the steps of one submission as they happen.
#pragma once

#include "common/rpc/method.h"
#include "common/rpc/server_state.h"
#include "common/worker_pool.h"
#include "intake/store/submission_store.h"

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

namespace jixiao::intake {

grpc::ServerWriteReactor<grpc::ByteBuffer>* StartWatch(const grpc::CallbackServerContext& context,
                                                       const grpc::ByteBuffer& in, SubmissionStore& store,
                                                       WorkerPool& pool, rpc::ServerState& state,
                                                       const rpc::Method& method);

}  // namespace jixiao::intake
