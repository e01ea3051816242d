#include "intake/store/sqlite_work_items.h"

#include "common/canonical.h"
#include "common/errors.h"
#include "common/log.h"
#include "common/text.h"
#include "common/time.h"
#include "intake/store/sqlite_heads.h"

#include <string>
#include <utility>

namespace jixiao::intake {
namespace {

using store::Blob;
using store::Database;
using store::Statement;

// What one lease reads into memory, but for the last item.
constexpr std::size_t kMaxLeaseBytes = 64 * 1024 * 1024;

// A due work item without its contents.
struct DueItem {
  WorkItem item;
  std::string form_digest;  // of the form that was accepted
};

absl::StatusOr<std::vector<DueItem>> FindDue(Database& db, std::int64_t now, std::int64_t limit) {
  std::vector<DueItem> due;
  RETURN_IF_ERROR(db.ForEach(
      "SELECT w.id, w.submission, s.name, w.revision, w.attempts, w.trace_id, s.rule_set, s.form_digest"
      " FROM work_items w JOIN submissions s ON s.id = w.submission WHERE w.due <= ? ORDER BY w.due, w.id LIMIT ?",
      [&](const Statement& row) {
        auto& [item, form_digest] = due.emplace_back();
        item.id = row.Int(0);
        item.submission = row.Int(1);
        item.name = row.Text(2);
        item.revision = static_cast<int>(row.Int(3));
        item.attempts = static_cast<int>(row.Int(4));
        item.trace_id = row.Text(5);
        item.rule_set = row.Text(6);
        form_digest = row.Text(7);
      },
      now, limit));
  return due;
}

absl::Status Damaged(std::string_view what) {
  return Error(absl::StatusCode::kDataLoss, "STORE_DAMAGED", what);
}

// Reads what is filed under `item` and adds its size to `bytes`. DATA_LOSS when that is not what was accepted.
absl::Status ReadContents(Database& db, std::string_view form_digest, WorkItem& item, std::size_t& bytes) {
  bool found = false;
  bool parsed = false;
  RETURN_IF_ERROR(db.ForEach(
      "SELECT form, source_document, scorecard FROM revisions WHERE submission = ? AND revision = ?",
      [&](const Statement& row) {
        found = true;
        const std::string form = row.BlobBytes(0);
        parsed = item.form.ParseFromString(form);
        item.source_document = row.BlobBytes(1);
        bytes += form.size() + item.source_document.size();
        if (row.IsNull(2)) return;
        if (!item.scorecard.emplace().ParseFromString(row.BlobBytes(2))) {
          log::Warning("a stored scorecard cannot be read: the form is scored again", {{"submission", item.name}});
          item.scorecard.reset();
        }
      },
      item.submission, item.revision));
  if (!found) return Damaged("the form is missing");
  if (!parsed) return Damaged("the form cannot be parsed");
  const auto digest = CanonicalDigest(item.form);
  if (!digest.ok() || *digest != form_digest) return Damaged("the form is not the one that was accepted");
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<WorkItem>> LeaseIn(Database& db, std::int64_t limit, std::int64_t lease_micros) {
  const std::int64_t now = NowMicros();
  ASSIGN_OR_RETURN(std::vector<DueItem> due, FindDue(db, now, limit));
  std::vector<WorkItem> items;
  std::size_t bytes = 0;
  for (DueItem& next : due) {
    if (bytes >= kMaxLeaseBytes) break;
    WorkItem& item = items.emplace_back(std::move(next.item));
    item.damage = ReadContents(db, next.form_digest, item, bytes);
    if (!item.damage.ok() && item.damage.code() != absl::StatusCode::kDataLoss) return item.damage;
    RETURN_IF_ERROR(db.Run("UPDATE work_items SET due = ? WHERE id = ?", now + lease_micros, item.id));
  }
  return items;
}

absl::Status SettleIn(Database& db, const WorkResult& result, std::int64_t now) {
  const WorkItem& item = *result.item;
  // An item that is gone was settled before, by an answer that nobody heard: what it became stands.
  bool waits = false;
  RETURN_IF_ERROR(db.ForEach(
      "SELECT 1 FROM work_items WHERE id = ?", [&](const Statement&) { waits = true; }, item.id));
  if (!waits) return absl::OkStatus();
  if (result.kind == WorkResult::Kind::kDeferred)
    return db.Run("UPDATE work_items SET attempts = attempts + 1, due = ? WHERE id = ?", result.not_before, item.id);
  ASSIGN_OR_RETURN(std::optional<SubmissionRow> head, FindHead(db, item.name));
  if (!head) return NoSubmission(item.name);
  head->update_time = now;
  if (result.kind == WorkResult::Kind::kScored) {
    RETURN_IF_ERROR(db.Run("UPDATE revisions SET scorecard = ? WHERE submission = ? AND revision = ?",
                           Blob{result.scorecard->SerializeAsString()}, item.submission, item.revision));
    head->state = v1::SUBMISSION_STATE_SCORED;
    return SaveStep(db, *head, result.scorecard->rule_set().id());
  }
  RETURN_IF_ERROR(db.Run("DELETE FROM work_items WHERE id = ?", item.id));
  if (result.kind == WorkResult::Kind::kArchived) {
    head->state = v1::SUBMISSION_STATE_ARCHIVED;
    head->archive_record = result.archive_record;
    head->archive_index = result.archive_index;
    head->problem.clear();
    return SaveStep(db, *head, result.archive_record);
  }
  head->state = v1::SUBMISSION_STATE_STUCK;
  head->problem = result.problem;
  return SaveStep(db, *head, result.problem);
}

}  // namespace jixiao::intake
