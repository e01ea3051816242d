#include "common/access/policy.h"

#include "common/digest.h"
#include "common/errors.h"
#include "common/policy_file.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace jixiao::access {
namespace {

constexpr std::size_t kMaxName = 100;    // characters, as for the actors of intake
constexpr std::size_t kMaxListed = 300;  // characters of a unit's name: shorter than what the archive's index keeps
constexpr std::size_t kMaxText = 1000;
constexpr std::size_t kMaxEntries = 100'000;
constexpr int kMaxQuota = 1'000'000;

constexpr char kReason[] = "ACCESS_POLICY_INVALID";

absl::Status Invalid(const YAML::Node& node, std::string_view what) {
  return policy_file::Fault(kReason, node, what);
}

absl::StatusOr<std::string> ReadText(const YAML::Node& node, std::size_t most = kMaxText) {
  if (!node.IsScalar() || node.Scalar().empty() || Utf8Length(node.Scalar()) > most || !IsUtf8(node.Scalar()))
    return Invalid(node, Cat("must be a text of 1 to ", most, " characters"));
  return node.Scalar();
}

absl::StatusOr<std::vector<std::string>> ReadTexts(const YAML::Node& node) {
  if (!node.IsSequence() || node.size() == 0 || node.size() > kMaxEntries)
    return Invalid(node, "must be a list that is not empty");
  std::vector<std::string> texts;
  for (const YAML::Node& item : node) {
    ASSIGN_OR_RETURN(std::string text, ReadText(item, kMaxListed));
    texts.push_back(std::move(text));
  }
  return texts;
}

absl::StatusOr<bool> ReadBool(const YAML::Node& node) {
  if (node.IsScalar() && node.Scalar() == "true") return true;
  if (node.IsScalar() && node.Scalar() == "false") return false;
  return Invalid(node, "must be true or false");
}

absl::StatusOr<int> ReadNumber(const YAML::Node& node) {
  int number = 0;
  const std::string text = node.IsScalar() ? node.Scalar() : std::string();
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 1 || number > kMaxQuota)
    return Invalid(node, Cat("must be a number from 1 to ", kMaxQuota));
  return number;
}

absl::Status Unknown(const YAML::Node& node, std::string_view key) {
  return Invalid(node, Cat("there is no ", TruncateUtf8(key, 100), " here"));
}

bool IsRegion(std::string_view text) {
  return !text.empty() && text.size() <= 12 && text.find_first_not_of("0123456789") == text.npos;
}

}  // namespace

// Reads one policy, or what a token grants, which is written in the same words.
class PolicyReader {
 public:
  PolicyReader(Policy& policy, Policy::ReadFile read_file) : policy_(policy), read_file_(read_file) {}

  absl::Status Read(const std::string& text) {
    contents_ = {text};
    const YAML::Node root = YAML::Load(text);
    bool versioned = false;
    RETURN_IF_ERROR(
        policy_file::ForEachEntry(kReason, root, [&](const std::string& key, const YAML::Node& value) -> absl::Status {
          if (key == "version") {
            versioned = value.IsScalar() && value.Scalar() == "1";
            return versioned ? absl::OkStatus() : Invalid(value, "must be 1");
          }
          if (key == "reflection") {
            ASSIGN_OR_RETURN(policy_.reflection_, ReadBool(value));
            return absl::OkStatus();
          }
          if (key == "quota") return ReadQuota(value, policy_.quota_);
          if (key == "tokens") return ReadEach(value, &PolicyReader::ReadIssuer);
          if (key == "callers") return ReadEach(value, &PolicyReader::ReadCaller);
          return Unknown(value, key);
        }));
    if (!versioned) return Invalid(root, "version is required");
    if (policy_.callers_.empty() && policy_.issuers_.empty()) return Invalid(root, "callers or tokens are required");
    policy_.digest_ = Policy::DigestOf(contents_);
    return absl::OkStatus();
  }

