// Reviews in SQL, in the database of the submissions.
#pragma once

#include "common/store/group_commit.h"
#include "intake/store/review_store.h"
#include "intake/store/sql_submission_store.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::intake {

class SqlReviewStore final : public ReviewStore {
 public:
  // `submissions` must outlive this.
  explicit SqlReviewStore(SqlSubmissionStore& submissions)
      : writer_(submissions.writer()), readers_(submissions.readers()) {}

  absl::StatusOr<std::string> Apply(const ChangeRequest& request, Decide decide, Respond respond) override;
  absl::StatusOr<CaseFile> Load(std::string_view name, int revision) override;
  absl::StatusOr<std::optional<std::string>> Judgement(std::int64_t submission, int revision) override;
  absl::StatusOr<RevisionContents> Contents(std::int64_t submission, int revision) override;
  absl::StatusOr<Backlog> WaitingForPeople() override;
  absl::StatusOr<std::vector<Candidate>> Population(const v1::SampleFilter& filter) override;
  absl::Status ReadContents(const std::vector<Candidate>& candidates, TakeContents take) override;
  absl::StatusOr<std::optional<std::string>> EarlierDraw(std::string_view request_id,
                                                         std::string_view request_digest) override;
  absl::StatusOr<std::string> SaveSample(const v1::Sample& sample, std::string_view population,
                                         std::string_view request_id, std::string_view request_digest) override;
  absl::StatusOr<std::optional<v1::Sample>> FindSample(std::string_view name) override;
  absl::StatusOr<std::vector<StoredSample>> Samples(std::int64_t before, std::int64_t limit) override;
  absl::StatusOr<std::optional<std::string>> PopulationPart(std::string_view sample, std::int64_t offset,
                                                            std::int64_t bytes) override;

 private:
  store::GroupCommit& writer_;
  store::ReadPool& readers_;
};

}  // namespace jixiao::intake
