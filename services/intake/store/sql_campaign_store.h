// Campaigns in SQL, in the database of the submissions.
#pragma once

#include "archiving/log/checkpoint.h"
#include "intake/store/campaign_store.h"
#include "intake/store/sql_submission_store.h"

#include <string>

namespace jixiao::intake {

class SqlCampaignStore final : public CampaignStore {
 public:
  // Shares database, writer and clock with `submissions`, which must outlive it. `signer` signs receipts.
  SqlCampaignStore(SqlSubmissionStore& submissions, archiving::log::Signer signer)
      : writer_(submissions.writer()),
        readers_(submissions.readers()),
        clock_(submissions.clock()),
        signer_(std::move(signer)) {}

  absl::StatusOr<std::string> Create(const v1::Campaign& campaign, const CampaignWrite& write) override;
  absl::StatusOr<v1::Campaign> Find(std::string_view name) override;
  absl::StatusOr<Page<v1::Campaign>> List(std::int64_t limit, const std::optional<ListPlace>& after) override;
  absl::StatusOr<std::string> Update(std::string_view method, std::string_view name, std::string_view etag,
                                     const Change& change, const CampaignWrite& write) override;
  absl::StatusOr<std::string> ImportRoster(std::string_view name, v1::RosterImportMode mode,
                                           const std::vector<v1::RosterEntry>& entries,
                                           const CampaignWrite& write) override;
  absl::StatusOr<Page<v1::RosterLine>> Roster(std::string_view name, std::int64_t limit,
                                              const std::optional<ListPlace>& after) override;
  absl::StatusOr<ProgressReport> Progress(std::string_view name, v1::ProgressBreakdown breakdown,
                                          std::string_view department, std::int64_t limit,
                                          const std::optional<ListPlace>& after) override;
  absl::StatusOr<Page<v1::RosterLine>> Missing(std::string_view name, std::string_view department, std::int64_t limit,
                                               const std::optional<ListPlace>& after) override;
  absl::StatusOr<Page<v1::CampaignSubmission>> Submissions(std::string_view name, bool late,
                                                           const std::vector<v1::RosterMatch>& matches,
                                                           std::int64_t limit,
                                                           const std::optional<ListPlace>& after) override;
  absl::Status Reserve(const v1::ReserveSubmissionRequest& request,
                       absl::AnyInvocable<void(absl::StatusOr<std::string>)> done) override;

 private:
  // Runs `work` in a transaction under `request`: a repeat gets the first answer; with validate_only nothing is kept.
  using Work = absl::AnyInvocable<absl::StatusOr<std::string>(store::Database&, std::int64_t now)>;
  absl::StatusOr<std::string> Write(std::string_view method, const CampaignWrite& write, Work work);

  store::GroupCommit& writer_;
  store::ReadPool& readers_;
  const Clock clock_;
  const archiving::log::Signer signer_;
};

// The statements behind the lists, for the tests that look at their plans.
extern const std::string_view kMissingSql;
extern const std::string_view kGroupsSql;
extern const std::string_view kLateSql;
extern const std::string_view kMatchSql;

}  // namespace jixiao::intake
