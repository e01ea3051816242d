// Where intake keeps submissions, their revisions, steps and work items. Cut by what the service and the pipeline need.
#pragma once

#include "intake/season/roster.h"
#include "intake/workflow/moves.h"
#include "intake/workflow/submission.h"

#include "jixiao/evaluation/v1/evaluation.pb.h"
#include "jixiao/evaluation/v1/scorecard.pb.h"
#include "jixiao/intake/v1/review_record.pb.h"

#include <absl/functional/any_invocable.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::intake {

// A form that is to be taken in.
struct Acceptance {
  std::string request_id;
  std::string request_digest;  // of everything that the request says
  std::string trace_id;        // the caller's x-request-id; later calls for this form carry it
  std::string submission;      // for a resubmission
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
  std::string trace_id;
  std::string rule_set;
  SubmissionState state = v1::SUBMISSION_STATE_UNSPECIFIED;
  bool reviewed = false;  // its findings have to be judged
  evaluation::v1::SelfEvaluation form;
  std::string source_document;
  std::optional<evaluation::v1::Scorecard> scorecard;  // once it is scored; then it may be archived
  std::optional<v1::ReviewRecord> review;              // of a form that was reviewed, once it is approved
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

// How much waits, and since when the oldest does.
struct Backlog {
  std::int64_t items = 0;
  std::int64_t oldest = 0;  // microseconds since 1970; 0 when nothing waits
};

// Thread-safe. All methods may block, except Accept.
class SubmissionStore {
 public:
  virtual ~SubmissionStore() = default;

  // Keeps form, first step, work item and answer in one transaction and then calls `done` with the serialised
  // SubmitEvaluationResponse; a repeat of the request gets the first answer. Errors: ALREADY_EXISTS
  // (REQUEST_ID_REUSED), NOT_FOUND (SUBMISSION_NOT_FOUND), FAILED_PRECONDITION (STATE_FORBIDS), and what campaigns
  // refuse (campaign.proto). Refuses at once with
  // QUEUE_FULL, and then `done` is not called. Never blocks; `done` runs on the store's thread and must be quick.
  virtual absl::Status Accept(Acceptance acceptance, absl::AnyInvocable<void(absl::StatusOr<std::string>)> done) = 0;

  virtual absl::StatusOr<std::optional<SubmissionRow>> Find(std::string_view name) = 0;
  // The scorecard of a revision; nothing before it is scored.
  virtual absl::StatusOr<std::optional<evaluation::v1::Scorecard>> Scorecard(std::int64_t submission, int revision) = 0;
  // Up to `limit` submissions with an id above `after`; only `states` unless that is empty.
  virtual absl::StatusOr<std::vector<SubmissionRow>> List(std::int64_t after, std::int64_t limit,
                                                          const std::vector<SubmissionState>& states) = 0;
  // The steps of a submission after `after`.
  virtual absl::StatusOr<std::vector<Step>> Steps(std::int64_t submission, std::int64_t after) = 0;

  // Takes up to `limit` due work items for `lease_micros`, fewer when they are large; nobody else gets them until then.
  // What is stored damaged makes its own item damaged and no other.
  virtual absl::StatusOr<std::vector<WorkItem>> Lease(std::int64_t limit, std::int64_t lease_micros) = 0;
  // Records what became of leased items, all or nothing, and answers with the states that their submissions have now;
  // UNSPECIFIED for an item that is gone because something else happened to its submission meanwhile.
  virtual absl::StatusOr<std::vector<SubmissionState>> Settle(const std::vector<WorkResult>& results) = 0;
  // Gives all leases back: at the start of the only process that takes them.
  virtual absl::Status ReleaseLeases() = 0;
  virtual absl::StatusOr<Backlog> Waiting() = 0;
};

}  // namespace jixiao::intake
