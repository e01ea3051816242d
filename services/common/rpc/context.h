// Who calls, under which request id, until when.
#pragma once

#include "common/access/policy.h"
#include "common/rpc/server_state.h"
#include "common/trace.h"

#include <absl/status/status.h>
#include <grpcpp/client_context.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/time.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace jixiao::rpc {

// Metadata keys of the request id, which follows a call through all services and stands on every log line, and of W3C's
// trace context.
inline constexpr char kRequestIdKey[] = "x-request-id";
inline constexpr char kTraceparentKey[] = "traceparent";

struct CallContext {
  std::string request_id;
  std::string trace_id;  // of the caller's traceparent, or one that follows from the request id
  std::string span_id;   // of this call: 16 hexadecimal digits

  // Both ids, to be kept with what is done later: see common/trace.h.
  std::string TraceText() const { return ToText({request_id, trace_id}); }

  std::chrono::system_clock::time_point deadline;
  std::string address;                           // of the other side; empty where nobody asks for it
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

// Prepares an outgoing call: request id and trace id (`trace` is a request id, or what TraceText gave) go along, and it
// ends after `timeout`.
void Prepare(grpc::ClientContext& context, std::string_view trace, std::chrono::milliseconds timeout);

}  // namespace jixiao::rpc
