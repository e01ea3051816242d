// SimulateRuleSet: one stream of forms in, one report out.
#pragma once

#include "common/rpc/method.h"
#include "common/rpc/server_state.h"
#include "common/worker_pool.h"
#include "scoring/rulesets/rule_book.h"

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

namespace jixiao::scoring {

// One form is read only after the one before was scored, and none is kept: that is the flow control and the bound. The
// rule sets are those of the stream's beginning. `context` and `out` live until the reactor is done.
grpc::ServerReadReactor<grpc::ByteBuffer>* StartSimulation(const grpc::CallbackServerContext& context,
                                                           grpc::ByteBuffer& out, RuleBook& book, WorkerPool& pool,
                                                           rpc::ServerState& state, const rpc::Method& method);

}  // namespace jixiao::scoring
