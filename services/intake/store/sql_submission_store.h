// Submissions in SQL: in a file of SQLite, or in PostgreSQL.
#pragma once

#include "common/store/contents.h"
#include "common/store/group_commit.h"
#include "common/time.h"
#include "intake/store/sql_acceptance.h"
#include "intake/store/submission_store.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace jixiao::intake {

class SqlSubmissionStore final : public SubmissionStore {
 public:
  static constexpr std::size_t kMostTogether = 64;  // forms in one work

  // Opens or creates the database at `path`.
  static absl::StatusOr<std::unique_ptr<SqlSubmissionStore>> Open(const std::string& path, Clock clock = NowMicros,
                                                                  store::GroupCommit::Options options = {});

  // Those that wait for the same commit are looked up together, and share one work.
  absl::Status Accept(Acceptance acceptance, Accepted done) override;
  absl::StatusOr<std::optional<SubmissionRow>> Find(std::string_view name) override;
  absl::StatusOr<std::optional<evaluation::v1::Scorecard>> Scorecard(std::int64_t submission, int revision) override;
  absl::StatusOr<SubmissionPage> List(const SubmissionFilter& filter, const ListPosition& after,
                                      std::size_t limit) override;
  absl::StatusOr<ChangePage> Changes(const SubmissionFilter& filter, std::int64_t after, std::size_t limit) override;
  absl::StatusOr<std::int64_t> NewestChange() override;
  void Listen(std::function<void(std::int64_t)> listener) override;
  absl::StatusOr<std::vector<Step>> Steps(std::int64_t submission, std::int64_t after) override;
  absl::StatusOr<std::vector<WorkItem>> Lease(std::int64_t limit, std::int64_t lease_micros) override;
  absl::Status Renew(std::span<WorkItem> items, std::int64_t lease_micros) override;
  absl::StatusOr<std::vector<SubmissionState>> Settle(const std::vector<WorkResult>& results) override;
  absl::Status ReleaseLeases() override;
  absl::StatusOr<Backlog> Waiting() override;
  absl::StatusOr<ExpiryStep> ExpireRequests(std::int64_t before, const RequestPosition& after,
                                            std::int64_t limit) override;

  // What such a database holds: submissions, revisions, changes (the number of the newest) and campaigns.
  static absl::Status Count(store::Database& database, store::Contents& contents);

  // The connections and the clock, for the other stores of this database.
  store::GroupCommit& writer() { return *writer_; }
  store::ReadPool& readers() { return *readers_; }
  const Clock& clock() const { return clock_; }

 private:
  SqlSubmissionStore(std::unique_ptr<store::GroupCommit> writer, std::unique_ptr<store::ReadPool> readers, Clock clock)
      : clock_(std::move(clock)), readers_(std::move(readers)), writer_(std::move(writer)) {}

  struct Gathered;
  // Accept of what is only to be validated.
  absl::Status TryOut(Acceptance acceptance, Accepted done);

  const Clock clock_;
  std::atomic<std::int64_t> mended_second_{-1};  // in which MendDues was asked for last
  std::mutex gathering_mutex_;
  std::shared_ptr<Gathered> gathering_;  // guarded by gathering_mutex_; its work has not begun
  std::unique_ptr<store::ReadPool> readers_;
  std::unique_ptr<store::GroupCommit> writer_;  // ends first: its works use the others
};

}  // namespace jixiao::intake
