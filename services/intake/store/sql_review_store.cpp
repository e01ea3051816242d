#include "intake/store/sql_review_store.h"

#include "common/errors.h"
#include "common/log.h"
#include "common/text.h"
#include "common/time.h"
#include "intake/store/sql_heads.h"
#include "intake/store/sql_requests.h"
#include "intake/store/sql_review_rows.h"

#include <algorithm>
#include <array>
#include <utility>

namespace jixiao::intake {
namespace {

using store::Blob;
using store::Database;
using store::Statement;

constexpr std::string_view kDraw = "DrawSample";
// The numbers that the index and its query name.
static_assert(v1::SubmissionState_ARRAYSIZE == 11 && v1::SUBMISSION_STATE_AWAITING_ANSWERS == 6 &&
              v1::SUBMISSION_STATE_DEPARTMENT_REVIEW == 7 && v1::SUBMISSION_STATE_FINANCE_REVIEW == 8);
constexpr std::size_t kContentsAtOnce = 256;  // revisions read under one lease of a connection

absl::Status Unreadable(std::string_view what) {
  return Error(absl::StatusCode::kDataLoss, "STORE_DAMAGED", what);
}

absl::StatusOr<RevisionContents> ContentsIn(Database& db, std::int64_t submission, int revision) {
  RevisionContents contents;
  bool found = false;
  RETURN_IF_ERROR(db.ForEach(
      "SELECT form, scorecard FROM revisions WHERE submission = ? AND revision = ?",
      [&](const Statement& row) -> absl::Status {
        found = true;
        if (!contents.form.ParseFromString(row.BlobBytes(0))) return Unreadable("a stored form cannot be read");
        if (!row.IsNull(1) && !contents.scorecard.emplace().ParseFromString(row.BlobBytes(1)))
          return Unreadable("a stored scorecard cannot be read");
        return absl::OkStatus();
      },
      submission, revision));
  if (!found) return Error(absl::StatusCode::kNotFound, "REVISION_NOT_FOUND", "there is no such revision");
  return contents;
}

// The scorecard of a revision. What is damaged reads as missing: a damaged submission can still be returned.
absl::StatusOr<std::optional<evaluation::v1::Scorecard>> CardIn(Database& db, std::int64_t submission, int revision) {
  std::optional<evaluation::v1::Scorecard> card;
  RETURN_IF_ERROR(db.ForEach(
      "SELECT scorecard FROM revisions WHERE submission = ? AND revision = ? AND scorecard IS NOT NULL",
      [&](const Statement& row) {
        if (!card.emplace().ParseFromString(row.BlobBytes(0))) card.reset();
      },
      submission, revision));
  return card;
}

absl::StatusOr<CaseFile> LoadIn(Database& db, std::string_view name, int revision) {
  ASSIGN_OR_RETURN(std::optional<SubmissionRow> head, FindHead(db, name));
  if (!head) return NoSubmission(name);
  if (revision == 0) revision = head->revision;
  if (revision < 1 || revision > head->revision)
    return Error(absl::StatusCode::kNotFound, "REVISION_NOT_FOUND", "there is no such revision");
  CaseFile file;
  file.head = *std::move(head);
  ASSIGN_OR_RETURN(file.scorecard, CardIn(db, file.head.id, revision));
  ASSIGN_OR_RETURN(file.findings, ReadFindings(db, file.head.id, revision));
  ASSIGN_OR_RETURN(file.reviews, ReadReviews(db, file.head.id, revision));
  return file;
}

// What an approved form needs to be carried on, and what a withdrawn or returned one must not keep.
absl::Status MoveWork(Database& db, const SubmissionRow& head, const ChangeRequest& request) {
  if (head.state == v1::SUBMISSION_STATE_APPROVED)
    return db.Run(
        "INSERT INTO work_items (submission, revision, attempts, due, trace_id, create_time) VALUES (?, ?, 0, 0, ?, ?)",
        head.id, head.revision, request.trace_id, head.update_time);
  if (head.state == v1::SUBMISSION_STATE_RETURNED || head.state == v1::SUBMISSION_STATE_WITHDRAWN)
    return db.Run("DELETE FROM work_items WHERE submission = ?", head.id);
  return absl::OkStatus();
}

// The case as it is after `change`, which gives a new review its name.
absl::StatusOr<CaseFile> After(CaseFile file, Decision& change, std::int64_t now) {
  file.head.state = change.state;
  file.head.problem = change.problem;
  file.head.update_time = now;
  if (change.finding) {
    const auto found = std::find_if(file.findings.begin(), file.findings.end(),
                                    [&](const auto& finding) { return finding.name() == change.finding->name(); });
    if (found == file.findings.end()) return absl::InternalError("a finding that is not there was changed");
    *found = *change.finding;
  }
  if (change.review) {
    change.review->set_name(
        Cat(RevisionName(file.head.name, file.head.revision), "/reviews/", file.reviews.size() + 1));
    change.subject = change.review->name();
    file.reviews.push_back(*change.review);
  }
  return file;
}

// Stores `change`, which made `after` of the case.
absl::Status Store(Database& db, CaseFile& after, const Decision& change, const ChangeRequest& request) {
  SubmissionRow& head = after.head;
  if (change.finding)
    for (std::size_t i = 0; i < after.findings.size(); ++i)
      if (after.findings[i].name() == change.finding->name())
        RETURN_IF_ERROR(SaveFinding(db, head.id, head.revision, static_cast<int>(i) + 1, after.findings[i]));
  if (change.review)
    RETURN_IF_ERROR(
        AddReview(db, head.id, head.revision, static_cast<int>(after.reviews.size()), after.reviews.back()));
  RETURN_IF_ERROR(SaveStep(db, head, change.text, {change.action, change.actor, change.reasons, change.subject}));
  return MoveWork(db, head, request);
}

absl::StatusOr<CaseFile> Decided(Database& db, const ChangeRequest& request, ReviewStore::Decide decide,
                                 Decision& change) {
  ASSIGN_OR_RETURN(CaseFile file, LoadIn(db, request.name, 0));
  if (!request.etag.empty() && request.etag != Cat(file.head.version))
    return Error(absl::StatusCode::kAborted, "ETAG_MISMATCH",
                 "the submission has changed since you read it; read it again", {{"etag", Cat(file.head.version)}});
  const std::int64_t now = TimeOfStep(file.head, NowMicros());
  ASSIGN_OR_RETURN(change, decide(file, now));
  return After(std::move(file), change, now);
}

}  // namespace

absl::StatusOr<std::string> SqlReviewStore::Apply(const ChangeRequest& request, Decide decide, Respond respond) {
  if (request.validate_only) {
    ASSIGN_OR_RETURN(auto db, readers_.Acquire());
    ASSIGN_OR_RETURN(const store::Transaction moment, store::Transaction::Begin(*db));
    Decision change;
    ASSIGN_OR_RETURN(const CaseFile after, Decided(*db, request, decide, change));
    return respond(after, change);
  }
  std::string answer;
  RETURN_IF_ERROR(writer_.Run([&](Database& db) -> absl::Status {
    ASSIGN_OR_RETURN(std::optional<std::string> earlier,
                     EarlierAnswer(db, request.method, request.request_id, request.request_digest));
    if (earlier) {
      answer = *std::move(earlier);
      return absl::OkStatus();
    }
    Decision change;
    ASSIGN_OR_RETURN(CaseFile after, Decided(db, request, decide, change));
    RETURN_IF_ERROR(Store(db, after, change, request));
    answer = respond(after, change);
    return SaveAnswer(db, request.method, request.request_id, request.request_digest, answer, after.head.update_time);
  }));
  return answer;
}

absl::StatusOr<CaseFile> SqlReviewStore::Load(std::string_view name, int revision) {
  ASSIGN_OR_RETURN(auto db, readers_.Acquire());
  ASSIGN_OR_RETURN(const store::Transaction moment, store::Transaction::Begin(*db));
  return LoadIn(*db, name, revision);
}

absl::StatusOr<std::optional<std::string>> SqlReviewStore::Judgement(std::int64_t submission, int revision) {
  ASSIGN_OR_RETURN(auto db, readers_.Acquire());
  return ReadJudgement(*db, submission, revision);
}

absl::StatusOr<RevisionContents> SqlReviewStore::Contents(std::int64_t submission, int revision) {
  ASSIGN_OR_RETURN(auto db, readers_.Acquire());
  return ContentsIn(*db, submission, revision);
}

absl::StatusOr<Backlog> SqlReviewStore::WaitingForPeople() {
  ASSIGN_OR_RETURN(auto db, readers_.Acquire());
  Backlog backlog;
  RETURN_IF_ERROR(
      db->ForEach("SELECT count(*), coalesce(min(update_time), 0) FROM submissions WHERE state IN (6, 7, 8)",
                  [&](const Statement& row) {
                    backlog.items = row.Int(0);
                    backlog.oldest = row.Int(1);
                  }));
  return backlog;
}

absl::StatusOr<std::vector<Candidate>> SqlReviewStore::Population(const v1::SampleFilter& filter) {
  // Always as many states as there are, so that the statement is one and the same.
  std::array<int, v1::SubmissionState_ARRAYSIZE> states{};
  std::copy_n(filter.states().begin(), std::min<std::size_t>(filter.states().size(), states.size()), states.begin());
  ASSIGN_OR_RETURN(auto db, readers_.Acquire());
  std::vector<Candidate> candidates;
  RETURN_IF_ERROR(db->ForEach(
      "SELECT id, name, revision, competent_department, implementing_unit, project_name FROM submissions"
      " WHERE state IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AND (? = '' OR campaign = ?) AND region_code LIKE ?"
      " AND (? = '' OR competent_department = ?) AND (? = 0 OR fiscal_year = ?) ORDER BY id",
      [&](const Statement& row) {
        Candidate& candidate = candidates.emplace_back();
        candidate.submission = row.Int(0);
        candidate.name = row.Text(1);
        candidate.revision = static_cast<int>(row.Int(2));
        candidate.competent_department = row.Text(3);
        candidate.implementing_unit = row.Text(4);
        candidate.project_name = row.Text(5);
      },
      states[0], states[1], states[2], states[3], states[4], states[5], states[6], states[7], states[8], states[9],
      states[10], filter.campaign(), filter.campaign(), Cat(filter.region_prefix(), "%"), filter.competent_department(),
      filter.competent_department(), filter.fiscal_year(), filter.fiscal_year()));
  return candidates;
}

absl::Status SqlReviewStore::ReadContents(const std::vector<Candidate>& candidates, TakeContents take) {
  for (std::size_t begin = 0; begin < candidates.size(); begin += kContentsAtOnce) {
    ASSIGN_OR_RETURN(auto db, readers_.Acquire());
    for (std::size_t i = begin; i < std::min(begin + kContentsAtOnce, candidates.size()); ++i) {
      absl::StatusOr<RevisionContents> contents = ContentsIn(*db, candidates[i].submission, candidates[i].revision);
      if (contents.status().code() == absl::StatusCode::kDataLoss) {
        log::Warning("a stored form or scorecard cannot be read", {{"submission", candidates[i].name}});
        contents = RevisionContents();
      }
      RETURN_IF_ERROR(contents.status());
      RETURN_IF_ERROR(take(i, *contents));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<std::string>> SqlReviewStore::EarlierDraw(std::string_view request_id,
                                                                       std::string_view request_digest) {
  ASSIGN_OR_RETURN(auto db, readers_.Acquire());
  return EarlierAnswer(*db, kDraw, request_id, request_digest);
}

absl::StatusOr<std::string> SqlReviewStore::SaveSample(const v1::Sample& sample, std::string_view population,
                                                       std::string_view request_id, std::string_view request_digest) {
  std::string answer;
  RETURN_IF_ERROR(writer_.Run([&](Database& db) -> absl::Status {
    ASSIGN_OR_RETURN(std::optional<std::string> earlier, EarlierAnswer(db, kDraw, request_id, request_digest));
    if (earlier) {
      answer = *std::move(earlier);
      return absl::OkStatus();
    }
    v1::DrawSampleResponse response;
    *response.mutable_sample() = sample;
    answer = response.SerializeAsString();
    const std::int64_t time = ToMicros(sample.create_time());
    RETURN_IF_ERROR(db.Run("INSERT INTO samples (name, create_time, content, population) VALUES (?, ?, ?, ?)",
                           sample.name(), time, Blob{sample.SerializeAsString()}, population));
    return SaveAnswer(db, kDraw, request_id, request_digest, answer, time);
  }));
  return answer;
}

absl::StatusOr<std::optional<v1::Sample>> SqlReviewStore::FindSample(std::string_view name) {
  ASSIGN_OR_RETURN(auto db, readers_.Acquire());
  std::optional<v1::Sample> sample;
  RETURN_IF_ERROR(db->ForEach(
      "SELECT content FROM samples WHERE name = ?",
      [&](const Statement& row) -> absl::Status {
        return sample.emplace().ParseFromString(row.BlobBytes(0)) ? absl::OkStatus() : Unreadable("a stored sample");
      },
      name));
  return sample;
}

absl::StatusOr<std::vector<StoredSample>> SqlReviewStore::Samples(std::int64_t before, std::int64_t limit) {
  ASSIGN_OR_RETURN(auto db, readers_.Acquire());
  std::vector<StoredSample> samples;
  RETURN_IF_ERROR(db->ForEach(
      "SELECT id, content FROM samples WHERE id < ? ORDER BY id DESC LIMIT ?",
      [&](const Statement& row) -> absl::Status {
        StoredSample& next = samples.emplace_back();
        next.id = row.Int(0);
        return next.sample.ParseFromString(row.BlobBytes(1)) ? absl::OkStatus() : Unreadable("a stored sample");
      },
      before, limit));
  return samples;
}

absl::StatusOr<std::optional<std::string>> SqlReviewStore::PopulationPart(std::string_view sample, std::int64_t offset,
                                                                          std::int64_t bytes) {
  ASSIGN_OR_RETURN(auto db, readers_.Acquire());
  std::optional<std::string> part;
  // Entries are ASCII, so that characters and bytes are the same.
  RETURN_IF_ERROR(db->ForEach(
      "SELECT substr(population, CAST(? AS INTEGER), CAST(? AS INTEGER)) FROM samples WHERE name = ?",
      [&](const Statement& row) { part = row.Text(0); }, offset + 1, bytes, sample));
  return part;
}

}  // namespace jixiao::intake
