#include "scoring/cache/redis_cache.h"

#include "common/digest.h"
#include "common/log.h"
#include "common/text.h"

#include <hiredis/hiredis.h>

#include <charconv>
#include <random>
#include <vector>

namespace jixiao::scoring {
namespace {

constexpr std::string_view kDocumentPrefix = "jixiao:rule-set:v1:";
constexpr std::string_view kBell = "jixiao:rule-sets:bell";
constexpr int kShortestLife = 6 * 86400;
constexpr int kLongestLife = 8 * 86400;

timeval ToTimeval(std::chrono::milliseconds time) {
  return {time.count() / 1000, static_cast<suseconds_t>(time.count() % 1000 * 1000)};
}

}  // namespace

void RedisCache::FreeContext::operator()(redisContext* context) const {
  redisFree(context);
}
void RedisCache::FreeReply::operator()(redisReply* reply) const {
  freeReplyObject(reply);
}

RedisCache::RedisCache(std::string_view address) {
  const std::size_t colon = address.rfind(':');
  if (colon == std::string_view::npos) return;
  host_ = address.substr(0, colon);
  std::from_chars(address.data() + colon + 1, address.data() + address.size(), port_);
}

RedisCache::~RedisCache() = default;

bool RedisCache::Connect() {
  if (context_ != nullptr) return true;
  // A new context each time: hiredis 0.14 forgets the time-outs when it reconnects an old one.
  redisContext* const context = redisConnectWithTimeout(host_.c_str(), port_, ToTimeval(kTimeout));
  context_.reset(context);
  if (context == nullptr) {
    Fail("no memory");
    return false;
  }
  if (context->err != 0 || redisSetTimeout(context, ToTimeval(kTimeout)) != REDIS_OK) {
    Fail(context->errstr);
    return false;
  }
  return true;
}

// `what` may point into the context: it is logged before the context goes.
void RedisCache::Fail(std::string_view what) {
  if (healthy_.exchange(false)) log::Warning("redis is away: going on without it", {{"error", what}});
  context_.reset();
  closed_until_ = std::chrono::steady_clock::now() + kPause;
}

RedisCache::Reply RedisCache::Command(std::initializer_list<std::string_view> words) {
  const std::lock_guard lock(mutex_);
  if (port_ == 0 || std::chrono::steady_clock::now() < closed_until_ || !Connect()) return nullptr;
  std::vector<const char*> data;
  std::vector<std::size_t> sizes;
  for (const std::string_view word : words) {
    data.push_back(word.data());
    sizes.push_back(word.size());
  }
  Reply reply(static_cast<redisReply*>(
      redisCommandArgv(context_.get(), static_cast<int>(words.size()), data.data(), sizes.data())));
  if (reply == nullptr) {
    Fail(context_->errstr);
    return nullptr;
  }
  if (reply->type == REDIS_REPLY_ERROR) {
    // Out of memory, read-only, wrong type under our key: not to be relied on, but the connection is sound.
    if (healthy_.exchange(false)) log::Warning("redis refuses", {{"error", std::string_view(reply->str, reply->len)}});
    return nullptr;
  }
  if (!healthy_.exchange(true)) log::Info("redis is back");
  return reply;
}

std::optional<std::string> RedisCache::Get(std::string_view digest) {
  const std::string key = Cat(kDocumentPrefix, digest);
  const Reply reply = Command({"GET", key});
  if (reply == nullptr || reply->type != REDIS_REPLY_STRING) return std::nullopt;
  std::string document(reply->str, reply->len);
  if (DigestOf(document) == digest) return document;
  log::Warning("redis holds garbage under a rule set's key", {{"digest", digest}});
  Command({"DEL", key});
  return std::nullopt;
}

void RedisCache::Put(std::string_view digest, std::string_view document) {
  thread_local std::minstd_rand random{std::random_device{}()};
  const std::string life = Cat(std::uniform_int_distribution<int>(kShortestLife, kLongestLife)(random));
  Command({"SET", Cat(kDocumentPrefix, digest), document, "EX", life});
}

void RedisCache::Ring() {
  Command({"INCR", kBell});
}

std::optional<std::int64_t> RedisCache::Bell() {
  const Reply reply = Command({"GET", kBell});
  if (reply == nullptr) return std::nullopt;
  if (reply->type == REDIS_REPLY_NIL) return 0;
  std::int64_t rung = 0;
  if (reply->type == REDIS_REPLY_STRING) std::from_chars(reply->str, reply->str + reply->len, rung);
  return rung;
}

}  // namespace jixiao::scoring
