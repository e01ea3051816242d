// Who calls, under which request id, until when.
#pragma once

#include "common/access/policy.h"
#include "common/rpc/server_state.h"

#include <absl/status/status.h>
#include <grpcpp/client_context.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/time.h>

#include <chrono>
#include <memory>
#include <string>

namespace jixiao::rpc {

// Metadata key of the request id: it follows a call through all services and stands on every log line.
inline constexpr char kRequestIdKey[] = "x-request-id";

struct CallContext {
  std::string request_id;
  std::chrono::system_clock::time_point deadline;
  std::shared_ptr<const access::Caller> caller;  // null where no policy is in force: then everything is allowed
  absl::Status identity;                         // not OK when a policy wants to know who calls, and nobody can say

  // Whose forms the caller may see: everybody's, without a policy.
  const Scope& scope() const {
    static const Scope kUnlimited;
    return caller != nullptr ? caller->scope : kUnlimited;
  }
};

// Reads the caller's request id (at most 128 printable characters; otherwise a new one is made), deadline and, where a
// policy is in force, identity.
CallContext ContextOf(const grpc::CallbackServerContext& context, const ServerState& state);

// Prepares an outgoing call: the request id goes along, and it ends after `timeout`.
void Prepare(grpc::ClientContext& context, const std::string& request_id, std::chrono::milliseconds timeout);

}  // namespace jixiao::rpc
