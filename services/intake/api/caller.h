// Who calls, as far as fairness needs to know.
#pragma once

#include <grpcpp/server_context.h>

#include <string>

namespace jixiao::intake {

// Metadata key by which a caller names itself: the code of a unit or a platform.
inline constexpr char kCallerKey[] = "x-caller";

// The caller's own name (at most 64 printable characters), or else the host it calls from. It is believed, not checked:
// it decides about turns, never about rights.
std::string CallerOf(const grpc::CallbackServerContext& context);

}  // namespace jixiao::intake
