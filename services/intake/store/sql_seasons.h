// Campaigns inside a transaction: what acceptance asks of them, and the places of their submissions.
#pragma once

#include "common/store/database.h"
#include "intake/season/campaign.h"
#include "intake/store/submission_store.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>
#include <string_view>

namespace jixiao::intake {

// Tables of campaigns; see the comments in it.
extern const std::string_view kSeasonSchema;

struct CampaignRow {
  std::int64_t id = 0;
  std::int64_t version = 0;
  v1::Campaign campaign;  // with its etag
};

// NOT_FOUND (CAMPAIGN_NOT_FOUND) when there is none.
absl::StatusOr<CampaignRow> FindCampaign(store::Database& db, std::string_view name);

// Writes a campaign, whose version and etag grow by it.
absl::Status SaveCampaign(store::Database& db, CampaignRow& row);

// Judges by its campaign a form that is being accepted at `now` and gives it a place on the roster; fills in the
// campaign, lateness, stages and rule set of `head`, whose id is known. `earlier`: the head before this revision.
// Nothing happens without a campaign. Errors as in campaign.proto.
absl::Status JoinCampaign(store::Database& db, const Acceptance& acceptance,
                          const std::optional<SubmissionRow>& earlier, std::int64_t now, SubmissionRow& head);

// Judges those again that were late and are in time by the campaign's due time; how many.
absl::StatusOr<std::int64_t> JudgeLateAgain(store::Database& db, const CampaignRow& row, std::int64_t now);

// A page of table reservations by name; used by JoinCampaign and the tests.
struct ReservationRow {
  std::int64_t id = 0;
  std::int64_t campaign = 0;
  std::string form_digest;
  std::string unit_name;
  std::string unit_code;
  std::int64_t time = 0;
  std::int64_t submission = 0;  // that used it; 0 for none
};
absl::StatusOr<std::optional<ReservationRow>> FindReservation(store::Database& db, std::string_view name);

}  // namespace jixiao::intake
