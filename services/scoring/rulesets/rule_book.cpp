#include "scoring/rulesets/rule_book.h"

#include "common/canonical.h"
#include "common/errors.h"
#include "common/log.h"
#include "common/text.h"

namespace jixiao::scoring {
namespace {

// The bell is asked often because it is cheap; the store is asked anyway now and then, because a bell can be missed.
constexpr std::chrono::milliseconds kBellInterval{500};
constexpr int kBellsPerRefresh = 20;

}  // namespace

RuleBook::~RuleBook() {
  {
    const std::lock_guard lock(stop_mutex_);
    stopping_ = true;
  }
  stop_.notify_all();
  if (follower_.joinable()) follower_.join();
}

absl::StatusOr<std::shared_ptr<const Rules>> RuleBook::Compile(std::string_view document) const {
  v1::RuleSet rule_set;
  RETURN_IF_ERROR(CanonicalDecode(document, rule_set));
  return Rules::Compile(std::move(rule_set));
}

void RuleBook::Add(std::shared_ptr<const Rules> rules) {
  // mutex_ is held: the pointer changes only here, so nobody's addition is lost.
  catalogue_.store(catalogue()->With(std::move(rules)), std::memory_order_release);
}

absl::Status RuleBook::Refresh() {
  const std::lock_guard lock(mutex_);
  std::int64_t position = position_;
  ASSIGN_OR_RETURN(const std::vector<StoredRuleSet> found, store_.LoadSince(position));
  for (const StoredRuleSet& stored : found) {
    ASSIGN_OR_RETURN(std::shared_ptr<const Rules> rules, Compile(stored.document));
    if (rules->digest() != stored.digest)
      return Error(absl::StatusCode::kDataLoss, "STORE_DAMAGED",
                   Cat("rule set ", stored.id, " does not have its digest"));
    cache_.Put(stored.digest, stored.document);
    Add(std::move(rules));
  }
  position_ = position;
  return absl::OkStatus();
}

absl::Status RuleBook::Start(const std::vector<v1::RuleSet>& built_in) {
  RETURN_IF_ERROR(Refresh());
  for (const v1::RuleSet& rule_set : built_in) {
    absl::Status status = Publish(rule_set).status();
    if (ReasonOf(status) == "REVISION_EXISTS")
      log::Error("a rule set file differs from what is published under its revision; the published one stays",
                 {{"rule_set", rule_set.id()}});
    else if (!status.ok())
      return status;
  }
  follower_ = std::thread([this] { Follow(); });
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<const Rules>> RuleBook::Load(std::string_view digest) {
  if (auto known = catalogue()->ByDigest(digest)) return known;
  std::optional<std::string> document = cache_.Get(digest);
  if (!document) {
    ASSIGN_OR_RETURN(const std::optional<StoredRuleSet> stored, store_.Find(digest));
    if (!stored)
      return Error(absl::StatusCode::kNotFound, "RULE_SET_NOT_FOUND", Cat("no rule set has the digest ", digest));
    document = stored->document;
  }
  ASSIGN_OR_RETURN(std::shared_ptr<const Rules> rules, Compile(*document));
  const std::lock_guard lock(mutex_);
  Add(rules);
  return rules;
}

absl::StatusOr<std::shared_ptr<const Rules>> RuleBook::Publish(const v1::RuleSet& rule_set) {
  ASSIGN_OR_RETURN(std::shared_ptr<const Rules> rules, Rules::Compile(rule_set));
  ASSIGN_OR_RETURN(const std::string document, CanonicalEncode(rule_set));
  RETURN_IF_ERROR(store_.Publish({rule_set.id(), rule_set.revision(), rules->digest(), document}));
  cache_.Put(rules->digest(), document);
  cache_.Ring();
  const std::lock_guard lock(mutex_);
  if (catalogue()->ByDigest(rules->digest()) == nullptr) Add(rules);
  return rules;
}

void RuleBook::Follow() {
  std::int64_t heard = cache_.Bell().value_or(0);
  for (int round = 1;; ++round) {
    {
      std::unique_lock lock(stop_mutex_);
      if (stop_.wait_for(lock, kBellInterval, [this] { return stopping_; })) return;
    }
    const std::optional<std::int64_t> bell = cache_.Bell();
    const bool rung = bell && *bell != heard;
    if (!rung && round % kBellsPerRefresh != 0) continue;
    if (bell) heard = *bell;
    if (const absl::Status status = Refresh(); !status.ok())
      log::Warning("cannot look for new rule sets", {{"error", std::string(status.message())}});
  }
}

}  // namespace jixiao::scoring
