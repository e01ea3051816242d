// One method as its shell sees it: who may call it, how many calls ended how, and how long they took.
#pragma once

#include "common/access/permission.h"
#include "common/metrics.h"
#include "common/rpc/context.h"
#include "common/rpc/server_state.h"

#include <absl/status/status.h>

#include <array>
#include <chrono>
#include <string>
#include <string_view>

namespace jixiao::rpc {

// Made once with its service, so that a call looks nothing up and allocates nothing. Thread-safe.
class Method {
 public:
  // `name` must outlive the method: a literal.
  Method(const ServerState& state, std::string_view name);

  std::string_view name() const { return name_; }
  // Null for what is no method of a service, like an item of a stream.
  const access::Permission* permission() const { return permission_; }

  // Whether a call that ends so is taken down in the audit log: it touched what belongs to units, the archive or the
  // rules, or it was refused to somebody. What one of the three services did for another is not: it stands in the
  // record. Nor is a call that was told to come again, for its quota or because the server is full.
  bool Audits(const CallContext& context, const absl::Status& status) const;
  // Takes it down. `resource`: what it was about, empty when that is not known.
  void Audit(const CallContext& context, const absl::Status& status, std::string resource) const;

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
  const access::Permission* const permission_;
  audit::Trail* const trail_;
  std::array<Counter*, kCodes> requests_{};  // by status code
  Histogram& durations_;
};

// Lets a call in, or says why not: who calls is unknown or may not, calls too often, or the server is too full for a
// request of `bytes`. After OK the call is counted, and leaves by ServerState::Leave with the same bytes. Every call of
// every kind comes through here before anything else is done for it.
absl::Status Admit(const Method& method, const CallContext& context, ServerState& state, std::size_t bytes = 0);

// Whether a call that has been let in may go on: a stream asks before it takes or gives out more.
absl::Status StillAdmitted(const CallContext& context, const ServerState& state);

// Overload, said at once.
absl::Status ServerFull();

}  // namespace jixiao::rpc
