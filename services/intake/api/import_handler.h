// ImportDocument: reads documents on threads of its own, so that a large file or a slow converter never keeps a
// submission waiting.
#pragma once

#include "common/rpc/method.h"
#include "common/rpc/server_state.h"
#include "common/worker_pool.h"

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

namespace jixiao::intake {

class ImportHandler {
 public:
  // `state` must outlive the handler. Removes what converters of earlier, killed processes left behind.
  explicit ImportHandler(rpc::ServerState& state);

  // Takes one call; thread-safe.
  grpc::ServerUnaryReactor* Serve(grpc::CallbackServerContext& context, const grpc::ByteBuffer& in,
                                  grpc::ByteBuffer& out);

 private:
  rpc::ServerState& state_;
  const rpc::Method method_{state_, "ImportDocument"};
  // What is read here, and what goes through another program first: seconds instead of milliseconds, and much memory.
  WorkerPool converters_;
  WorkerPool readers_;  // ends first: it hands over to the other
};

}  // namespace jixiao::intake
