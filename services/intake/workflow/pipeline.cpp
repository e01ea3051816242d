#include "intake/workflow/pipeline.h"

#include "common/errors.h"
#include "common/log.h"
#include "common/text.h"
#include "common/time.h"
#include "common/trace.h"
#include "intake/workflow/findings.h"
#include "intake/workflow/lease_keeper.h"

#include <algorithm>

namespace jixiao::intake {
namespace {

constexpr std::chrono::milliseconds kIdle{250};
// Half a minute together; each short, so that what is known goes into the store soon after the store is sound again.
constexpr int kSettleTries = 16;
constexpr std::int64_t kMostBeforeSettling = 2'000'000;
constexpr std::int64_t kMostWhileAway = 2'000'000;
constexpr std::int64_t kGiveWay = 7;  // times as long as the batch took
constexpr std::int64_t kMostGivenWay = 1'000'000;
constexpr std::int64_t kReportMicros = 30'000'000;
constexpr std::int64_t kOldMicros = 60'000'000;

// How many items a batch has. The store takes longer for more, and a form that comes in meanwhile waits for it.
std::int64_t BatchFor(Demand demand) {
  switch (demand) {
    case Demand::kNone:
      return 64;
    case Demand::kSingles:
      return 16;
    case Demand::kRefused:
      return 8;
  }
  return 8;
}

// Whether the same call may succeed later without anyone's help. What is not known is repeated: a form is never given
// up because of an error of ours.
bool Repeatable(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kOutOfRange:
    case absl::StatusCode::kUnimplemented:
      return false;
    default:
      return true;
  }
}

// Whether the store may take later what it does not take now: it is away, busy, or out of room.
bool MayTakeLater(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsResourceExhausted(status);
}

// `logged`: that it is put off is said already.
WorkResult Failed(const WorkItem& item, const absl::Status& status, std::string_view where, bool logged) {
  const Trace trace = FromText(item.trace_id);
  WorkResult result;
  result.item = &item;
  result.problem = Cat(where, "：", ReasonOf(status), " ", std::string(status.message()));
  if (Repeatable(status)) {
    result.kind = WorkResult::Kind::kDeferred;
    result.not_before = NowMicros() + DelayBeforeTry(item.attempts);
    if (logged) return result;
    log::Warning("a work item is put off", {{"submission", item.name},
                                            {"request_id", trace.request_id},
                                            {"trace_id", trace.trace_id},
                                            {"attempts", item.attempts},
                                            {"reason", ReasonOf(status)},
                                            {"error", std::string(status.message())}});
  } else {
    result.kind = WorkResult::Kind::kStuck;
    log::Error("a work item is stuck", {{"submission", item.name},
                                        {"request_id", trace.request_id},
                                        {"trace_id", trace.trace_id},
                                        {"reason", ReasonOf(status)},
                                        {"error", std::string(status.message())}});
  }
  return result;
}

// What is stored of the form is not what was accepted. Its unit has the form; the disk does not mend itself.
WorkResult Damaged(const WorkItem& item) {
  const Trace trace = FromText(item.trace_id);
  log::Error("a stored form is damaged", {{"submission", item.name},
                                          {"request_id", trace.request_id},
                                          {"trace_id", trace.trace_id},
                                          {"reason", ReasonOf(item.damage)},
                                          {"error", std::string(item.damage.message())}});
  WorkResult result;
  result.item = &item;
  result.kind = WorkResult::Kind::kStuck;
  result.problem = Cat("所存的自评表已损坏（", ReasonOf(item.damage), "），不能评分和归档；请退回，由单位重新提交");
  return result;
}

}  // namespace

