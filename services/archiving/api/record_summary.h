// A record's summary as it is sent.
#pragma once

#include "archiving/store/archive_store.h"
#include "common/scope.h"

#include "jixiao/archiving/v1/archiving_service.pb.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <initializer_list>
#include <string>
#include <string_view>

namespace jixiao::archiving {

// DATA_LOSS (ARCHIVE_DAMAGED) when a text is no UTF-8: no caller could read the answer.
absl::Status CheckText(std::initializer_list<std::string_view> texts);

// The head's note with the cosignatures below it. DATA_LOSS (ARCHIVE_DAMAGED) as CheckText.
absl::StatusOr<std::string> WithCosignatures(const ArchiveReader& archive, const StoredHead& head);

// DATA_LOSS (ARCHIVE_DAMAGED) when the stored texts are damaged.
absl::Status PutSummary(const StoredRecord& record, v1::RecordSummary& out);

// Says by which entry parts of it were erased, if any were.
absl::Status PutErasedBy(const ArchiveReader& archive, v1::RecordSummary& out);

// Whether a record lies in `scope`, by its form as it is archived; NOT_FOUND as if there were none. Of a form that was
// erased unit and region are still known. The archive's own entries concern everything.
absl::Status CheckVisible(const ArchiveReader& archive, const StoredRecord& record, const Scope& scope);
// RECORD_NOT_FOUND.
absl::Status NoRecord(std::string_view name);

}  // namespace jixiao::archiving
