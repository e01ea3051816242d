// Where intake keeps what review did. The same database as submissions.
#pragma once

#include "intake/store/submission_store.h"
#include "intake/workflow/case_file.h"
#include "intake/workflow/sampling.h"

#include <absl/functional/function_ref.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::intake {

// One change that somebody asks for.
struct ChangeRequest {
  std::string_view method;  // whose request_id it is
  std::string name;         // of the submission
  std::string etag;         // empty: whatever is there
  std::string request_id;
  std::string request_digest;  // of everything that the request says
  std::string trace_id;        // later calls for the form carry it
  bool validate_only = false;
};

// The contents of one revision.
struct RevisionContents {
  evaluation::v1::SelfEvaluation form;
  std::optional<evaluation::v1::Scorecard> scorecard;
};

// One page of samples.
struct StoredSample {
  std::int64_t id = 0;
  v1::Sample sample;
};

// Thread-safe. All methods may block.
class ReviewStore {
 public:
  using Decide = absl::FunctionRef<absl::StatusOr<Decision>(const CaseFile& file, std::int64_t now)>;
  using Respond = absl::FunctionRef<std::string(const CaseFile& after, const Decision& change)>;
  using TakeContents = absl::FunctionRef<absl::Status(std::size_t index, const RevisionContents& contents)>;

  virtual ~ReviewStore() = default;

  // Reads the case, lets `decide` say what becomes of it, and stores change, step, work item and the answer that
  // `respond` makes of it in one transaction. A repeat of the request gets the first answer. With validate_only nothing
  // is stored. Errors: those of `decide`; NOT_FOUND (SUBMISSION_NOT_FOUND), ABORTED (ETAG_MISMATCH), ALREADY_EXISTS
  // (REQUEST_ID_REUSED).
  virtual absl::StatusOr<std::string> Apply(const ChangeRequest& request, Decide decide, Respond respond) = 0;

  // The case with its newest revision, or an earlier one (0: the newest): then its head is still the newest.
  // NOT_FOUND: SUBMISSION_NOT_FOUND, REVISION_NOT_FOUND.
  virtual absl::StatusOr<CaseFile> Load(std::string_view name, int revision) = 0;
  // The digest of the policy that judged a revision; nothing when nobody did.
  virtual absl::StatusOr<std::optional<std::string>> Judgement(std::int64_t submission, int revision) = 0;
  virtual absl::StatusOr<RevisionContents> Contents(std::int64_t submission, int revision) = 0;
  // How many submissions wait for answers or reviewers, and since when the oldest does.
  virtual absl::StatusOr<Backlog> WaitingForPeople() = 0;

  // The submissions that `filter` lets through, in any order; the heads are of one moment.
  virtual absl::StatusOr<std::vector<Candidate>> Population(const v1::SampleFilter& filter) = 0;
  // Gives the contents of each candidate to `take`, in order. Unscored ones, and those whose stored contents are
  // damaged (logged), have no scorecard.
  virtual absl::Status ReadContents(const std::vector<Candidate>& candidates, TakeContents take) = 0;
  // The answer to an earlier request of the same id; ALREADY_EXISTS when that said something else.
  virtual absl::StatusOr<std::optional<std::string>> EarlierDraw(std::string_view request_id,
                                                                 std::string_view request_digest) = 0;
  // Keeps a sample with its population and the answer, a serialised DrawSampleResponse; or gives the answer to the same
  // request before.
  virtual absl::StatusOr<std::string> SaveSample(const v1::Sample& sample, std::string_view population,
                                                 std::string_view request_id, std::string_view request_digest) = 0;
  virtual absl::StatusOr<std::optional<v1::Sample>> FindSample(std::string_view name) = 0;
  // Up to `limit` samples with an id below `before`, the newest first.
  virtual absl::StatusOr<std::vector<StoredSample>> Samples(std::int64_t before, std::int64_t limit) = 0;
  // `bytes` of a sample's population from `offset`; nothing when there is no such sample.
  virtual absl::StatusOr<std::optional<std::string>> PopulationPart(std::string_view sample, std::int64_t offset,
                                                                    std::int64_t bytes) = 0;
};

}  // namespace jixiao::intake
