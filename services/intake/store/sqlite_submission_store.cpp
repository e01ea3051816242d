#include "intake/store/sqlite_submission_store.h"

#include "common/errors.h"
#include "common/store/inserts.h"
#include "common/text.h"
#include "common/time.h"
#include "intake/store/sqlite_expiry.h"
#include "intake/store/sqlite_heads.h"
#include "intake/store/sqlite_lists.h"
#include "intake/store/sqlite_requests.h"
#include "intake/store/sqlite_review_rows.h"
#include "intake/store/sqlite_roster.h"
#include "intake/store/sqlite_seasons.h"
#include "intake/store/sqlite_work_items.h"

#include <algorithm>
#include <future>
#include <span>
#include <utility>

namespace jixiao::intake {
namespace {

using store::Blob;
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

constexpr std::string_view kSubmit = "SubmitEvaluation";

// A new head, or a returned one, `earlier`, moved on to its next revision.
absl::StatusOr<SubmissionRow> NextHead(const Acceptance& acceptance, const std::optional<SubmissionRow>& earlier,
                                       std::int64_t now) {
  SubmissionRow head = acceptance.head;
  head.state = v1::SUBMISSION_STATE_ACCEPTED;
  head.update_time = now;
  head.revision = 1;
  if (acceptance.submission.empty()) {
    head.name = NewSubmissionName(now);
    head.create_time = now;
    head.version = 1;
    return head;
  }
  if (!earlier ||
      !acceptance.scope.Includes(earlier->region_code, earlier->competent_department, earlier->implementing_unit))
    return NoSubmission(acceptance.submission);
  ASSIGN_OR_RETURN(head.state,
                   StateAfter(earlier->state, v1::SUBMISSION_ACTION_SUBMIT, v1::ACTOR_ROLE_UNSPECIFIED, {}));
  // What has to be reviewed stays so: a new revision is no way around a stage.
  if (!acceptance.head.stages.empty() && acceptance.head.stages != earlier->stages)
    return Error(absl::StatusCode::kFailedPrecondition, "STAGES_FIXED",
                 Cat("stages: ", earlier->name, " has its stages; a new revision names none or the same"));
  head.stages = earlier->stages;
  head.judged = earlier->judged || acceptance.head.judged;
  head.id = earlier->id;
  head.name = earlier->name;
  head.revision = earlier->revision + 1;
  head.version = earlier->version + 1;
  return head;
}

// What acceptances need of the database beforehand, looked up for all of them together.
struct Ahead {
  EarlierAnswers answers;
  std::vector<std::int64_t> head_ids;  // for new heads, the next one last
};

absl::StatusOr<Ahead> LookAhead(Database& db, std::span<const Acceptance* const> acceptances) {
  std::vector<std::string_view> ids;
  for (const Acceptance* acceptance : acceptances) ids.push_back(acceptance->request_id);
  Ahead ahead;
  ASSIGN_OR_RETURN(ahead.answers, EarlierAnswers::Find(db, kSubmit, ids));
  const auto fresh = std::ranges::count_if(acceptances, [&](const Acceptance* acceptance) {
    return acceptance->submission.empty() && !ahead.answers.Has(acceptance->request_id);
  });
  ASSIGN_OR_RETURN(ahead.head_ids, ReserveHeadIds(db, static_cast<std::size_t>(fresh)));
  std::ranges::reverse(ahead.head_ids);
  return ahead;
}

// What acceptances leave to be written, for all of them together.
struct Rows {
  struct Revision {
    std::int64_t submission = 0;
    int revision = 0;
    const Acceptance* acceptance = nullptr;
    std::int64_t time = 0;
  };
  std::vector<SubmissionRow> heads;
  std::vector<NewStep> steps;
  std::vector<Revision> revisions;  // each with its work item
  std::vector<AnswerRow> answers;
  bool touched = false;  // something is written already, which only a rollback takes back

