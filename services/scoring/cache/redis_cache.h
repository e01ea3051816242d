// Redis as a cache of rule sets by digest, a place for the index of what is published, and a bell for changes. Never
// the truth: documents are checked against the digest they were asked for, the index is sealed by who reads it, and
// without Redis everything goes on, only slower.
#pragma once

#include "common/file.h"
#include "common/metrics.h"
#include "scoring/cache/redis_connection.h"

#include <absl/functional/any_invocable.h>
#include <absl/status/statusor.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>

namespace jixiao::scoring {

// Where Redis is, and who we are to it. Without a user the password is Redis' one for all (requirepass).
struct RedisAddress {
  std::string host = {};
  int port = 0;  // 0: no Redis
  std::string user = {};
  std::string password = {};  // never in a log
};

// HOST:PORT, or redis://[USER]:PASSWORD@HOST[:PORT] with what is special in them percent-encoded; empty for none.
// INVALID_ARGUMENT (REDIS_INVALID), which does not repeat the address.
absl::StatusOr<RedisAddress> ParseRedisAddress(std::string_view address);

// A thread of its own connects, listens to the bell and looks whether Redis lives. Calls only use a connection that is
// there: they never connect, resolve or probe. The first that fails takes the connection away, for a second at least,
// so that a Redis that hangs costs all callers together at most one time-out a second. Thread-safe; calls block at most
// the time-out: not for gRPC's threads.
class RedisCache {
 public:
  static constexpr std::chrono::milliseconds kTimeout{50};  // of one exchange
  static constexpr std::chrono::milliseconds kPause{1000};  // after a failed one

  // kConnected: Redis is there, for the first time or again; what it held before may be gone. kBell: somebody rang.
  enum class News { kConnected, kBell };

  // `address` is as ParseRedisAddress takes it; empty: no cache, every call answers "nothing" at once.
  RedisCache(const RedisAddress& address, Metrics& metrics);
  ~RedisCache();
  RedisCache(const RedisCache&) = delete;
  RedisCache& operator=(const RedisCache&) = delete;

  // Starts to connect. `hear` is called from this object's thread and must be quick; never after Stop. Call once.
  void Start(absl::AnyInvocable<void(News)> hear);
  // Ends the thread; afterwards every call answers "nothing". Prompt, except while a name is being resolved.
  void Stop();

  // Whether Redis is there, after waiting at most `patience` for the first try to connect.
  bool WaitUntilTried(std::chrono::milliseconds patience);
  bool up() const { return up_.load(std::memory_order_relaxed); }

  // The document with this digest, if Redis holds bytes that have it; anything else under our key is removed.
  std::optional<std::string> Get(std::string_view digest);
  // Keeps a document under its digest for about a week (the span is varied, so that entries do not expire at once).
  void Put(std::string_view digest, std::string_view document);
  // How many of these digests have an entry; nothing when Redis is away.
  std::optional<std::size_t> Count(std::span<const std::string> digests);

  // The index: bytes that Redis cannot vouch for. Kept for about a day.
  std::optional<std::string> GetIndex();
  void PutIndex(std::string_view index);

  // Rings the bell on every replica.
  void Ring();

 private:
  using Reply = RedisConnection::Reply;

  // Sends a command; nothing when Redis is away, fails or refuses. `refusal`: what Redis said against it.
  Reply Command(std::span<const std::string_view> words, std::string* refusal = nullptr);
  Reply Command(std::initializer_list<std::string_view> words, std::string* refusal = nullptr) {
    return Command(std::span(words.begin(), words.size()), refusal);
  }
  std::optional<std::string> Read(std::string_view key, std::size_t limit);
  void Run();
  // Connects, and listens until the connection or the object ends.
  absl::StatusOr<RedisConnection> Connect() const;
  absl::Status Attend();
  absl::Status Listen(RedisConnection& bell);
  void SetUp(bool up, std::string_view reason);
  void Wake();
  bool Rest(std::chrono::milliseconds time);

  const RedisAddress address_;
  Counter& failures_;
  Counter& refusals_;
  FileDescriptor wake_;  // readable when the thread is to look up from its waiting
  absl::AnyInvocable<void(News)> hear_;

  std::mutex commands_mutex_;
  std::optional<RedisConnection> commands_;
  RedisConnection::Time closed_until_{};

  std::atomic<bool> up_{false};
  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  bool tried_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace jixiao::scoring
