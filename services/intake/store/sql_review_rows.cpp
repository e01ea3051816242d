#include "intake/store/sql_review_rows.h"

#include "common/canonical.h"
#include "common/errors.h"
#include "intake/store/sql_heads.h"

#include <utility>

namespace jixiao::intake {
namespace {

using store::Blob;
using store::Database;
using store::Statement;

absl::Status Unreadable(std::string_view what) {
  return Error(absl::StatusCode::kDataLoss, "STORE_DAMAGED", what);
}

// The messages of column 0.
template <class Message, class... Args>
absl::StatusOr<std::vector<Message>> ReadAll(Database& db, std::string_view sql, const Args&... args) {
  std::vector<Message> all;
  RETURN_IF_ERROR(db.ForEach(
      sql,
      [&](const Statement& row) -> absl::Status {
        return all.emplace_back().ParseFromString(row.BlobBytes(0)) ? absl::OkStatus()
                                                                    : Unreadable("a stored finding or review");
      },
      args...));
  return all;
}

}  // namespace

absl::StatusOr<std::optional<std::string>> ReadJudgement(Database& db, std::int64_t submission, int revision) {
  std::optional<std::string> policy;
  RETURN_IF_ERROR(db.ForEach(
      "SELECT policy FROM judgements WHERE submission = ? AND revision = ?",
      [&](const Statement& row) { policy = row.Text(0); }, submission, revision));
  return policy;
}

absl::StatusOr<int> JudgedRevisionBefore(Database& db, std::int64_t submission, int revision) {
  int before = 0;
  RETURN_IF_ERROR(db.ForEach(
      "SELECT coalesce(max(revision), 0) FROM judgements WHERE submission = ? AND revision < ?",
      [&](const Statement& row) { before = static_cast<int>(row.Int(0)); }, submission, revision));
  return before;
}

absl::StatusOr<std::vector<v1::JudgedFinding>> ReadFindings(Database& db, std::int64_t submission, int revision) {
  return ReadAll<v1::JudgedFinding>(
      db, "SELECT content FROM findings WHERE submission = ? AND revision = ? ORDER BY number", submission, revision);
}

absl::Status SaveJudgement(Database& db, std::int64_t submission, int revision, std::string_view policy,
                           const std::vector<v1::JudgedFinding>& findings) {
  RETURN_IF_ERROR(db.Run("DELETE FROM judgements WHERE submission = ? AND revision = ?", submission, revision));
  RETURN_IF_ERROR(db.Run("DELETE FROM findings WHERE submission = ? AND revision = ?", submission, revision));
  RETURN_IF_ERROR(
      db.Run("INSERT INTO judgements (submission, revision, policy) VALUES (?, ?, ?)", submission, revision, policy));
  int number = 0;
  for (const v1::JudgedFinding& finding : findings)
    RETURN_IF_ERROR(db.Run("INSERT INTO findings (submission, revision, number, content) VALUES (?, ?, ?, ?)",
                           submission, revision, ++number, Blob{finding.SerializeAsString()}));
  return absl::OkStatus();
}

absl::Status SaveFinding(Database& db, std::int64_t submission, int revision, int number,
                         const v1::JudgedFinding& finding) {
  return db.Run("UPDATE findings SET content = ? WHERE submission = ? AND revision = ? AND number = ?",
                Blob{finding.SerializeAsString()}, submission, revision, number);
}

absl::StatusOr<std::vector<v1::Review>> ReadReviews(Database& db, std::int64_t submission, int revision) {
  return ReadAll<v1::Review>(db, "SELECT content FROM reviews WHERE submission = ? AND revision = ? ORDER BY number",
                             submission, revision);
}

absl::Status AddReview(Database& db, std::int64_t submission, int revision, int number, const v1::Review& review) {
  return db.Run("INSERT INTO reviews (submission, revision, number, content) VALUES (?, ?, ?, ?)", submission, revision,
                number, Blob{review.SerializeAsString()});
}

absl::StatusOr<v1::ReviewRecord> ReadReviewRecord(Database& db, const SubmissionRow& head,
                                                  const evaluation::v1::Scorecard& card) {
  v1::ReviewRecord record;
  record.set_submission(head.name);
  record.set_revision(head.revision);
  record.set_form_digest(head.form_digest);
  ASSIGN_OR_RETURN(*record.mutable_scorecard_digest(), CanonicalDigest(card));
  record.mutable_stages()->Assign(head.stages.begin(), head.stages.end());
  ASSIGN_OR_RETURN(std::optional<std::string> policy, ReadJudgement(db, head.id, head.revision));
  if (!policy) return Unreadable("an approved form was never judged");
  record.set_policy(*std::move(policy));
  ASSIGN_OR_RETURN(std::vector<Step> steps, ReadSteps(db, head.id, 0));
  // Up to the step that approved it: what may come after it, such as a season's new due time, would make another
  // record.
  std::size_t last = steps.size();
  while (last > 1 && (steps[last - 1].state != v1::SUBMISSION_STATE_APPROVED ||
                      steps[last - 2].state == v1::SUBMISSION_STATE_APPROVED))
    --last;
  steps.resize(last);
  if (steps.empty() || steps.back().state != v1::SUBMISSION_STATE_APPROVED)
    return Unreadable("the step that approved a form is missing");
  PutHistory(steps, *record.mutable_history());
  ASSIGN_OR_RETURN(std::vector<v1::JudgedFinding> findings, ReadFindings(db, head.id, head.revision));
  PutStates(findings, steps.back().time);
  for (v1::JudgedFinding& finding : findings) *record.add_findings() = std::move(finding);
  ASSIGN_OR_RETURN(std::vector<v1::Review> reviews, ReadReviews(db, head.id, head.revision));
  for (v1::Review& review : reviews) *record.add_reviews() = std::move(review);
  return record;
}

}  // namespace jixiao::intake
