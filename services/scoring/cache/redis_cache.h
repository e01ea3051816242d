// Redis as a cache of documents by digest and a bell for changes. Never the truth: what it answers is checked against
// the digest it was asked for, and without it everything goes on, only slower.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

struct redisContext;
struct redisReply;

namespace jixiao::scoring {

// One connection with short time-outs and a breaker: after a failure Redis is left alone for a moment, so that a Redis
// that hangs costs no caller more than one time-out a second. Thread-safe; blocks at most the time-out: not for gRPC's
// threads.
class RedisCache {
 public:
  static constexpr std::chrono::milliseconds kTimeout{50};
  static constexpr std::chrono::milliseconds kPause{1000};

  // `address` is HOST:PORT; empty: no cache, every call answers "nothing" at once.
  explicit RedisCache(std::string_view address);
  ~RedisCache();
  RedisCache(const RedisCache&) = delete;
  RedisCache& operator=(const RedisCache&) = delete;

  // The rule set with this digest, if Redis holds bytes that have it; garbage under our key is removed.
  std::optional<std::string> Get(std::string_view digest);

  // Keeps a document under its digest for about a week (the span is varied, so that entries do not expire at once).
  void Put(std::string_view digest, std::string_view document);

  // Rings the bell after a publication, and what it last said; nothing when Redis is away.
  void Ring();
  std::optional<std::int64_t> Bell();

  // Whether the last exchange worked; true without an address.
  bool healthy() const { return healthy_.load(std::memory_order_relaxed); }

 private:
  struct FreeContext {
    void operator()(redisContext* context) const;
  };
  struct FreeReply {
    void operator()(redisReply* reply) const;
  };
  using Reply = std::unique_ptr<redisReply, FreeReply>;

  // Sends a command; nothing while the breaker is open, without an address, or on any failure.
  Reply Command(std::initializer_list<std::string_view> words);
  bool Connect();
  void Fail(std::string_view what);

  std::string host_;
  int port_ = 0;
  std::mutex mutex_;
  std::unique_ptr<redisContext, FreeContext> context_;
  std::chrono::steady_clock::time_point closed_until_{};
  std::atomic<bool> healthy_{true};
};

}  // namespace jixiao::scoring
