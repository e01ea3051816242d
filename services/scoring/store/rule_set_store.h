// Where published rule sets are kept for good. The truth: Redis and processes only hold copies.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

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
  std::int64_t position = 0;             // to go on from
  std::vector<StoredRuleSet> rule_sets;  // published since, in the order of publication
  // What the store keeps beside the rule sets and every replica must know, whole and in an encoding of the store's own;
  // empty when there is nothing. Redis and the snapshot carry it along unread.
  std::string annex;
};

// Thread-safe. All methods may block: not for gRPC's threads.
class RuleSetStore {
 public:
  virtual ~RuleSetStore() = default;

  // Keeps a rule set; OK means it is on disk. The same content again changes nothing. ALREADY_EXISTS (REVISION_EXISTS)
  // when the revision holds other content.
  virtual absl::Status Publish(const StoredRuleSet& rule_set) = 0;

  // What changed after `position`; 0 for everything. Asked twice a second by each replica: cheap when nothing did.
  virtual absl::StatusOr<Changes> LoadSince(std::int64_t position) = 0;

  // By digest; nothing when it was never published here.
  virtual absl::StatusOr<std::optional<StoredRuleSet>> Find(std::string_view digest) = 0;
};

}  // namespace jixiao::scoring
