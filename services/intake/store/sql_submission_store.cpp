#include "intake/store/sql_submission_store.h"

#include "common/errors.h"
#include "common/text.h"
#include "common/time.h"
#include "intake/store/sql_acceptance.h"
#include "intake/store/sql_expiry.h"
#include "intake/store/sql_heads.h"
#include "intake/store/sql_lists.h"
#include "intake/store/sql_review_rows.h"
#include "intake/store/sql_roster.h"
#include "intake/store/sql_seasons.h"
#include "intake/store/sql_work_items.h"

#include <algorithm>
#include <future>
#include <span>
#include <utility>

namespace jixiao::intake {
namespace {

using store::Database;
using store::Statement;

// The service's workers, the watchers', the carriers of the pipeline, and one for the metrics and what runs in the
// background.
constexpr std::size_t kReaders = 10;

constexpr store::WorkOptions kRepeatable{.repeatable = true};

// What one lease reads into memory, but for the last item.
constexpr std::size_t kMaxLeaseBytes = 64 * 1024 * 1024;
constexpr std::size_t kMostReadTogether = 4 * 1024 * 1024;

const store::Migration kMigrations[] = {
    {1, "submissions, revisions, requests, steps and work items",
     "CREATE TABLE submissions ("
     "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
     "  name TEXT NOT NULL UNIQUE,"
     "  revision INTEGER NOT NULL,"
     "  state INTEGER NOT NULL,"
     "  form_digest TEXT NOT NULL,"
     "  implementing_unit TEXT NOT NULL,"
     "  project_name TEXT NOT NULL,"
     "  fiscal_year INTEGER NOT NULL,"
     "  region_code TEXT NOT NULL,"
     "  rule_set TEXT NOT NULL,"
     "  create_time INTEGER NOT NULL,"
     "  update_time INTEGER NOT NULL,"
     "  version INTEGER NOT NULL,"
     "  archive_record TEXT NOT NULL,"
     "  archive_index INTEGER NOT NULL,"
     "  problem TEXT NOT NULL"
     ") STRICT;"
     "CREATE TABLE revisions ("
     "  submission INTEGER NOT NULL REFERENCES submissions (id),"
     "  revision INTEGER NOT NULL,"
     "  form BLOB NOT NULL,"
     "  source_document BLOB NOT NULL,"
     "  scorecard BLOB,"
     "  PRIMARY KEY (submission, revision)"
     ") STRICT;"
     "CREATE TABLE requests ("
     "  method TEXT NOT NULL,"
     "  request_id TEXT NOT NULL,"
     "  digest TEXT NOT NULL,"
     "  answer BLOB NOT NULL,"
     "  time INTEGER NOT NULL,"
     "  PRIMARY KEY (method, request_id)"
     ") STRICT, WITHOUT ROWID;"
     "CREATE TABLE steps ("
     "  sequence INTEGER PRIMARY KEY AUTOINCREMENT,"
     "  submission INTEGER NOT NULL REFERENCES submissions (id),"
     "  revision INTEGER NOT NULL,"
     "  state INTEGER NOT NULL,"
     "  time INTEGER NOT NULL,"
     "  note TEXT NOT NULL"
     ") STRICT;"
     "CREATE INDEX steps_by_submission ON steps (submission, sequence);"
     "CREATE TABLE work_items ("
     "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
     "  submission INTEGER NOT NULL REFERENCES submissions (id),"
     "  revision INTEGER NOT NULL,"
     "  attempts INTEGER NOT NULL,"
     "  due INTEGER NOT NULL,"  // not before this time: a lease and a delay are the same
     "  trace_id TEXT NOT NULL,"
     "  create_time INTEGER NOT NULL,"
     "  UNIQUE (submission, revision)"
     ") STRICT;"
     "CREATE INDEX work_items_by_due ON work_items (due, id);"},
    {2, "seasons and review",
     "ALTER TABLE submissions ADD COLUMN campaign TEXT NOT NULL DEFAULT '';"
     "ALTER TABLE submissions ADD COLUMN competent_department TEXT NOT NULL DEFAULT '';"
     "ALTER TABLE submissions ADD COLUMN late INTEGER NOT NULL DEFAULT 0;"
     "ALTER TABLE submissions ADD COLUMN stages TEXT NOT NULL DEFAULT '';"},  // a digit a stage, in order
    {3, "campaigns, rosters and reservations", kSeasonSchema},
    {4, "review", kReviewSchema},
    {5, "lists by what people ask for, and old requests",
     "CREATE INDEX submissions_by_unit ON submissions (implementing_unit, id);"
     "CREATE INDEX submissions_by_department ON submissions (competent_department, id);"
     "CREATE INDEX submissions_by_campaign ON submissions (campaign, state, id);"
     "CREATE INDEX submissions_by_region ON submissions (region_code, id);"
     "CREATE INDEX submissions_by_year ON submissions (fiscal_year, id);"
     "CREATE INDEX submissions_by_state ON submissions (state, id);"
     "CREATE INDEX submissions_by_update ON submissions (update_time, id);"
     "CREATE INDEX submissions_late ON submissions (id) WHERE late = 1;"
     "CREATE INDEX requests_by_time ON requests (time, method, request_id);"}};

}  // namespace

// Forms that one work accepts, in this order.
struct SqlSubmissionStore::Gathered {
  std::vector<Acceptance> forms;
  std::vector<Accepted> done;
  std::vector<absl::StatusOr<std::string>> answers;
  bool ran = false;
};

absl::Status SqlSubmissionStore::Count(Database& database, store::Contents& contents) {
  ASSIGN_OR_RETURN(contents.counts["submissions"], store::Number(database, "SELECT count(*) FROM submissions"));
  ASSIGN_OR_RETURN(contents.counts["revisions"], store::Number(database, "SELECT count(*) FROM revisions"));
  ASSIGN_OR_RETURN(contents.counts["changes"], store::Number(database, "SELECT coalesce(max(sequence), 0) FROM steps"));
  ASSIGN_OR_RETURN(contents.counts["campaigns"], store::Number(database, "SELECT count(*) FROM campaigns"));
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<SqlSubmissionStore>> SqlSubmissionStore::Open(const std::string& path, Clock clock,
                                                                             store::GroupCommit::Options options) {
  ASSIGN_OR_RETURN(auto database, Database::Open(path, store::Mode::kReadWrite));
  RETURN_IF_ERROR(store::Migrate(*database, kMigrations));
  if (database->engine() == store::Engine::kSqlite) RETURN_IF_ERROR(database->Execute(kKeepHistory));
  ASSIGN_OR_RETURN(auto writer, store::GroupCommit::Start(std::move(database), options));
  ASSIGN_OR_RETURN(auto readers, store::ReadPool::Open(path, kReaders));
  return std::unique_ptr<SqlSubmissionStore>(
      new SqlSubmissionStore(std::move(writer), std::move(readers), std::move(clock)));
}

absl::Status SqlSubmissionStore::Accept(Acceptance acceptance, Accepted done) {
  if (acceptance.validate_only) return TryOut(std::move(acceptance), std::move(done));
  std::shared_ptr<Gathered> gathered;
  {
    const std::lock_guard lock(gathering_mutex_);
    const bool room = gathering_ != nullptr && gathering_->forms.size() < kMostTogether;
    if (!room) gathered = gathering_ = std::make_shared<Gathered>();
    gathering_->forms.push_back(std::move(acceptance));
    gathering_->done.push_back(std::move(done));
    if (room) return absl::OkStatus();
  }
  const auto close = [this, gathered] {
    const std::lock_guard lock(gathering_mutex_);
    if (gathering_ == gathered) gathering_ = nullptr;
  };
  absl::Status queued = writer_->Submit(
      [this, gathered, close](Database& db) {
        close();
        // The second run takes the forms one by one, so that one that fails is undone alone.
        const bool again = std::exchange(gathered->ran, true);
        return (again ? AcceptEach : AcceptTogether)(db, gathered->forms, clock_, gathered->answers);
      },
      [gathered, close](const absl::Status& status) {
        close();  // the work may never have run: the database could not be opened
        for (std::size_t i = 0; i < gathered->done.size(); ++i)
          gathered->done[i](status.ok() ? std::move(gathered->answers[i]) : status);
      },
      {.repeatable = true, .answer_apart = true});
  if (queued.ok()) return queued;
  close();
  // Whoever came second meanwhile was told that it waits.
  for (Accepted& waiting : std::span(gathered->done).subspan(1)) waiting(queued);
  return queued;
}

absl::Status SqlSubmissionStore::TryOut(Acceptance acceptance, Accepted done) {
  const auto tried = std::make_shared<bool>(false);
  std::string digest = acceptance.head.form_digest;
  // What is only tried always fails, and would make its group run twice.
  return writer_->Submit(
      [this, acceptance = std::move(acceptance), tried](Database& db) -> absl::Status {
        RETURN_IF_ERROR(AcceptIn(db, acceptance, clock_()).status());
        *tried = true;
        return absl::AbortedError("only to be tried: this undoes the work");
      },
      [tried, digest = std::move(digest), done = std::move(done)](absl::Status status) mutable {
        if (!*tried || status.code() != absl::StatusCode::kAborted) return done(std::move(status));
        v1::SubmitEvaluationResponse response;
        response.mutable_receipt()->set_form_digest(digest);
        done(response.SerializeAsString());
      },
      {.answer_apart = true});
}

absl::StatusOr<std::optional<SubmissionRow>> SqlSubmissionStore::Find(std::string_view name) {
  ASSIGN_OR_RETURN(auto db, readers_->Acquire());
  return FindHead(*db, name);
}

absl::StatusOr<std::optional<evaluation::v1::Scorecard>> SqlSubmissionStore::Scorecard(std::int64_t submission,
                                                                                       int revision) {
  ASSIGN_OR_RETURN(auto db, readers_->Acquire());
  std::optional<evaluation::v1::Scorecard> card;
  RETURN_IF_ERROR(db->ForEach(
      "SELECT scorecard FROM revisions WHERE submission = ? AND revision = ? AND scorecard IS NOT NULL",
      [&](const Statement& row) -> absl::Status {
        if (!card.emplace().ParseFromString(row.BlobBytes(0)))
          return Error(absl::StatusCode::kDataLoss, "STORE_DAMAGED", "a stored scorecard cannot be read");
        return absl::OkStatus();
      },
      submission, revision));
  return card;
}

absl::StatusOr<SubmissionPage> SqlSubmissionStore::List(const SubmissionFilter& filter, const ListPosition& after,
                                                        std::size_t limit) {
  ASSIGN_OR_RETURN(auto db, readers_->Acquire());
  return ListIn(*db, filter, after, limit);
}

absl::StatusOr<ChangePage> SqlSubmissionStore::Changes(const SubmissionFilter& filter, std::int64_t after,
                                                       std::size_t limit) {
  ASSIGN_OR_RETURN(auto db, readers_->Acquire());
  return ChangesIn(*db, filter, after, limit);
}

absl::StatusOr<std::int64_t> SqlSubmissionStore::NewestChange() {
  ASSIGN_OR_RETURN(auto db, readers_->Acquire());
  std::int64_t newest = 0;
  RETURN_IF_ERROR(
      db->ForEach("SELECT coalesce(max(sequence), 0) FROM steps", [&](const Statement& row) { newest = row.Int(0); }));
  return newest;
}

void SqlSubmissionStore::Listen(std::function<void(std::int64_t)> listener) {
  if (!listener) return writer_->Observe(nullptr);
  // Steps are numbered by one writer and never taken away.
  writer_->Observe([listener = std::move(listener), announced = std::int64_t{0}](Database& db) mutable {
    std::int64_t newest = announced;
    const absl::Status read =
        db.ForEach("SELECT coalesce(max(sequence), 0) FROM steps", [&](const Statement& row) { newest = row.Int(0); });
    if (!read.ok() || newest == announced) return;
    announced = newest;
    listener(newest);
  });
}

absl::StatusOr<ExpiryStep> SqlSubmissionStore::ExpireRequests(std::int64_t before, const RequestPosition& after,
                                                              std::int64_t limit) {
  ExpiryStep step;
  std::vector<RequestPosition> old;
  {
    ASSIGN_OR_RETURN(auto db, readers_->Acquire());
    ASSIGN_OR_RETURN(old, OldRequestsAtRest(*db, before, after, limit, step));
  }
  if (old.empty()) return step;
  RETURN_IF_ERROR(writer_->Run([&](Database& db) { return RemoveRequests(db, old); }));
  step.removed = old.size();
  return step;
}

absl::StatusOr<std::vector<Step>> SqlSubmissionStore::Steps(std::int64_t submission, std::int64_t after) {
  ASSIGN_OR_RETURN(auto db, readers_->Acquire());
  return ReadSteps(*db, submission, after);
}

absl::StatusOr<std::vector<WorkItem>> SqlSubmissionStore::Lease(std::int64_t limit, std::int64_t lease_micros) {
  std::vector<LeasedItem> due;
  const std::int64_t second =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
  const bool mend = mended_second_.exchange(second) != second;
  RETURN_IF_ERROR(writer_->Run(
      [&](Database& db) -> absl::Status {
        if (mend) RETURN_IF_ERROR(MendDues(db, lease_micros));
        ASSIGN_OR_RETURN(due, LeaseIn(db, limit, lease_micros));
        return absl::OkStatus();
      },
      kRepeatable));
  // Beside the writer: what a lease reads does not change as long as it lasts.
  std::vector<WorkItem> items;
  {
    ASSIGN_OR_RETURN(auto db, readers_->Acquire());
    absl::StatusOr<std::vector<std::size_t>> sizes = SizesOf(*db, due);
    // A damaged page: each item alone, so that those on it are named, and the others go on.
    if (absl::IsDataLoss(sizes.status())) sizes.emplace(due.size(), kMostReadTogether);
    RETURN_IF_ERROR(sizes.status());
    for (std::size_t end = 0, bytes = 0; end < due.size() && bytes < kMaxLeaseBytes;) {
      // What is read together stands in memory twice for a moment.
      const std::size_t first = end;
      std::size_t together = (*sizes)[end++];
      while (end < due.size() && together + (*sizes)[end] <= kMostReadTogether) together += (*sizes)[end++];
      bytes += together;
      const std::span<LeasedItem> chunk = std::span(due).subspan(first, end - first);
      RETURN_IF_ERROR(ReadLeased(*db, chunk));
      for (LeasedItem& leased : chunk) items.push_back(std::move(leased.item));
    }
  }
  if (items.size() == due.size()) return items;
  // The others are large, and this process has its hands full: whoever is free may take them.
  RETURN_IF_ERROR(
      writer_->Run([&](Database& db) { return ReleaseIn(db, std::span(due).subspan(items.size())); }, kRepeatable));
  return items;
}

absl::Status SqlSubmissionStore::Renew(std::span<WorkItem> items, std::int64_t lease_micros) {
  std::int64_t until = 0;
  std::vector<WorkItem*> renewed;
  std::promise<absl::Status> promise;
  std::future<absl::Status> outcome = promise.get_future();
  // Settle reads the items on the writer's thread: there they change, too, and only after the commit.
  RETURN_IF_ERROR(writer_->Submit(
      [&](Database& db) -> absl::Status {
        until = NowMicros() + lease_micros;
        ASSIGN_OR_RETURN(renewed, RenewIn(db, items, until));
        return absl::OkStatus();
      },
      [&, promise = std::move(promise)](absl::Status status) mutable {
        if (status.ok())
          for (WorkItem* item : renewed) item->leased_until = until;
        promise.set_value(std::move(status));
      },
      kRepeatable));
  return outcome.get();
}

absl::StatusOr<std::vector<SubmissionState>> SqlSubmissionStore::Settle(const std::vector<WorkResult>& results) {
  std::vector<SubmissionState> states;
  RETURN_IF_ERROR(writer_->Run(
      [&](Database& db) -> absl::Status {
        ASSIGN_OR_RETURN(states, SettleIn(db, results, NowMicros()));
        return absl::OkStatus();
      },
      kRepeatable));
  return states;
}

absl::Status SqlSubmissionStore::ReleaseLeases() {
  return writer_->Run([](Database& db) { return db.Run("UPDATE work_items SET due = 0"); });
}

absl::StatusOr<Backlog> SqlSubmissionStore::Waiting() {
  ASSIGN_OR_RETURN(auto db, readers_->Acquire());
  Backlog backlog;
  RETURN_IF_ERROR(
      db->ForEach("SELECT count(*), coalesce(min(create_time), 0) FROM work_items", [&](const Statement& row) {
        backlog.items = row.Int(0);
        backlog.oldest = row.Int(1);
      }));
  return backlog;
}

}  // namespace jixiao::intake
