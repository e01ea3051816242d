#include "intake/store/sql_heads.h"

#include "common/errors.h"
#include "common/store/inserts.h"
#include "common/store/look_ups.h"
#include "common/text.h"
#include "common/time.h"
#include "intake/store/sql_roster.h"

#include <charconv>
#include <utility>

namespace jixiao::intake {

using store::Database;
using store::Statement;

SubmissionRow ReadHead(const Statement& row) {
  SubmissionRow head;
  head.id = row.Int(0);
  head.name = row.Text(1);
  head.revision = static_cast<int>(row.Int(2));
  head.state = static_cast<SubmissionState>(row.Int(3));
  head.form_digest = row.Text(4);
  head.implementing_unit = row.Text(5);
  head.project_name = row.Text(6);
  head.fiscal_year = static_cast<int>(row.Int(7));
  head.region_code = row.Text(8);
  head.rule_set = row.Text(9);
  head.create_time = row.Int(10);
  head.update_time = row.Int(11);
  head.version = row.Int(12);
  head.archive_record = row.Text(13);
  head.archive_index = row.Int(14);
  head.problem = row.Text(15);
  head.campaign = row.Text(16);
  head.competent_department = row.Text(17);
  head.late = row.Int(18) != 0;
  for (const char digit : row.Text(19)) head.stages.push_back(static_cast<v1::ReviewStage>(digit - '0'));
  head.judged = row.Int(20) != 0;
  return head;
}

namespace {

// A digit a stage, as the column keeps them.
std::string DigitsOf(const std::vector<v1::ReviewStage>& stages) {
  std::string digits;
  for (const v1::ReviewStage stage : stages) digits += static_cast<char>('0' + static_cast<int>(stage));
  return digits;
}

// Numbers between commas, as the column keeps them.
std::string NumbersOf(const std::vector<v1::ReturnReason>& reasons) {
  std::string numbers;
  for (const v1::ReturnReason reason : reasons) Append(numbers, numbers.empty() ? "" : ",", static_cast<int>(reason));
  return numbers;
}

std::vector<v1::ReturnReason> ReasonsOf(std::string_view numbers) {
  std::vector<v1::ReturnReason> reasons;
  const char* const end = numbers.data() + numbers.size();
  for (const char* at = numbers.data(); at < end;) {
    int number = 0;
    const auto [next, error] = std::from_chars(at, end, number);
    if (error != std::errc()) break;
    reasons.push_back(static_cast<v1::ReturnReason>(number));
    at = next + 1;
  }
  return reasons;
}

// What brought a submission into a state, for steps of before actions were kept.
SubmissionAction ActionInto(SubmissionState state) {
  switch (state) {
    case v1::SUBMISSION_STATE_ACCEPTED:
      return v1::SUBMISSION_ACTION_SUBMIT;
    case v1::SUBMISSION_STATE_SCORED:
      return v1::SUBMISSION_ACTION_SCORE;
    case v1::SUBMISSION_STATE_ARCHIVED:
      return v1::SUBMISSION_ACTION_ARCHIVE;
    case v1::SUBMISSION_STATE_RETURNED:
      return v1::SUBMISSION_ACTION_RETURN;
    case v1::SUBMISSION_STATE_STUCK:
      return v1::SUBMISSION_ACTION_SET_ASIDE;
    default:
      return v1::SUBMISSION_ACTION_UNSPECIFIED;
  }
}

}  // namespace

absl::StatusOr<std::optional<SubmissionRow>> FindHead(Database& db, std::string_view name) {
  std::optional<SubmissionRow> head;
  RETURN_IF_ERROR(db.ForEach(
      Cat(kHeadColumns, "WHERE name = ?"), [&](const Statement& row) { head = ReadHead(row); }, name));
  return head;
}

absl::StatusOr<std::map<std::int64_t, SubmissionRow>> FindHeads(Database& db, std::span<const std::int64_t> ids) {
  static const store::LookUps kHeads(Cat(kHeadColumns, "WHERE id = ?"));
  std::map<std::int64_t, SubmissionRow> heads;
  RETURN_IF_ERROR(kHeads.ForEach(db, ids, [&](const Statement& row) { heads[row.Int(0)] = ReadHead(row); }));
  return heads;
}

StepDetail BySystem(SubmissionAction action) {
  StepDetail detail;
  detail.action = action;
  detail.actor.set_role(v1::ACTOR_ROLE_SYSTEM);
  return detail;
}

absl::StatusOr<std::vector<std::int64_t>> ReserveHeadIds(Database& db, std::size_t count) {
  std::vector<std::int64_t> ids;
  if (count == 0) return ids;
  if (db.engine() == store::Engine::kPostgres) {
    RETURN_IF_ERROR(db.ForEach(
        "SELECT nextval('submissions_id_seq') FROM generate_series(1, ?)",
        [&](const Statement& row) { ids.push_back(row.Int(0)); }, count));
    return ids;
  }
  // What AUTOINCREMENT would give: nobody else writes meanwhile, and the rows themselves count it on.
  std::int64_t last = 0;
  RETURN_IF_ERROR(db.ForEach("SELECT seq FROM sqlite_sequence WHERE name = 'submissions'",
                             [&](const Statement& row) { last = row.Int(0); }));
  while (ids.size() < count) ids.push_back(++last);
  return ids;
}

absl::Status InsertHeads(Database& db, std::span<const SubmissionRow> heads) {
  static const store::Inserts kHeads(
      "INSERT INTO submissions (id, name, revision, state, form_digest, implementing_unit, project_name, fiscal_year,"
      " region_code, rule_set, create_time, update_time, version, archive_record, archive_index, problem, campaign,"
      " competent_department, late, stages, judged) VALUES",
      21);
  std::vector<std::string> stages;  // as the column keeps them
  for (const SubmissionRow& head : heads) stages.push_back(DigitsOf(head.stages));
  return kHeads.Run(db, heads, [&](const SubmissionRow& head, const auto& put) {
    put(head.id);
    put(head.name);
    put(head.revision);
    put(static_cast<int>(head.state));
    put(head.form_digest);
    put(head.implementing_unit);
    put(head.project_name);
    put(head.fiscal_year);
    put(head.region_code);
    put(head.rule_set);
    put(head.create_time);
    put(head.update_time);
    put(head.version);
    put(head.archive_record);
    put(head.archive_index);
    put(head.problem);
    put(head.campaign);
    put(head.competent_department);
    put(head.late ? 1 : 0);
    put(stages[static_cast<std::size_t>(&head - heads.data())]);
    put(head.judged ? 1 : 0);
  });
}

absl::Status SaveTerms(Database& db, const SubmissionRow& head) {
  return db.Run("UPDATE submissions SET rule_set = ?, late = ?, stages = ? WHERE id = ?", head.rule_set,
                head.late ? 1 : 0, DigitsOf(head.stages), head.id);
}

absl::Status SaveRevision(Database& db, const SubmissionRow& head) {
  return db.Run(
      "UPDATE submissions SET revision = ?, state = ?, form_digest = ?, implementing_unit = ?, project_name = ?,"
      " fiscal_year = ?, region_code = ?, rule_set = ?, update_time = ?, version = ?, archive_record = ?,"
      " archive_index = ?, problem = ?, campaign = ?, competent_department = ?, late = ?, stages = ?, judged = ?"
      " WHERE id = ?",
      head.revision, static_cast<int>(head.state), head.form_digest, head.implementing_unit, head.project_name,
      head.fiscal_year, head.region_code, head.rule_set, head.update_time, head.version, head.archive_record,
      head.archive_index, head.problem, head.campaign, head.competent_department, head.late ? 1 : 0,
      DigitsOf(head.stages), head.judged ? 1 : 0, head.id);
}

NewStep StepOf(const SubmissionRow& head, std::string_view note, const StepDetail& detail) {
  NewStep made{head.id, {}};
  made.step.revision = head.revision;
  made.step.state = head.state;
  made.step.time = head.update_time;
  made.step.note = note;
  made.step.action = detail.action;
  made.step.actor = detail.actor;
  made.step.reasons = detail.reasons;
  made.step.subject = detail.subject;
  return made;
}

absl::Status InsertSteps(Database& db, std::span<const NewStep> steps) {
  static const store::Inserts kSteps(
      "INSERT INTO steps (submission, revision, state, time, note, action, actor, role, organization, reasons, subject)"
      " VALUES",
      11);
  std::vector<std::string> reasons;  // as the column keeps them
  for (const NewStep& made : steps) reasons.push_back(NumbersOf(made.step.reasons));
  return kSteps.Run(db, steps, [&](const NewStep& made, const auto& put) {
    put(made.submission);
    put(made.step.revision);
    put(static_cast<int>(made.step.state));
    put(made.step.time);
    put(made.step.note);
    put(static_cast<int>(made.step.action));
    put(made.step.actor.name());
    put(static_cast<int>(made.step.actor.role()));
    put(made.step.actor.organization());
    put(reasons[static_cast<std::size_t>(&made - steps.data())]);
    put(made.step.subject);
  });
}

absl::Status AddStep(Database& db, const SubmissionRow& head, std::string_view note, const StepDetail& detail) {
  const NewStep step = StepOf(head, note, detail);
  RETURN_IF_ERROR(InsertSteps(db, {&step, 1}));
  return FollowStep(db, head);
}

// Only columns that a step can change are named: each column that is named makes SQLite write its indexes anew.
absl::Status SaveStep(Database& db, SubmissionRow& head, std::string_view note, const StepDetail& detail) {
  RETURN_IF_ERROR(db.Run(
      "UPDATE submissions SET state = ?, update_time = ?, version = version + 1, archive_record = ?,"
      " archive_index = ?, problem = ? WHERE id = ?",
      static_cast<int>(head.state), head.update_time, head.archive_record, head.archive_index, head.problem, head.id));
  ++head.version;
  return AddStep(db, head, note, detail);
}

absl::StatusOr<std::vector<Step>> ReadSteps(Database& db, std::int64_t submission, std::int64_t after) {
  std::vector<Step> steps;
  RETURN_IF_ERROR(db.ForEach(
      "SELECT sequence, revision, state, time, note, action, actor, role, organization, reasons, subject FROM steps"
      " WHERE submission = ? AND sequence > ? ORDER BY sequence",
      [&](const Statement& row) {
        Step& step = steps.emplace_back();
        step.sequence = row.Int(0);
        step.revision = static_cast<int>(row.Int(1));
        step.state = static_cast<SubmissionState>(row.Int(2));
        step.time = row.Int(3);
        step.note = row.Text(4);
        step.action = static_cast<SubmissionAction>(row.Int(5));
        if (step.action == v1::SUBMISSION_ACTION_UNSPECIFIED) step.action = ActionInto(step.state);
        step.actor.set_name(row.Text(6));
        step.actor.set_role(static_cast<ActorRole>(row.Int(7)));
        step.actor.set_organization(row.Text(8));
        step.reasons = ReasonsOf(row.TextView(9));
        step.subject = row.Text(10);
      },
      submission, after));
  return steps;
}

void PutHistory(const std::vector<Step>& steps, google::protobuf::RepeatedPtrField<v1::HistoryEntry>& out) {
  SubmissionState from = v1::SUBMISSION_STATE_UNSPECIFIED;
  for (const Step& step : steps) {
    v1::HistoryEntry& entry = *out.Add();
    entry.set_sequence(step.sequence);
    *entry.mutable_time() = ToTimestamp(step.time);
    entry.set_revision(step.revision);
    entry.set_action(step.action);
    entry.set_from_state(from);
    entry.set_to_state(step.state);
    *entry.mutable_actor() = step.actor;
    entry.mutable_reasons()->Assign(step.reasons.begin(), step.reasons.end());
    entry.set_text(step.note);
    entry.set_subject(step.subject);
    from = step.state;
  }
}

absl::Status NoSubmission(std::string_view name) {
  return Error(absl::StatusCode::kNotFound, "SUBMISSION_NOT_FOUND", Cat("there is no ", TruncateUtf8(name, 100)));
}

}  // namespace jixiao::intake
