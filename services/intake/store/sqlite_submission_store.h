// Submissions in SQLite.
#pragma once

#include "common/store/group_commit.h"
#include "intake/store/submission_store.h"

#include <memory>
#include <string>

namespace jixiao::intake {

class SqliteSubmissionStore final : public SubmissionStore {
 public:
  // Opens or creates the database at `path`.
  static absl::StatusOr<std::unique_ptr<SqliteSubmissionStore>> Open(const std::string& path);

  absl::Status Accept(Acceptance acceptance, absl::AnyInvocable<void(absl::StatusOr<std::string>)> done) override;
  absl::StatusOr<std::string> Return(std::string_view name, std::string_view etag, std::string_view reason,
                                     std::string_view request_id, std::string_view request_digest) override;
  absl::StatusOr<std::optional<SubmissionRow>> Find(std::string_view name) override;
  absl::StatusOr<std::optional<evaluation::v1::Scorecard>> Scorecard(std::int64_t submission, int revision) override;
  absl::StatusOr<std::vector<SubmissionRow>> List(std::int64_t after, std::int64_t limit,
                                                  const std::vector<SubmissionState>& states) override;
  absl::StatusOr<std::vector<Step>> Steps(std::int64_t submission, std::int64_t after) override;
  absl::StatusOr<std::vector<WorkItem>> Lease(std::int64_t limit, std::int64_t lease_micros) override;
  absl::Status Settle(const std::vector<WorkResult>& results) override;
  absl::Status ReleaseLeases() override;
  absl::StatusOr<Backlog> Waiting() override;

 private:
  SqliteSubmissionStore(std::unique_ptr<store::GroupCommit> writer, std::unique_ptr<store::ReadPool> readers)
      : writer_(std::move(writer)), readers_(std::move(readers)) {}

  std::unique_ptr<store::GroupCommit> writer_;
  std::unique_ptr<store::ReadPool> readers_;
};

}  // namespace jixiao::intake
