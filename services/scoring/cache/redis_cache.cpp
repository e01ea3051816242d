#include "scoring/cache/redis_cache.h"

#include "common/digest.h"
#include "common/encoding.h"
#include "common/errors.h"
#include "common/log.h"
#include "common/text.h"

#include <hiredis/hiredis.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <random>
#include <vector>

namespace jixiao::scoring {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::string_view kDocumentPrefix = "jixiao:rule-set:v1:";
constexpr std::string_view kIndexKey = "jixiao:rule-sets:index:v1";
constexpr std::string_view kBell = "jixiao:rule-sets:bell:v1";

// What is longer than anything of ours is not read at all.
constexpr std::size_t kMaxDocument = std::size_t{4} << 20;
constexpr std::size_t kMaxIndex = std::size_t{4} << 20;

constexpr seconds kShortestDocumentLife{6 * 86400};
constexpr seconds kLongestDocumentLife{8 * 86400};
constexpr seconds kShortestIndexLife{20 * 3600};
constexpr seconds kLongestIndexLife{24 * 3600};

// The thread's own waits; they hold nobody up.
constexpr milliseconds kConnectTimeout{250};
constexpr milliseconds kSilence{1000};  // then the connection is asked whether it lives
constexpr milliseconds kFirstRest{100};
constexpr milliseconds kLongestRest{1000};

std::chrono::steady_clock::time_point In(milliseconds time) {
  return std::chrono::steady_clock::now() + time;
}

int Random(int from, int to) {
  thread_local std::minstd_rand random{std::random_device{}()};
  return std::uniform_int_distribution<int>(from, to)(random);
}

std::string RandomLife(seconds from, seconds to) {
  return Cat(Random(static_cast<int>(from.count()), static_cast<int>(to.count())));
}

std::string_view TextOf(const redisReply& reply) {
  return reply.str == nullptr ? std::string_view() : std::string_view(reply.str, reply.len);
}

// Whether a pushed reply is a message on our channel: ["message", channel, content].
bool IsMessage(const redisReply& reply) {
  return reply.type == REDIS_REPLY_ARRAY && reply.elements == 3 && reply.element[0] != nullptr &&
         TextOf(*reply.element[0]) == "message";
}

// Percent-encoding undone; nothing for what is none.
std::optional<std::string> Decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i]);
      continue;
    }
    const absl::StatusOr<std::vector<std::uint8_t>> byte = DecodeHex(text.substr(i + 1, 2));
    if (!byte.ok() || byte->size() != 1) return std::nullopt;
    out.push_back(static_cast<char>(byte->front()));
    i += 2;
  }
  return out;
}

}  // namespace

absl::StatusOr<RedisAddress> ParseRedisAddress(std::string_view address) {
  constexpr std::string_view kScheme = "redis://";
  constexpr int kRedisPort = 6379;
  const absl::Status invalid =
      InvalidField("REDIS_INVALID", "--redis", "must be HOST:PORT or redis://[USER]:PASSWORD@HOST[:PORT]");
  RedisAddress out;
  if (address.empty()) return out;
  std::string_view place = address;
  if (const bool url = place.starts_with(kScheme); url) {
    place.remove_prefix(kScheme.size());
    out.port = kRedisPort;
    if (const std::size_t at = place.rfind('@'); at != place.npos) {
      const std::size_t colon = place.find(':');
      if (colon > at) return invalid;
      const std::optional<std::string> user = Decoded(place.substr(0, colon));
      const std::optional<std::string> password = Decoded(place.substr(colon + 1, at - colon - 1));
      if (!user || !password || password->empty()) return invalid;
      out.user = *user;
      out.password = *password;
      place.remove_prefix(at + 1);
    }
    if (place.ends_with('/')) place.remove_suffix(1);
  }
  if (const std::size_t colon = place.rfind(':'); colon != place.npos) {
    const auto [end, error] = std::from_chars(place.data() + colon + 1, place.data() + place.size(), out.port);
    if (error != std::errc() || end != place.data() + place.size()) return invalid;
    place = place.substr(0, colon);
  }
  if (place.empty() || out.port < 1 || out.port > 65535) return invalid;
  out.host = place;
  return out;
}

