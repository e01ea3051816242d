#include "archiving/store/rule_set_contents.h"

#include "common/digest.h"
#include "common/errors.h"
#include "common/text.h"

#include <utility>

namespace jixiao::archiving {
namespace {

constexpr std::size_t kMostBytes = std::size_t{16} * 1024 * 1024;

}  // namespace

RuleSetContents::Content RuleSetContents::Seen(std::string_view digest) const {
  const std::lock_guard lock(mutex_);
  const auto found = seen_.find(digest);
  return found == seen_.end() ? nullptr : found->second;
}

absl::StatusOr<RuleSetContents::Content> RuleSetContents::Find(const std::string& digest) {
  std::optional<std::string> bytes;
  RETURN_IF_ERROR(store_.Read([&](const ArchiveReader& archive) -> absl::Status {
    ASSIGN_OR_RETURN(bytes, archive.SharedContent(digest));
    return absl::OkStatus();
  }));
  if (!bytes) return nullptr;
  if (DigestOf(*bytes) != digest)
    return Error(absl::StatusCode::kDataLoss, "ARCHIVE_DAMAGED", Cat("the stored rule set ", digest, " is damaged"));
  return Keep(digest, *std::move(bytes));
}

RuleSetContents::Content RuleSetContents::Keep(std::string_view digest, std::string bytes) {
  auto content = std::make_shared<const std::string>(std::move(bytes));
  if (content->size() > kMostBytes) return content;
  const std::lock_guard lock(mutex_);
  // Few at a time are in use; those come back at once.
  if (bytes_ + content->size() > kMostBytes) {
    seen_.clear();
    bytes_ = 0;
  }
  const auto [place, added] = seen_.try_emplace(std::string(digest), content);
  if (added) bytes_ += content->size();
  return place->second;
}

}  // namespace jixiao::archiving
