// Carries accepted forms through scoring into the archive. What is reviewed is left to people between the two: it comes
// back as a new work item once its last stage approved, and nothing else is archived.
//
// Every step can be killed and repeated: a work item is leased, never taken away before its outcome is stored; scoring
// stores nothing, and archiving the same revision again answers with the same place. One item that cannot go on never
// holds up the others.
#pragma once

#include "intake/store/submission_store.h"
#include "intake/workflow/demand.h"
#include "intake/workflow/review_policy.h"

#include "jixiao/scoring/v1/rule_set.pb.h"

#include <absl/status/statusor.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>
#include <thread>
#include <vector>

namespace jixiao::intake {

// The scoring service, as the pipeline needs it. Thread-safe; blocks.
class Scorer {
 public:
  virtual ~Scorer() = default;
  // One outcome for each item, in order.
  virtual std::vector<absl::StatusOr<evaluation::v1::Scorecard>> Score(std::span<const WorkItem* const> items) = 0;
  virtual absl::StatusOr<std::shared_ptr<const scoring::v1::RuleSet>> RuleSet(const std::string& digest) = 0;
  // Whether a rule set of this name exists; an error when scoring cannot be asked now.
  virtual absl::StatusOr<bool> Knows(const std::string& rule_set) = 0;
  // Ends the calls that are running, and later ones at once, with CANCELLED: the process stops.
  virtual void Cancel() = 0;
};

struct ArchivedAt {
  std::string record;
  std::int64_t index = 0;
};

// One scored item, with the rules it was scored by unless the archive has them.
struct ArchiveJob {
  const WorkItem* item = nullptr;
  const evaluation::v1::Scorecard* scorecard = nullptr;
  std::shared_ptr<const scoring::v1::RuleSet> rule_set;
};

// The archiving service, as the pipeline needs it. Thread-safe; blocks.
class Archiver {
 public:
  virtual ~Archiver() = default;
  // One outcome for each job, in order.
  virtual std::vector<absl::StatusOr<ArchivedAt>> Archive(std::span<const ArchiveJob> jobs) = 0;
  // As Scorer::Cancel.
  virtual void Cancel() = 0;
};

struct PipelineOptions {
  // Carry batches side by side: while one waits for a peer or a commit, another goes on.
  int carriers = 1;
  // What callers ask for. Carriers give way to it: who hands in waits for an answer, and what is accepted keeps. While
  // single forms come batches are smaller, because the store writes one thing after the other; while forms are refused
  // they are small, and carriers work an eighth of the time.
  std::function<Demand()> demand = [] { return Demand::kNone; };
};

class LeaseKeeper;

class Pipeline {
 public:
  // All must outlive the pipeline. `policy` classes the findings of forms that are reviewed.
  Pipeline(SubmissionStore& store, Scorer& scorer, Archiver& archiver,
           const ReviewPolicy& policy = ReviewPolicy::Default(), PipelineOptions options = {});
  // Cancels what the peers are doing and stores how far the batch came; what is left is carried after the next start.
  ~Pipeline();
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  // Says that there may be work. Cheap; thread-safe.
  void Wake();

 private:
  void Loop(bool reports);
  // A peer by what it was asked for last.
  struct Peer {
    std::string_view step;            // what it does, in Chinese
    std::atomic<int> away_times = 0;  // batches in a row that did not reach it
  };

  // Notes whether `peer` was away for the whole batch; then what is put off is logged once, not for each item.
  template <class Outcome>
  static bool IsAway(Peer& peer, const std::vector<absl::StatusOr<Outcome>>& outcomes);
  // After a batch that took so long: while a peer is away a batch is all that is tried, and put off, at a time; while
  // forms are refused others come first.
  void Rest(std::chrono::microseconds took);
  // Waits so long; false when the pipeline is to stop.
  bool Pause(std::int64_t micros);
  // Carries one batch as far as it goes; how many items it had.
  absl::StatusOr<std::size_t> RunBatch(LeaseKeeper& keeper);
  // Settles the damaged ones of `items` as stuck and takes them out.
  absl::Status SetDamagedAside(std::vector<WorkItem>& items);
  absl::Status ScoreItems(std::vector<WorkItem>& items);
  absl::Status ArchiveItems(std::vector<WorkItem>& items);
  // One outcome for each job, in order.
  std::vector<absl::StatusOr<ArchivedAt>> Archive(std::vector<ArchiveJob>& jobs);
  // Stores outcomes: all in one transaction, or, when damage keeps one of them out, each in its own. The states that
  // the submissions have then; UNSPECIFIED for what could not be stored.
  absl::StatusOr<std::vector<SubmissionState>> Settle(const std::vector<WorkResult>& results);
  void Watch();

  SubmissionStore& store_;
  Scorer& scorer_;
  Archiver& archiver_;
  const ReviewPolicy& policy_;
  const std::function<Demand()> demand_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool woken_ = false;
  bool stopping_ = false;
  Peer scoring_{"评分"};
  Peer archiving_{"归档"};
  std::int64_t last_report_ = 0;  // of the carrier that reports
  std::vector<std::thread> carriers_;
};

// How long to wait before the next try, in microseconds: doubling from 100 ms to 5 s: so soon after a fault is over
// all that was put off goes on.
std::int64_t DelayBeforeTry(int attempts);

}  // namespace jixiao::intake