RedisCache::RedisCache(const RedisAddress& address, Metrics& metrics)
    : address_(address),
      failures_(metrics.AddCounter("jixiao_redis_failures_total",
                                   "Exchanges with Redis that failed or took too long; each closes it for a second")),
      refusals_(metrics.AddCounter("jixiao_redis_refusals_total", "Commands that Redis answered with an error")),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (address_.port == 0) return;
  metrics.AddReading("jixiao_redis_up", "1 while Redis answers", [this] { return up() ? 1.0 : 0.0; });
}

RedisCache::~RedisCache() {
  Stop();
}

void RedisCache::Start(absl::AnyInvocable<void(News)> hear) {
  hear_ = std::move(hear);
  if (address_.port != 0) thread_ = std::thread([this] { Run(); });
}

void RedisCache::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  Wake();
  if (thread_.joinable()) thread_.join();
}

void RedisCache::Wake() {
  eventfd_write(wake_.number(), 1);
}

bool RedisCache::WaitUntilTried(milliseconds patience) {
  std::unique_lock lock(mutex_);
  if (address_.port != 0) changed_.wait_for(lock, patience, [this] { return tried_ || stopping_; });
  return up();
}

// ------------------------------------------------------------------------------------------------------- the thread

void RedisCache::Run() {
  milliseconds rest = kFirstRest;
  while (true) {
    const absl::Status status = Attend();
    if (up()) rest = kFirstRest;
    SetUp(false, std::string(status.message()));
    // Replicas that lost the same Redis do not come back in step.
    if (!Rest(rest + milliseconds(Random(0, static_cast<int>(rest.count()) / 2)))) return;
    rest = std::min(2 * rest, kLongestRest);
  }
}

// False when the object ends.
bool RedisCache::Rest(milliseconds time) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, time, [this] { return stopping_; });
  return !stopping_;
}

absl::StatusOr<RedisConnection> RedisCache::Connect() const {
  ASSIGN_OR_RETURN(RedisConnection connection,
                   RedisConnection::Open(address_.host, address_.port, In(kConnectTimeout)));
  if (address_.password.empty()) return connection;
  std::vector<std::string_view> words = {"AUTH"};
  if (!address_.user.empty()) words.push_back(address_.user);
  words.push_back(address_.password);
  ASSIGN_OR_RETURN(const Reply reply, connection.Call(words, In(kConnectTimeout)));
  if (reply->type == REDIS_REPLY_ERROR)
    return absl::UnavailableError(Cat("it refuses our password: ", TruncateUtf8(TextOf(*reply), 100)));
  return connection;
}

absl::Status RedisCache::Attend() {
  ASSIGN_OR_RETURN(RedisConnection commands, Connect());
  // As quick as callers will want it: a Redis that is only slow stays away, too.
  ASSIGN_OR_RETURN(Reply pong, commands.Call({"PING"}, In(kTimeout)));
  if (pong->type == REDIS_REPLY_ERROR) return absl::UnavailableError(std::string(TextOf(*pong)));
  ASSIGN_OR_RETURN(RedisConnection bell, Connect());
  ASSIGN_OR_RETURN(Reply subscribed, bell.Call({"SUBSCRIBE", kBell}, In(kConnectTimeout)));
  if (subscribed->type == REDIS_REPLY_ERROR) return absl::UnavailableError(std::string(TextOf(*subscribed)));
  {
    const std::lock_guard lock(commands_mutex_);
    if (std::chrono::steady_clock::now() < closed_until_) return absl::UnavailableError("failed a moment ago");
    eventfd_t rung = 0;
    eventfd_read(wake_.number(), &rung);  // for a connection that is gone
    commands_ = std::move(commands);
  }
  SetUp(true, "");
  hear_(News::kConnected);
  absl::Status status = Listen(bell);
  const std::lock_guard lock(commands_mutex_);
  commands_.reset();
  return status;
}

