#include "scoring/rulesets/rule_book.h"

#include "common/canonical.h"
#include "common/errors.h"
#include "common/log.h"
#include "common/text.h"
#include "common/time.h"
#include "scoring/rulesets/annex.h"
#include "scoring/rulesets/publication.h"
#include "scoring/rulesets/snapshot.h"

#include <algorithm>
#include <utility>

namespace jixiao::scoring {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kRedisPatience{500};  // at start
constexpr milliseconds kReopen{500};
// Rule sets that were asked for by digest but not found published; the oldest go.
constexpr std::size_t kMaxUnlisted = 256;

std::string NameOf(const v1::RuleSet& set) {
  return Cat(set.id(), "@", set.revision());
}

Counter& Lookups(Metrics& metrics, const char* cache, const char* result) {
  return metrics.AddCounter("jixiao_rule_set_lookups_total", "Rule sets looked for, by cache and result",
                            {{"cache", cache}, {"result", result}});
}

Counter& Loads(Metrics& metrics, const char* source) {
  return metrics.AddCounter("jixiao_rule_set_loads_total", "Rule sets that were fetched because a call named them",
                            {{"source", source}});
}

}  // namespace

RuleBook::RuleBook(OpenStore open, RedisCache& cache, Metrics& metrics, RuleBookOptions options)
    : open_store_(std::move(open)),
      cache_(cache),
      options_(std::move(options)),
      hits_(Lookups(metrics, "process", "hit")),
      misses_(Lookups(metrics, "process", "miss")),
      redis_hits_(Lookups(metrics, "redis", "hit")),
      redis_misses_(Lookups(metrics, "redis", "miss")),
      loads_from_redis_(Loads(metrics, "redis")),
      loads_from_store_(Loads(metrics, "store")),
      failed_loads_(metrics.AddCounter("jixiao_rule_set_failed_loads_total",
                                       "Loads that ended without knowing whether the rule set exists")) {
  metrics.AddReading("jixiao_rule_book_staleness_seconds", "Since the store last confirmed what this replica knows",
                     [this]() -> std::optional<double> {
                       const std::int64_t confirmed = confirmed_at_.load();
                       if (confirmed == 0) return std::nullopt;
                       return static_cast<double>(std::max<std::int64_t>(NowMicros() - confirmed, 0)) / 1e6;
                     });
  metrics.AddReading("jixiao_rule_book_serving_from_snapshot",
                     "1 while only the snapshot on disk says what is published",
                     [this] { return source_.load() == Source::kSnapshot ? 1.0 : 0.0; });
  metrics.AddReading("jixiao_rule_book_serving_from_redis", "1 while only Redis says what is published",
                     [this] { return source_.load() == Source::kRedis ? 1.0 : 0.0; });
  metrics.AddReading("jixiao_rule_book_store_up", "1 while the store answers",
                     [this] { return store_up_.load() ? 1.0 : 0.0; });
  metrics.AddReading("jixiao_rule_book_rule_sets", "Published rule sets that this replica knows",
                     [this] { return static_cast<double>(catalogue()->All().size()); });
}