std::int64_t DelayBeforeTry(int attempts) {
  return std::min<std::int64_t>(5'000'000, std::int64_t{100'000} << std::min(attempts, 10));
}

Pipeline::Pipeline(SubmissionStore& store, Scorer& scorer, Archiver& archiver, const ReviewPolicy& policy,
                   PipelineOptions options)
    : store_(store), scorer_(scorer), archiver_(archiver), policy_(policy), demand_(std::move(options.demand)) {
  for (int i = 0; i < options.carriers; ++i) carriers_.emplace_back([this, reports = i == 0] { Loop(reports); });
}

Pipeline::~Pipeline() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  scorer_.Cancel();
  archiver_.Cancel();
  for (std::thread& carrier : carriers_) carrier.join();
}

void Pipeline::Wake() {
  {
    const std::lock_guard lock(mutex_);
    if (woken_) return;
    woken_ = true;
  }
  wake_.notify_one();
}

// One that idles looks for work every kIdle: when forms come faster than one carries them, the next joins in soon.
void Pipeline::Loop(bool reports) {
  LeaseKeeper keeper(store_);
  while (true) {
    const auto start = std::chrono::steady_clock::now();
    const absl::StatusOr<std::size_t> carried = RunBatch(keeper);
    if (!carried.ok())
      log::Error("the pipeline cannot use its store",
                 {{"reason", ReasonOf(carried.status())}, {"error", std::string(carried.status().message())}});
    if (reports) Watch();
    std::unique_lock lock(mutex_);
    if (stopping_) return;
    if (carried.ok() && *carried > 0) {
      lock.unlock();
      Rest(std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start));
      continue;
    }
    wake_.wait_for(lock, kIdle, [this] { return stopping_ || woken_; });
    woken_ = false;
    if (stopping_) return;
  }
}

template <class Outcome>
bool Pipeline::IsAway(Peer& peer, const std::vector<absl::StatusOr<Outcome>>& outcomes) {
  const bool away = !outcomes.empty() && std::ranges::all_of(outcomes, [](const auto& outcome) {
    return absl::IsUnavailable(outcome.status());
  });
  if (!away) {
    if (!outcomes.empty()) peer.away_times = 0;
    return false;
  }
  ++peer.away_times;
  log::Warning("a peer is away, and its work items are put off",
               {{"step", peer.step},
                {"items", outcomes.size()},
                {"reason", ReasonOf(outcomes.front().status())},
                {"error", std::string(outcomes.front().status().message())}});
  return true;
}

void Pipeline::Rest(std::chrono::microseconds took) {
  const int times = std::max(scoring_.away_times.load(), archiving_.away_times.load());
  std::int64_t micros = times > 0 ? std::min(DelayBeforeTry(times - 1), kMostWhileAway) : 0;
  if (demand_() == Demand::kRefused) micros = std::max(micros, std::min(kGiveWay * took.count(), kMostGivenWay));
  if (micros > 0) Pause(micros);
}

bool Pipeline::Pause(std::int64_t micros) {
  std::unique_lock lock(mutex_);
  return !wake_.wait_for(lock, std::chrono::microseconds(micros), [this] { return stopping_; });
}

absl::StatusOr<std::size_t> Pipeline::RunBatch(LeaseKeeper& keeper) {
  ASSIGN_OR_RETURN(std::vector<WorkItem> items, store_.Lease(BatchFor(demand_()), kLeaseMicros));
  const std::size_t leased = items.size();
  RETURN_IF_ERROR(SetDamagedAside(items));
  if (items.empty()) return leased;
  const LeaseKeeper::Hold hold(keeper, items);
  RETURN_IF_ERROR(ScoreItems(items));
  RETURN_IF_ERROR(ArchiveItems(items));
  return leased;
}

absl::Status Pipeline::SetDamagedAside(std::vector<WorkItem>& items) {
  std::vector<WorkResult> results;
  for (const WorkItem& item : items)
    if (!item.damage.ok()) results.push_back(Damaged(item));
  RETURN_IF_ERROR(Settle(results).status());
  std::erase_if(items, [](const WorkItem& item) { return !item.damage.ok(); });
  return absl::OkStatus();
}

absl::StatusOr<std::vector<SubmissionState>> Pipeline::Settle(const std::vector<WorkResult>& results) {
  if (results.empty()) return std::vector<SubmissionState>();
  absl::StatusOr<std::vector<SubmissionState>> together = store_.Settle(results);
  // What was not stored stays leased: repeated here, it need not wait for the lease to end.
  for (int tries = 0; MayTakeLater(together.status()) && tries < kSettleTries &&
                      Pause(std::min(DelayBeforeTry(tries), kMostBeforeSettling));
       ++tries)
    together = store_.Settle(results);
  if (together.status().code() != absl::StatusCode::kDataLoss || results.size() == 1) return together;
  std::vector<SubmissionState> states;
  for (const WorkResult& result : results) {
    const absl::StatusOr<std::vector<SubmissionState>> alone = store_.Settle({result});
    states.push_back(alone.ok() ? alone->front() : v1::SUBMISSION_STATE_UNSPECIFIED);
    if (!alone.ok())
      log::Error("an outcome cannot be stored", {{"submission", result.item->name},
                                                 {"reason", ReasonOf(alone.status())},
                                                 {"error", std::string(alone.status().message())}});
  }
  return states;
}

