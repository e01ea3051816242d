#include "archiving/inspection/inspected.h"

#include "archiving/log/merkle.h"
#include "common/errors.h"

namespace jixiao::archiving {

absl::StatusOr<InspectedRecord> InspectedFrom(const ArchiveReader& archive, std::int64_t index) {
  ASSIGN_OR_RETURN(const std::optional<StoredRecord> record, archive.Record(index));
  if (!record) return Error(absl::StatusCode::kDataLoss, "ARCHIVE_DAMAGED", "the record is missing");
  InspectedRecord out;
  out.index = index;
  out.leaf = record->leaf;
  out.kept = record->summary;
  ASSIGN_OR_RETURN(out.parts, archive.Parts(index));
  ASSIGN_OR_RETURN(out.erased, archive.custody().Erasures(index));
  const absl::StatusOr<log::Hash> node = archive.Node({0, index});
  if (!node.ok() && node.status().code() != absl::StatusCode::kDataLoss) return node.status();
  const log::Hash leaf = log::HashLeaf({reinterpret_cast<const std::uint8_t*>(out.leaf.data()), out.leaf.size()});
  out.proof_fault = !node.ok() ? "日志节点读不出" : *node != leaf ? "叶子与日志节点不符" : "";
  if (index == 0) {
    out.follows = true;
  } else {
    ASSIGN_OR_RETURN(const std::optional<StoredRecord> before, archive.Record(index - 1));
    out.follows = before.has_value();
  }
  return out;
}

}  // namespace jixiao::archiving
