// The rows of review: judgements, findings, reviews, and samples beside them.
#pragma once

#include "common/store/database.h"
#include "intake/workflow/findings.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::intake {

// The migration that makes them. Steps are the history: they never change and never go.
inline constexpr std::string_view kReviewSchema =
    "ALTER TABLE submissions ADD COLUMN judged INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE steps ADD COLUMN action INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE steps ADD COLUMN actor TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE steps ADD COLUMN role INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE steps ADD COLUMN organization TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE steps ADD COLUMN reasons TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE steps ADD COLUMN subject TEXT NOT NULL DEFAULT '';"
    // 6, 7 and 8: AWAITING_ANSWERS, DEPARTMENT_REVIEW, FINANCE_REVIEW.
    "CREATE INDEX submissions_in_review ON submissions (update_time) WHERE state IN (6, 7, 8);"
    "CREATE TABLE judgements ("
    "  submission INTEGER NOT NULL REFERENCES submissions (id),"
    "  revision INTEGER NOT NULL,"
    "  policy TEXT NOT NULL,"
    "  PRIMARY KEY (submission, revision)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE findings ("
    "  submission INTEGER NOT NULL REFERENCES submissions (id),"
    "  revision INTEGER NOT NULL,"
    "  number INTEGER NOT NULL,"
    "  content BLOB NOT NULL,"  // a JudgedFinding; its state is worked out when it is asked for
    "  PRIMARY KEY (submission, revision, number)"
    ") STRICT;"
    "CREATE TABLE reviews ("
    "  submission INTEGER NOT NULL REFERENCES submissions (id),"
    "  revision INTEGER NOT NULL,"
    "  number INTEGER NOT NULL,"
    "  content BLOB NOT NULL,"
    "  PRIMARY KEY (submission, revision, number)"
    ") STRICT;"
    "CREATE TABLE samples ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  name TEXT NOT NULL UNIQUE,"
    "  create_time INTEGER NOT NULL,"
    "  content BLOB NOT NULL,"
    "  population TEXT NOT NULL"
    ") STRICT;";

// SQLite only: the database itself refuses to change the history. PostgreSQL has rights for that.
inline constexpr std::string_view kKeepHistory =
    "CREATE TRIGGER IF NOT EXISTS steps_never_change BEFORE UPDATE ON steps"
    "  BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END;"
    "CREATE TRIGGER IF NOT EXISTS steps_never_go BEFORE DELETE ON steps"
    "  BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END;";

// The digest of the policy that judged a revision; nothing when nobody did.
absl::StatusOr<std::optional<std::string>> ReadJudgement(store::Database& db, std::int64_t submission, int revision);

// The newest judged revision below `revision`; 0 when there is none.
absl::StatusOr<int> JudgedRevisionBefore(store::Database& db, std::int64_t submission, int revision);

absl::StatusOr<std::vector<v1::JudgedFinding>> ReadFindings(store::Database& db, std::int64_t submission, int revision);
// Replaces judgement and findings of a revision.
absl::Status SaveJudgement(store::Database& db, std::int64_t submission, int revision, std::string_view policy,
                           const std::vector<v1::JudgedFinding>& findings);
// Replaces the finding of this number.
absl::Status SaveFinding(store::Database& db, std::int64_t submission, int revision, int number,
                         const v1::JudgedFinding& finding);

absl::StatusOr<std::vector<v1::Review>> ReadReviews(store::Database& db, std::int64_t submission, int revision);
absl::Status AddReview(store::Database& db, std::int64_t submission, int revision, int number,
                       const v1::Review& review);

// What is archived with an approved form, whose `head` is APPROVED: everything up to its approval, the same whenever it
// is made.
absl::StatusOr<v1::ReviewRecord> ReadReviewRecord(store::Database& db, const SubmissionRow& head,
                                                  const evaluation::v1::Scorecard& card);

}  // namespace jixiao::intake
