// Where intake keeps submissions, their revisions, steps and work items. Cut by what the service and the pipeline need.
#pragma once

#include "common/scope.h"
#include "intake/season/roster.h"
#include "intake/workflow/moves.h"
#include "intake/workflow/submission.h"
#include "intake/workflow/submission_filter.h"

#include "jixiao/archiving/v1/provenance.pb.h"
#include "jixiao/evaluation/v1/evaluation.pb.h"
#include "jixiao/evaluation/v1/scorecard.pb.h"
#include "jixiao/intake/v1/review_record.pb.h"

#include <absl/functional/any_invocable.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::intake {

// A form that is to be taken in.
struct Acceptance {
  std::string request_id;
  std::string request_digest;  // of everything that the request says
  std::string trace_id;        // the caller's ids as common/trace.h writes them; later calls for this form carry them
  std::string submission;      // for a resubmission
  Scope scope;                 // in which that must lie
  v1::Actor actor;             // who hands it in, for a unit; empty where nobody is known
  SubmissionRow head;          // unit, project, year, region, rule set, form digest, campaign, stages without one
  evaluation::v1::FormKind kind = evaluation::v1::FORM_KIND_UNSPECIFIED;
  std::string unit_code;         // of the implementing unit
  season::RosterKey roster_key;  // by which its campaign finds it on the roster
  std::string reservation;       // that decides whether it is in time; empty for the moment of acceptance
  bool validate_only = false;    // everything is tried, nothing is kept
  std::string form;              // serialised message
  std::string source_document;
};

// One revision of one submission that waits for scoring or archiving.
struct WorkItem {
  std::int64_t id = 0;
  std::int64_t submission = 0;
  std::string name;  // of the submission
  int revision = 0;
  int attempts = 0;
  std::int64_t leased_until = 0;  // names the lease: the outcome of one that another has taken over is not taken
  std::string trace_id;
  std::string rule_set;
  SubmissionState state = v1::SUBMISSION_STATE_UNSPECIFIED;
  bool reviewed = false;  // its findings have to be judged
  evaluation::v1::SelfEvaluation form;
  std::string source_document;
  std::optional<evaluation::v1::Scorecard> scorecard;  // once it is scored; then it may be archived
  archiving::v1::Provenance provenance;
  std::optional<v1::ReviewRecord> review;  // of a form that was reviewed, once it is approved
  absl::Status damage;  // not OK when the form cannot be read or is not the one that was accepted: not to be carried
};

// What became of a work item.
struct WorkResult {
  enum class Kind { kScored, kArchived, kDeferred, kStuck };
  Kind kind = Kind::kDeferred;
  const WorkItem* item = nullptr;
  const evaluation::v1::Scorecard* scorecard = nullptr;  // kScored
  std::vector<v1::JudgedFinding> findings;               // kScored, of a form that is reviewed
  std::string policy;                                    // that judged them
  std::string archive_record;                            // kArchived
  std::int64_t archive_index = -1;
  std::string problem;          // kStuck, kDeferred
  std::int64_t not_before = 0;  // kDeferred
};

// One step in the life of a submission.
struct Step {
  std::int64_t sequence = 0;
  int revision = 0;
  SubmissionState state = v1::SUBMISSION_STATE_UNSPECIFIED;
  std::int64_t time = 0;
  std::string note;
  SubmissionAction action = v1::SUBMISSION_ACTION_UNSPECIFIED;
  v1::Actor actor;  // of role SYSTEM for the service itself
  std::vector<v1::ReturnReason> reasons;
  std::string subject;
};

// Steps, from a submission's first, as its history.
void PutHistory(const std::vector<Step>& steps, google::protobuf::RepeatedPtrField<v1::HistoryEntry>& out);

// Where a list goes on. What `key` is depends on the filter: a region code, an update time, or nothing.
struct ListPosition {
  std::string key;
  std::int64_t id = 0;
};

// A part of a list; with `more`, the rest begins behind `next`.
struct SubmissionPage {
  std::vector<SubmissionRow> rows;
  ListPosition next;
  bool more = false;
};

// A step together with its submission as it stands when it is read.
struct ChangedSubmission {
  Step step;
  SubmissionRow head;
};

// A part of the changes; the rest begins behind `position`, and `more` says whether there is one already.
struct ChangePage {
  std::vector<ChangedSubmission> changes;
  std::int64_t position = 0;
  bool more = false;
};