  absl::Status Write(Database& db) const {
    static const store::Inserts kRevisions("INSERT INTO revisions (submission, revision, form, source_document) VALUES",
                                           4);
    static const store::Inserts kItems(
        "INSERT INTO work_items (submission, revision, attempts, due, trace_id, create_time) VALUES", 6);
    constexpr std::size_t kMuch = 1024 * 1024;
    std::size_t bytes = 0;
    for (const Revision& row : revisions) bytes += row.acceptance->form.size() + row.acceptance->source_document.size();
    const std::span<const Revision> all(revisions);
    RETURN_IF_ERROR(InsertHeads(db, heads));
    RETURN_IF_ERROR(InsertSteps(db, steps));
    RETURN_IF_ERROR(kRevisions.Run(
        db, all,
        [](const Revision& row, const auto& put) {
          put(row.submission);
          put(row.revision);
          put(Blob{row.acceptance->form});
          put(Blob{row.acceptance->source_document});
        },
        bytes > kMuch ? 1 : store::Inserts::kMost));
    RETURN_IF_ERROR(kItems.Run(db, all, [](const Revision& row, const auto& put) {
      put(row.submission);
      put(row.revision);
      put(0);
      put(0);
      put(row.acceptance->trace_id);
      put(row.time);
    }));
    return SaveAnswers(db, kSubmit, answers);
  }
};

// The answer to an acceptance. What it leaves in `rows` lends from it.
absl::StatusOr<std::string> AcceptIn(Database& db, const Acceptance& acceptance, std::int64_t now, Ahead& ahead,
                                     Rows& rows) {
  ASSIGN_OR_RETURN(std::optional<std::string> answered,
                   ahead.answers.To(acceptance.request_id, acceptance.request_digest));
  if (answered) return *std::move(answered);
  std::optional<SubmissionRow> earlier;
  if (!acceptance.submission.empty()) {
    ASSIGN_OR_RETURN(earlier, FindHead(db, acceptance.submission));
  }
  ASSIGN_OR_RETURN(SubmissionRow head, NextHead(acceptance, earlier, now));
  // What a campaign keeps of a form stands beside its head, and is written at once.
  const bool alone = !earlier && head.campaign.empty();
  rows.touched = rows.touched || !alone;
  if (!earlier) {
    head.id = ahead.head_ids.back();
    ahead.head_ids.pop_back();
    if (!alone) RETURN_IF_ERROR(InsertHeads(db, {&head, 1}));
  }
  RETURN_IF_ERROR(JoinCampaign(db, acceptance, earlier, now, head));
  if (earlier)
    RETURN_IF_ERROR(SaveRevision(db, head));
  else if (!alone)
    RETURN_IF_ERROR(SaveTerms(db, head));
  StepDetail detail;
  detail.action = v1::SUBMISSION_ACTION_SUBMIT;
  detail.actor = acceptance.actor;
  detail.actor.set_role(v1::ACTOR_ROLE_UNIT);
  rows.steps.push_back(StepOf(head, "", detail));
  if (!alone) RETURN_IF_ERROR(FollowStep(db, head));
  rows.revisions.push_back({head.id, head.revision, &acceptance, now});
  v1::SubmitEvaluationResponse response;
  response.mutable_receipt()->set_submission(head.name);
  response.mutable_receipt()->set_revision(head.revision);
  response.mutable_receipt()->set_form_digest(head.form_digest);
  response.mutable_receipt()->set_late(head.late);
  *response.mutable_receipt()->mutable_accept_time() = ToTimestamp(now);
  std::string answer = response.SerializeAsString();
  rows.answers.push_back({acceptance.request_id, acceptance.request_digest, answer, now});
  ahead.answers.Put(acceptance.request_id, acceptance.request_digest, answer);
  if (alone) rows.heads.push_back(std::move(head));
  return answer;
}

absl::StatusOr<std::string> AcceptOne(Database& db, const Acceptance& acceptance, std::int64_t now) {
  const Acceptance* const only[] = {&acceptance};
  ASSIGN_OR_RETURN(Ahead ahead, LookAhead(db, only));
  Rows rows;
  ASSIGN_OR_RETURN(std::string answer, AcceptIn(db, acceptance, now, ahead, rows));
  RETURN_IF_ERROR(rows.Write(db));
  return answer;
}

}  // namespace

// Forms that one work accepts, in this order.
struct SqliteSubmissionStore::Gathered {
  struct One {
    Acceptance acceptance;
    Accepted done;
    absl::StatusOr<std::string> answer;
  };
  std::vector<One> forms;
  bool ran = false;
};

absl::Status SqliteSubmissionStore::AcceptTogether(Database& db, Gathered& gathered) {
  std::vector<const Acceptance*> acceptances;
  for (const Gathered::One& one : gathered.forms) acceptances.push_back(&one.acceptance);
  ASSIGN_OR_RETURN(Ahead ahead, LookAhead(db, acceptances));
  Rows rows;
  for (Gathered::One& one : gathered.forms) {
    rows.touched = false;
    one.answer = AcceptIn(db, one.acceptance, clock_(), ahead, rows);
    // One that has written nothing fails alone.
    if (!one.answer.ok() && rows.touched) return one.answer.status();
  }
  return rows.Write(db);
}

absl::Status SqliteSubmissionStore::AcceptEach(Database& db, Gathered& gathered) {
  for (Gathered::One& one : gathered.forms) {
    store::GroupCommit::Work accept = [&](Database&) -> absl::Status {
      one.answer = AcceptOne(db, one.acceptance, clock_());
      return one.answer.status();
    };
    absl::Status outcome;
    RETURN_IF_ERROR(store::RunInSavepoint(db, accept, outcome));
    if (!outcome.ok()) one.answer = std::move(outcome);
  }
  return absl::OkStatus();
}

absl::Status SqliteSubmissionStore::Count(Database& database, store::Contents& contents) {
  ASSIGN_OR_RETURN(contents.counts["submissions"], store::Number(database, "SELECT count(*) FROM submissions"));
  ASSIGN_OR_RETURN(contents.counts["revisions"], store::Number(database, "SELECT count(*) FROM revisions"));
  ASSIGN_OR_RETURN(contents.counts["changes"], store::Number(database, "SELECT coalesce(max(sequence), 0) FROM steps"));
  ASSIGN_OR_RETURN(contents.counts["campaigns"], store::Number(database, "SELECT count(*) FROM campaigns"));
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<SqliteSubmissionStore>> SqliteSubmissionStore::Open(
    const std::string& path, Clock clock, store::GroupCommit::Options options) {
  ASSIGN_OR_RETURN(auto database, Database::Open(path, store::Mode::kReadWrite));
  RETURN_IF_ERROR(store::Migrate(*database, kMigrations));
  if (database->engine() == store::Engine::kSqlite) RETURN_IF_ERROR(database->Execute(kKeepHistory));
  ASSIGN_OR_RETURN(auto writer, store::GroupCommit::Start(std::move(database), options));
  ASSIGN_OR_RETURN(auto readers, store::ReadPool::Open(path, kReaders));
  return std::unique_ptr<SqliteSubmissionStore>(
      new SqliteSubmissionStore(std::move(writer), std::move(readers), std::move(clock)));
}

absl::Status SqliteSubmissionStore::Accept(Acceptance acceptance, Accepted done) {
  if (acceptance.validate_only) return TryOut(std::move(acceptance), std::move(done));
  std::shared_ptr<Gathered> gathered;
  {
    const std::lock_guard lock(gathering_mutex_);
    const bool room = gathering_ != nullptr && gathering_->forms.size() < kMostTogether;
    if (!room) gathered = gathering_ = std::make_shared<Gathered>();
    gathering_->forms.push_back({std::move(acceptance), std::move(done), ""});
    if (room) return absl::OkStatus();
  }
  const auto close = [this, gathered] {
    const std::lock_guard lock(gathering_mutex_);
    if (gathering_ == gathered) gathering_ = nullptr;
  };
  const absl::Status queued = writer_->Submit(
      [this, gathered, close](Database& db) {
        close();
        // The second run takes the forms one by one, so that one that fails is undone alone.
        return std::exchange(gathered->ran, true) ? AcceptEach(db, *gathered) : AcceptTogether(db, *gathered);
      },
      [gathered, close](const absl::Status& status) {
        close();  // the work may never have run: the database could not be opened
        for (Gathered::One& one : gathered->forms) one.done(status.ok() ? std::move(one.answer) : status);
      },
      {.repeatable = true, .answer_apart = true});
  if (queued.ok()) return queued;
  close();
  // Whoever came second meanwhile was told that it waits.
  for (Gathered::One& one : std::span(gathered->forms).subspan(1)) one.done(queued);
  return queued;
}

absl::Status SqliteSubmissionStore::TryOut(Acceptance acceptance, Accepted done) {
  const auto tried = std::make_shared<bool>(false);
  // What is only tried always fails, and would make its group run twice.
  return writer_->Submit(
      [this, acceptance = std::move(acceptance), tried](Database& db) -> absl::Status {
        RETURN_IF_ERROR(AcceptOne(db, acceptance, clock_()).status());
        *tried = true;
        return absl::AbortedError("only to be tried: this undoes the work");
      },
      [tried, digest = acceptance.head.form_digest, done = std::move(done)](absl::Status status) mutable {
        if (!*tried || status.code() != absl::StatusCode::kAborted) return done(std::move(status));
        v1::SubmitEvaluationResponse response;
        response.mutable_receipt()->set_form_digest(digest);
        done(response.SerializeAsString());
      },
      {.answer_apart = true});
}

absl::StatusOr<std::optional<SubmissionRow>> SqliteSubmissionStore::Find(std::string_view name) {
  ASSIGN_OR_RETURN(auto db, readers_->Acquire());
  return FindHead(*db, name);
}

absl::StatusOr<std::optional<evaluation::v1::Scorecard>> SqliteSubmissionStore::Scorecard(std::int64_t submission,
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

absl::StatusOr<SubmissionPage> SqliteSubmissionStore::List(const SubmissionFilter& filter, const ListPosition& after,
                                                           std::size_t limit) {
  ASSIGN_OR_RETURN(auto db, readers_->Acquire());
  return ListIn(*db, filter, after, limit);
}

absl::StatusOr<ChangePage> SqliteSubmissionStore::Changes(const SubmissionFilter& filter, std::int64_t after,
                                                          std::size_t limit) {
  ASSIGN_OR_RETURN(auto db, readers_->Acquire());
  return ChangesIn(*db, filter, after, limit);
}

absl::StatusOr<std::int64_t> SqliteSubmissionStore::NewestChange() {
  ASSIGN_OR_RETURN(auto db, readers_->Acquire());
  std::int64_t newest = 0;
  RETURN_IF_ERROR(
      db->ForEach("SELECT coalesce(max(sequence), 0) FROM steps", [&](const Statement& row) { newest = row.Int(0); }));
  return newest;
}

void SqliteSubmissionStore::Listen(std::function<void(std::int64_t)> listener) {
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

absl::StatusOr<ExpiryStep> SqliteSubmissionStore::ExpireRequests(std::int64_t before, const RequestPosition& after,
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

absl::StatusOr<std::vector<Step>> SqliteSubmissionStore::Steps(std::int64_t submission, std::int64_t after) {
  ASSIGN_OR_RETURN(auto db, readers_->Acquire());
  return ReadSteps(*db, submission, after);
}

absl::StatusOr<std::vector<WorkItem>> SqliteSubmissionStore::Lease(std::int64_t limit, std::int64_t lease_micros) {
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
    ASSIGN_OR_RETURN(const std::vector<std::size_t> sizes, SizesOf(*db, due));
    for (std::size_t end = 0, bytes = 0; end < due.size() && bytes < kMaxLeaseBytes;) {
      // What is read together stands in memory twice for a moment.
      const std::size_t first = end;
      std::size_t together = sizes[end++];
      while (end < due.size() && together + sizes[end] <= kMostReadTogether) together += sizes[end++];
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

absl::Status SqliteSubmissionStore::Renew(std::span<WorkItem> items, std::int64_t lease_micros) {
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

absl::StatusOr<std::vector<SubmissionState>> SqliteSubmissionStore::Settle(const std::vector<WorkResult>& results) {
  std::vector<SubmissionState> states;
  RETURN_IF_ERROR(writer_->Run(
      [&](Database& db) -> absl::Status {
        ASSIGN_OR_RETURN(states, SettleIn(db, results, NowMicros()));
        return absl::OkStatus();
      },
      kRepeatable));
  return states;
}

absl::Status SqliteSubmissionStore::ReleaseLeases() {
  return writer_->Run([](Database& db) { return db.Run("UPDATE work_items SET due = 0"); });
}

absl::StatusOr<Backlog> SqliteSubmissionStore::Waiting() {
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
