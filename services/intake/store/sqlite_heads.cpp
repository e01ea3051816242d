#include "intake/store/sqlite_heads.h"

#include "common/errors.h"
#include "common/text.h"
#include "intake/store/sqlite_roster.h"

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
  return head;
}

namespace {

// A digit a stage, as the column keeps them.
std::string DigitsOf(const std::vector<v1::ReviewStage>& stages) {
  std::string digits;
  for (const v1::ReviewStage stage : stages) digits += static_cast<char>('0' + static_cast<int>(stage));
  return digits;
}

}  // namespace

absl::StatusOr<std::optional<SubmissionRow>> FindHead(Database& db, std::string_view name) {
  std::optional<SubmissionRow> head;
  RETURN_IF_ERROR(db.ForEach(
      Cat(kHeadColumns, "WHERE name = ?"), [&](const Statement& row) { head = ReadHead(row); }, name));
  return head;
}

absl::Status SaveStep(Database& db, const SubmissionRow& head, std::string_view note) {
  RETURN_IF_ERROR(db.Run(
      "UPDATE submissions SET revision = ?, state = ?, form_digest = ?, implementing_unit = ?, project_name = "
      "?, fiscal_year = ?,"
      " region_code = ?, rule_set = ?, update_time = ?, version = version + 1, archive_record = ?, "
      "archive_index = ?, problem = ?, campaign = ?, competent_department = ?, late = ?, stages = ? WHERE id = ?",
      head.revision, static_cast<int>(head.state), head.form_digest, head.implementing_unit, head.project_name,
      head.fiscal_year, head.region_code, head.rule_set, head.update_time, head.archive_record, head.archive_index,
      head.problem, head.campaign, head.competent_department, head.late ? 1 : 0, DigitsOf(head.stages), head.id));
  RETURN_IF_ERROR(db.Run("INSERT INTO steps (submission, revision, state, time, note) VALUES (?, ?, ?, ?, ?)", head.id,
                         head.revision, static_cast<int>(head.state), head.update_time, note));
  return FollowStep(db, head);
}

absl::Status NoSubmission(std::string_view name) {
  return Error(absl::StatusCode::kNotFound, "SUBMISSION_NOT_FOUND", Cat("there is no ", TruncateUtf8(name, 100)));
}

}  // namespace jixiao::intake