  // What a caller may: `also` is asked for the keys that are not of this kind.
  template <class Also>
  absl::Status ReadGrant(const YAML::Node& node, Caller& caller, Also&& also) {
    bool everywhere = false;
    RETURN_IF_ERROR(
        policy_file::ForEachEntry(kReason, node, [&](const std::string& key, const YAML::Node& value) -> absl::Status {
          if (key == "roles") {
            ASSIGN_OR_RETURN(const std::vector<std::string> names, ReadTexts(value));
            for (const std::string& name : names) {
              const std::optional<Role> role = RoleNamed(name);
              if (!role) return Invalid(value, Cat("there is no role ", TruncateUtf8(name, 100)));
              caller.roles |= BitOf(*role);
            }
            return absl::OkStatus();
          }
          if (key == "regions") {
            if ((everywhere = value.IsScalar() && value.Scalar() == "all")) return absl::OkStatus();
            ASSIGN_OR_RETURN(caller.scope.regions, ReadTexts(value));
            return std::ranges::all_of(caller.scope.regions, IsRegion)
                       ? absl::OkStatus()
                       : Invalid(value, "a region is the beginning of a division code: 1 to 12 digits; or `all`");
          }
          if (key == "departments") return ReadNames(value, caller.scope.departments);
          if (key == "units") return ReadNames(value, caller.scope.units);
          return also(key, value);
        }));
    return CheckGrant(node, caller, everywhere);
  }

 private:
  static absl::Status ReadNames(const YAML::Node& node, std::vector<std::string>& out) {
    ASSIGN_OR_RETURN(out, ReadTexts(node));
    return absl::OkStatus();
  }

  // Nobody sees everything because a line was forgotten.
  static absl::Status CheckGrant(const YAML::Node& node, const Caller& caller, bool everywhere) {
    const Scope& scope = caller.scope;
    if (caller.roles == 0) return Invalid(node, "roles are required");
    if (caller.Is(Role::kUnit) && scope.units.empty()) return Invalid(node, "the role unit needs units");
    if (caller.Is(Role::kDepartment) && scope.departments.empty())
      return Invalid(node, "the role department needs departments");
    const bool regional = caller.Is(Role::kFinance) || caller.Is(Role::kPlatform) || caller.Is(Role::kAudit);
    if (regional && scope.IsUnlimited() && !everywhere)
      return Invalid(node, "needs regions (`all` for all of them), departments or units");
    if ((caller.Is(Role::kService) || caller.Is(Role::kRules)) && !scope.IsUnlimited())
      return Invalid(node, "the roles service and rules have no scope; name such a caller apart");
    return absl::OkStatus();
  }

  static absl::Status ReadQuota(const YAML::Node& node, Quota& quota) {
    RETURN_IF_ERROR(
        policy_file::ForEachEntry(kReason, node, [&](const std::string& key, const YAML::Node& value) -> absl::Status {
          int* const number = key == "per_second" ? &quota.per_second : key == "burst" ? &quota.burst : nullptr;
          if (number == nullptr) return Unknown(value, key);
          ASSIGN_OR_RETURN(*number, ReadNumber(value));
          return absl::OkStatus();
        }));
    if (quota.per_second == 0) return Invalid(node, "per_second is required");
    quota.burst = std::max(quota.burst, 1);
    return absl::OkStatus();
  }

  absl::Status ReadEach(const YAML::Node& node, absl::Status (PolicyReader::*read)(const YAML::Node&)) {
    if (!node.IsSequence() || node.size() > kMaxEntries) return Invalid(node, "must be a list");
    for (const YAML::Node& item : node) RETURN_IF_ERROR((this->*read)(item));
    return absl::OkStatus();
  }

  absl::Status ReadIssuer(const YAML::Node& node) {
    TokenIssuer issuer;
    std::string keys;
    RETURN_IF_ERROR(
        policy_file::ForEachEntry(kReason, node, [&](const std::string& key, const YAML::Node& value) -> absl::Status {
          if (key == "grants") {
            ASSIGN_OR_RETURN(issuer.grants, ReadBool(value));
            return absl::OkStatus();
          }
          std::string* const text = key == "issuer"     ? &issuer.issuer
                                    : key == "audience" ? &issuer.audience
                                    : key == "keys"     ? &keys
                                                        : nullptr;
          if (text == nullptr) return Unknown(value, key);
          ASSIGN_OR_RETURN(*text, ReadText(value));
          return absl::OkStatus();
        }));
    if (issuer.issuer.empty() || issuer.audience.empty() || keys.empty())
      return Invalid(node, "issuer, audience and keys are required");
    ASSIGN_OR_RETURN(const std::string jwks, read_file_(keys));
    absl::StatusOr<TokenKeys> read = TokenKeys::Parse(jwks);
    if (!read.ok()) return Invalid(node, Cat(keys, ": ", std::string(read.status().message())));
    issuer.keys = *std::move(read);
    policy_.files_.push_back(keys);
    contents_.push_back(jwks);
    policy_.issuers_.push_back(std::move(issuer));
    return absl::OkStatus();
  }

