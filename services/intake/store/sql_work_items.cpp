#include "intake/store/sql_work_items.h"

#include "common/canonical.h"
#include "common/errors.h"
#include "common/form_wire.h"
#include "common/log.h"
#include "common/store/look_ups.h"
#include "common/text.h"
#include "common/time.h"
#include "intake/store/sql_heads.h"
#include "intake/store/sql_review_rows.h"
#include "intake/workflow/findings.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace jixiao::intake {
namespace {

using store::Blob;
using store::Database;
using store::Statement;

// Beyond the longest lease or delay. What is due still later was written before the clock was set back, or by another
// replica's clock that is as far ahead.
constexpr std::int64_t kMarginMicros = 5'000'000;

absl::StatusOr<std::vector<LeasedItem>> FindDue(Database& db, std::int64_t now, std::int64_t limit) {
  std::vector<LeasedItem> due;
  RETURN_IF_ERROR(db.ForEach(
      "SELECT w.id, w.submission, s.name, w.revision, w.attempts, w.trace_id, s.rule_set, s.form_digest, s.state,"
      " s.stages, s.judged, s.create_time, s.campaign"
      " FROM work_items w JOIN submissions s ON s.id = w.submission WHERE w.due <= ? ORDER BY w.due, w.id LIMIT ?",
      [&](const Statement& row) {
        auto& [item, form_digest, may_archive] = due.emplace_back();
        item.id = row.Int(0);
        item.submission = row.Int(1);
        item.name = row.Text(2);
        item.revision = static_cast<int>(row.Int(3));
        item.attempts = static_cast<int>(row.Int(4));
        item.trace_id = row.Text(5);
        item.rule_set = row.Text(6);
        form_digest = row.Text(7);
        item.state = static_cast<SubmissionState>(row.Int(8));
        item.provenance.set_submission(item.name);
        item.provenance.set_revision(item.revision);
        *item.provenance.mutable_create_time() = ToTimestamp(row.Int(11));
        item.provenance.set_campaign(row.Text(12));
        item.reviewed = !row.TextView(9).empty() || row.Int(10) != 0;
        may_archive = item.state == v1::SUBMISSION_STATE_APPROVED ||
                      (item.state == v1::SUBMISSION_STATE_SCORED && !item.reviewed);
      },
      now, limit));
  return due;
}

absl::Status Damaged(std::string_view what) {
  return Error(absl::StatusCode::kDataLoss, "STORE_DAMAGED", what);
}

// What review leaves to the archive beside an approved form. Without its card it is scored, and reviewed, once more.
absl::Status ReadReview(Database& db, WorkItem& item) {
  if (item.state != v1::SUBMISSION_STATE_APPROVED || !item.scorecard) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::optional<SubmissionRow> head, FindHead(db, item.name));
  if (!head) return NoSubmission(item.name);
  ASSIGN_OR_RETURN(item.review, ReadReviewRecord(db, *head, *item.scorecard));
  return absl::OkStatus();
}

// What is archived of earlier revisions beside a form, at most: with it, its document, its card and its review it must
// still fit into one message.
constexpr std::size_t kMostOfEarlier = 8 * 1024 * 1024;

// The content of one earlier revision: whole, or its digests alone. Damage of an earlier one keeps no later one back:
// it is named, without what cannot be read.
void PutEarlier(const std::string& form, const std::string& card, bool whole, archiving::v1::EarlierRevision& earlier) {
  if (!earlier.mutable_form()->ParseFromString(form)) earlier.clear_form();
  if (card.empty() || !earlier.mutable_scorecard()->ParseFromString(card)) earlier.clear_scorecard();
  if (whole) return;
  if (earlier.has_form()) earlier.set_form_digest(CanonicalDigest(earlier.form()).value_or(""));
  if (earlier.has_scorecard()) earlier.set_scorecard_digest(CanonicalDigest(earlier.scorecard()).value_or(""));
  earlier.clear_form();
  earlier.clear_scorecard();
}

