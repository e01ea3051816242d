#include "intake/api/caller.h"

#include <algorithm>
#include <string_view>

namespace jixiao::intake {
namespace {

constexpr std::size_t kMaxCaller = 64;

bool IsCaller(std::string_view name) {
  return !name.empty() && name.size() <= kMaxCaller &&
         std::all_of(name.begin(), name.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

}  // namespace

std::string CallerOf(const grpc::CallbackServerContext& context, const rpc::CallContext& call) {
  if (call.caller != nullptr) return call.caller->subject;
  const auto found = context.client_metadata().find(kCallerKey);
  if (found != context.client_metadata().end()) {
    const std::string_view name(found->second.data(), found->second.size());
    if (IsCaller(name)) return std::string(name);
  }
  // "ipv4:10.1.2.3:5678": one host is one caller, however many connections it has.
  std::string peer = context.peer();
  if (const std::size_t port = peer.rfind(':'); port != std::string::npos) peer.resize(port);
  return peer;
}

}  // namespace jixiao::intake
