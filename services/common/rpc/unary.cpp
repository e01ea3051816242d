#include "common/rpc/unary.h"

namespace jixiao::rpc {

void EndOfCall(const Method& method, const CallContext& context, const absl::Status& status,
               std::chrono::steady_clock::time_point start) {
  const auto took = std::chrono::steady_clock::now() - start;
  method.Count(status.code(), took);
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
  const std::string_view caller = context.caller != nullptr ? std::string_view(context.caller->subject) : "";
  const std::string code = absl::StatusCodeToString(status.code());
  if (status.ok()) {
    log::Info("call", {{"method", method.name()},
                       {"request_id", context.request_id},
                       {"trace_id", context.trace_id},
                       {"span_id", context.span_id},
                       {"caller", caller},
                       {"code", code},
                       {"micros", static_cast<std::int64_t>(micros)}});
    return;
  }
  const bool ours = status.code() == absl::StatusCode::kInternal || status.code() == absl::StatusCode::kUnknown ||
                    status.code() == absl::StatusCode::kDataLoss;
  log::Write(ours ? log::Level::kError : log::Level::kInfo, "call",
             {{"method", method.name()},
              {"request_id", context.request_id},
              {"trace_id", context.trace_id},
              {"span_id", context.span_id},
              {"caller", caller},
              {"code", code},
              {"reason", ReasonOf(status)},
              {"error", std::string(status.message())},
              {"micros", static_cast<std::int64_t>(micros)}});
}

}  // namespace jixiao::rpc