// What came before a revision that is not the first.
absl::Status ReadEarlier(Database& db, WorkItem& item) {
  if (item.revision <= 1) return absl::OkStatus();
  auto& earlier = *item.provenance.mutable_earlier_revisions();
  std::size_t bytes = 0;
  RETURN_IF_ERROR(db.ForEach(
      "SELECT revision, form, scorecard FROM revisions WHERE submission = ? AND revision < ? ORDER BY revision DESC",
      [&](const Statement& row) {
        const std::string form = row.BlobBytes(1);
        const std::string card = row.IsNull(2) ? std::string() : row.BlobBytes(2);
        bytes += form.size() + card.size();
        earlier.Add()->set_revision(static_cast<std::int32_t>(row.Int(0)));
        // What stands whole are the latest, without a gap.
        PutEarlier(form, card, bytes <= kMostOfEarlier, earlier[earlier.size() - 1]);
      },
      item.submission, item.revision));
  std::reverse(earlier.pointer_begin(), earlier.pointer_end());
  ASSIGN_OR_RETURN(const std::vector<Step> steps, ReadSteps(db, item.submission, 0));
  PutHistory(steps, *item.provenance.mutable_history());
  return absl::OkStatus();
}

// The bytes that ReadEarlier keeps of an item.
absl::StatusOr<std::size_t> SizeOfEarlier(Database& db, const WorkItem& item) {
  if (item.revision <= 1) return 0;
  std::size_t bytes = 0;
  RETURN_IF_ERROR(db.ForEach(
      "SELECT length(form) + coalesce(length(scorecard), 0) FROM revisions WHERE submission = ? AND revision < ?",
      [&](const Statement& row) { bytes += static_cast<std::size_t>(row.Int(0)); }, item.submission, item.revision));
  return std::min(bytes, kMostOfEarlier);
}

// What stands in a row of revisions.
absl::Status ReadContent(const Statement& row, LeasedItem& leased) {
  WorkItem& item = leased.item;
  if (!ReadForm(row.BlobBytes(2), item.form)) return Damaged("the form cannot be parsed");
  item.source_document = row.BlobBytes(3);
  if (!row.IsNull(4) && leased.may_archive && !item.scorecard.emplace().ParseFromString(row.BlobBytes(4))) {
    log::Warning("a stored scorecard cannot be read: the form is scored again", {{"submission", item.name}});
    item.scorecard.reset();
  }
  const auto digest = CanonicalDigest(item.form);
  if (!digest.ok() || *digest != leased.form_digest) return Damaged("the form is not the one that was accepted");
  return absl::OkStatus();
}

using Key = std::pair<std::int64_t, int>;  // submission and revision

absl::Status ReadContents(Database& db, std::span<LeasedItem> leased) {
  static const store::LookUps kContents(
      "SELECT submission, revision, form, source_document, scorecard FROM revisions WHERE submission = ? AND revision ="
      " ?");
  std::vector<Key> keys;
  std::map<Key, LeasedItem*> items;
  for (LeasedItem& each : leased) {
    each.item.damage = Damaged("the form is missing");
    items[keys.emplace_back(each.item.submission, each.item.revision)] = &each;
  }
  return kContents.ForEach(db, std::span<const Key>(keys), [&](const Statement& row) {
    LeasedItem& found = *items[{row.Int(0), static_cast<int>(row.Int(1))}];
    found.item.damage = ReadContent(row, found);
  });
}

}  // namespace

absl::StatusOr<std::vector<std::size_t>> SizesOf(Database& db, std::span<const LeasedItem> leased) {
  static const store::LookUps kSizes(
      "SELECT submission, revision, length(form) + length(source_document) + coalesce(length(scorecard), 0)"
      " FROM revisions WHERE submission = ? AND revision = ?");
  std::vector<Key> keys;
  for (const LeasedItem& each : leased) keys.emplace_back(each.item.submission, each.item.revision);
  std::map<Key, std::size_t> found;
  RETURN_IF_ERROR(kSizes.ForEach(db, std::span<const Key>(keys), [&](const Statement& row) {
    found[{row.Int(0), static_cast<int>(row.Int(1))}] = static_cast<std::size_t>(row.Int(2));
  }));
  std::vector<std::size_t> sizes;
  for (const LeasedItem& each : leased) {
    ASSIGN_OR_RETURN(const std::size_t earlier, SizeOfEarlier(db, each.item));
    sizes.push_back(found[{each.item.submission, each.item.revision}] + earlier);
  }
  return sizes;
}

