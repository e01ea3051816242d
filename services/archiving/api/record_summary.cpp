#include "archiving/api/record_summary.h"

#include "common/canonical.h"
#include "common/errors.h"
#include "common/text.h"
#include "common/time.h"

#include <algorithm>

namespace jixiao::archiving {

absl::Status CheckText(std::initializer_list<std::string_view> texts) {
  if (std::all_of(texts.begin(), texts.end(), IsUtf8)) return absl::OkStatus();
  return Error(absl::StatusCode::kDataLoss, "ARCHIVE_DAMAGED", "stored text is damaged; CheckLog says where");
}

absl::StatusOr<std::string> WithCosignatures(const ArchiveReader& archive, const StoredHead& head) {
  ASSIGN_OR_RETURN(const std::string cosignatures, archive.Cosignatures(head.size));
  RETURN_IF_ERROR(CheckText({head.note, cosignatures}));
  return head.note + cosignatures;
}

absl::Status PutSummary(const StoredRecord& record, v1::RecordSummary& out) {
  const Summary& s = record.summary;
  RETURN_IF_ERROR(
      CheckText({record.key, s.implementing_unit, s.project_name, s.region_code, s.computed_total, s.grade}));
  out.set_name(RecordName(record.index));
  out.set_key(record.key);
  out.set_index(record.index);
  *out.mutable_archive_time() = ToTimestamp(record.archive_time);
  out.set_implementing_unit(s.implementing_unit);
  out.set_project_name(s.project_name);
  out.set_fiscal_year(s.fiscal_year);
  out.set_region_code(s.region_code);
  out.set_computed_total(s.computed_total);
  out.set_grade(s.grade);
  return absl::OkStatus();
}

absl::Status PutErasedBy(const ArchiveReader& archive, v1::RecordSummary& out) {
  ASSIGN_OR_RETURN(const std::vector<Erased> erased, archive.custody().Erasures(out.index()));
  if (!erased.empty()) out.set_erased_by(RecordName(erased.front().entry));
  return absl::OkStatus();
}

absl::Status NoRecord(std::string_view name) {
  return Error(absl::StatusCode::kNotFound, "RECORD_NOT_FOUND",
               Cat("name: there is no record ", TruncateUtf8(name, 100)));
}

absl::Status CheckVisible(const ArchiveReader& archive, const StoredRecord& record, const Scope& scope) {
  if (scope.IsUnlimited()) return absl::OkStatus();
  if (record.key.starts_with(kEntryKeyPrefix)) return NoRecord(record.key);
  ASSIGN_OR_RETURN(const std::optional<Part> part, archive.PartNamed(record.index, kFormPart));
  evaluation::v1::SelfEvaluation form;
  if (part) {
    RETURN_IF_ERROR(CanonicalDecode(part->content, form));
  } else {
    form.set_region_code(record.summary.region_code);
    form.mutable_implementing_unit()->set_name(record.summary.implementing_unit);
  }
  return scope.Includes(form.region_code(), form.competent_department().name(), form.implementing_unit().name())
             ? absl::OkStatus()
             : NoRecord(record.key);
}

}  // namespace jixiao::archiving
