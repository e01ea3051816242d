// The rule sets that a replica knew last, in one file beside it: enough to serve with store and Redis away.
#pragma once

#include "scoring/rulesets/index.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <string>
#include <vector>

namespace jixiao::scoring {

struct Snapshot {
  Index index;
  std::vector<std::string> documents;  // of index.digests, in their order
};

// Writes the file at `path`, durable and whole or not at all: whatever is cut off, the old one stays.
absl::Status WriteSnapshot(const std::string& path, const Snapshot& snapshot);

// NOT_FOUND when there is none; DATA_LOSS (SNAPSHOT_DAMAGED) when one byte is not as it was written.
absl::StatusOr<Snapshot> ReadSnapshot(const std::string& path);

}  // namespace jixiao::scoring
