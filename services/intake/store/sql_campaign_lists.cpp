// What is read of campaigns: rosters, progress, what is missing, what came late.
#include "common/errors.h"
#include "common/text.h"
#include "common/time.h"
#include "intake/season/names.h"
#include "intake/season/progress.h"
#include "intake/store/sql_campaign_store.h"
#include "intake/store/sql_heads.h"
#include "intake/store/sql_roster.h"
#include "intake/store/sql_seasons.h"

#include <algorithm>
#include <set>

namespace jixiao::intake {

using store::Database;
using store::Statement;

// One page of groups with their counters, of departments from the third-last to the second-last parameter. The plus
// keeps SQLite from choosing the index of departments and sorting all groups.
const std::string_view kGroupsSql =
    "SELECT g.id, g.name, g.code, d.name, p.state, p.late, p.entries FROM"
    " (SELECT id, name, code, department FROM roster_groups WHERE campaign = ? AND level = ? AND id > ?"
    "  AND +department >= ? AND +department <= ? ORDER BY id LIMIT ?) g"
    " LEFT JOIN roster_groups d ON d.id = g.department LEFT JOIN progress p ON p.roster_group = g.id ORDER BY g.id";

const std::string_view kMissingSql =
    "SELECT e.id, e.department, e.unit, e.definition, e.submission, s.name, s.state, e.late FROM roster_entries e"
    " LEFT JOIN submissions s ON s.id = e.submission"
    " WHERE e.missing = 1 AND e.campaign = ? AND (e.department, e.unit, e.id) > (?, ?, ?)"
    " AND e.department <= ? ORDER BY e.department, e.unit, e.id LIMIT ?";

const std::string_view kLateSql =
    "SELECT submission, roster_match, decisive_time, reservation FROM campaign_submissions"
    " WHERE late = 1 AND campaign = ? AND submission > ? ORDER BY submission LIMIT ?";

const std::string_view kMatchSql =
    "SELECT submission, roster_match, decisive_time, reservation FROM campaign_submissions"
    " WHERE campaign = ? AND roster_match = ? AND submission > ? ORDER BY submission LIMIT ?";

namespace {

constexpr std::string_view kAllSql =
    "SELECT submission, roster_match, decisive_time, reservation FROM campaign_submissions"
    " WHERE campaign = ? AND submission > ? ORDER BY submission LIMIT ?";

absl::Status Damaged(std::string_view what) {
  return Error(absl::StatusCode::kDataLoss, "STORE_DAMAGED", what);
}

// The group of a department by name or code.
absl::StatusOr<std::int64_t> DepartmentNamed(Database& db, std::int64_t campaign, std::string_view department) {
  const std::string wanted = season::FoldName(department);
  std::int64_t id = 0;
  RETURN_IF_ERROR(db.ForEach(
      "SELECT id, name, code FROM roster_groups WHERE campaign = ? AND level = ? ORDER BY id",
      [&](const Statement& row) {
        if (id == 0 && (season::FoldName(row.TextView(1)) == wanted || season::FoldCode(row.TextView(2)) == wanted))
          id = row.Int(0);
      },
      campaign, kDepartmentGroup));
  if (id == 0)
    return Error(absl::StatusCode::kNotFound, "DEPARTMENT_NOT_FOUND",
                 Cat("department: the roster has none of the name or code ", TruncateUtf8(department, 100)),
                 {{"field", "department"}});
  return id;
}

// Reads the groups of one level, and of one department unless that is negative, into `page`; departments that have lost
// all their entries are left out.
absl::Status ReadGroups(Database& db, std::int64_t campaign, int level, std::int64_t department, std::int64_t limit,
                        std::int64_t after, Page<v1::Progress>& page) {
  std::int64_t last = 0;
  std::int64_t groups = 0;
  std::vector<v1::Progress> read;
  bool more = false;
  std::int64_t last_shown = 0;
  RETURN_IF_ERROR(db.ForEach(
      kGroupsSql,
      [&](const Statement& row) {
        if (row.Int(0) != last) {
          last = row.Int(0);
          if (++groups > limit) {
            more = true;
            return;
          }
          last_shown = last;
          v1::Progress& group = read.emplace_back();
          group.set_name(row.Text(1));
          group.set_code(row.Text(2));
          group.set_department(row.Text(3));
        }
        if (!more && !row.IsNull(6))
          season::Add(read.back(), static_cast<v1::SubmissionState>(row.Int(4)), row.Int(5) != 0, row.Int(6));
      },
      campaign, level, after, department < 0 ? std::int64_t{0} : department,
      department < 0 ? season::kNever : department, limit + 1));
  for (v1::Progress& group : read)
    if (group.expected() != 0) page.items.push_back(std::move(group));
  if (more) page.next = ListPlace{0, 0, last_shown};
  return absl::OkStatus();
}

// How many submissions are on no entry, by their match.
absl::Status ReadOutside(Database& db, std::int64_t campaign, ProgressReport& report) {
  return db.ForEach(
      "SELECT g.match_key, p.entries FROM roster_groups g JOIN progress p ON p.roster_group = g.id"
      " WHERE g.campaign = ? AND g.level = ?",
      [&](const Statement& row) {
        const std::string match = row.Text(0);
        std::int64_t& count = match == Cat(static_cast<int>(v1::ROSTER_MATCH_NONE))        ? report.unmatched
                              : match == Cat(static_cast<int>(v1::ROSTER_MATCH_AMBIGUOUS)) ? report.ambiguous
                                                                                           : report.duplicates;
        count += row.Int(1);
      },
      campaign, kOutsideGroup);
}

}  // namespace

absl::StatusOr<Page<v1::RosterLine>> SqlCampaignStore::Roster(std::string_view name, std::int64_t limit,
                                                              const std::optional<ListPlace>& after) {
  ASSIGN_OR_RETURN(auto db, readers_.Acquire());
  ASSIGN_OR_RETURN(const store::Transaction moment, store::Transaction::Begin(*db));
  ASSIGN_OR_RETURN(const CampaignRow campaign, FindCampaign(*db, name));
  Page<v1::RosterLine> page;
  std::int64_t last = 0;
  bool parsed = true;
  RETURN_IF_ERROR(db->ForEach(
      "SELECT e.id, e.definition, s.name, s.state, e.late FROM roster_entries e LEFT JOIN submissions s ON s.id = "
      "e.submission WHERE e.campaign = ? AND e.id > ? ORDER BY e.id LIMIT ?",
      [&](const Statement& row) {
        if (static_cast<std::int64_t>(page.items.size()) == limit) {
          page.next = ListPlace{0, 0, last};
          return;
        }
        last = row.Int(0);
        v1::RosterLine& line = page.items.emplace_back();
        parsed = line.mutable_entry()->ParseFromString(row.BlobBytes(1)) && parsed;
        line.set_submission(row.Text(2));
        line.set_state(static_cast<v1::SubmissionState>(row.Int(3)));
        line.set_late(row.Int(4) != 0);
      },
      campaign.id, after ? after->id : 0, limit + 1));
  if (!parsed) return Damaged("a roster entry cannot be read");
  return page;
}

absl::StatusOr<ProgressReport> SqlCampaignStore::Progress(std::string_view name, v1::ProgressBreakdown breakdown,
                                                          std::string_view department, std::int64_t limit,
                                                          const std::optional<ListPlace>& after) {
  ASSIGN_OR_RETURN(auto db, readers_.Acquire());
  ASSIGN_OR_RETURN(const store::Transaction moment, store::Transaction::Begin(*db));
  ASSIGN_OR_RETURN(const CampaignRow campaign, FindCampaign(*db, name));
  ProgressReport report;
  Page<v1::Progress> total;
  RETURN_IF_ERROR(ReadGroups(*db, campaign.id, kTotalGroup, -1, 1, 0, total));
  if (!total.items.empty()) report.total = total.items.front();
  RETURN_IF_ERROR(ReadOutside(*db, campaign.id, report));
  if (breakdown == v1::PROGRESS_BREAKDOWN_UNSPECIFIED) return report;
  std::int64_t of = -1;
  if (!department.empty()) {
    ASSIGN_OR_RETURN(of, DepartmentNamed(*db, campaign.id, department));
  }
  const int level = breakdown == v1::PROGRESS_BREAKDOWN_UNIT ? kUnitGroup : kDepartmentGroup;
  RETURN_IF_ERROR(
      ReadGroups(*db, campaign.id, level, level == kUnitGroup ? of : -1, limit, after ? after->id : 0, report.groups));
  return report;
}

absl::StatusOr<Page<v1::RosterLine>> SqlCampaignStore::Missing(std::string_view name, std::string_view department,
                                                               std::int64_t limit,
                                                               const std::optional<ListPlace>& after) {
  ASSIGN_OR_RETURN(auto db, readers_.Acquire());
  ASSIGN_OR_RETURN(const store::Transaction moment, store::Transaction::Begin(*db));
  ASSIGN_OR_RETURN(const CampaignRow campaign, FindCampaign(*db, name));
  ListPlace from = after.value_or(ListPlace{});
  std::int64_t last_department = season::kNever;
  if (!department.empty()) {
    ASSIGN_OR_RETURN(last_department, DepartmentNamed(*db, campaign.id, department));
    if (from.department < last_department) from = {last_department, 0, 0};
  }
  Page<v1::RosterLine> page;
  ListPlace last;
  bool parsed = true;
  RETURN_IF_ERROR(db->ForEach(
      kMissingSql,
      [&](const Statement& row) {
        if (static_cast<std::int64_t>(page.items.size()) == limit) {
          page.next = last;
          return;
        }
        last = {row.Int(1), row.Int(2), row.Int(0)};
        v1::RosterLine& line = page.items.emplace_back();
        parsed = line.mutable_entry()->ParseFromString(row.BlobBytes(3)) && parsed;
        line.set_submission(row.Text(5));
        line.set_state(static_cast<v1::SubmissionState>(row.Int(6)));
        line.set_late(row.Int(7) != 0);
      },
      campaign.id, from.department, from.unit, from.id, last_department, limit + 1));
  if (!parsed) return Damaged("a roster entry cannot be read");
  return page;
}

absl::StatusOr<Page<v1::CampaignSubmission>> SqlCampaignStore::Submissions(std::string_view name, bool late,
                                                                           const std::vector<v1::RosterMatch>& matches,
                                                                           std::int64_t limit,
                                                                           const std::optional<ListPlace>& after) {
  ASSIGN_OR_RETURN(auto db, readers_.Acquire());
  ASSIGN_OR_RETURN(const store::Transaction moment, store::Transaction::Begin(*db));
  ASSIGN_OR_RETURN(const CampaignRow campaign, FindCampaign(*db, name));
  struct Found {
    std::int64_t submission = 0;
    v1::CampaignSubmission item;
  };
  std::vector<Found> found;
  const auto read = [&](const Statement& row) {
    Found& next = found.emplace_back();
    next.submission = row.Int(0);
    next.item.set_match(static_cast<v1::RosterMatch>(row.Int(1)));
    *next.item.mutable_decisive_time() = ToTimestamp(row.Int(2));
    next.item.set_reservation(row.Text(3));
  };
  const std::int64_t from = after ? after->id : 0;
  if (late) {
    RETURN_IF_ERROR(db->ForEach(kLateSql, read, campaign.id, from, limit + 1));
  } else if (matches.empty()) {
    RETURN_IF_ERROR(db->ForEach(kAllSql, read, campaign.id, from, limit + 1));
  } else {
    // Those off the roster are few among many: a page of each kind, merged.
    for (const v1::RosterMatch match : std::set(matches.begin(), matches.end()))
      RETURN_IF_ERROR(db->ForEach(kMatchSql, read, campaign.id, static_cast<int>(match), from, limit + 1));
    std::sort(found.begin(), found.end(), [](const Found& a, const Found& b) { return a.submission < b.submission; });
  }
  Page<v1::CampaignSubmission> page;
  if (static_cast<std::int64_t>(found.size()) > limit) {
    found.resize(static_cast<std::size_t>(limit));
    page.next = ListPlace{0, 0, found.back().submission};
  }
  for (Found& next : found) {
    std::optional<SubmissionRow> head;
    RETURN_IF_ERROR(db->ForEach(
        Cat(kHeadColumns, "WHERE id = ?"), [&](const Statement& row) { head = ReadHead(row); }, next.submission));
    if (!head) return Damaged("a submission of a campaign is missing");
    ToProto(*head, *next.item.mutable_submission());
    page.items.push_back(std::move(next.item));
  }
  return page;
}

}  // namespace jixiao::intake
