#include "common/access/quota.h"

#include "common/errors.h"

#include <algorithm>

namespace jixiao::access {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

}  // namespace

absl::Status Quotas::Take(std::string_view caller, const Quota& quota, std::chrono::steady_clock::time_point now) {
  if (quota.per_second == 0) return absl::OkStatus();
  const std::int64_t at = std::chrono::nanoseconds(now.time_since_epoch()).count();
  const std::int64_t one = kSecond / quota.per_second;
  const std::lock_guard lock(mutex_);
  Full& full = BucketOf(caller, at);
  const std::int64_t next = std::max(full, at) + one;
  if (const std::int64_t early = next - at - one * quota.burst; early > 0)
    return TryAgain(absl::StatusCode::kResourceExhausted, "QUOTA_EXCEEDED", "you call more often than you may",
                    std::chrono::milliseconds(early / 1'000'000 + 1));
  full = next;
  return absl::OkStatus();
}

Quotas::Full& Quotas::BucketOf(std::string_view caller, std::int64_t now) {
  if (const auto found = buckets_.find(caller); found != buckets_.end()) return found->second;
  if (buckets_.size() >= kMost && now - swept_ >= kSecond) {
    swept_ = now;
    std::erase_if(buckets_, [now](const auto& bucket) { return bucket.second <= now; });
  }
  if (buckets_.size() >= kMost) return shared_;
  return buckets_.emplace(caller, 0).first->second;
}

std::size_t Quotas::size() const {
  const std::lock_guard lock(mutex_);
  return buckets_.size();
}

}  // namespace jixiao::access
