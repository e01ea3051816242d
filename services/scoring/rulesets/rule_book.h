// The rule sets that this replica knows, kept up to date: one catalogue behind one atomic pointer, the store as the
// truth behind it, Redis between them.
#pragma once

#include "scoring/cache/redis_cache.h"
#include "scoring/rulesets/catalogue.h"
#include "scoring/store/rule_set_store.h"

#include <absl/status/statusor.h>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace jixiao::scoring {

class RuleBook {
 public:
  // `store` and `cache` must outlive the book.
  RuleBook(RuleSetStore& store, RedisCache& cache) : store_(store), cache_(cache) {}
  ~RuleBook();

  // Loads all that is published, publishes what `built_in` brings that is new, and starts to follow publications
  // elsewhere.
  absl::Status Start(const std::vector<v1::RuleSet>& built_in);

  // The catalogue of this moment; never waits.
  std::shared_ptr<const Catalogue> catalogue() const { return catalogue_.load(std::memory_order_acquire); }

  // A rule set that the catalogue does not have, by digest: from Redis (checked) or the store. NOT_FOUND
  // (RULE_SET_NOT_FOUND). Blocks.
  absl::StatusOr<std::shared_ptr<const Rules>> Load(std::string_view digest);

  // Looks for publications of other replicas now. Blocks.
  absl::Status Refresh();

  // Publishes for good, here and for the other replicas. Blocks.
  absl::StatusOr<std::shared_ptr<const Rules>> Publish(const v1::RuleSet& rule_set);

 private:
  void Follow();
  void Add(std::shared_ptr<const Rules> rules);
  absl::StatusOr<std::shared_ptr<const Rules>> Compile(std::string_view document) const;

  RuleSetStore& store_;
  RedisCache& cache_;
  std::atomic<std::shared_ptr<const Catalogue>> catalogue_{std::make_shared<const Catalogue>()};
  std::mutex mutex_;  // one writer of catalogue_ and position_
  std::int64_t position_ = 0;

  std::mutex stop_mutex_;
  std::condition_variable stop_;
  bool stopping_ = false;
  std::thread follower_;
};

}  // namespace jixiao::scoring