// Where the search for requests that are too old stands.
struct RequestPosition {
  std::int64_t time = 0;
  std::string method;
  std::string request_id;
};

struct ExpiryStep {
  RequestPosition next;
  std::size_t examined = 0;
  std::size_t removed = 0;
};

// How much waits, and since when the oldest does.
struct Backlog {
  std::int64_t items = 0;
  std::int64_t oldest = 0;  // microseconds since 1970; 0 when nothing waits
};

// Thread-safe. All methods may block, except Accept.
class SubmissionStore {
 public:
  // Hears the serialised SubmitEvaluationResponse, or why there is none.
  using Accepted = absl::AnyInvocable<void(absl::StatusOr<std::string>)>;

  virtual ~SubmissionStore() = default;

  // Keeps form, first step, work item and answer in one transaction and then calls `done` with the serialised
  // SubmitEvaluationResponse; a repeat of the request gets the first answer. Errors: ALREADY_EXISTS
  // (REQUEST_ID_REUSED), NOT_FOUND (SUBMISSION_NOT_FOUND), FAILED_PRECONDITION (STATE_FORBIDS), and what campaigns
  // refuse (campaign.proto). Refuses at once with QUEUE_FULL, and then `done` is not called. Never blocks; `done` runs
  // on the store's thread and must be quick.
  virtual absl::Status Accept(Acceptance acceptance, Accepted done) = 0;

  virtual absl::StatusOr<std::optional<SubmissionRow>> Find(std::string_view name) = 0;
  // The scorecard of a revision; nothing before it is scored.
  virtual absl::StatusOr<std::optional<evaluation::v1::Scorecard>> Scorecard(std::int64_t submission, int revision) = 0;
  // Up to `limit` submissions that fit, behind `after`, in the order of acceptance; with a region by code first, with
  // an update time by that. One call looks at a bounded number of rows: a page may be short, or empty, with `more`.
  virtual absl::StatusOr<SubmissionPage> List(const SubmissionFilter& filter, const ListPosition& after,
                                              std::size_t limit) = 0;
  // Up to `limit` changes that fit, behind the sequence `after`, oldest first. A sequence is visible only when all
  // lower ones are, so that nothing ever appears behind a position that was read. Bounded as List is.
  virtual absl::StatusOr<ChangePage> Changes(const SubmissionFilter& filter, std::int64_t after, std::size_t limit) = 0;
  // The sequence of the newest change; 0 before the first.
  virtual absl::StatusOr<std::int64_t> NewestChange() = 0;
  // From now on calls `listener` with the newest sequence after each commit that brought changes; null: nobody. It runs
  // on the store's thread and must be quick; once Listen has returned, the former listener is not running any more.
  virtual void Listen(std::function<void(std::int64_t)> listener) = 0;
  // The steps of a submission after `after`.
  virtual absl::StatusOr<std::vector<Step>> Steps(std::int64_t submission, std::int64_t after) = 0;

  // Takes up to `limit` due work items for `lease_micros`, fewer when they are large; nobody else gets them until then.
  // What is stored damaged makes its own item damaged and no other.
  virtual absl::StatusOr<std::vector<WorkItem>> Lease(std::int64_t limit, std::int64_t lease_micros) = 0;
  // Holds the leases of those of `items` that nobody has taken over for `lease_micros` from now. While it runs, and
  // while Settle does, nobody else may look at their leased_until.
  virtual absl::Status Renew(std::span<WorkItem> items, std::int64_t lease_micros) = 0;
  // Records what became of leased items, all or nothing, and answers with the states that their submissions have now;
  // UNSPECIFIED for an item that is gone because something else happened to its submission meanwhile, and for one whose
  // lease ended and which another has taken since.
  virtual absl::StatusOr<std::vector<SubmissionState>> Settle(const std::vector<WorkResult>& results) = 0;
  // Gives all leases back: at the start of the only process that takes them.
  virtual absl::Status ReleaseLeases() = 0;
  virtual absl::StatusOr<Backlog> Waiting() = 0;

  // Looks at up to `limit` remembered requests behind `after`, oldest first, that are from before `before`, and forgets
  // those whose submission is at rest. Nothing examined: there are no more.
  virtual absl::StatusOr<ExpiryStep> ExpireRequests(std::int64_t before, const RequestPosition& after,
                                                    std::int64_t limit) = 0;
};

}  // namespace jixiao::intake
