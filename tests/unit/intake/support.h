// Shared by the tests of intake without gRPC: peers whose answers a test decides, and a store that can be made to fail.
#pragma once

#include "common/canonical.h"
#include "common/errors.h"
#include "common/text.h"
#include "intake/store/sql_submission_store.h"
#include "intake/workflow/pipeline.h"

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <future>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace jixiao::intake::support {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

template <class Done>
bool Eventually(Done&& done, milliseconds patience = seconds(20)) {
  const auto end = steady_clock::now() + patience;
  while (!done()) {
    if (steady_clock::now() >= end) return false;
    std::this_thread::sleep_for(milliseconds(5));
  }
  return true;
}

inline evaluation::v1::SelfEvaluation FormOf(const std::string& project) {
  evaluation::v1::SelfEvaluation form;
  form.set_project_name(project);
  form.set_fiscal_year(2021);
  form.mutable_implementing_unit()->set_name("组织部");
  return form;
}

inline Acceptance AcceptanceOf(const std::string& project, const std::string& submission = "") {
  const evaluation::v1::SelfEvaluation form = FormOf(project);
  Acceptance acceptance;
  acceptance.request_id = Cat("request-", project, "-", submission);
  acceptance.request_digest = CanonicalDigest(form).value();
  acceptance.trace_id = Cat("trace-", project);
  acceptance.submission = submission;
  acceptance.head.project_name = project;
  acceptance.head.fiscal_year = form.fiscal_year();
  acceptance.head.form_digest = acceptance.request_digest;
  acceptance.form = form.SerializeAsString();
  return acceptance;
}

// Takes a form in and answers with the name of its submission.
inline std::string Accept(SubmissionStore& store, Acceptance acceptance) {
  std::promise<absl::StatusOr<std::string>> answer;
  const absl::Status queued = store.Accept(
      std::move(acceptance), [&](absl::StatusOr<std::string> bytes) { answer.set_value(std::move(bytes)); });
  EXPECT_TRUE(queued.ok()) << queued;
  const absl::StatusOr<std::string> bytes = answer.get_future().get();
  EXPECT_TRUE(bytes.ok()) << bytes.status();
  v1::SubmitEvaluationResponse response;
  EXPECT_TRUE(bytes.ok() && response.ParseFromString(*bytes));
  return response.receipt().submission();
}
inline std::string Accept(SubmissionStore& store, const std::string& project, const std::string& submission = "") {
  return Accept(store, AcceptanceOf(project, submission));
}

inline SubmissionRow Find(SubmissionStore& store, const std::string& name) {
  const auto row = store.Find(name);
  EXPECT_TRUE(row.ok() && *row) << name << ": " << row.status();
  return row.ok() && *row ? **row : SubmissionRow();
}

inline ::testing::AssertionResult Reaches(SubmissionStore& store, const std::string& name, SubmissionState state,
                                          milliseconds patience = seconds(20)) {
  SubmissionRow row;
  if (Eventually(
          [&] {
            row = Find(store, name);
            return row.state == state;
          },
          patience))
    return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << name << " is " << v1::SubmissionState_Name(row.state) << " " << row.problem;
}

// Scores every form with its project's name for a total. `answer` may refuse an item; it is called for each.
class FakeScorer final : public Scorer {
 public:
  std::function<absl::Status(const WorkItem&)> answer = [](const WorkItem&) { return absl::OkStatus(); };
  // Adds findings to a card.
  std::function<void(const WorkItem&, evaluation::v1::Scorecard&)> findings = [](const WorkItem&,
                                                                                 evaluation::v1::Scorecard&) {};
  std::function<absl::Status()> rules = [] { return absl::OkStatus(); };

  std::vector<absl::StatusOr<evaluation::v1::Scorecard>> Score(std::span<const WorkItem* const> items) override {
    std::vector<absl::StatusOr<evaluation::v1::Scorecard>> cards;
    for (const WorkItem* item : items) {
      absl::Status status = answer(*item);
      const std::lock_guard lock(mutex_);
      ++scored_[item->form.project_name()];
      if (!status.ok()) {
        cards.emplace_back(std::move(status));
        continue;
      }
      evaluation::v1::Scorecard card;
      card.mutable_rule_set()->set_digest("sha256:rules");
      card.set_computed_total(item->form.project_name());
      findings(*item, card);
      cards.emplace_back(std::move(card));
    }
    const std::lock_guard lock(mutex_);
    batches_.push_back(items.size());
    return cards;
  }
  absl::StatusOr<std::shared_ptr<const scoring::v1::RuleSet>> RuleSet(const std::string& digest) override {
    EXPECT_EQ(digest, "sha256:rules");
    RETURN_IF_ERROR(rules());
    auto set = std::make_shared<scoring::v1::RuleSet>();
    set->set_id("rules");
    return set;
  }
  absl::StatusOr<bool> Knows(const std::string&) override { return true; }
  void Cancel() override {
    const std::lock_guard lock(mutex_);
    cancelled_ = true;
    changed_.notify_all();
  }

  // Holds an answer until Cancel, as a peer does that hangs.
  absl::Status Hang() {
    std::unique_lock lock(mutex_);
    hanging_ = true;
    changed_.wait(lock, [this] { return cancelled_; });
    return absl::CancelledError("the process stops");
  }
  bool hanging() {
    const std::lock_guard lock(mutex_);
    return hanging_;
  }
  int TimesScored(const std::string& project) {
    const std::lock_guard lock(mutex_);
    return scored_[project];
  }
  std::vector<std::size_t> batches() {
    const std::lock_guard lock(mutex_);
    return batches_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool hanging_ = false;
  bool cancelled_ = false;
  std::map<std::string, int> scored_;  // by project
  std::vector<std::size_t> batches_;
};

// An archive that keeps totals by key: the same key with another total is refused, as the real one does. `before` may
// refuse a job unarchived, `after` may lose the answer to one that is archived.
class FakeArchiver final : public Archiver {
 public:
  std::function<absl::Status(const ArchiveJob&)> before = [](const ArchiveJob&) { return absl::OkStatus(); };
  std::function<absl::Status(const ArchiveJob&)> after = [](const ArchiveJob&) { return absl::OkStatus(); };

  std::vector<absl::StatusOr<ArchivedAt>> Archive(std::span<const ArchiveJob> jobs) override {
    std::vector<absl::StatusOr<ArchivedAt>> places;
    for (const ArchiveJob& job : jobs) places.push_back(ArchiveOne(job));
    return places;
  }
  void Cancel() override {}

  // What was archived as review, under its key; every archived key is here.
  std::map<std::string, std::optional<v1::ReviewRecord>> reviews() {
    const std::lock_guard lock(mutex_);
    return reviews_;
  }
  // How many jobs the archive took, and how many of them brought their rule set.
  std::pair<int, int> jobs() {
    const std::lock_guard lock(mutex_);
    return {jobs_, jobs_with_rules_};
  }
  // The totals in the order in which they were archived, under their keys.
  std::vector<std::pair<std::string, std::string>> records() {
    const std::lock_guard lock(mutex_);
    return records_;
  }

 private:
  absl::StatusOr<ArchivedAt> ArchiveOne(const ArchiveJob& job) {
    RETURN_IF_ERROR(before(job));
    {
      const std::lock_guard lock(mutex_);
      has_rules_ = has_rules_ || job.rule_set != nullptr;
      if (!has_rules_) return Error(absl::StatusCode::kFailedPrecondition, "RULE_SET_NEEDED", "none has it");
      ++jobs_;
      jobs_with_rules_ += job.rule_set != nullptr;
    }
    const std::string key = RevisionName(job.item->name, job.item->revision);
    std::int64_t index = 0;
    {
      const std::lock_guard lock(mutex_);
      while (index < static_cast<std::int64_t>(records_.size()) &&
             records_[static_cast<std::size_t>(index)].first != key)
        ++index;
      if (index == static_cast<std::int64_t>(records_.size()))
        records_.emplace_back(key, job.scorecard->computed_total());
      const auto [review, added] = reviews_.emplace(key, job.item->review);
      if (!added && CanonicalText(review->second) != CanonicalText(job.item->review))
        return Error(absl::StatusCode::kAlreadyExists, "RECORD_CONFLICT", "archived with another review");
      if (records_[static_cast<std::size_t>(index)].second != job.scorecard->computed_total())
        return Error(absl::StatusCode::kAlreadyExists, "RECORD_CONFLICT", "archived with other content");
    }
    RETURN_IF_ERROR(after(job));
    return ArchivedAt{Cat("records/", index), index};
  }

  static std::string CanonicalText(const std::optional<v1::ReviewRecord>& review) {
    return review ? CanonicalEncode(*review).value() : std::string();
  }

  std::mutex mutex_;
  bool has_rules_ = false;
  int jobs_ = 0;
  int jobs_with_rules_ = 0;
  std::vector<std::pair<std::string, std::string>> records_;
  std::map<std::string, std::optional<v1::ReviewRecord>> reviews_;
};

// Passes everything on to a real store, but what the pipeline asks can be made to fail before it happens or after.
class FragileStore : public SubmissionStore {
 public:
  enum class Step { kLease, kSettle };

  explicit FragileStore(SubmissionStore& store) : store_(store) {}

  // Called before and after each step of the pipeline; an error is what the pipeline sees.
  std::function<absl::Status(Step)> before = [](Step) { return absl::OkStatus(); };
  std::function<absl::Status(Step)> after = [](Step) { return absl::OkStatus(); };
  // May refuse one outcome, and with it all that come together with it.
  std::function<absl::Status(const WorkResult&)> judge = [](const WorkResult&) { return absl::OkStatus(); };

  absl::Status Accept(Acceptance acceptance, Accepted done) override {
    return store_.Accept(std::move(acceptance), std::move(done));
  }
  absl::StatusOr<std::optional<SubmissionRow>> Find(std::string_view name) override { return store_.Find(name); }
  absl::StatusOr<std::optional<evaluation::v1::Scorecard>> Scorecard(std::int64_t submission, int revision) override {
    return store_.Scorecard(submission, revision);
  }
  absl::StatusOr<SubmissionPage> List(const SubmissionFilter& filter, const ListPosition& behind,
                                      std::size_t limit) override {
    return store_.List(filter, behind, limit);
  }
  absl::StatusOr<ChangePage> Changes(const SubmissionFilter& filter, std::int64_t behind, std::size_t limit) override {
    return store_.Changes(filter, behind, limit);
  }
  absl::StatusOr<std::int64_t> NewestChange() override { return store_.NewestChange(); }
  void Listen(std::function<void(std::int64_t)> listener) override { store_.Listen(std::move(listener)); }
  absl::StatusOr<std::vector<intake::Step>> Steps(std::int64_t submission, std::int64_t after_step) override {
    return store_.Steps(submission, after_step);
  }
  absl::StatusOr<std::vector<WorkItem>> Lease(std::int64_t limit, std::int64_t lease_micros) override {
    RETURN_IF_ERROR(before(Step::kLease));
    auto items = store_.Lease(limit, lease_micros);
    RETURN_IF_ERROR(after(Step::kLease));
    return items;
  }
  absl::Status Renew(std::span<WorkItem> items, std::int64_t lease_micros) override {
    return store_.Renew(items, lease_micros);
  }
  absl::StatusOr<std::vector<SubmissionState>> Settle(const std::vector<WorkResult>& results) override {
    RETURN_IF_ERROR(before(Step::kSettle));
    for (const WorkResult& result : results) RETURN_IF_ERROR(judge(result));
    auto states = store_.Settle(results);
    RETURN_IF_ERROR(states.status());
    RETURN_IF_ERROR(after(Step::kSettle));
    return states;
  }
  absl::Status ReleaseLeases() override { return store_.ReleaseLeases(); }
  absl::StatusOr<Backlog> Waiting() override { return store_.Waiting(); }
  absl::StatusOr<ExpiryStep> ExpireRequests(std::int64_t old, const RequestPosition& behind,
                                            std::int64_t limit) override {
    return store_.ExpireRequests(old, behind, limit);
  }

 private:
  SubmissionStore& store_;
};

}  // namespace jixiao::intake::support
