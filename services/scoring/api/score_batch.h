// ScoreBatch: one stream of forms in, one of cards out, in the same order.
#pragma once

#include "common/rpc/method.h"
#include "common/rpc/server_state.h"
#include "common/worker_pool.h"
#include "scoring/api/live_forms.h"
#include "scoring/rulesets/rule_book.h"

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

namespace jixiao::scoring {

// One message is read ahead; when the caller takes no answers, only a few forms are scored for it: that is the flow
// control. `stream` and `item` count whole calls and single forms.
grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* StartScoreBatch(const grpc::CallbackServerContext& context,
                                                                             RuleBook& book, LiveForms& live,
                                                                             WorkerPool& pool, rpc::ServerState& state,
                                                                             const rpc::Method& stream,
                                                                             const rpc::Method& item);

}  // namespace jixiao::scoring
