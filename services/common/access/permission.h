// Who may call which method: one table for all three services, the only place where that is said.
#pragma once

#include <absl/status/status.h>
#include <google/protobuf/descriptor.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace jixiao::access {

// What a caller is. A caller may be several.
enum class Role : std::uint8_t {
  kUnit,        // 填报: hands in and answers for the forms of its units
  kDepartment,  // 主管: reviews those of its departments
  kFinance,     // 财政: runs campaigns, reviews and disposals in its regions
  kPlatform,    // 平台: hands in for the units of its regions, and follows them
  kAudit,       // 审计: reads in its regions, draws samples, records reviews
  kRules,       // 规则管理: publishes rule sets
  kService,     // one of the three services
};
inline constexpr int kRoleCount = 7;

// The name of a role in a policy: unit, department, finance, platform, audit, rules, service.
std::string_view NameOf(Role role);
std::optional<Role> RoleNamed(std::string_view name);

using Roles = unsigned;  // a bit for each
constexpr Roles BitOf(Role role) {
  return 1u << static_cast<unsigned>(role);
}

// What a method may touch.
enum class Reach : std::uint8_t {
  kPublic,  // nothing that belongs to a unit
  kScoped,  // forms and what hangs on them: its handler answers only for those in the caller's scope
  kWhole,   // the archive or the rules as a whole: only for callers whose scope is unlimited
};

struct Permission {
  std::string_view method;  // package.Service/Method
  Roles roles = 0;          // any of them will do; 0: anyone, without an identity
  Reach reach = Reach::kPublic;
};

// All methods of all services, health and reflection too.
std::span<const Permission> Permissions();

// The permission of a method by its bare name, which no two methods share; null when it has none.
const Permission* PermissionOf(std::string_view name);

// FAILED_PRECONDITION (METHOD_UNDECLARED) that names the methods of `service` that have no permission. Checked for
// every service at start: what nobody thought about is not served.
absl::Status CheckDeclared(const google::protobuf::ServiceDescriptor& service);

}  // namespace jixiao::access