  absl::Status ReadCaller(const YAML::Node& node) {
    Caller caller;
    caller.policy = policy_.number_;
    RETURN_IF_ERROR(ReadGrant(node, caller, [&](const std::string& key, const YAML::Node& value) -> absl::Status {
      if (key == "quota") return ReadQuota(value, caller.quota);
      std::string* const text = key == "subject"        ? &caller.subject
                                : key == "name"         ? &caller.name
                                : key == "organization" ? &caller.organization
                                                        : nullptr;
      if (text == nullptr) return Unknown(value, key);
      ASSIGN_OR_RETURN(*text, ReadText(value, key == "name" ? kMaxName : key == "organization" ? 200 : kMaxText));
      return absl::OkStatus();
    }));
    constexpr std::string_view kKinds[] = {"spiffe://", "uri:", "dns:", "cn:", "token:"};
    if (std::ranges::none_of(kKinds, [&](std::string_view kind) { return caller.subject.starts_with(kind); }))
      return Invalid(node, "subject is required: spiffe://…, uri:…, dns:…, cn:… or token:ISSUER#SUB");
    if (caller.name.empty()) caller.name = TruncateUtf8(caller.subject, kMaxName);
    std::string subject = caller.subject;
    if (!policy_.callers_.emplace(std::move(subject), std::make_shared<const Caller>(std::move(caller))).second)
      return Invalid(node, "the subject is there twice");
    return absl::OkStatus();
  }

  Policy& policy_;
  Policy::ReadFile read_file_;
  std::vector<std::string> contents_;  // of the policy and of the files that it names
};

absl::StatusOr<std::shared_ptr<const Policy>> Policy::Parse(const std::string& text, ReadFile read_file,
                                                            std::uint64_t number) {
  auto policy = std::make_shared<Policy>();
  policy->number_ = number;
  try {
    RETURN_IF_ERROR(PolicyReader(*policy, read_file).Read(text));
  } catch (const YAML::Exception& error) {
    return InvalidField("ACCESS_POLICY_INVALID", Cat("line ", error.mark.line + 1), error.msg);
  }
  return policy;
}

std::string Policy::DigestOf(const std::vector<std::string>& contents) {
  std::string digests;
  for (const std::string& content : contents) Append(digests, jixiao::DigestOf(content), "\n");
  return jixiao::DigestOf(digests);
}

std::shared_ptr<const Caller> Policy::Find(std::string_view subject) const {
  const auto found = callers_.find(subject);
  return found == callers_.end() ? nullptr : found->second;
}

absl::StatusOr<std::shared_ptr<const Caller>> Policy::CallerOf(const TokenClaims& claims) const {
  Caller caller;
  if (const auto named = Find(claims.subject); named != nullptr) {
    caller = *named;
  } else if (!claims.grant.is_null()) {
    caller.subject = claims.subject;
    caller.name = TruncateUtf8(claims.subject, kMaxName);
    caller.policy = number_;
    const auto no_more = [&](const std::string& key, const YAML::Node& value) -> absl::Status {
      std::string* const text = key == "name" ? &caller.name : key == "organization" ? &caller.organization : nullptr;
      if (text == nullptr) return Unknown(value, key);
      ASSIGN_OR_RETURN(*text, ReadText(value, kMaxName));
      return absl::OkStatus();
    };
    try {
      // JSON is YAML.
      Policy none;
      const absl::Status status = PolicyReader(none, [](const std::string&) -> absl::StatusOr<std::string> {
                                    return "";
                                  }).ReadGrant(YAML::Load(claims.grant.dump()), caller, no_more);
      // No service is made by a token: the three know each other by the policy.
      if (!status.ok() || caller.Is(Role::kService))
        return Error(absl::StatusCode::kPermissionDenied, "GRANT_INVALID",
                     Cat("the claim `jixiao` of the bearer token is no grant",
                         status.ok() ? ": nobody becomes a service by it" : ""));
    } catch (const YAML::Exception&) {
      return Error(absl::StatusCode::kPermissionDenied, "GRANT_INVALID",
                   "the claim `jixiao` of the bearer token is no grant");
    }
  } else {
    return Error(absl::StatusCode::kUnauthenticated, "CALLER_UNKNOWN",
                 "the policy does not name the subject of this bearer token");
  }
  caller.expires = claims.expires;
  return std::make_shared<const Caller>(std::move(caller));
}

}  // namespace jixiao::access
