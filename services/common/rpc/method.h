// One method as its metrics see it: how many calls ended how, and how long they took.
#pragma once

#include "common/metrics.h"
#include "common/rpc/server_state.h"

#include <absl/status/status.h>

#include <array>
#include <chrono>
#include <string_view>

namespace jixiao::rpc {

// Made once with its service, so that a call looks nothing up and allocates nothing. Thread-safe.
class Method {
 public:
  // `name` must outlive the method: a literal.
  Method(const ServerState& state, std::string_view name);

  std::string_view name() const { return name_; }

  // Counts a call that ended.
  void Count(absl::StatusCode code, std::chrono::steady_clock::duration took) const {
    const auto index = static_cast<std::size_t>(code);
    requests_[index < requests_.size() ? index : kUnknown]->Increment();
    durations_.Observe(std::chrono::duration<double>(took).count());
  }

 private:
  static constexpr std::size_t kCodes = 17;
  static constexpr auto kUnknown = static_cast<std::size_t>(absl::StatusCode::kUnknown);

  const std::string_view name_;
  std::array<Counter*, kCodes> requests_{};  // by status code
  Histogram& durations_;
};

}  // namespace jixiao::rpc
