// WatchSubmission and WatchSubmissions: steps as they happen.
#pragma once

#include "common/rpc/method.h"
#include "common/rpc/server_state.h"
#include "intake/store/submission_store.h"
#include "intake/workflow/change_hub.h"

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

namespace jixiao::intake {

using WatchStream = grpc::ServerWriteReactor<grpc::ByteBuffer>;

// The steps of one submission.
WatchStream* StartWatch(const grpc::CallbackServerContext& context, const grpc::ByteBuffer& in, SubmissionStore& store,
                        ChangeHub& hub, rpc::ServerState& state, const rpc::Method& method);
// The changes of all that fit a filter.
WatchStream* StartWatchAll(const grpc::CallbackServerContext& context, const grpc::ByteBuffer& in,
                           SubmissionStore& store, ChangeHub& hub, rpc::ServerState& state, const rpc::Method& method);

}  // namespace jixiao::intake
