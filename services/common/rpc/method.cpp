#include "common/rpc/method.h"

#include "common/access/gate.h"
#include "common/audit/trail.h"
#include "common/errors.h"
#include "common/time.h"

#include <chrono>
#include <string>
#include <utility>

namespace jixiao::rpc {

Method::Method(const ServerState& state, std::string_view name)
    : name_(name),
      permission_(access::PermissionOf(name)),
      trail_(state.trail()),
      durations_(state.metrics().AddDurations("jixiao_rpc_duration_seconds", "Calls by method: how long they took",
                                              {{"method", std::string(name)}})) {
  for (std::size_t code = 0; code < kCodes; ++code)
    requests_[code] = &state.metrics().AddCounter(
        "jixiao_rpc_requests_total", "Calls that ended, by method and code",
        {{"method", std::string(name)}, {"code", absl::StatusCodeToString(static_cast<absl::StatusCode>(code))}});
}

bool Method::Audits(const CallContext& context, const absl::Status& status) const {
  if (trail_ == nullptr || permission_ == nullptr) return false;
  if (!status.ok()) {
    if (absl::IsPermissionDenied(status) || absl::IsUnauthenticated(status)) return true;
    // A flood must not fill the archive for good, and a call that was told to come again has done nothing.
    return permission_->reach != access::Reach::kPublic && !absl::IsResourceExhausted(status);
  }
  if (permission_->reach == access::Reach::kPublic) return false;
  return context.caller == nullptr || !context.caller->Is(access::Role::kService);
}

void Method::Audit(const CallContext& context, const absl::Status& status, std::string resource) const {
  operation::v1::AuditedCall call;
  *call.mutable_end_time() = ToTimestamp(NowMicros());
  call.set_method(std::string(permission_->method));
  if (context.caller != nullptr) call.set_caller(context.caller->subject);
  call.set_address(context.address);
  call.set_resource(std::move(resource));
  call.set_request_id(context.request_id);
  call.set_trace_id(context.trace_id);
  call.set_code(absl::StatusCodeToString(status.code()));
  if (!status.ok()) call.set_reason(ReasonOf(status));
  trail_->Record(call);
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
