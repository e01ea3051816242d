// Where intake keeps campaigns, their rosters, counters and reservations. Cut by what the service needs.
#pragma once

#include "intake/season/roster.h"
#include "intake/workflow/submission.h"

#include "jixiao/intake/v1/campaign.pb.h"

#include <absl/functional/any_invocable.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::intake {

// A write as its caller names it. `digest`: of everything that the request says. `validate_only`: everything is tried,
// nothing is kept.
struct CampaignWrite {
  std::string request_id;
  std::string digest;
  bool validate_only = false;
};

// A place in a list: everything after it. Which numbers count depends on the list.
struct ListPlace {
  std::int64_t department = 0;
  std::int64_t unit = 0;
  std::int64_t id = 0;
};

template <class Item>
struct Page {
  std::vector<Item> items;
  std::optional<ListPlace> next;  // nothing at the end
};

struct ProgressReport {
  v1::Progress total;
  Page<v1::Progress> groups;
  std::int64_t unmatched = 0;
  std::int64_t ambiguous = 0;
  std::int64_t duplicates = 0;
};

// Thread-safe. All methods may block, except Reserve. Unless said otherwise a campaign that is not there is NOT_FOUND
// (CAMPAIGN_NOT_FOUND), and a department NOT_FOUND (DEPARTMENT_NOT_FOUND). Writes answer a repeat with the first
// answer.
class CampaignStore {
 public:
  virtual ~CampaignStore() = default;

  // Keeps a new campaign under its name and answers with the serialised CreateCampaignResponse. ALREADY_EXISTS
  // (CAMPAIGN_EXISTS).
  virtual absl::StatusOr<std::string> Create(const v1::Campaign& campaign, const CampaignWrite& write) = 0;
  virtual absl::StatusOr<v1::Campaign> Find(std::string_view name) = 0;
  // The newest first; `place.id` counts.
  virtual absl::StatusOr<Page<v1::Campaign>> List(std::int64_t limit, const std::optional<ListPlace>& after) = 0;

  // What a campaign becomes at a moment, or why not. Runs inside the transaction: quick, and calls nobody.
  using Change = std::function<absl::StatusOr<v1::Campaign>(const v1::Campaign& before, std::int64_t now)>;
  // Changes a campaign and judges what was late anew when its due time moved. `method` names the request. Answers with
  // a serialised UpdateCampaignResponse. ABORTED (ETAG_MISMATCH) unless `etag` is empty or the campaign's.
  virtual absl::StatusOr<std::string> Update(std::string_view method, std::string_view name, std::string_view etag,
                                             const Change& change, const CampaignWrite& write) = 0;

  // Puts entries, checked before, on the roster, and answers with the serialised ImportRosterResponse.
  // FAILED_PRECONDITION (CAMPAIGN_CLOSED).
  virtual absl::StatusOr<std::string> ImportRoster(std::string_view name, v1::RosterImportMode mode,
                                                   const std::vector<v1::RosterEntry>& entries,
                                                   const CampaignWrite& write) = 0;
  // In the order in which they came on the roster; `place.id` counts.
  virtual absl::StatusOr<Page<v1::RosterLine>> Roster(std::string_view name, std::int64_t limit,
                                                      const std::optional<ListPlace>& after) = 0;
  // `place.id` counts.
  virtual absl::StatusOr<ProgressReport> Progress(std::string_view name, v1::ProgressBreakdown breakdown,
                                                  std::string_view department, std::int64_t limit,
                                                  const std::optional<ListPlace>& after) = 0;
  // By department and unit; all of `place` counts.
  virtual absl::StatusOr<Page<v1::RosterLine>> Missing(std::string_view name, std::string_view department,
                                                       std::int64_t limit, const std::optional<ListPlace>& after) = 0;
  // Late ones, or those of these matches, or all; `place.id` counts.
  virtual absl::StatusOr<Page<v1::CampaignSubmission>> Submissions(std::string_view name, bool late,
                                                                   const std::vector<v1::RosterMatch>& matches,
                                                                   std::int64_t limit,
                                                                   const std::optional<ListPlace>& after) = 0;

  // Fixes a moment, signs it and calls `done` with the serialised ReserveSubmissionResponse; errors also as of
  // season::IsLate. Goes before the forms that wait, from a queue of its own: refuses at once with QUEUE_FULL, and then
  // `done` is not called. Never blocks; `done` runs on the store's thread and must be quick.
  virtual absl::Status Reserve(const v1::ReserveSubmissionRequest& request,
                               absl::AnyInvocable<void(absl::StatusOr<std::string>)> done) = 0;
};

}  // namespace jixiao::intake