absl::Status RedisCache::Listen(RedisConnection& bell) {
  for (bool asked = false;;) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return absl::OkStatus();
    }
    {
      const std::lock_guard lock(commands_mutex_);
      if (!commands_) return absl::UnavailableError("a command failed");
    }
    ASSIGN_OR_RETURN(const Reply reply, bell.Receive(In(asked ? kConnectTimeout : kSilence), wake_.number()));
    if (reply != nullptr) {
      asked = false;
      if (IsMessage(*reply)) hear_(News::kBell);
      continue;
    }
    if (asked) return absl::DeadlineExceededError("redis does not answer in time");
    // Silence, or woken up to look: a question too many does no harm.
    const std::string_view ping[] = {"PING"};
    RETURN_IF_ERROR(bell.Send(ping, In(kConnectTimeout)));
    asked = true;
  }
}

void RedisCache::SetUp(bool up, std::string_view reason) {
  {
    const std::lock_guard lock(mutex_);
    // The first failure is news, too.
    if (up_.exchange(up) == up && tried_) return;
    tried_ = true;
    if (stopping_) return;
  }
  changed_.notify_all();
  if (up)
    log::Info("redis is there", {{"host", address_.host}, {"port", address_.port}});
  else
    log::Warning("redis is away: going on without it", {{"error", reason}});
}

// ---------------------------------------------------------------------------------------------------------- commands

RedisCache::Reply RedisCache::Command(std::span<const std::string_view> words, std::string* refusal) {
  const std::lock_guard lock(commands_mutex_);
  if (!commands_) return nullptr;
  absl::StatusOr<Reply> reply = commands_->Call(words, In(kTimeout));
  if (!reply.ok()) {
    failures_.Increment();
    commands_.reset();
    closed_until_ = In(kPause);
    Wake();
    return nullptr;
  }
  if ((*reply)->type == REDIS_REPLY_ERROR) {
    // Out of memory, read-only, wrong type under our key: not to be relied on, but the connection is sound.
    refusals_.Increment();
    if (refusal != nullptr) *refusal = TextOf(**reply);
    log::Debug("redis refuses", {{"command", words.front()}, {"error", TextOf(**reply)}});
    return nullptr;
  }
  return *std::move(reply);
}

std::optional<std::string> RedisCache::Read(std::string_view key, std::size_t limit) {
  // A missing key reads as empty. One byte more than the limit tells what is too long without reading it.
  std::string refusal;
  const Reply reply = Command({"GETRANGE", key, "0", Cat(limit)}, &refusal);
  if (refusal.starts_with("WRONGTYPE")) return std::string();  // a list, say: something is there, but nothing of ours
  if (reply == nullptr || reply->type != REDIS_REPLY_STRING || reply->len == 0) return std::nullopt;
  return std::string(TextOf(*reply));
}

std::optional<std::string> RedisCache::Get(std::string_view digest) {
  const std::string key = Cat(kDocumentPrefix, digest);
  std::optional<std::string> document = Read(key, kMaxDocument);
  if (!document || DigestOf(*document) == digest) return document;
  log::Warning("redis holds garbage under a rule set's key", {{"digest", digest}});
  Command({"DEL", key});
  return std::nullopt;
}

void RedisCache::Put(std::string_view digest, std::string_view document) {
  if (document.size() > kMaxDocument) return;
  Command(
      {"SET", Cat(kDocumentPrefix, digest), document, "EX", RandomLife(kShortestDocumentLife, kLongestDocumentLife)});
}

std::optional<std::size_t> RedisCache::Count(std::span<const std::string> digests) {
  if (digests.empty()) return 0;
  std::vector<std::string> keys;
  for (const std::string& digest : digests) keys.push_back(Cat(kDocumentPrefix, digest));
  std::vector<std::string_view> words = {"EXISTS"};
  words.insert(words.end(), keys.begin(), keys.end());
  const Reply reply = Command(words);
  if (reply == nullptr || reply->type != REDIS_REPLY_INTEGER || reply->integer < 0) return std::nullopt;
  return static_cast<std::size_t>(reply->integer);
}

std::optional<std::string> RedisCache::GetIndex() {
  return Read(kIndexKey, kMaxIndex);
}

void RedisCache::PutIndex(std::string_view index) {
  Command({"SET", kIndexKey, index, "EX", RandomLife(kShortestIndexLife, kLongestIndexLife)});
}

void RedisCache::Ring() {
  Command({"PUBLISH", kBell, ""});
}

}  // namespace jixiao::scoring
