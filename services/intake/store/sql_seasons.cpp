#include "intake/store/sql_seasons.h"

#include "common/canonical.h"
#include "common/errors.h"
#include "common/text.h"
#include "common/time.h"
#include "intake/store/sql_heads.h"
#include "intake/store/sql_roster.h"

#include <vector>

namespace jixiao::intake {

using store::Blob;
using store::Database;
using store::Statement;

const std::string_view kSeasonSchema =
    "CREATE TABLE campaigns ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  name TEXT NOT NULL UNIQUE,"
    "  state INTEGER NOT NULL,"
    "  version INTEGER NOT NULL,"
    "  definition BLOB NOT NULL"  // Campaign without etag
    ") STRICT;"
    // Departments and units of a roster, and what else is counted; levels in sql_roster.h.
    "CREATE TABLE roster_groups ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  campaign INTEGER NOT NULL REFERENCES campaigns (id),"
    "  level INTEGER NOT NULL,"
    "  department INTEGER NOT NULL,"  // group of a unit's department; 0 for the others
    "  match_key TEXT NOT NULL,"
    "  name TEXT NOT NULL,"
    "  code TEXT NOT NULL,"
    "  UNIQUE (campaign, level, department, match_key)"
    ") STRICT;"
    "CREATE INDEX roster_groups_by_level ON roster_groups (campaign, level, id);"
    "CREATE TABLE roster_entries ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  campaign INTEGER NOT NULL REFERENCES campaigns (id),"
    "  department INTEGER NOT NULL,"
    "  unit INTEGER NOT NULL,"
    "  unit_key TEXT NOT NULL,"
    "  project_key TEXT NOT NULL,"
    "  project_code TEXT NOT NULL,"
    "  definition BLOB NOT NULL,"     // RosterEntry
    "  submission INTEGER NOT NULL,"  // id of the submission on it; 0 for none
    "  state INTEGER NOT NULL,"       // of that submission, as counted
    "  late INTEGER NOT NULL,"
    "  missing INTEGER NOT NULL"  // somebody has to be asked for it
    ") STRICT;"
    "CREATE INDEX roster_entries_by_campaign ON roster_entries (campaign, id);"
    "CREATE INDEX roster_entries_by_code ON roster_entries (campaign, project_code, unit_key) WHERE project_code <> '';"
    "CREATE INDEX roster_entries_by_names ON roster_entries (campaign, unit_key, project_key);"
    "CREATE INDEX roster_entries_missing ON roster_entries (campaign, department, unit, id) WHERE missing = 1;"
    // How many entries (for level 3: submissions) of a group are in a state.
    "CREATE TABLE progress ("
    "  roster_group INTEGER NOT NULL REFERENCES roster_groups (id),"
    "  state INTEGER NOT NULL,"
    "  late INTEGER NOT NULL,"
    "  entries INTEGER NOT NULL,"
    "  PRIMARY KEY (roster_group, state, late)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE campaign_submissions ("
    "  submission INTEGER PRIMARY KEY REFERENCES submissions (id),"
    "  campaign INTEGER NOT NULL REFERENCES campaigns (id),"
    "  entry INTEGER NOT NULL,"
    "  roster_match INTEGER NOT NULL,"
    "  state INTEGER NOT NULL,"
    "  late INTEGER NOT NULL,"
    "  decisive_time INTEGER NOT NULL,"
    "  reservation TEXT NOT NULL,"
    "  unit_key TEXT NOT NULL,"
    "  project_key TEXT NOT NULL,"
    "  project_code TEXT NOT NULL"
    ") STRICT;"
    "CREATE INDEX campaign_submissions_in_order ON campaign_submissions (campaign, submission);"
    "CREATE INDEX campaign_submissions_late ON campaign_submissions (campaign, submission) WHERE late = 1;"
    "CREATE INDEX campaign_submissions_by_match ON campaign_submissions (campaign, roster_match, submission);"
    "CREATE INDEX campaign_submissions_by_entry ON campaign_submissions (entry) WHERE roster_match = 5;"
    "CREATE TABLE reservations ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  name TEXT NOT NULL UNIQUE,"
    "  campaign INTEGER NOT NULL REFERENCES campaigns (id),"
    "  form_digest TEXT NOT NULL,"
    "  unit_name TEXT NOT NULL,"
    "  unit_code TEXT NOT NULL,"
    "  time INTEGER NOT NULL,"
    "  submission INTEGER NOT NULL"  // id of the submission that used it; 0 for none
    ") STRICT;";

namespace {

absl::Status NoCampaign(std::string_view name) {
  return Error(absl::StatusCode::kNotFound, "CAMPAIGN_NOT_FOUND",
               Cat("campaign: there is no ", name.empty() ? std::string_view("(empty)") : TruncateUtf8(name, 100)),
               {{"field", "campaign"}});
}

absl::Status Damaged(std::string_view what) {
  return Error(absl::StatusCode::kDataLoss, "STORE_DAMAGED", what);
}

// The name of a submission, for messages.
absl::StatusOr<std::string> NameOf(Database& db, std::int64_t submission) {
  std::string name;
  RETURN_IF_ERROR(db.ForEach(
      "SELECT name FROM submissions WHERE id = ?", [&](const Statement& row) { name = row.Text(0); }, submission));
  return name;
}

// The reservation that the form names, if it is for this form.
absl::StatusOr<ReservationRow> TakeReservation(Database& db, const Acceptance& acceptance, const CampaignRow& campaign,
                                               const SubmissionRow& head) {
  ASSIGN_OR_RETURN(const std::optional<ReservationRow> found, FindReservation(db, acceptance.reservation));
  if (!found)
    return Error(absl::StatusCode::kNotFound, "RESERVATION_NOT_FOUND",
                 Cat("reservation: there is no ", TruncateUtf8(acceptance.reservation, 100)),
                 {{"field", "reservation"}});
  std::vector<FieldViolation> faults;
  if (found->campaign != campaign.id)
    faults.push_back({"campaign", Cat("the reservation is for another campaign than ", campaign.campaign.name())});
  if (found->form_digest != head.form_digest)
    faults.push_back({"form", Cat("its digest is ", head.form_digest, ", reserved is ", found->form_digest)});
  if (found->unit_name != head.implementing_unit)
    faults.push_back({"form.implementing_unit.name", Cat("the form's is ", TruncateUtf8(head.implementing_unit, 100),
                                                         ", reserved is ", TruncateUtf8(found->unit_name, 100))});
  if (found->unit_code != acceptance.unit_code)
    faults.push_back({"form.implementing_unit.code", Cat("the form's is ", TruncateUtf8(acceptance.unit_code, 100),
                                                         ", reserved is ", TruncateUtf8(found->unit_code, 100))});
  if (!faults.empty()) return InvalidFields("RESERVATION_MISMATCH", "the reservation is for another form", faults);
  if (found->submission != 0 && found->submission != head.id) {
    ASSIGN_OR_RETURN(const std::string user, NameOf(db, found->submission));
    return Error(absl::StatusCode::kFailedPrecondition, "RESERVATION_USED",
                 Cat(acceptance.reservation, " was used by ", user), {{"submission", user}});
  }
  RETURN_IF_ERROR(db.Run("UPDATE reservations SET submission = ? WHERE id = ?", head.id, found->id));
  return *found;
}

// Whether the roster allows the place.
absl::Status MayStand(Database& db, const v1::Campaign& campaign, const RosterPlace& place) {
  if (campaign.roster_policy() != v1::ROSTER_POLICY_REFUSE) return absl::OkStatus();
  switch (place.match) {
    case v1::ROSTER_MATCH_NONE:
      return Error(absl::StatusCode::kFailedPrecondition, "NOT_ON_ROSTER",
                   Cat("no entry of the roster of ", campaign.name(), " has this unit and project"),
                   {{"campaign", campaign.name()}});
    case v1::ROSTER_MATCH_AMBIGUOUS:
      return Error(absl::StatusCode::kFailedPrecondition, "ROSTER_AMBIGUOUS",
                   Cat("several entries of the roster of ", campaign.name(),
                       " have this unit and project; a project code would decide"),
                   {{"campaign", campaign.name()}});
    case v1::ROSTER_MATCH_DUPLICATE: {
      std::string other;
      RETURN_IF_ERROR(db.ForEach(
          "SELECT s.name FROM roster_entries e JOIN submissions s ON s.id = e.submission WHERE e.id = ?",
          [&](const Statement& row) { other = row.Text(0); }, place.entry));
      return Error(absl::StatusCode::kFailedPrecondition, "ROSTER_ENTRY_TAKEN",
                   Cat(other, " was handed in for this project; have it returned, and hand in its next revision"),
                   {{"campaign", campaign.name()}, {"submission", other}});
    }
    default:
      return absl::OkStatus();
  }
}

}  // namespace

absl::StatusOr<CampaignRow> FindCampaign(Database& db, std::string_view name) {
  CampaignRow found;
  bool parsed = true;
  RETURN_IF_ERROR(db.ForEach(
      "SELECT id, version, definition FROM campaigns WHERE name = ?",
      [&](const Statement& row) {
        found.id = row.Int(0);
        found.version = row.Int(1);
        parsed = found.campaign.ParseFromString(row.BlobBytes(2));
      },
      name));
  if (!parsed) return Damaged("a campaign cannot be read");
  if (found.id == 0) return NoCampaign(name);
  found.campaign.set_etag(Cat(found.version));
  return found;
}

absl::Status SaveCampaign(Database& db, CampaignRow& row) {
  ++row.version;
  row.campaign.clear_etag();
  RETURN_IF_ERROR(db.Run("UPDATE campaigns SET state = ?, version = ?, definition = ? WHERE id = ?",
                         static_cast<int>(row.campaign.state()), row.version, Blob{row.campaign.SerializeAsString()},
                         row.id));
  row.campaign.set_etag(Cat(row.version));
  return absl::OkStatus();
}

absl::Status JoinCampaign(Database& db, const Acceptance& acceptance, const std::optional<SubmissionRow>& earlier,
                          std::int64_t now, SubmissionRow& head) {
  if (earlier) {
    // A resubmission stays in its campaign, also when the request does not repeat it.
    if (!acceptance.head.campaign.empty() && acceptance.head.campaign != earlier->campaign)
      return InvalidField("CAMPAIGN_MISMATCH", "campaign",
                          Cat(earlier->name, " belongs to ",
                              earlier->campaign.empty() ? std::string_view("no campaign") : earlier->campaign,
                              ", not to ", TruncateUtf8(acceptance.head.campaign, 100)));
    head.campaign = earlier->campaign;
  }
  if (head.campaign.empty()) {
    if (acceptance.reservation.empty()) return absl::OkStatus();
    return InvalidField("CAMPAIGN_MISMATCH", "campaign", "a reservation decides only in a campaign");
  }
  ASSIGN_OR_RETURN(const CampaignRow row, FindCampaign(db, head.campaign));
  const v1::Campaign& campaign = row.campaign;
  RETURN_IF_ERROR(season::Fits(campaign, {acceptance.kind, head.fiscal_year, head.region_code, head.rule_set}));

  RosterPlace place;
  if (earlier) {
    ASSIGN_OR_RETURN(const std::optional<RosterPlace> stands, FindPlace(db, head.id));
    if (stands) place = *stands;
  }
  season::Arrival arrival;
  arrival.now = now;
  arrival.after_return = earlier && earlier->state == v1::SUBMISSION_STATE_RETURNED;
  arrival.was_late = earlier && earlier->late;
  if (!acceptance.reservation.empty()) {
    ASSIGN_OR_RETURN(const ReservationRow reservation, TakeReservation(db, acceptance, row, head));
    arrival.reserved = reservation.time;
    place.reservation = acceptance.reservation;
  }
  ASSIGN_OR_RETURN(head.late, season::IsLate(campaign, arrival));
  head.rule_set = campaign.rule_set_digest().empty() ? campaign.rule_set() : campaign.rule_set_digest();
  head.stages.clear();
  for (const int stage : campaign.stages()) head.stages.push_back(static_cast<v1::ReviewStage>(stage));

  // What was in time once is decided; what was late is judged by what came now, if that is in time.
  if (!arrival.after_return || (arrival.was_late && !head.late)) place.decisive_time = arrival.reserved.value_or(now);
  place.submission = head.id;
  place.campaign = row.id;
  place.key = acceptance.roster_key;
  place.state = head.state;
  place.late = head.late;
  RETURN_IF_ERROR(Seat(db, place));
  return MayStand(db, campaign, place);
}

absl::StatusOr<std::int64_t> JudgeLateAgain(Database& db, const CampaignRow& row, std::int64_t now) {
  std::vector<SubmissionRow> heads;
  RETURN_IF_ERROR(db.ForEach(
      Cat(kHeadColumns,
          "WHERE id IN (SELECT submission FROM campaign_submissions WHERE campaign = ? AND late = 1 AND "
          "decisive_time <= ?)"),
      [&](const Statement& head) { heads.push_back(ReadHead(head)); }, row.id, ToMicros(row.campaign.due_time())));
  // A form that was withdrawn is in time for nothing.
  std::erase_if(heads, [](const SubmissionRow& head) { return head.state == v1::SUBMISSION_STATE_WITHDRAWN; });
  for (SubmissionRow& head : heads) {
    head.late = false;
    head.update_time = TimeOfStep(head, now);
    RETURN_IF_ERROR(SaveTerms(db, head));
    RETURN_IF_ERROR(SaveStep(db, head, "截止时间延后，改为按时", BySystem(v1::SUBMISSION_ACTION_MARK_IN_TIME)));
  }
  return static_cast<std::int64_t>(heads.size());
}

absl::StatusOr<std::optional<ReservationRow>> FindReservation(Database& db, std::string_view name) {
  std::optional<ReservationRow> found;
  RETURN_IF_ERROR(db.ForEach(
      "SELECT id, campaign, form_digest, unit_name, unit_code, time, submission FROM reservations WHERE name = ?",
      [&](const Statement& row) {
        found = {row.Int(0), row.Int(1), row.Text(2), row.Text(3), row.Text(4), row.Int(5), row.Int(6)};
      },
      name));
  return found;
}

}  // namespace jixiao::intake