absl::Status ReadLeased(Database& db, std::span<LeasedItem> leased) {
  absl::Status read = ReadContents(db, leased);
  if (absl::IsDataLoss(read) && leased.size() > 1) {
    for (LeasedItem& each : leased) RETURN_IF_ERROR(ReadLeased(db, {&each, 1}));
    return absl::OkStatus();
  }
  if (absl::IsDataLoss(read))
    leased.front().item.damage = std::move(read);
  else
    RETURN_IF_ERROR(read);
  for (auto& [item, form_digest, may_archive] : leased) {
    if (item.damage.ok()) item.damage = ReadEarlier(db, item);
    if (item.damage.ok()) item.damage = ReadReview(db, item);
    if (!item.damage.ok() && !absl::IsDataLoss(item.damage)) return item.damage;
  }
  return absl::OkStatus();
}

namespace {

// Classes what scoring found and decides where the form goes from SCORED.
absl::Status JudgeIn(Database& db, const WorkResult& result, SubmissionRow& head) {
  std::vector<v1::JudgedFinding> findings = result.findings;
  // Judged once more, it keeps what was answered; a new revision keeps what its predecessor was answered on the same.
  int from = head.revision;
  ASSIGN_OR_RETURN(const std::optional<std::string> again, ReadJudgement(db, head.id, head.revision));
  if (!again) {
    ASSIGN_OR_RETURN(from, JudgedRevisionBefore(db, head.id, head.revision));
  }
  ASSIGN_OR_RETURN(const std::vector<v1::JudgedFinding> earlier, ReadFindings(db, head.id, from));
  const int carried = CarryOver(earlier, findings);
  RETURN_IF_ERROR(SaveJudgement(db, head.id, head.revision, result.policy, findings));
  ASSIGN_OR_RETURN(head.state, StateAfter(head.state, v1::SUBMISSION_ACTION_JUDGE, v1::ACTOR_ROLE_SYSTEM,
                                          StandingAt(head.stages, findings, head.update_time)));
  StepDetail detail = BySystem(v1::SUBMISSION_ACTION_JUDGE);
  const std::string verdict = Verdict(findings, carried, head.update_time);
  if (head.state == v1::SUBMISSION_STATE_RETURNED) {
    detail.reasons = {v1::RETURN_REASON_FINDINGS_INVALID};
    head.problem = verdict;
  }
  RETURN_IF_ERROR(SaveStep(db, head, verdict, detail));
  // Approved already, it goes on with its history, which the next lease reads. Otherwise it waits for people.
  if (head.state == v1::SUBMISSION_STATE_APPROVED)
    return db.Run("UPDATE work_items SET due = 0 WHERE id = ?", result.item->id);
  return db.Run("DELETE FROM work_items WHERE id = ?", result.item->id);
}

// The action of an outcome.
SubmissionAction ActionOf(WorkResult::Kind kind) {
  switch (kind) {
    case WorkResult::Kind::kScored:
      return v1::SUBMISSION_ACTION_SCORE;
    case WorkResult::Kind::kArchived:
      return v1::SUBMISSION_ACTION_ARCHIVE;
    default:
      return v1::SUBMISSION_ACTION_SET_ASIDE;
  }
}

// What a submission becomes by the outcome of its item.
absl::StatusOr<SubmissionState> SettleOne(Database& db, const WorkResult& result, SubmissionRow& head,
                                          std::int64_t now) {
  const WorkItem& item = *result.item;
  if (result.kind == WorkResult::Kind::kDeferred) {
    RETURN_IF_ERROR(
        db.Run("UPDATE work_items SET attempts = attempts + 1, due = ? WHERE id = ?", result.not_before, item.id));
    return head.state;
  }
  StepDetail detail = BySystem(ActionOf(result.kind));
  const bool archived_unasked = result.kind == WorkResult::Kind::kArchived && !MayArchive(head);
  const absl::StatusOr<SubmissionState> state = StateAfter(head.state, detail.action, v1::ACTOR_ROLE_SYSTEM, {});
  if (!state.ok() || archived_unasked) {
    // No outcome may come in this state. The item goes, so that it holds up no other.
    log::Error("an outcome does not fit its submission",
               {{"submission", item.name}, {"state", v1::SubmissionState_Name(head.state)}});
    RETURN_IF_ERROR(db.Run("DELETE FROM work_items WHERE id = ?", item.id));
    return v1::SUBMISSION_STATE_UNSPECIFIED;
  }
  head.state = *state;
  head.update_time = TimeOfStep(head, now);
  if (result.kind == WorkResult::Kind::kScored) {
    RETURN_IF_ERROR(db.Run("UPDATE revisions SET scorecard = ? WHERE submission = ? AND revision = ?",
                           Blob{result.scorecard->SerializeAsString()}, item.submission, item.revision));
    RETURN_IF_ERROR(SaveStep(db, head, result.scorecard->rule_set().id(), detail));
    if (IsReviewed(head)) RETURN_IF_ERROR(JudgeIn(db, result, head));
    return head.state;
  }
  RETURN_IF_ERROR(db.Run("DELETE FROM work_items WHERE id = ?", item.id));
  if (result.kind == WorkResult::Kind::kArchived) {
    head.archive_record = result.archive_record;
    head.archive_index = result.archive_index;
    head.problem.clear();
    RETURN_IF_ERROR(SaveStep(db, head, result.archive_record, detail));
  } else {
    head.problem = result.problem;
    RETURN_IF_ERROR(SaveStep(db, head, result.problem, detail));
  }
  return head.state;
}

}  // namespace

