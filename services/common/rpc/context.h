// Who calls, under which request id, until when.
#pragma once

#include <grpcpp/client_context.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/time.h>

#include <chrono>
#include <string>

namespace jixiao::rpc {

// Metadata key of the request id: it follows a call through all services and stands on every log line.
inline constexpr char kRequestIdKey[] = "x-request-id";

struct CallContext {
  std::string request_id;
  std::chrono::system_clock::time_point deadline;
};

// Reads the caller's request id (at most 128 printable characters; otherwise a new one is made) and deadline.
CallContext ContextOf(const grpc::CallbackServerContext& context);

// Prepares an outgoing call: the request id goes along, and it ends after `timeout`.
void Prepare(grpc::ClientContext& context, const std::string& request_id, std::chrono::milliseconds timeout);

}  // namespace jixiao::rpc
