#include "archiving/sequencing/entry.h"

#include "common/canonical.h"
#include "common/errors.h"

#include <future>
#include <memory>
#include <utility>

namespace jixiao::archiving {

absl::StatusOr<std::int64_t> AppendEntry(Sequencer& sequencer, const std::string& key, const v1::ArchiveEntry& entry) {
  ASSIGN_OR_RETURN(std::string content, CanonicalEncode(entry));
  PendingRecord record;
  record.key = key;
  record.parts.push_back(NewPart(kEntryPart, kCanonicalMediaType, std::move(content)));
  record.content_digest = ContentDigest(record.parts);
  auto promise = std::make_shared<std::promise<absl::StatusOr<Placement>>>();
  std::future<absl::StatusOr<Placement>> outcome = promise->get_future();
  RETURN_IF_ERROR(sequencer.Append(
      std::move(record), [promise](absl::StatusOr<Placement> placement) { promise->set_value(std::move(placement)); }));
  ASSIGN_OR_RETURN(const Placement placement, outcome.get());
  return placement.index;
}

}  // namespace jixiao::archiving
