#include "scoring/cache/redis_connection.h"

#include "common/errors.h"
#include "common/text.h"

#include <hiredis/hiredis.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace jixiao::scoring {
namespace {

// Waits until `fd` can do `events`, `wake` is readable or the time is over.
enum class Waited { kReady, kWoken, kLate };
Waited WaitFor(int fd, short events, int wake, RedisConnection::Time deadline) {
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
    // Also when bytes are there: an answer without an end is one that does not come.
    if (left <= 0) return Waited::kLate;
    pollfd waiting[] = {{fd, events, 0}, {wake, POLLIN, 0}};  // poll leaves out negative descriptors
    const int ready = poll(waiting, 2, static_cast<int>(std::min<std::int64_t>(left, 60'000)));
    if (ready > 0 && waiting[1].revents != 0) return Waited::kWoken;
    if (ready > 0) return Waited::kReady;
  }
}

absl::Status Late() {
  return absl::DeadlineExceededError("redis does not answer in time");
}

}  // namespace

void RedisConnection::FreeReply::operator()(redisReply* reply) const {
  freeReplyObject(reply);
}

void RedisConnection::FreeContext::operator()(redisContext* context) const {
  redisFree(context);
}

absl::Status RedisConnection::Failed() const {
  return absl::UnavailableError(context_->errstr);
}

absl::StatusOr<RedisConnection> RedisConnection::Open(const std::string& host, int port, Time deadline) {
  RedisConnection connection(redisConnectNonBlock(host.c_str(), port));
  redisContext* const context = connection.context_.get();
  if (context == nullptr) return absl::UnavailableError("no memory");
  if (context->err != 0) return connection.Failed();
  if (WaitFor(context->fd, POLLOUT, -1, deadline) != Waited::kReady) return Late();
  int error = 0;
  socklen_t size = sizeof error;
  if (getsockopt(context->fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0)
    return absl::ErrnoToStatus(error, "cannot connect");
  return connection;
}

absl::Status RedisConnection::Send(std::span<const std::string_view> words, Time deadline) {
  std::vector<const char*> data;
  std::vector<std::size_t> sizes;
  for (const std::string_view word : words) {
    data.push_back(word.data());
    sizes.push_back(word.size());
  }
  if (redisAppendCommandArgv(context_.get(), static_cast<int>(words.size()), data.data(), sizes.data()) != REDIS_OK)
    return Failed();
  for (int done = 0;;) {
    if (redisBufferWrite(context_.get(), &done) != REDIS_OK) return Failed();
    if (done != 0) return absl::OkStatus();
    if (WaitFor(context_->fd, POLLOUT, -1, deadline) != Waited::kReady) return Late();
  }
}

absl::StatusOr<RedisConnection::Reply> RedisConnection::Receive(Time deadline, int wake) {
  while (true) {
    void* reply = nullptr;
    if (redisGetReplyFromReader(context_.get(), &reply) != REDIS_OK) return Failed();
    if (reply != nullptr) return Reply(static_cast<redisReply*>(reply));
    if (WaitFor(context_->fd, POLLIN, wake, deadline) != Waited::kReady) return Reply();
    if (redisBufferRead(context_.get()) != REDIS_OK) return Failed();
  }
}

absl::StatusOr<RedisConnection::Reply> RedisConnection::Call(std::span<const std::string_view> words, Time deadline) {
  RETURN_IF_ERROR(Send(words, deadline));
  ASSIGN_OR_RETURN(Reply reply, Receive(deadline));
  if (reply == nullptr) return Late();
  return reply;
}

}  // namespace jixiao::scoring
