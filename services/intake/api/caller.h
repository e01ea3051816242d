// Who calls, as far as fairness needs to know.
#pragma once

#include "common/rpc/context.h"

#include <grpcpp/server_context.h>

#include <string>

namespace jixiao::intake {

// Metadata key by which a caller names itself: the code of a unit or a platform.
inline constexpr char kCallerKey[] = "x-caller";

// The caller's identity where there is one; else its own name (at most 64 printable characters), or the host it calls
// from. These are believed, not checked: they decide about turns, never about rights.
std::string CallerOf(const grpc::CallbackServerContext& context, const rpc::CallContext& call);

}  // namespace jixiao::intake
