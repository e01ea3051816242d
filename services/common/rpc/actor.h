// Who did what: the name that goes into histories.
#pragma once

#include "common/rpc/context.h"

#include "jixiao/intake/v1/action.pb.h"

#include <absl/status/status.h>

#include <string_view>

namespace jixiao::rpc {

// Puts the caller's identity in the place of what a request says of its actor; `field` is the actor's name in it. What
// the request leaves empty is filled in; another name or organization than the policy's, or a role that the caller does
// not have, is PERMISSION_DENIED (ACTOR_FORBIDDEN). Without a policy the request is believed.
absl::Status TakeActor(const CallContext& context, intake::v1::Actor& actor, std::string_view field);

// PERMISSION_DENIED (OUT_OF_SCOPE) for what the caller itself has sent or named; `what` says what lies outside. What
// only the server knows of is NOT_FOUND instead, so that nobody learns that it exists.
absl::Status OutOfScope(std::string_view what);
// PERMISSION_DENIED (SCOPE_LIMITED) for a question whose answer cannot be cut down to the caller's scope.
absl::Status ScopeLimited(std::string_view what);

}  // namespace jixiao::rpc
