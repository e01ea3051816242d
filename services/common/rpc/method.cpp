#include "common/rpc/method.h"

#include <string>

namespace jixiao::rpc {

Method::Method(const ServerState& state, std::string_view name)
    : name_(name),
      durations_(state.metrics().AddDurations("jixiao_rpc_duration_seconds", "Calls by method: how long they took",
                                              {{"method", std::string(name)}})) {
  for (std::size_t code = 0; code < kCodes; ++code)
    requests_[code] = &state.metrics().AddCounter(
        "jixiao_rpc_requests_total", "Calls that ended, by method and code",
        {{"method", std::string(name)}, {"code", absl::StatusCodeToString(static_cast<absl::StatusCode>(code))}});
}

}  // namespace jixiao::rpc
