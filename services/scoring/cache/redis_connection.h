// One connection to Redis on which nothing waits longer than it is told to: hiredis' own time-outs start anew with each
// piece that arrives, so that a Redis that answers byte by byte would hold its caller for ever.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <chrono>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct redisContext;
struct redisReply;

namespace jixiao::scoring {

// For one thread at a time. After an error a connection is of no use any more.
class RedisConnection {
 public:
  using Time = std::chrono::steady_clock::time_point;
  struct FreeReply {
    void operator()(redisReply* reply) const;
  };
  using Reply = std::unique_ptr<redisReply, FreeReply>;

  // Resolving `host` takes as long as the system's resolver takes; connecting ends at `deadline`.
  static absl::StatusOr<RedisConnection> Open(const std::string& host, int port, Time deadline);

  // Sends a command and waits for its reply, which may be an error of Redis. DEADLINE_EXCEEDED, UNAVAILABLE.
  absl::StatusOr<Reply> Call(std::span<const std::string_view> words, Time deadline);
  absl::StatusOr<Reply> Call(std::initializer_list<std::string_view> words, Time deadline) {
    return Call(std::span(words.begin(), words.size()), deadline);
  }

  // Sends a command whose replies come through Receive.
  absl::Status Send(std::span<const std::string_view> words, Time deadline);

  // What comes next; nullptr when nothing came until `deadline`, or when `wake` (a file descriptor) became readable.
  absl::StatusOr<Reply> Receive(Time deadline, int wake = -1);

 private:
  struct FreeContext {
    void operator()(redisContext* context) const;
  };

  explicit RedisConnection(redisContext* context) : context_(context) {}
  absl::Status Failed() const;

  std::unique_ptr<redisContext, FreeContext> context_;
};

}  // namespace jixiao::scoring
