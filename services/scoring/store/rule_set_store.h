// Where rule sets and all that belongs to their life are kept for good. The truth: Redis and processes only hold
// copies.
#pragma once

#include "jixiao/scoring/v1/scoring_service.pb.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::scoring {

// A published rule set: its name, its digest and the canonical encoding that the digest is of.
struct StoredRuleSet {
  std::string id;
  int revision = 0;
  std::string digest;
  std::string document;
};

// What a replica has to learn after a position.
struct Changes {
  std::int64_t position = 0;             // to go on from; publications, retirements and labels all move it
  std::vector<StoredRuleSet> rule_sets;  // published since, in the order of publication
  // What the store keeps beside the rule sets and every replica must know, whole: see scoring/rulesets/annex.h. Redis
  // and the snapshot carry it along unread.
  std::string annex;
};

// A draft: not judged, only kept. `etag` changes with its content.
struct StoredDraft {
  std::string id;
  int revision = 0;
  std::string etag;
  std::string document;
};

// How many forms of a budget year a region has sent; the region is two digits, or empty for none.
struct FormCount {
  std::string region;
  int fiscal_year = 0;
  std::int64_t forms = 0;
};

// Thread-safe. All methods may block: not for gRPC's threads. OK to a write means that it is on disk; every write may
// be repeated.
class RuleSetStore {
 public:
  virtual ~RuleSetStore() = default;

  // Writes what changes nothing.
  virtual absl::Status CheckWritable() { return absl::OkStatus(); }

  // Keeps a rule set, and the draft of that revision is gone. The same content again changes nothing. ALREADY_EXISTS
  // (REVISION_EXISTS) when the revision holds other content. With `draft_etag` not empty, ABORTED (ETAG_MISMATCH) when
  // the revision's draft is not that one any more.
  virtual absl::Status Publish(const StoredRuleSet& rule_set, std::string_view draft_etag) = 0;

  // What changed after `position`; 0 for everything. Asked twice a second by each replica: cheap when nothing did.
  virtual absl::StatusOr<Changes> LoadSince(std::int64_t position) = 0;

  // By digest; nothing when it was never published here.
  virtual absl::StatusOr<std::optional<StoredRuleSet>> Find(std::string_view digest) = 0;

  // Retires a published rule set. FAILED_PRECONDITION (LABEL_IN_USE) while a label points to it, NOT_FOUND
  // (RULE_SET_NOT_FOUND).
  virtual absl::Status Retire(std::string_view digest) = 0;

  // Keeps a draft in the place of the one whose etag is `replaced_etag` (empty: of none). ABORTED (ETAG_MISMATCH) when
  // that is not the present one, FAILED_PRECONDITION (REVISION_PUBLISHED). The present content again changes nothing.
  virtual absl::Status SaveDraft(const StoredDraft& draft, std::string_view replaced_etag) = 0;
  virtual absl::StatusOr<std::optional<StoredDraft>> FindDraft(std::string_view id, int revision) = 0;
  // At most `limit` drafts after this name, by id and revision.
  virtual absl::StatusOr<std::vector<StoredDraft>> DraftsAfter(std::string_view id, int revision,
                                                               std::size_t limit) = 0;

  // Points a label (name, region_code, fiscal_year, digest and report are read) and answers with it as it stands now.
  // With `replaced_etag` not empty, ABORTED (ETAG_MISMATCH) when the present label has another. NOT_FOUND
  // (RULE_SET_NOT_FOUND), FAILED_PRECONDITION (RULE_SET_RETIRED). To the same rule set without a new report changes
  // nothing.
  virtual absl::StatusOr<v1::Label> SetLabel(const v1::Label& label, std::string_view replaced_etag) = 0;
  // NOT_FOUND (LABEL_NOT_FOUND).
  virtual absl::Status DeleteLabel(std::string_view name, std::string_view region_code, int fiscal_year) = 0;

  virtual absl::Status SaveSimulation(const v1::Simulation& simulation) = 0;
  virtual absl::StatusOr<std::optional<v1::Simulation>> FindSimulation(std::string_view name) = 0;

  // Adds to what was seen before.
  virtual absl::Status CountForms(const std::vector<FormCount>& counts) = 0;
  // Budget years of the forms seen of regions that start with `region` (at most two digits), rising.
  virtual absl::StatusOr<std::vector<int>> YearsSeen(std::string_view region) = 0;
};

}  // namespace jixiao::scoring
