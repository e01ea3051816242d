// Rosters inside a transaction: entries, the places of submissions on them, and the counters of both, which every
// change keeps right.
#pragma once

#include "common/store/database.h"
#include "intake/season/roster.h"
#include "intake/store/sql_seasons.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace jixiao::intake {

// Levels of table roster_groups.
inline constexpr int kTotalGroup = 0;
inline constexpr int kDepartmentGroup = 1;
inline constexpr int kUnitGroup = 2;
inline constexpr int kOutsideGroup = 3;  // submissions that are on no entry; the key is the number of their match

// A row of table campaign_submissions: where a submission stands in its campaign.
struct RosterPlace {
  std::int64_t submission = 0;
  std::int64_t campaign = 0;
  std::int64_t entry = 0;  // on which it is; for a duplicate, on which another is; 0 for none
  v1::RosterMatch match = v1::ROSTER_MATCH_UNSPECIFIED;
  v1::SubmissionState state = v1::SUBMISSION_STATE_UNSPECIFIED;  // as counted
  bool late = false;
  std::int64_t decisive_time = 0;
  std::string reservation;
  season::RosterKey key;
};

absl::StatusOr<std::optional<RosterPlace>> FindPlace(store::Database& db, std::int64_t submission);

// Gives a submission the place that its key asks for, or keeps it there, and counts it with its state and lateness.
absl::Status Seat(store::Database& db, RosterPlace& place);

// Counts a submission's new state; called for every step of every submission of a campaign. One that is withdrawn
// leaves its entry to whoever comes next.
absl::Status FollowStep(store::Database& db, const SubmissionRow& head);

// Gives those that are on no entry, or on a taken one, another chance: how many found an entry.
absl::StatusOr<std::int64_t> Rematch(store::Database& db, std::int64_t campaign);

// Takes a submission off its entry, which is about to be removed; Rematch must follow.
absl::Status UnseatFrom(store::Database& db, std::int64_t submission);

// CampaignStore::ImportRoster; the entries are checked.
absl::StatusOr<v1::ImportRosterResponse> ImportRosterIn(store::Database& db, const CampaignRow& campaign,
                                                        v1::RosterImportMode mode,
                                                        std::span<const v1::RosterEntry> entries);

}  // namespace jixiao::intake
