// How often each caller may call.
#pragma once

#include "common/access/policy.h"
#include "common/text.h"

#include <absl/status/status.h>

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string_view>

namespace jixiao::access {

// One token bucket for each caller, in bounded memory: whoever has been quiet is forgotten, and when all places are
// taken the rest share one bucket. Thread-safe.
class Quotas {
 public:
  static constexpr std::size_t kMost = 16'384;

  // Takes one call of `caller` out of its bucket. RESOURCE_EXHAUSTED (QUOTA_EXCEEDED) with the time to wait.
  absl::Status Take(std::string_view caller, const Quota& quota, std::chrono::steady_clock::time_point now);

  std::size_t size() const;

 private:
  // The time at which a bucket is full again, in nanoseconds: all there is to know of it.
  using Full = std::int64_t;
  Full& BucketOf(std::string_view caller, std::int64_t now);  // needs mutex_

  mutable std::mutex mutex_;
  TextMap<Full> buckets_;
  Full shared_ = 0;
  std::int64_t swept_ = 0;  // when the quiet ones were forgotten last
};

}  // namespace jixiao::access
