// The rule book's follower: one thread that looks for changes, and passes them on to Redis and the disk.
#include "common/canonical.h"
#include "common/errors.h"
#include "common/log.h"
#include "common/text.h"
#include "scoring/rulesets/rule_book.h"
#include "scoring/rulesets/snapshot.h"

#include <random>
#include <utility>

namespace jixiao::scoring {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// A bell can be missed, or kept from ringing, and the store is asked all the same: this often, so that within a second
// everything published is seen.
constexpr int kLeastInterval = 400;
constexpr int kMostInterval = 600;
// A bell that never stops ringing makes nobody ask more often than this.
constexpr milliseconds kGap{20};
// How often Redis is looked after though nothing changed.
constexpr int kLeastShare = 15'000;
constexpr int kMostShare = 25'000;
constexpr milliseconds kSnapshotRetry{10'000};

milliseconds Between(int from, int to) {
  thread_local std::minstd_rand random{std::random_device{}()};
  return milliseconds(std::uniform_int_distribution<int>(from, to)(random));
}

}  // namespace

void RuleBook::Wake() {
  {
    const std::lock_guard lock(wake_mutex_);
    woken_ = true;
  }
  wake_.notify_all();
}

bool RuleBook::Sleep(milliseconds time, bool until_woken) {
  std::unique_lock lock(wake_mutex_);
  wake_.wait_for(lock, time, [&] { return stopping_ || (until_woken && woken_); });
  if (until_woken) woken_ = false;
  return !stopping_;
}

void RuleBook::Follow() {
  while (Sleep(Between(kLeastInterval, kMostInterval), true)) {
    FollowOnce();
    if (!Sleep(kGap, false)) return;
  }
}

void RuleBook::FollowOnce() {
  absl::Status status = Refresh();
  if (!status.ok()) TakeFromRedis(kIndexLife).IgnoreError();
  if (status.ok() && !built_in_.empty()) status = PublishBuiltIn();
  NoteStore(status);

  const auto now = steady_clock::now();
  const bool changed = share_due_.exchange(false);
  const bool redis_is_new = redis_is_new_.exchange(false);
  if (changed || redis_is_new || now >= next_share_) {
    ShareWithRedis(status.ok(), redis_is_new);
    next_share_ = now + Between(kLeastShare, kMostShare);
  }
  if (snapshot_due_.load() && now >= next_snapshot_) WriteSnapshotFile();
}

absl::Status RuleBook::PublishBuiltIn() {
  ASSIGN_OR_RETURN(RuleSetStore* const store, Store());
  bool news = false;
  for (const auto& rules : built_in_) {
    if (IsPublished(*rules)) continue;
    const v1::RuleSet& set = rules->source();
    ASSIGN_OR_RETURN(const std::string document, CanonicalEncode(set));
    const absl::Status status = store->Publish({set.id(), set.revision(), rules->digest(), document}, {});
    if (ReasonOf(status) == "REVISION_EXISTS")
      log::Error("a rule set file differs from what is published under its revision; the published one stays",
                 {{"rule_set", set.id()}});
    else
      RETURN_IF_ERROR(status);
    news = news || status.ok();
  }
  built_in_.clear();
  if (news) Announce();
  return absl::OkStatus();
}

void RuleBook::NoteStore(const absl::Status& status) {
  if (status.ok() == store_noted_) return;
  store_noted_ = status.ok();
  if (status.ok())
    log::Info("the store is back", {{"rule_sets", catalogue()->All().size()}});
  else
    log::Warning("the store is away: serving what is known; nothing can be published",
                 {{"reason", ReasonOf(status)}, {"error", std::string(status.message())}});
}

void RuleBook::ShareWithRedis(bool confirmed, bool all) {
  if (source_.load() == Source::kNothing) return;
  const Known known = KnownNow();
  const Index index = IndexOf(known);
  const std::optional<std::size_t> held = cache_.Count(index.digests);
  if (!held) return;  // it is away; when it is back, all this comes again
  if (all || *held < index.digests.size()) {
    for (const auto& rules : known.published) {
      const absl::StatusOr<std::string> document = CanonicalEncode(rules->source());
      if (document.ok()) cache_.Put(rules->digest(), *document);
    }
  }
  if (options_.secret.empty()) return;
  if (!confirmed) {
    // Others may reach the store and know more.
    const std::optional<std::string> theirs = cache_.GetIndex();
    const absl::StatusOr<Index> opened = OpenIndex(theirs.value_or(""), options_.secret);
    if (opened.ok() && opened->confirmed_at >= index.confirmed_at) return;
  }
  cache_.PutIndex(SealIndex(index, options_.secret));
}

void RuleBook::WriteSnapshotFile() {
  snapshot_due_.store(false);
  if (options_.snapshot.empty()) return;
  const Known known = KnownNow();
  Snapshot snapshot{IndexOf(known), {}};
  absl::Status status;
  for (const auto& rules : known.published) {
    absl::StatusOr<std::string> document = CanonicalEncode(rules->source());
    status.Update(document.status());
    if (document.ok()) snapshot.documents.push_back(*std::move(document));
  }
  if (status.ok()) status = WriteSnapshot(options_.snapshot, snapshot);
  if (status.ok()) {
    snapshot_failed_ = false;
    return;
  }
  snapshot_due_.store(true);
  next_snapshot_ = steady_clock::now() + kSnapshotRetry;
  if (!std::exchange(snapshot_failed_, true))
    log::Warning("cannot write the snapshot", {{"error", std::string(status.message())}});
}

}  // namespace jixiao::scoring
