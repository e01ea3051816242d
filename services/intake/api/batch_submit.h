// BatchSubmit: one stream of forms in, one of receipts and errors out, in the same order.
#pragma once

#include "common/rpc/method.h"
#include "common/rpc/server_state.h"
#include "common/worker_pool.h"
#include "intake/workflow/admission.h"
#include "intake/workflow/pipeline.h"

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <cstddef>
#include <map>
#include <mutex>
#include <string>

namespace jixiao::intake {

// How many streams are open: each may hold kWindowBytes and one form more. Thread-safe.
class OpenStreams {
 public:
  static constexpr std::size_t kMost = 64;
  static constexpr std::size_t kMostOfCaller = 8;

  // False when this caller, or all together, have too many.
  bool Enter(const std::string& caller);
  void Leave(const std::string& caller);

 private:
  std::mutex mutex_;
  std::size_t all_ = 0;
  std::map<std::string, std::size_t> of_caller_;
};

// What BatchSubmit works with. All of it outlives the streams.
struct BatchParts {
  Admission& admission;
  Scorer& scorer;
  Pipeline& pipeline;
  WorkerPool& pool;
  rpc::ServerState& state;
  OpenStreams& streams;
  const rpc::Method& stream;  // counts whole calls
  const rpc::Method& item;    // counts single forms
};

// The next item is read only while fewer than 256 items, and fewer than 4 MiB of them, are unanswered: that is the flow
// control, and what bounds the memory of a stream. A form that finds no room in the queue waits here, and with it
// everything behind it. A stream that breaks ends once all that it handed over is decided.
grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* StartBatchSubmit(
    const grpc::CallbackServerContext& context, const BatchParts& parts);

}  // namespace jixiao::intake
