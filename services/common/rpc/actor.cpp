#include "common/rpc/actor.h"

#include "common/errors.h"
#include "common/text.h"

#include <algorithm>
#include <array>
#include <utility>

namespace jixiao::rpc {
namespace {

using access::Role;
using intake::v1::ActorRole;

// As what each role acts; experts come from the auditors.
constexpr std::array<std::pair<ActorRole, Role>, 5> kActs = {{{intake::v1::ACTOR_ROLE_UNIT, Role::kUnit},
                                                              {intake::v1::ACTOR_ROLE_DEPARTMENT, Role::kDepartment},
                                                              {intake::v1::ACTOR_ROLE_FINANCE, Role::kFinance},
                                                              {intake::v1::ACTOR_ROLE_AUDIT, Role::kAudit},
                                                              {intake::v1::ACTOR_ROLE_EXPERT, Role::kAudit}}};

absl::Status Forbidden(std::string_view field, std::string_view what) {
  return Error(absl::StatusCode::kPermissionDenied, "ACTOR_FORBIDDEN", Cat(field, what),
               {{"field", std::string(field)}});
}

// `said` becomes what is known; false when it says something else.
bool Take(std::string& said, const std::string& known) {
  if (!said.empty() && said != known) return false;
  said = known;
  return true;
}

}  // namespace

absl::Status TakeActor(const CallContext& context, intake::v1::Actor& actor, std::string_view field) {
  if (context.caller == nullptr) return absl::OkStatus();
  const access::Caller& caller = *context.caller;
  if (!Take(*actor.mutable_name(), caller.name))
    return Forbidden(field, Cat(".name: you are ", caller.name, "; leave it empty or say so"));
  if (!Take(*actor.mutable_organization(), caller.organization))
    return Forbidden(field, ".organization: is another one than the policy has for you; leave it empty");
  const auto acts = [&](const auto& pair) { return caller.Is(pair.second); };
  if (actor.role() == intake::v1::ACTOR_ROLE_UNSPECIFIED) {
    if (const auto* const first = std::ranges::find_if(kActs, acts); first != kActs.end()) actor.set_role(first->first);
    return absl::OkStatus();
  }
  const bool may =
      std::ranges::any_of(kActs, [&](const auto& pair) { return pair.first == actor.role() && acts(pair); });
  return may ? absl::OkStatus() : Forbidden(field, ".role: is not a role that the policy gives you");
}

absl::Status OutOfScope(std::string_view what) {
  return Error(absl::StatusCode::kPermissionDenied, "OUT_OF_SCOPE", Cat(what, " is outside your scope"));
}

absl::Status ScopeLimited(std::string_view what) {
  return Error(absl::StatusCode::kPermissionDenied, "SCOPE_LIMITED", what);
}

}  // namespace jixiao::rpc
