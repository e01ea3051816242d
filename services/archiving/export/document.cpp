#include "archiving/export/document.h"

#include "common/canonical.h"
#include "common/errors.h"
#include "common/text.h"

namespace jixiao::archiving::exporting {

const v1::RecordPart* Document::Part(std::string_view name) const {
  for (const v1::RecordPart& part : record.parts())
    if (part.name() == name) return &part;
  return nullptr;
}

std::vector<archiving::Part> PartsOf(const v1::GetRecordResponse& record) {
  std::vector<archiving::Part> parts;
  for (const v1::RecordPart& part : record.parts())
    parts.push_back({part.name(), part.media_type(), part.content(), part.salt()});
  return parts;
}

absl::StatusOr<Document> Open(v1::GetRecordResponse record) {
  const std::vector<std::string> faults = FaultsOf(record.leaf(), PartsOf(record));
  if (!faults.empty())
    return Error(absl::StatusCode::kDataLoss, "ARCHIVE_DAMAGED", Cat(record.record().name(), "：", faults.front()));
  Document document;
  document.record = std::move(record);
  RETURN_IF_ERROR(CanonicalDecode(document.record.leaf(), document.leaf));
  // FaultsOf has seen that these are there and can be decoded.
  RETURN_IF_ERROR(CanonicalDecode(document.Part(kFormPart)->content(), document.form));
  RETURN_IF_ERROR(CanonicalDecode(document.Part(kScorecardPart)->content(), document.card));
  RETURN_IF_ERROR(CanonicalDecode(document.Part(kRuleSetPart)->content(), document.rule_set));
  return document;
}

}  // namespace jixiao::archiving::exporting
