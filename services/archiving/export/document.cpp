#include "archiving/export/document.h"

#include "archiving/record/erasure.h"
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

absl::StatusOr<Document> OpenWhatIsLeft(v1::GetRecordResponse record) {
  const std::vector<archiving::Part> parts = PartsOf(record);
  Document document;
  document.erased = ErasedOf(record);
  const std::vector<std::string> faults = FaultsOf(record.leaf(), parts, document.erased);
  if (!faults.empty())
    return Error(absl::StatusCode::kDataLoss, "ARCHIVE_DAMAGED", Cat(record.record().name(), "：", faults.front()));
  if (IsEntry(parts))
    return Error(absl::StatusCode::kFailedPrecondition, "NOT_A_FORM",
                 Cat(record.record().name(), " 是归档系统自己的登记，不是自评表"));
  document.record = std::move(record);
  RETURN_IF_ERROR(CanonicalDecode(document.record.leaf(), document.leaf));
  // FaultsOf has seen that what was not erased is there and can be decoded.
  const auto decode = [&document](std::string_view name, google::protobuf::Message& message) {
    const v1::RecordPart* part = document.Part(name);
    return part == nullptr ? absl::OkStatus() : CanonicalDecode(part->content(), message);
  };
  RETURN_IF_ERROR(decode(kFormPart, document.form));
  RETURN_IF_ERROR(decode(kScorecardPart, document.card));
  RETURN_IF_ERROR(decode(kRuleSetPart, document.rule_set));
  if (document.Part(kRetentionPart) != nullptr) RETURN_IF_ERROR(decode(kRetentionPart, document.retention.emplace()));
  return document;
}

absl::StatusOr<Document> Open(v1::GetRecordResponse record) {
  ASSIGN_OR_RETURN(Document document, OpenWhatIsLeft(std::move(record)));
  for (const Erased& gone : document.erased)
    if (gone.part == kFormPart || gone.part == kScorecardPart || gone.part == kRuleSetPart)
      return Error(absl::StatusCode::kFailedPrecondition, "PART_ERASED",
                   Cat(document.record.record().name(), "：部件 ", gone.part, " 已按日志第 ", gone.entry, " 条销毁"));
  return document;
}

}  // namespace jixiao::archiving::exporting
