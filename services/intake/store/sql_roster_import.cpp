// Rosters into their tables: new entries, changed ones, and those that are gone.
#include "common/errors.h"
#include "intake/season/progress.h"
#include "intake/store/roster_counters.h"
#include "intake/store/sql_roster.h"

#include <unordered_set>

namespace jixiao::intake {
namespace {

using store::Blob;
using store::Database;
using store::Statement;

struct Known {
  std::int64_t id = 0;
  std::int64_t department = 0;
  std::int64_t unit = 0;
  std::string code;
  std::string definition;
  v1::SubmissionState state = v1::SUBMISSION_STATE_UNSPECIFIED;
  bool late = false;
};

class Import {
 public:
  Import(Database& db, const CampaignRow& campaign) : db_(db), campaign_(campaign), counters_(db, campaign.id) {}

  absl::StatusOr<v1::ImportRosterResponse> Run(v1::RosterImportMode mode, std::span<const v1::RosterEntry> entries) {
    bool any = false;
    RETURN_IF_ERROR(db_.ForEach(
        "SELECT 1 FROM roster_entries WHERE campaign = ? LIMIT 1", [&](const Statement&) { any = true; },
        campaign_.id));
    for (const v1::RosterEntry& entry : entries) RETURN_IF_ERROR(Put(entry, any));
    if (any && mode == v1::ROSTER_IMPORT_MODE_REPLACE) RETURN_IF_ERROR(RemoveOthers());
    RETURN_IF_ERROR(counters_.Flush());
    ASSIGN_OR_RETURN(const std::int64_t matched, Rematch(db_, campaign_.id));
    response_.set_matched(matched);
    response_.set_applied(true);
    return response_;
  }

 private:
  // The entry that is there for the same unit and project; `any`: whether there are entries to look among.
  absl::StatusOr<std::optional<Known>> Find(const season::RosterKey& key) {
    std::optional<Known> found;
    int many = 0;
    const auto read = [&](const Statement& row) {
      ++many;
      found = Known{row.Int(0),     row.Int(1),       row.Int(2),
                    row.Text(3),    row.BlobBytes(4), static_cast<v1::SubmissionState>(row.Int(5)),
                    row.Int(6) != 0};
    };
    constexpr std::string_view kColumns =
        "SELECT id, department, unit, project_code, definition, state, late FROM roster_entries WHERE campaign = ? ";
    if (!key.code.empty()) {
      RETURN_IF_ERROR(db_.ForEach(Cat(kColumns, "AND project_code = ? AND project_code <> '' AND unit_key = ?"), read,
                                  campaign_.id, key.code, key.unit));
      if (found) return found;
    }
    RETURN_IF_ERROR(db_.ForEach(Cat(kColumns, "AND unit_key = ? AND project_key = ? AND project_code = ''"), read,
                                campaign_.id, key.unit, key.project));
    if (found || !key.code.empty()) return found;
    // A list without codes means the projects that are there with theirs, as long as that is clear.
    RETURN_IF_ERROR(
        db_.ForEach(Cat(kColumns, "AND unit_key = ? AND project_key = ?"), read, campaign_.id, key.unit, key.project));
    if (many > 1) found.reset();
    return found;
  }

  absl::Status Put(v1::RosterEntry entry, bool any) {
    entry.clear_row();
    season::RosterKey key = season::KeyOf(entry, campaign_.campaign.kind());
    std::optional<Known> known;
    if (any) {
      ASSIGN_OR_RETURN(known, Find(key));
    }
    if (known && visited_.contains(known->id)) known.reset();
    if (known && key.code.empty() && !known->code.empty()) {
      key.code = known->code;
      entry.set_project_code(known->code);
    }
    ASSIGN_OR_RETURN(const std::int64_t department, counters_.Department(entry.department()));
    ASSIGN_OR_RETURN(const std::int64_t unit, counters_.Unit(department, entry.unit()));
    const std::string definition = entry.SerializeAsString();
    if (!known) {
      response_.set_added(response_.added() + 1);
      RETURN_IF_ERROR(counters_.CountEntry(department, unit, v1::SUBMISSION_STATE_UNSPECIFIED, false, 1));
      return db_.ForEach(
          "INSERT INTO roster_entries (campaign, department, unit, unit_key, project_key, project_code, definition,"
          " submission, state, late, missing) VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0, 0, 1) RETURNING id",
          [&](const Statement& row) {
            if (any) visited_.insert(row.Int(0));
          },
          campaign_.id, department, unit, key.unit, key.project, key.code, Blob{definition});
    }
    visited_.insert(known->id);
    if (known->department == department && known->unit == unit && known->definition == definition) {
      response_.set_unchanged(response_.unchanged() + 1);
      return absl::OkStatus();
    }
    response_.set_changed(response_.changed() + 1);
    RETURN_IF_ERROR(counters_.CountEntry(known->department, known->unit, known->state, known->late, -1));
    RETURN_IF_ERROR(counters_.CountEntry(department, unit, known->state, known->late, 1));
    return db_.Run(
        "UPDATE roster_entries SET department = ?, unit = ?, unit_key = ?, project_key = ?, project_code = ?,"
        " definition = ? WHERE id = ?",
        department, unit, key.unit, key.project, key.code, Blob{definition}, known->id);
  }

  absl::Status RemoveOthers() {
    struct Gone {
      std::int64_t id, department, unit, submission;
    };
    std::vector<Gone> gone;
    RETURN_IF_ERROR(db_.ForEach(
        "SELECT id, department, unit, submission FROM roster_entries WHERE campaign = ? ORDER BY id",
        [&](const Statement& row) {
          if (!visited_.contains(row.Int(0))) gone.push_back({row.Int(0), row.Int(1), row.Int(2), row.Int(3)});
        },
        campaign_.id));
    for (const Gone& entry : gone) {
      if (entry.submission != 0) RETURN_IF_ERROR(UnseatFrom(db_, entry.submission));
      RETURN_IF_ERROR(counters_.CountEntry(entry.department, entry.unit, v1::SUBMISSION_STATE_UNSPECIFIED, false, -1));
      RETURN_IF_ERROR(db_.Run("DELETE FROM roster_entries WHERE id = ?", entry.id));
    }
    response_.set_removed(static_cast<std::int64_t>(gone.size()));
    return absl::OkStatus();
  }

  Database& db_;
  const CampaignRow& campaign_;
  RosterCounters counters_;
  std::unordered_set<std::int64_t> visited_;
  v1::ImportRosterResponse response_;
};

}  // namespace

absl::StatusOr<v1::ImportRosterResponse> ImportRosterIn(Database& db, const CampaignRow& campaign,
                                                        v1::RosterImportMode mode,
                                                        std::span<const v1::RosterEntry> entries) {
  return Import(db, campaign).Run(mode, entries);
}

}  // namespace jixiao::intake
