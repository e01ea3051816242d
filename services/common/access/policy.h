// Who may do what, and whose forms they see: a YAML file that a bureau keeps. Its format, with an example, is in
// deploy/SECURITY.md.
#pragma once

#include "common/access/permission.h"
#include "common/access/token.h"
#include "common/scope.h"
#include "common/text.h"

#include <absl/functional/function_ref.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::access {

// Calls that are let through: `burst` at once, and from then on `per_second`. 0: as many as come.
struct Quota {
  int per_second = 0;
  int burst = 0;
};

// Who calls, as far as it is known and not only claimed.
struct Caller {
  std::string subject;       // spiffe://…, uri:…, dns:…, cn:… or token:ISSUER#SUB
  std::string name;          // what stands in histories; the subject where the policy gives no other
  std::string organization;  // may be empty
  Roles roles = 0;
  Scope scope;
  Quota quota;
  std::int64_t expires = 0;  // seconds since 1970; 0: never
  std::uint64_t policy = 0;  // the number of the policy that says so

  bool Is(Role role) const { return (roles & BitOf(role)) != 0; }
};

// Immutable and thread-safe.
class Policy {
 public:
  using ReadFile = absl::FunctionRef<absl::StatusOr<std::string>(const std::string& path)>;

  // INVALID_ARGUMENT (ACCESS_POLICY_INVALID) that names the line; errors of `read_file`, asked for the token keys.
  static absl::StatusOr<std::shared_ptr<const Policy>> Parse(const std::string& text, ReadFile read_file,
                                                             std::uint64_t number);

  // The caller of this subject; null when the policy does not name it.
  std::shared_ptr<const Caller> Find(std::string_view subject) const;
  // The caller that a valid token makes: the named one until the token expires, or what its claims grant.
  absl::StatusOr<std::shared_ptr<const Caller>> CallerOf(const TokenClaims& claims) const;

  const std::vector<TokenIssuer>& issuers() const { return issuers_; }
  const Quota& quota() const { return quota_; }  // of those who have none of their own, and of addresses
  bool reflection() const { return reflection_; }
  std::size_t callers() const { return callers_.size(); }
  // The files that it names.
  const std::vector<std::string>& files() const { return files_; }
  // Of the policy's text and of the files that it names, in their order.
  static std::string DigestOf(const std::vector<std::string>& contents);
  const std::string& digest() const { return digest_; }
  std::uint64_t number() const { return number_; }

 private:
  friend class PolicyReader;

  std::vector<TokenIssuer> issuers_;
  Quota quota_;
  bool reflection_ = false;
  TextMap<std::shared_ptr<const Caller>> callers_;
  std::vector<std::string> files_;
  std::string digest_;
  std::uint64_t number_ = 0;
};

}  // namespace jixiao::access
