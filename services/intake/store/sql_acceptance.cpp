#include "intake/store/sql_acceptance.h"

#include "common/errors.h"
#include "common/store/group_commit.h"
#include "common/store/inserts.h"
#include "common/text.h"
#include "common/time.h"
#include "intake/store/sql_heads.h"
#include "intake/store/sql_requests.h"
#include "intake/store/sql_roster.h"
#include "intake/store/sql_seasons.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace jixiao::intake {
namespace {

using store::Blob;
using store::Database;

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
  head.update_time = TimeOfStep(*earlier, now);
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

absl::StatusOr<Ahead> LookAhead(Database& db, std::span<const Acceptance> acceptances) {
  std::vector<std::string_view> ids;
  for (const Acceptance& acceptance : acceptances) ids.push_back(acceptance.request_id);
  Ahead ahead;
  ASSIGN_OR_RETURN(ahead.answers, EarlierAnswers::Find(db, kSubmit, ids));
  const auto fresh = std::ranges::count_if(acceptances, [&](const Acceptance& acceptance) {
    return acceptance.submission.empty() && !ahead.answers.Has(acceptance.request_id);
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
absl::StatusOr<std::string> AcceptWith(Ahead& ahead, Database& db, const Acceptance& acceptance, std::int64_t now,
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

}  // namespace

absl::StatusOr<std::string> AcceptIn(Database& db, const Acceptance& acceptance, std::int64_t now) {
  ASSIGN_OR_RETURN(Ahead ahead, LookAhead(db, {&acceptance, 1}));
  Rows rows;
  ASSIGN_OR_RETURN(std::string answer, AcceptWith(ahead, db, acceptance, now, rows));
  RETURN_IF_ERROR(rows.Write(db));
  return answer;
}

absl::Status AcceptTogether(Database& db, std::span<const Acceptance> acceptances, const Clock& clock,
                            std::vector<absl::StatusOr<std::string>>& answers) {
  ASSIGN_OR_RETURN(Ahead ahead, LookAhead(db, acceptances));
  Rows rows;
  answers.clear();
  for (const Acceptance& acceptance : acceptances) {
    rows.touched = false;
    answers.push_back(AcceptWith(ahead, db, acceptance, clock(), rows));
    // One that has written nothing fails alone.
    if (!answers.back().ok() && rows.touched) return answers.back().status();
  }
  return rows.Write(db);
}

absl::Status AcceptEach(Database& db, std::span<const Acceptance> acceptances, const Clock& clock,
                        std::vector<absl::StatusOr<std::string>>& answers) {
  answers.clear();
  for (const Acceptance& acceptance : acceptances) {
    absl::StatusOr<std::string> answer;
    store::GroupCommit::Work accept = [&](Database&) -> absl::Status {
      answer = AcceptIn(db, acceptance, clock());
      return answer.status();
    };
    absl::Status outcome;
    RETURN_IF_ERROR(store::RunInSavepoint(db, accept, outcome));
    if (!outcome.ok()) answer = std::move(outcome);
    answers.push_back(std::move(answer));
  }
  return absl::OkStatus();
}

}  // namespace jixiao::intake
