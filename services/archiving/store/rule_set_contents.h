// Canonical bytes of rule sets by their digest, for records that only name theirs. Thousands of records have the same
// one, and it is larger than a form.
#pragma once

#include "archiving/store/archive_store.h"

#include <absl/status/statusor.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace jixiao::archiving {

// Thread-safe.
class RuleSetContents {
 public:
  using Content = std::shared_ptr<const std::string>;

  // `store` must outlive this.
  explicit RuleSetContents(ArchiveStore& store) : store_(store) {}

  // What this process has seen of late; null for anything else. Never blocks.
  Content Seen(std::string_view digest) const;
  // What the archive has of its records; null when none of them has it. DATA_LOSS (ARCHIVE_DAMAGED) when the stored
  // bytes are not those of the digest. Blocks.
  absl::StatusOr<Content> Find(const std::string& digest);
  // Keeps `bytes`, whose digest it is, for the next ones.
  Content Keep(std::string_view digest, std::string bytes);

 private:
  ArchiveStore& store_;
  mutable std::mutex mutex_;
  std::map<std::string, Content, std::less<>> seen_;
  std::size_t bytes_ = 0;  // of all that is in seen_
};

}  // namespace jixiao::archiving
