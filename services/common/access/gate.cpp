#include "common/access/gate.h"

#include "common/errors.h"
#include "common/log.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

namespace jixiao::access {
namespace {

constexpr std::chrono::seconds kLookEvery{1};
constexpr std::size_t kMaxKnown = 4096;
constexpr std::size_t kMaxFile = 64 * 1024 * 1024;
constexpr std::string_view kBearer = "Bearer ";

std::int64_t NowSeconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

absl::StatusOr<std::string> ReadWhole(const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::is_regular_file(path, ignored)) {
    std::ifstream in(path, std::ios::binary);
    std::string text(std::istreambuf_iterator<char>(in), {});
    if (in && text.size() <= kMaxFile) return text;
  }
  return InvalidField("FILE_UNREADABLE", "--policy", Cat(path.string(), " cannot be read"));
}

// "ipv4:10.1.2.3:5678" without its port: one host has one bucket, however many connections it has.
std::string_view HostOf(std::string_view address) {
  return address.substr(0, address.rfind(':'));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Gate>> Gate::Open(const std::string& path) {
  std::unique_ptr<Gate> gate(new Gate(path));
  ASSIGN_OR_RETURN(std::shared_ptr<const Policy> policy, gate->Read(1));
  log::Info("policy in force", {{"file", path},
                                {"digest", policy->digest()},
                                {"callers", policy->callers()},
                                {"issuers", policy->issuers().size()}});
  gate->policy_.store(std::move(policy));
  gate->follower_ = std::thread([raw = gate.get()] { raw->Follow(); });
  return gate;
}

Gate::~Gate() {
  {
    const std::lock_guard lock(stop_mutex_);
    stopping_ = true;
  }
  stop_.notify_all();
  if (follower_.joinable()) follower_.join();
}

absl::StatusOr<std::shared_ptr<const Policy>> Gate::Read(std::uint64_t number) const {
  ASSIGN_OR_RETURN(const std::string text, ReadWhole(path_));
  const std::filesystem::path folder = std::filesystem::path(path_).parent_path();
  return Policy::Parse(
      text, [&](const std::string& name) { return ReadWhole(folder / name); }, number);
}

std::string Gate::DigestNow(const Policy& policy) const {
  const absl::StatusOr<std::string> text = ReadWhole(path_);
  if (!text.ok()) return "";
  std::vector<std::string> files = {*text};
  for (const std::string& name : policy.files()) {
    absl::StatusOr<std::string> file = ReadWhole(std::filesystem::path(path_).parent_path() / name);
    if (!file.ok()) return "";
    files.push_back(*std::move(file));
  }
  return Policy::DigestOf(files);
}

void Gate::Follow() {
  std::string last_fault;
  std::unique_lock lock(stop_mutex_);
  while (!stop_.wait_for(lock, kLookEvery, [this] { return stopping_; })) {
    const std::shared_ptr<const Policy> before = policy_.load();
    // Their contents tell, whatever a mount or an editor does to the files' times.
    if (DigestNow(*before) == before->digest()) {
      last_fault.clear();
      continue;
    }
    absl::StatusOr<std::shared_ptr<const Policy>> now = Read(before->number() + 1);
    if (!now.ok()) {
      if (std::string fault(now.status().message()); fault != last_fault) {
        log::Error("the policy cannot be taken; the one before stays in force", {{"file", path_}, {"error", fault}});
        last_fault = std::move(fault);
      }
      continue;
    }
    last_fault.clear();
    log::Info("policy in force", {{"file", path_},
                                  {"digest", (*now)->digest()},
                                  {"callers", (*now)->callers()},
                                  {"issuers", (*now)->issuers().size()}});
    policy_.store(*std::move(now));
  }
}

absl::StatusOr<std::shared_ptr<const Caller>> Gate::Identify(const Peer& peer) {
  const std::shared_ptr<const Policy> policy = policy_.load();
  absl::Status refusal =
      Error(absl::StatusCode::kUnauthenticated, "CREDENTIALS_MISSING",
            "this server wants to know who calls: by a client certificate, or by a bearer token in `authorization`");
  if (peer.authorizations.size() > 1) {
    refusal = Error(absl::StatusCode::kUnauthenticated, "TOKEN_INVALID", "more than one `authorization`");
  } else if (peer.authorizations.size() == 1) {
    absl::StatusOr<std::shared_ptr<const Caller>> caller = ByToken(*policy, peer.authorizations.front());
    if (caller.ok()) return caller;
    refusal = caller.status();
  } else if (!peer.subjects.empty()) {
    for (const std::string& subject : peer.subjects)
      if (std::shared_ptr<const Caller> caller = policy->Find(subject); caller != nullptr) return caller;
    refusal = Error(absl::StatusCode::kUnauthenticated, "CALLER_UNKNOWN",
                    Cat("the policy does not name ", TruncateUtf8(peer.subjects.front(), 200)));
  }
  // Guessing is slowed down.
  RETURN_IF_ERROR(quotas_.Take(HostOf(peer.address), policy->quota(), std::chrono::steady_clock::now()));
  return refusal;
}

absl::StatusOr<std::shared_ptr<const Caller>> Gate::ByToken(const Policy& policy, std::string_view authorization) {
  if (!authorization.starts_with(kBearer))
    return Error(absl::StatusCode::kUnauthenticated, "TOKEN_INVALID", "`authorization` is no bearer token");
  const std::string_view token = authorization.substr(kBearer.size());
  const std::int64_t now = NowSeconds();
  {
    const std::lock_guard lock(mutex_);
    if (known_.policy != policy.number()) known_ = {policy.number(), {}};
    const auto found = known_.callers.find(token);
    if (found != known_.callers.end() && now < found->second->expires) return found->second;
  }
  ASSIGN_OR_RETURN(const TokenClaims claims, CheckToken(token, policy.issuers(), now));
  ASSIGN_OR_RETURN(std::shared_ptr<const Caller> caller, policy.CallerOf(claims));
  const std::lock_guard lock(mutex_);
  if (known_.policy == policy.number()) {
    if (known_.callers.size() >= kMaxKnown) known_.callers.clear();
    known_.callers.insert_or_assign(std::string(token), caller);
  }
  return caller;
}

absl::Status Gate::Admit(const Caller& caller, const Permission* permission) {
  if (permission == nullptr)
    return Error(absl::StatusCode::kPermissionDenied, "ROLE_REQUIRED", "nobody may call this method");
  if (permission->roles != 0 && (permission->roles & caller.roles) == 0) {
    std::string roles;
    for (int i = 0; i < kRoleCount; ++i)
      if (const auto role = static_cast<Role>(i); (permission->roles & BitOf(role)) != 0)
        Append(roles, roles.empty() ? "" : ", ", NameOf(role));
    return Error(absl::StatusCode::kPermissionDenied, "ROLE_REQUIRED",
                 Cat(permission->method, " is for the roles ", roles), {{"roles", roles}});
  }
  if (permission->reach == Reach::kWhole && !caller.scope.IsUnlimited())
    return Error(absl::StatusCode::kPermissionDenied, "SCOPE_LIMITED",
                 Cat(permission->method, " concerns everything; your scope is limited"));
  const Quota& quota = caller.quota.per_second != 0 ? caller.quota : policy_.load()->quota();
  return quotas_.Take(caller.subject, quota, std::chrono::steady_clock::now());
}

absl::Status Gate::StillHolds(const Caller& caller) const {
  if (caller.policy != policy_.load()->number())
    return TryAgain(absl::StatusCode::kUnavailable, "POLICY_CHANGED", "who may do what has changed: call again",
                    std::chrono::milliseconds(100));
  if (caller.expires != 0 && NowSeconds() >= caller.expires)
    return Error(absl::StatusCode::kUnauthenticated, "TOKEN_EXPIRED", "the bearer token has expired");
  return absl::OkStatus();
}

}  // namespace jixiao::access