RuleBook::~RuleBook() {
  cache_.Stop();  // it calls Wake
  {
    const std::lock_guard lock(wake_mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (follower_.joinable()) follower_.join();
}

absl::Status RuleBook::Start(const std::vector<v1::RuleSet>& built_in) {
  for (const v1::RuleSet& rule_set : built_in) {
    ASSIGN_OR_RETURN(std::shared_ptr<const Rules> rules, Rules::Compile(rule_set));
    built_in_.push_back(std::move(rules));
  }
  cache_.Start([this](RedisCache::News news) {
    if (news == RedisCache::News::kConnected) redis_is_new_.store(true);
    Wake();
  });
  if (cache_.WaitUntilTried(kRedisPatience)) TakeFromRedis(kIndexFresh).IgnoreError();
  std::erase_if(built_in_, [this](const auto& rules) { return IsPublished(*rules); });
  // What Redis knew a moment ago is enough to begin with; the follower asks the store right away.
  if (source_.load() == Source::kNothing || !built_in_.empty()) RETURN_IF_ERROR(StartFromStore());
  follower_ = std::thread([this] { Follow(); });
  return absl::OkStatus();
}

absl::Status RuleBook::StartFromStore() {
  absl::Status status = Refresh();
  if (status.ok()) {
    PublishBuiltIn().IgnoreError();  // the follower tries again, and says so
    redis_is_new_.store(false);
    share_due_.store(false);
    ShareWithRedis(true, true);
    return absl::OkStatus();
  }
  TakeFromRedis(kIndexLife).IgnoreError();
  const absl::Status snapshot = TakeFromSnapshot();
  NoteStore(status);
  if (source_.load() != Source::kNothing) return absl::OkStatus();
  log::Error(
      "nobody can tell which rule sets are published: the store is away, Redis has no index that is sealed with "
      "our secret, and there is no snapshot",
      {{"snapshot", std::string(snapshot.message())}});
  return status;
}

// ------------------------------------------------------------------------------------------------- what is known

bool RuleBook::IsPublished(const Rules& rules) const {
  const auto known = catalogue()->ById(NameOf(rules.source()));
  return known != nullptr && known->digest() == rules.digest();
}

absl::StatusOr<std::shared_ptr<const Rules>> RuleBook::Compile(std::string_view digest,
                                                               std::string_view document) const {
  if (auto known = catalogue()->ByDigest(digest)) return known;
  v1::RuleSet rule_set;
  RETURN_IF_ERROR(CanonicalDecode(document, rule_set));
  ASSIGN_OR_RETURN(std::shared_ptr<const Rules> rules, Rules::Compile(std::move(rule_set)));
  if (rules->digest() != digest)
    return Error(absl::StatusCode::kDataLoss, "STORE_DAMAGED",
                 Cat("rule set ", rules->source().id(), " does not have its digest"));
  return rules;
}

void RuleBook::Adopt(Source source, Known known) {
  known_ = std::move(known);
  source_.store(source);
  confirmed_at_.store(known_.confirmed_at);
  MakeCatalogue();
  if (source != Source::kSnapshot) snapshot_due_.store(true);
  if (source == Source::kStore) share_due_.store(true);
}

void RuleBook::MakeCatalogue() {
  // Whoever adopted the annex has read it before.
  catalogue_.store(std::make_shared<const Catalogue>(known_.published, RulesList(unlisted_.begin(), unlisted_.end()),
                                                     DecodeAnnex(known_.annex).value_or(Annex())),
                   std::memory_order_release);
}

RuleBook::Known RuleBook::KnownNow() {
  const std::lock_guard lock(mutex_);
  Known known = known_;
  known.confirmed_at = confirmed_at_.load();
  return known;
}

Index RuleBook::IndexOf(const Known& known) {
  Index index{known.position, known.confirmed_at, {}, known.annex};
  for (const auto& rules : known.published) index.digests.push_back(rules->digest());
  return index;
}

absl::StatusOr<RuleSetStore*> RuleBook::Store() {
  const std::lock_guard lock(store_mutex_);
  if (store_ != nullptr) return store_.get();
  const auto now = steady_clock::now();
  if (now >= next_open_) {
    absl::StatusOr<std::unique_ptr<RuleSetStore>> opened = open_store_();
    if (opened.ok()) {
      store_ = *std::move(opened);
      return store_.get();
    }
    store_error_ = TryAgain(absl::StatusCode::kUnavailable, "STORE_AWAY",
                            Cat("the store cannot be opened: ", std::string(opened.status().message())), kReopen);
    next_open_ = steady_clock::now() + kReopen;
  }
  return store_error_;
}

absl::Status RuleBook::Refresh() {
  const std::uint64_t begun_before = refreshes_begun_.load();
  const std::lock_guard lock(refresh_mutex_);
  if (refresh_ended_ > begun_before) return refresh_status_;  // begun after this call, so it saw what this call wants
  const std::uint64_t number = ++refreshes_begun_;
  refresh_status_ = RefreshNow();
  refresh_ended_ = number;
  store_up_.store(refresh_status_.ok());
  return refresh_status_;
}

absl::Status RuleBook::RefreshNow() {
  ASSIGN_OR_RETURN(RuleSetStore* const store, Store());
  // What came from elsewhere is not built upon: then the store tells everything.
  const Source source = source_.load();
  const bool whole = source != Source::kStore;
  Known known = KnownNow();
  ASSIGN_OR_RETURN(Changes changes, store->LoadSince(whole ? 0 : known.position));
  const std::int64_t now = NowMicros();
  if (!whole && changes.rule_sets.empty() && changes.annex == known.annex) {
    confirmed_at_.store(now);
    return absl::OkStatus();
  }
  if (whole && source != Source::kNothing && changes.position < known.position)
    log::Error("the store has fewer changes than this replica knew of: is it another one?",
               {{"store_position", changes.position}, {"known_position", known.position}});
  RETURN_IF_ERROR(DecodeAnnex(changes.annex).status());
  if (whole) known.published.clear();
  for (const StoredRuleSet& stored : changes.rule_sets) {
    ASSIGN_OR_RETURN(std::shared_ptr<const Rules> rules, Compile(stored.digest, stored.document));
    known.published.push_back(std::move(rules));
  }
  known.position = changes.position;
  known.annex = std::move(changes.annex);
  known.confirmed_at = now;
  const std::lock_guard lock(mutex_);
  Adopt(Source::kStore, std::move(known));
  return absl::OkStatus();
}

absl::Status RuleBook::TakeFromRedis(std::chrono::microseconds age) {
  if (options_.secret.empty()) return absl::FailedPreconditionError("no secret");
  const std::optional<std::string> sealed = cache_.GetIndex();
  if (!sealed) return absl::NotFoundError("redis has no index");
  absl::StatusOr<Index> index = OpenIndex(*sealed, options_.secret);
  if (!index.ok()) {
    if (!std::exchange(bad_index_noted_, true))
      log::Warning("the index in redis is not one of ours: not believed", {{"reason", ReasonOf(index.status())}});
    return index.status();
  }
  bad_index_noted_ = false;
  if (index->confirmed_at <= confirmed_at_.load()) return absl::AlreadyExistsError("nothing newer");
  const std::chrono::microseconds old(NowMicros() - index->confirmed_at);
  if (old > age || old < -kIndexFresh) return absl::OutOfRangeError("the index in redis is not of now");

  const Index mine = IndexOf(KnownNow());
  if (index->digests == mine.digests && index->annex == mine.annex) {
    confirmed_at_.store(index->confirmed_at);
    return absl::OkStatus();
  }
  RETURN_IF_ERROR(DecodeAnnex(index->annex).status());
  Known known{{}, std::move(index->annex), index->position, index->confirmed_at};
  for (const std::string& digest : index->digests) {
    std::optional<std::string> document;
    if (catalogue()->ByDigest(digest) == nullptr && !(document = cache_.Get(digest)))
      return absl::NotFoundError("redis lacks a rule set of its index");
    ASSIGN_OR_RETURN(std::shared_ptr<const Rules> rules, Compile(digest, document ? *document : ""));
    known.published.push_back(std::move(rules));
  }
  const std::lock_guard lock(mutex_);
  if (known.confirmed_at <= confirmed_at_.load()) return absl::AlreadyExistsError("nothing newer any more");
  log::Info("rule sets from redis", {{"rule_sets", known.published.size()}, {"age_seconds", old.count() / 1'000'000}});
  Adopt(Source::kRedis, std::move(known));
  return absl::OkStatus();
}

absl::Status RuleBook::TakeFromSnapshot() {
  if (options_.snapshot.empty()) return absl::FailedPreconditionError("no snapshot wanted");
  absl::StatusOr<Snapshot> snapshot = ReadSnapshot(options_.snapshot);
  Known known;
  absl::Status status = snapshot.status();
  if (status.ok()) status = DecodeAnnex(snapshot->index.annex).status();
  if (status.ok()) {
    known = {{}, std::move(snapshot->index.annex), snapshot->index.position, snapshot->index.confirmed_at};
    for (std::size_t i = 0; i < snapshot->documents.size() && status.ok(); ++i) {
      absl::StatusOr<std::shared_ptr<const Rules>> rules = Compile(snapshot->index.digests[i], snapshot->documents[i]);
      if (rules.ok())
        known.published.push_back(*std::move(rules));
      else
        status = rules.status();
    }
  }
  if (!status.ok()) {
    if (!absl::IsNotFound(status))
      log::Warning("the snapshot is damaged: ignored", {{"error", std::string(status.message())}});
    return status;
  }
  const std::lock_guard lock(mutex_);
  if (known.confirmed_at <= confirmed_at_.load()) return absl::AlreadyExistsError("nothing newer");
  log::Warning("serving from the snapshot until the store is back; nothing can be published",
               {{"rule_sets", known.published.size()}, {"confirmed_at", FormatUtc(known.confirmed_at)}});
  Adopt(Source::kSnapshot, std::move(known));
  return absl::OkStatus();
}

// ------------------------------------------------------------------------------------------------------- for calls

absl::StatusOr<std::shared_ptr<const Rules>> RuleBook::Load(std::string_view digest) {
  return flights_.Do(digest, [&]() -> absl::StatusOr<std::shared_ptr<const Rules>> {
    if (auto known = catalogue()->ByDigest(digest)) return known;
    absl::StatusOr<std::shared_ptr<const Rules>> rules = LoadNow(digest);
    if (!rules.ok()) {
      if (!absl::IsNotFound(rules.status())) failed_loads_.Increment();
      return rules;
    }
    const std::lock_guard lock(mutex_);
    if (unlisted_.size() == kMaxUnlisted) unlisted_.pop_front();
    unlisted_.push_back(*rules);
    MakeCatalogue();
    return rules;
  });
}

absl::StatusOr<std::shared_ptr<const Rules>> RuleBook::LoadNow(std::string_view digest) {
  if (const std::optional<std::string> document = cache_.Get(digest)) {
    redis_hits_.Increment();
    absl::StatusOr<std::shared_ptr<const Rules>> rules = Compile(digest, *document);
    if (rules.ok()) {
      loads_from_redis_.Increment();
      return rules;
    }  // whatever it is that has this digest, the store decides
  } else {
    redis_misses_.Increment();
  }
  ASSIGN_OR_RETURN(RuleSetStore* const store, Store());
  ASSIGN_OR_RETURN(const std::optional<StoredRuleSet> stored, store->Find(digest));
  if (!stored)
    return Error(absl::StatusCode::kNotFound, "RULE_SET_NOT_FOUND", Cat("no rule set has the digest ", digest));
  loads_from_store_.Increment();
  cache_.Put(digest, stored->document);
  return Compile(digest, stored->document);
}

absl::StatusOr<std::shared_ptr<const Rules>> RuleBook::Publish(const v1::RuleSet& rule_set,
                                                               std::string_view draft_etag) {
  ASSIGN_OR_RETURN(std::shared_ptr<const Rules> rules, CompileForPublication(rule_set));
  ASSIGN_OR_RETURN(const std::string document, CanonicalEncode(rule_set));
  ASSIGN_OR_RETURN(RuleSetStore* const store, Store());
  RETURN_IF_ERROR(store->Publish({rule_set.id(), rule_set.revision(), rules->digest(), document}, draft_etag));
  cache_.Put(rules->digest(), document);
  Announce();
  return rules;
}

void RuleBook::Announce() {
  // The change is in the store: an error here delays it, and nobody needs to repeat it.
  if (const absl::Status status = Refresh(); !status.ok())
    log::Warning("cannot take in a change at once", {{"error", std::string(status.message())}});
  if (share_due_.exchange(false)) ShareWithRedis(true, false);
  cache_.Ring();
  Wake();
}

}  // namespace jixiao::scoring
