#include "common/rpc/method.h"

#include "common/access/gate.h"
#include "common/errors.h"

#include <chrono>
#include <string>

namespace jixiao::rpc {

Method::Method(const ServerState& state, std::string_view name)
    : name_(name),
      permission_(access::PermissionOf(name)),
      durations_(state.metrics().AddDurations("jixiao_rpc_duration_seconds", "Calls by method: how long they took",
                                              {{"method", std::string(name)}})) {
  for (std::size_t code = 0; code < kCodes; ++code)
    requests_[code] = &state.metrics().AddCounter(
        "jixiao_rpc_requests_total", "Calls that ended, by method and code",
        {{"method", std::string(name)}, {"code", absl::StatusCodeToString(static_cast<absl::StatusCode>(code))}});
}

absl::Status Admit(const Method& method, const CallContext& context, ServerState& state, std::size_t bytes) {
  if (state.gate() != nullptr) {
    RETURN_IF_ERROR(context.identity);
    RETURN_IF_ERROR(state.gate()->Admit(*context.caller, method.permission()));
  }
  return state.Enter(bytes) ? absl::OkStatus() : ServerFull();
}

absl::Status StillAdmitted(const CallContext& context, const ServerState& state) {
  return state.gate() == nullptr ? absl::OkStatus() : state.gate()->StillHolds(*context.caller);
}

absl::Status ServerFull() {
  return TryAgain(absl::StatusCode::kResourceExhausted, "QUEUE_FULL", "the server is at its limit",
                  std::chrono::milliseconds(200));
}

}  // namespace jixiao::rpc