absl::Status Pipeline::ScoreItems(std::vector<WorkItem>& items) {
  std::vector<WorkItem*> unscored;
  for (WorkItem& item : items)
    if (!item.scorecard) unscored.push_back(&item);
  if (unscored.empty()) return absl::OkStatus();
  std::vector<absl::StatusOr<evaluation::v1::Scorecard>> cards =
      scorer_.Score(std::vector<const WorkItem*>(unscored.begin(), unscored.end()));
  const bool away = IsAway(scoring_, cards);
  std::vector<WorkResult> results;
  for (std::size_t i = 0; i < unscored.size(); ++i) {
    if (!cards[i].ok()) {
      results.push_back(Failed(*unscored[i], cards[i].status(), scoring_.step, away));
      continue;
    }
    unscored[i]->scorecard = *std::move(cards[i]);
    WorkResult result;
    result.kind = WorkResult::Kind::kScored;
    result.item = unscored[i];
    result.scorecard = &*unscored[i]->scorecard;
    if (unscored[i]->reviewed) {
      result.findings = Judge(policy_, unscored[i]->form, *unscored[i]->scorecard,
                              RevisionName(unscored[i]->name, unscored[i]->revision));
      result.policy = policy_.digest();
    }
    results.push_back(std::move(result));
  }
  ASSIGN_OR_RETURN(const std::vector<SubmissionState> states, Settle(results));
  // Only what is scored and nothing else goes straight on: what waits for people, or was withdrawn meanwhile, does not.
  for (std::size_t i = 0; i < results.size(); ++i)
    if (states[i] != v1::SUBMISSION_STATE_SCORED) unscored[i]->scorecard.reset();
  return absl::OkStatus();
}

std::vector<absl::StatusOr<ArchivedAt>> Pipeline::Archive(std::vector<ArchiveJob>& jobs) {
  if (jobs.empty()) return {};
  std::vector<absl::StatusOr<ArchivedAt>> places = archiver_.Archive(jobs);
  // A rule set is larger than a form, and the archive has had it since its first record: it is sent with what was
  // refused, for whatever reason, and then the answer counts.
  std::vector<std::size_t> refused;
  std::vector<ArchiveJob> whole;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    if (places[i].ok() || Repeatable(places[i].status())) continue;
    auto rule_set = scorer_.RuleSet(jobs[i].scorecard->rule_set().digest());
    if (!rule_set.ok()) {
      places[i] = rule_set.status();
      continue;
    }
    refused.push_back(i);
    whole.push_back({jobs[i].item, jobs[i].scorecard, *std::move(rule_set)});
  }
  if (whole.empty()) return places;
  std::vector<absl::StatusOr<ArchivedAt>> again = archiver_.Archive(whole);
  for (std::size_t i = 0; i < refused.size(); ++i) places[refused[i]] = std::move(again[i]);
  return places;
}

absl::Status Pipeline::ArchiveItems(std::vector<WorkItem>& items) {
  std::vector<ArchiveJob> jobs;
  for (const WorkItem& item : items)
    if (item.scorecard) jobs.push_back({&item, &*item.scorecard, nullptr});  // without: put off or stuck, or gone
  const std::vector<absl::StatusOr<ArchivedAt>> places = Archive(jobs);
  const bool away = IsAway(archiving_, places);
  std::vector<WorkResult> results;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    if (!places[i].ok()) {
      results.push_back(Failed(*jobs[i].item, places[i].status(), archiving_.step, away));
      continue;
    }
    WorkResult result;
    result.kind = WorkResult::Kind::kArchived;
    result.item = jobs[i].item;
    result.archive_record = places[i]->record;
    result.archive_index = places[i]->index;
    results.push_back(std::move(result));
  }
  return Settle(results).status();
}

// Nothing waits unseen: the age of the oldest work item is reported while it is not normal.
void Pipeline::Watch() {
  const std::int64_t now = NowMicros();
  if (now - last_report_ < kReportMicros) return;
  last_report_ = now;
  const absl::StatusOr<Backlog> backlog = store_.Waiting();
  if (!backlog.ok() || backlog->items == 0 || now - backlog->oldest < kOldMicros) return;
  log::Warning("work items wait", {{"items", backlog->items}, {"oldest_seconds", (now - backlog->oldest) / 1'000'000}});
}

}  // namespace jixiao::intake
