// The rule sets that this replica knows, kept up to date: one catalogue behind one atomic pointer, the store as the
// truth behind it, Redis and a file between them.
//
// Whom it believes, and how far:
//   store     everything; asked twice a second, and at once when the bell rings
//   snapshot  what this replica knew last, on its own disk; only until the store answers
//   Redis     a document, when it has the digest that was asked for; which rule sets are published only when the index
//   is
//             sealed with the replicas' secret, not too old, and the store cannot be asked or said so a moment ago
// So whoever writes to Redis can change no score. The worst is an old index, replayed to a replica that starts while
// the store is away: it misses what was published since, for kIndexLife at most or until the store answers.
#pragma once

#include "common/metrics.h"
#include "scoring/cache/redis_cache.h"
#include "scoring/rulesets/catalogue.h"
#include "scoring/rulesets/index.h"
#include "scoring/rulesets/single_flight.h"
#include "scoring/store/rule_set_store.h"

#include <absl/status/statusor.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace jixiao::scoring {

struct RuleBookOptions {
  std::string snapshot;  // path of the snapshot; empty for none
  std::string secret;    // the replicas' secret; empty: Redis gets no index and none is believed
};

// Thread-safe. What is said to block is not for gRPC's threads.
class RuleBook {
 public:
  using OpenStore = std::function<absl::StatusOr<std::unique_ptr<RuleSetStore>>()>;

  // How old a sealed index may be: to be believed without asking the store, and when the store cannot be asked.
  static constexpr std::chrono::seconds kIndexFresh{60};
  static constexpr std::chrono::hours kIndexLife{24};

  // `cache` and `metrics` must outlive the book.
  RuleBook(OpenStore open, RedisCache& cache, Metrics& metrics, RuleBookOptions options);
  ~RuleBook();
  RuleBook(const RuleBook&) = delete;
  RuleBook& operator=(const RuleBook&) = delete;

  // Learns what is published, from Redis, the store or the snapshot, publishes what `built_in` brings that is new as
  // soon as the store is there, and starts to follow publications elsewhere. The store's error when nobody could tell
  // what is published. Blocks; call once.
  absl::Status Start(const std::vector<v1::RuleSet>& built_in);

  // The catalogue of this moment; never waits for the store or a load (only, for some instructions, for other readers).
  std::shared_ptr<const Catalogue> catalogue() const { return catalogue_.load(std::memory_order_acquire); }

  // The store itself; UNAVAILABLE (STORE_AWAY) while it cannot be opened, and then at most one in half a second tries.
  // Whoever changes it says so with Announce. Blocks.
  absl::StatusOr<RuleSetStore*> Store();

  // A rule set that the catalogue does not have, by digest: from Redis (checked) or the store. Callers that want the
  // same share one load. NOT_FOUND (RULE_SET_NOT_FOUND). Blocks.
  absl::StatusOr<std::shared_ptr<const Rules>> Load(std::string_view digest);

  // Asks the store for changes now. Callers that come while others ask share the next answer. Blocks.
  absl::Status Refresh();

  // Publishes for good, here and for the other replicas. Blocks.
  absl::StatusOr<std::shared_ptr<const Rules>> Publish(const v1::RuleSet& rule_set, std::string_view draft_etag = {});

  // After a change to the store: takes it in and tells the other replicas, which look within a second anyway. Blocks.
  void Announce();

  // Counts a selection that the catalogue answered, or did not. Cheap.
  void CountLookup(bool known) { (known ? hits_ : misses_).Increment(); }

 private:
  enum class Source { kNothing, kRedis, kSnapshot, kStore };
  using RulesList = std::vector<std::shared_ptr<const Rules>>;

  // What is published, as of one moment.
  struct Known {
    RulesList published;
    std::string annex;
    std::int64_t position = 0;
    std::int64_t confirmed_at = 0;  // see Index
  };
  static Index IndexOf(const Known& known);
  Known KnownNow();

  // A rule set from its document, or the one that is known by this digest. DATA_LOSS when it is not what the digest
  // says.
  absl::StatusOr<std::shared_ptr<const Rules>> Compile(std::string_view digest, std::string_view document) const;
  bool IsPublished(const Rules& rules) const;
  // With mutex_ held: the only ways to change what is known.
  void Adopt(Source source, Known known);
  void MakeCatalogue();

  absl::Status StartFromStore();
  absl::Status RefreshNow();
  absl::StatusOr<std::shared_ptr<const Rules>> LoadNow(std::string_view digest);
  // OK when it told something newer than what is known; not older than `age`.
  absl::Status TakeFromRedis(std::chrono::microseconds age);
  absl::Status TakeFromSnapshot();

  // The follower's work; until it starts, Start does some of it.
  void Follow();
  void FollowOnce();
  absl::Status PublishBuiltIn();
  void NoteStore(const absl::Status& status);
  void WriteSnapshotFile();
  bool Sleep(std::chrono::milliseconds time, bool until_woken);
  void Wake();
  // Brings Redis up to date. `confirmed`: the store has just said that this is all. `all`: what Redis holds under our
  // keys is written anew, whatever it is; otherwise what it lacks.
  void ShareWithRedis(bool confirmed, bool all);

  const OpenStore open_store_;
  RedisCache& cache_;
  const RuleBookOptions options_;
  Counter& hits_;
  Counter& misses_;
  Counter& redis_hits_;
  Counter& redis_misses_;
  Counter& loads_from_redis_;
  Counter& loads_from_store_;
  Counter& failed_loads_;

  std::atomic<std::shared_ptr<const Catalogue>> catalogue_{std::make_shared<const Catalogue>()};
  SingleFlight<std::shared_ptr<const Rules>> flights_;

  std::mutex store_mutex_;
  std::unique_ptr<RuleSetStore> store_;
  absl::Status store_error_;
  std::chrono::steady_clock::time_point next_open_{};

  std::atomic<std::uint64_t> refreshes_begun_{0};
  std::mutex refresh_mutex_;  // held while the store is asked; before mutex_
  std::uint64_t refresh_ended_ = 0;
  absl::Status refresh_status_;

  std::mutex mutex_;  // guards known_ and unlisted_
  Known known_;
  std::deque<std::shared_ptr<const Rules>> unlisted_;

  std::atomic<Source> source_{Source::kNothing};
  std::atomic<std::int64_t> confirmed_at_{0};  // of what is known
  std::atomic<bool> store_up_{false};
  std::atomic<bool> redis_is_new_{false};  // it may have come back empty
  std::atomic<bool> share_due_{false};     // Redis has not been told of the last change
  std::atomic<bool> snapshot_due_{false};  // nor the disk

  // The follower's own.
  RulesList built_in_;  // until they are published
  std::chrono::steady_clock::time_point next_share_{};
  std::chrono::steady_clock::time_point next_snapshot_{};
  bool snapshot_failed_ = false;
  bool store_noted_ = true;
  bool bad_index_noted_ = false;

  std::mutex wake_mutex_;
  std::condition_variable wake_;
  bool woken_ = true;  // the first look comes at once
  bool stopping_ = false;
  std::thread follower_;
};

}  // namespace jixiao::scoring
