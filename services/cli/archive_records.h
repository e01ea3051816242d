// Records of the archive, one after the other, for commands that go through many.
#pragma once

#include "cli/commands.h"

#include "jixiao/archiving/v1/archiving_service.grpc.pb.h"

#include <absl/functional/function_ref.h>
#include <absl/status/statusor.h>

#include <string>
#include <vector>

namespace jixiao::cli {

// A record with its parts and proof, by name or key. DATA_LOSS (ANSWER_MISMATCH) when the server answers with another
// record, whose proof may be as good as that of the one that was asked for.
absl::StatusOr<archiving::v1::GetRecordResponse> GetRecord(const Global& global,
                                                           archiving::v1::ArchivingService::Stub& archive,
                                                           const std::string& name);
// The same, for one record.
absl::StatusOr<archiving::v1::GetRecordResponse> GetArchivedRecord(const Global& global, const std::string& name);

// Calls `each` for the named records in this order, or, without names, for all that the filter takes in, the oldest
// first. Holds one page of names. Ends with the first error of `each`.
absl::Status ForEachArchivedRecord(const Global& global, const std::vector<std::string>& names,
                                   const FilterOptions& filter,
                                   absl::FunctionRef<absl::Status(archiving::v1::GetRecordResponse)> each);

}  // namespace jixiao::cli
