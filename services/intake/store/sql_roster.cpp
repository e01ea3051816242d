#include "intake/store/sql_roster.h"

#include "common/errors.h"
#include "common/text.h"
#include "intake/season/progress.h"
#include "intake/store/roster_counters.h"

namespace jixiao::intake {
namespace {

using store::Database;
using store::Statement;

constexpr int kMaxCandidates = 100;

// A row of table roster_entries without its definition.
struct Seated {
  std::int64_t id = 0;
  std::int64_t campaign = 0;
  std::int64_t department = 0;
  std::int64_t unit = 0;
  std::int64_t submission = 0;
  v1::SubmissionState state = v1::SUBMISSION_STATE_UNSPECIFIED;
  bool late = false;
};

absl::StatusOr<Seated> FindEntry(Database& db, std::int64_t id) {
  Seated entry;
  RETURN_IF_ERROR(db.ForEach(
      "SELECT id, campaign, department, unit, submission, state, late FROM roster_entries WHERE id = ?",
      [&](const Statement& row) {
        entry = {row.Int(0),     row.Int(1), row.Int(2),
                 row.Int(3),     row.Int(4), static_cast<v1::SubmissionState>(row.Int(5)),
                 row.Int(6) != 0};
      },
      id));
  return entry;
}

// What is the same for the counters: where a form only waits for us it does not matter where.
v1::SubmissionState Counted(v1::SubmissionState state) {
  return state == v1::SUBMISSION_STATE_SCORED ? v1::SUBMISSION_STATE_ACCEPTED : state;
}

// Puts a submission on an entry (0: takes it off), and moves the counters.
absl::Status MoveEntry(Database& db, Seated entry, std::int64_t submission, v1::SubmissionState state, bool late) {
  if (entry.submission == submission && entry.state == state && entry.late == late) return absl::OkStatus();
  RosterCounters counters(db, entry.campaign);
  RETURN_IF_ERROR(counters.CountEntry(entry.department, entry.unit, entry.state, entry.late, -1));
  RETURN_IF_ERROR(counters.CountEntry(entry.department, entry.unit, state, late, 1));
  RETURN_IF_ERROR(counters.Flush());
  return db.Run("UPDATE roster_entries SET submission = ?, state = ?, late = ?, missing = ? WHERE id = ?", submission,
                static_cast<int>(state), late ? 1 : 0, season::IsMissing(state) ? 1 : 0, entry.id);
}

bool IsOutside(v1::RosterMatch match) {
  return match == v1::ROSTER_MATCH_NONE || match == v1::ROSTER_MATCH_AMBIGUOUS || match == v1::ROSTER_MATCH_DUPLICATE;
}

bool IsOnEntry(v1::RosterMatch match) {
  return match == v1::ROSTER_MATCH_CODE || match == v1::ROSTER_MATCH_NAMES;
}

absl::Status CountOutside(Database& db, const RosterPlace& place, std::int64_t by) {
  RosterCounters counters(db, place.campaign);
  RETURN_IF_ERROR(counters.CountOutside(place.match, place.state, place.late, by));
  return counters.Flush();
}

constexpr std::string_view kPlaceColumns =
    "SELECT submission, campaign, entry, roster_match, state, late, decisive_time, reservation, unit_key, project_key, "
    "project_code FROM campaign_submissions ";

RosterPlace ReadPlace(const Statement& row) {
  RosterPlace place;
  place.submission = row.Int(0);
  place.campaign = row.Int(1);
  place.entry = row.Int(2);
  place.match = static_cast<v1::RosterMatch>(row.Int(3));
  place.state = static_cast<v1::SubmissionState>(row.Int(4));
  place.late = row.Int(5) != 0;
  place.decisive_time = row.Int(6);
  place.reservation = row.Text(7);
  place.key = {row.Text(8), row.Text(9), row.Text(10)};
  return place;
}

absl::Status SavePlace(Database& db, const RosterPlace& place) {
  return db.Run(
      "INSERT INTO campaign_submissions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
      " ON CONFLICT (submission) DO UPDATE SET entry = excluded.entry, roster_match = excluded.roster_match,"
      " state = excluded.state, late = excluded.late, decisive_time = excluded.decisive_time,"
      " reservation = excluded.reservation, unit_key = excluded.unit_key, project_key = excluded.project_key,"
      " project_code = excluded.project_code",
      place.submission, place.campaign, place.entry, static_cast<int>(place.match), static_cast<int>(place.state),
      place.late ? 1 : 0, place.decisive_time, place.reservation, place.key.unit, place.key.project, place.key.code);
}

absl::StatusOr<season::Match> ChooseEntry(Database& db, const RosterPlace& place) {
  std::vector<season::Candidate> candidates;
  const auto add = [&](const Statement& row) {
    candidates.push_back({row.Int(0), {row.Text(1), row.Text(2), row.Text(3)}});
  };
  if (!place.key.code.empty())
    RETURN_IF_ERROR(
        db.ForEach("SELECT id, unit_key, project_key, project_code FROM roster_entries WHERE campaign = ? AND "
                   "project_code = ? AND project_code <> '' ORDER BY id LIMIT ?",
                   add, place.campaign, place.key.code, kMaxCandidates));
  if (candidates.empty() && !place.key.unit.empty())
    RETURN_IF_ERROR(
        db.ForEach("SELECT id, unit_key, project_key, project_code FROM roster_entries WHERE campaign = ? AND unit_key "
                   "= ? AND project_key = ? ORDER BY id LIMIT ?",
                   add, place.campaign, place.key.unit, place.key.project, kMaxCandidates));
  return season::Choose(place.key, candidates);
}

// Takes the place away from where it stands, without giving it another.
absl::Status Leave(Database& db, RosterPlace& place) {
  if (IsOutside(place.match)) {
    RETURN_IF_ERROR(CountOutside(db, place, -1));
  } else if (IsOnEntry(place.match)) {
    ASSIGN_OR_RETURN(const Seated entry, FindEntry(db, place.entry));
    if (entry.submission == place.submission)
      RETURN_IF_ERROR(MoveEntry(db, entry, 0, v1::SUBMISSION_STATE_UNSPECIFIED, false));
  }
  place.match = v1::ROSTER_MATCH_UNSPECIFIED;
  place.entry = 0;
  return SavePlace(db, place);
}

// Gives a place that stands nowhere the one that its key asks for.
absl::Status Sit(Database& db, RosterPlace& place) {
  ASSIGN_OR_RETURN(const season::Match chosen, ChooseEntry(db, place));
  place.match = chosen.match;
  place.entry = chosen.entry;
  if (IsOnEntry(chosen.match)) {
    ASSIGN_OR_RETURN(const Seated entry, FindEntry(db, chosen.entry));
    if (entry.submission == 0) {
      RETURN_IF_ERROR(MoveEntry(db, entry, place.submission, place.state, place.late));
      return SavePlace(db, place);
    }
    place.match = v1::ROSTER_MATCH_DUPLICATE;
  }
  RETURN_IF_ERROR(CountOutside(db, place, 1));
  return SavePlace(db, place);
}

// The numbers that queries and an index name: the entry is taken is 5, without an entry 3 and more.
static_assert(v1::RosterMatch_ARRAYSIZE == 6 && v1::ROSTER_MATCH_NONE == 3 && v1::ROSTER_MATCH_DUPLICATE == 5);

// An entry has become free: the oldest of those that wanted it gets it.
absl::Status Promote(Database& db, std::int64_t entry) {
  std::optional<RosterPlace> next;
  RETURN_IF_ERROR(db.ForEach(
      Cat(kPlaceColumns, "WHERE entry = ? AND roster_match = 5 ORDER BY submission LIMIT 1"),
      [&](const Statement& row) { next = ReadPlace(row); }, entry));
  if (!next) return absl::OkStatus();
  RETURN_IF_ERROR(Leave(db, *next));
  return Sit(db, *next);
}

}  // namespace

absl::StatusOr<std::optional<RosterPlace>> FindPlace(Database& db, std::int64_t submission) {
  std::optional<RosterPlace> place;
  RETURN_IF_ERROR(db.ForEach(
      Cat(kPlaceColumns, "WHERE submission = ?"), [&](const Statement& row) { place = ReadPlace(row); }, submission));
  return place;
}

absl::Status Seat(Database& db, RosterPlace& place) {
  place.state = Counted(place.state);
  ASSIGN_OR_RETURN(std::optional<RosterPlace> before, FindPlace(db, place.submission));
  std::int64_t freed = 0;
  if (before && before->match != v1::ROSTER_MATCH_UNSPECIFIED) {
    if (IsOnEntry(before->match)) {
      ASSIGN_OR_RETURN(const season::Match chosen, ChooseEntry(db, place));
      if (chosen.entry == before->entry) {
        place.match = chosen.match;
        place.entry = chosen.entry;
        ASSIGN_OR_RETURN(const Seated entry, FindEntry(db, place.entry));
        RETURN_IF_ERROR(MoveEntry(db, entry, place.submission, place.state, place.late));
        return SavePlace(db, place);
      }
      freed = before->entry;
    }
    RETURN_IF_ERROR(Leave(db, *before));
  }
  RETURN_IF_ERROR(Sit(db, place));
  return freed == 0 ? absl::OkStatus() : Promote(db, freed);
}

absl::Status FollowStep(Database& db, const SubmissionRow& head) {
  if (head.campaign.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(std::optional<RosterPlace> place, FindPlace(db, head.id));
  if (!place) return absl::OkStatus();
  const v1::SubmissionState state = Counted(head.state);
  if (place->state == state && place->late == head.late) return absl::OkStatus();
  if (state == v1::SUBMISSION_STATE_WITHDRAWN) {
    const std::int64_t freed = IsOnEntry(place->match) ? place->entry : 0;
    RETURN_IF_ERROR(Leave(db, *place));
    place->state = state;
    place->late = head.late;
    RETURN_IF_ERROR(SavePlace(db, *place));
    return freed == 0 ? absl::OkStatus() : Promote(db, freed);
  }
  if (IsOutside(place->match)) {
    RETURN_IF_ERROR(CountOutside(db, *place, -1));
    place->state = state;
    place->late = head.late;
    RETURN_IF_ERROR(CountOutside(db, *place, 1));
  } else if (IsOnEntry(place->match)) {
    place->state = state;
    place->late = head.late;
    ASSIGN_OR_RETURN(const Seated entry, FindEntry(db, place->entry));
    RETURN_IF_ERROR(MoveEntry(db, entry, place->submission, state, head.late));
  }
  return SavePlace(db, *place);
}

absl::StatusOr<std::int64_t> Rematch(Database& db, std::int64_t campaign) {
  std::vector<RosterPlace> places;
  RETURN_IF_ERROR(db.ForEach(
      Cat(kPlaceColumns, "WHERE campaign = ? AND roster_match >= 3 ORDER BY submission"),
      [&](const Statement& row) { places.push_back(ReadPlace(row)); }, campaign));
  std::int64_t matched = 0;
  for (RosterPlace& place : places) {
    RETURN_IF_ERROR(Leave(db, place));
    RETURN_IF_ERROR(Sit(db, place));
    matched += IsOnEntry(place.match) ? 1 : 0;
  }
  return matched;
}

absl::Status UnseatFrom(Database& db, std::int64_t submission) {
  ASSIGN_OR_RETURN(std::optional<RosterPlace> place, FindPlace(db, submission));
  if (!place || !IsOnEntry(place->match)) return absl::OkStatus();
  RETURN_IF_ERROR(Leave(db, *place));
  place->match = v1::ROSTER_MATCH_NONE;  // until Rematch
  RETURN_IF_ERROR(CountOutside(db, *place, 1));
  return SavePlace(db, *place);
}

}  // namespace jixiao::intake
