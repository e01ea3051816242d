// The gate that every call passes where a policy is in force: who is it, may it do this, and not too often.
#pragma once

#include "common/access/permission.h"
#include "common/access/policy.h"
#include "common/access/quota.h"

#include <absl/status/statusor.h>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace jixiao::access {

// What is known of the other side of a call.
struct Peer {
  std::vector<std::string> subjects;             // what its certificate says, the most telling first; empty without one
  std::vector<std::string_view> authorizations;  // the metadata `authorization`
  std::string_view address;                      // "ipv4:10.1.2.3:5678"
};

// Thread-safe.
class Gate {
 public:
  // Reads the policy, logs its digest, and follows the file: a new content is in force within two seconds; one with a
  // fault is logged, and the old one stays. Files that it names are relative to its folder. Errors: those of Policy.
  static absl::StatusOr<std::unique_ptr<Gate>> Open(const std::string& path);
  ~Gate();

  // Who calls. A bearer token decides where there is one, else the certificate. UNAUTHENTICATED (CREDENTIALS_MISSING,
  // CALLER_UNKNOWN, TOKEN_…), RESOURCE_EXHAUSTED for an address that tries too often, PERMISSION_DENIED
  // (GRANT_INVALID).
  absl::StatusOr<std::shared_ptr<const Caller>> Identify(const Peer& peer);
  // Whether it may call a method (null: one that nobody has declared), and now. PERMISSION_DENIED (ROLE_REQUIRED,
  // SCOPE_LIMITED), RESOURCE_EXHAUSTED (QUOTA_EXCEEDED).
  absl::Status Admit(const Caller& caller, const Permission* permission);
  // Whether what was said of a caller still holds: a stream asks before it gives out more. UNAVAILABLE
  // (POLICY_CHANGED) when there is another policy, UNAUTHENTICATED (TOKEN_EXPIRED).
  absl::Status StillHolds(const Caller& caller) const;

  std::shared_ptr<const Policy> policy() const { return policy_.load(); }

 private:
  explicit Gate(std::string path) : path_(std::move(path)) {}

  // What was verified is not verified again until it expires or the policy changes.
  struct KnownTokens {
    std::uint64_t policy = 0;
    TextMap<std::shared_ptr<const Caller>> callers;
  };

  absl::StatusOr<std::shared_ptr<const Policy>> Read(std::uint64_t number) const;
  absl::StatusOr<std::shared_ptr<const Caller>> ByToken(const Policy& policy, std::string_view authorization);
  // What the digest of `policy` would be now, by the files as they are; empty when one cannot be read.
  std::string DigestNow(const Policy& policy) const;
  void Follow();

  const std::string path_;
  std::atomic<std::shared_ptr<const Policy>> policy_;
  Quotas quotas_;
  std::mutex mutex_;  // guards known_
  KnownTokens known_;
  std::mutex stop_mutex_;
  std::condition_variable stop_;
  bool stopping_ = false;
  std::thread follower_;
};

}  // namespace jixiao::access