absl::Status MendDues(Database& db, std::int64_t lease_micros) {
  const std::int64_t now = NowMicros();
  return db.Run("UPDATE work_items SET due = ? WHERE due > ?", now, now + lease_micros + kMarginMicros);
}

absl::StatusOr<std::vector<LeasedItem>> LeaseIn(Database& db, std::int64_t limit, std::int64_t lease_micros) {
  const std::int64_t now = NowMicros();
  ASSIGN_OR_RETURN(std::vector<LeasedItem> due, FindDue(db, now, limit));
  for (LeasedItem& leased : due) {
    leased.item.leased_until = now + lease_micros;
    RETURN_IF_ERROR(db.Run("UPDATE work_items SET due = ? WHERE id = ?", leased.item.leased_until, leased.item.id));
  }
  return due;
}

absl::Status ReleaseIn(Database& db, std::span<const LeasedItem> leased) {
  for (const LeasedItem& each : leased)
    RETURN_IF_ERROR(
        db.Run("UPDATE work_items SET due = 0 WHERE id = ? AND due = ?", each.item.id, each.item.leased_until));
  return absl::OkStatus();
}

absl::StatusOr<std::vector<WorkItem*>> RenewIn(Database& db, std::span<WorkItem> items, std::int64_t until) {
  std::vector<WorkItem*> renewed;
  for (WorkItem& item : items) {
    RETURN_IF_ERROR(
        db.Run("UPDATE work_items SET due = ? WHERE id = ? AND due = ?", until, item.id, item.leased_until));
    if (db.changes() > 0) renewed.push_back(&item);
  }
  return renewed;
}

absl::StatusOr<std::vector<SubmissionState>> SettleIn(Database& db, const std::vector<WorkResult>& results,
                                                      std::int64_t now) {
  static const store::LookUps kDues("SELECT id, due FROM work_items WHERE id = ?");
  std::vector<std::int64_t> items;
  std::vector<std::int64_t> submissions;
  for (const WorkResult& result : results) {
    items.push_back(result.item->id);
    submissions.push_back(result.item->submission);
  }
  std::map<std::int64_t, std::int64_t> dues;
  RETURN_IF_ERROR(kDues.ForEach(db, std::span<const std::int64_t>(items),
                                [&](const Statement& row) { dues[row.Int(0)] = row.Int(1); }));
  ASSIGN_OR_RETURN(auto heads, FindHeads(db, submissions));
  std::vector<SubmissionState> states;
  for (const WorkResult& result : results) {
    SubmissionState& state = states.emplace_back(v1::SUBMISSION_STATE_UNSPECIFIED);
    // An item that is gone was settled before, by an answer that nobody heard, or its submission was taken back: what
    // it became stands. One under another lease took too long, and is in another's hands.
    const auto due = dues.find(result.item->id);
    if (due == dues.end() || due->second != result.item->leased_until) continue;
    dues.erase(due);
    const auto head = heads.find(result.item->submission);
    if (head == heads.end()) return NoSubmission(result.item->name);
    ASSIGN_OR_RETURN(state, SettleOne(db, result, head->second, now));
  }
  return states;
}

}  // namespace jixiao::intake
