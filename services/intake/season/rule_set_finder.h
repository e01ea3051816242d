// Who knows which rule sets there are.
#pragma once

#include <absl/status/statusor.h>

#include <optional>
#include <string>

namespace jixiao::season {

// The scoring service, as campaigns need it. Thread-safe; blocks.
class RuleSetFinder {
 public:
  virtual ~RuleSetFinder() = default;
  // The digest of the rule set that `name` stands for now; nothing when there is none; an error when scoring cannot be
  // asked now, or when it says that the name is none.
  virtual absl::StatusOr<std::optional<std::string>> DigestNamed(const std::string& name) = 0;
};

}  // namespace jixiao::season
