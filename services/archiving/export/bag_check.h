// Verifies a package by itself, without a server: every file against both manifests, every record against its leaf, the
// signed tree and the archive's key, and what was derived against what it was derived from.
#pragma once

#include "archiving/export/package.h"
#include "archiving/log/checkpoint.h"

#include "jixiao/archiving/v1/archiving_service.pb.h"

#include <absl/functional/function_ref.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <string>
#include <vector>

namespace jixiao::archiving::exporting {

struct BagStep {
  std::string title;                // in Chinese
  std::vector<std::string> faults;  // each names its file; at most kMaxFaults
  std::int64_t checked = 0;
  std::int64_t failed = 0;
  std::string note;  // what of it could not be checked, in Chinese; empty when all was
};
inline constexpr std::size_t kMaxFaults = 100;

struct BagCheck {
  std::vector<BagStep> steps;
  std::int64_t records = 0;
  std::int64_t files = 0;
  std::int64_t bytes = 0;

  bool ok() const;
};

// Every step is run, also after one has failed. Memory: about 300 bytes for each file of the package. Errors are only
// what keeps the package from being read at all.
absl::StatusOr<BagCheck> CheckBag(const PackageReader& package, const log::Verifier& verifier,
                                  const std::string& origin);

// The verifier key that the package itself names; empty when there is none.
std::string KeyIn(const PackageReader& package);

// The records' folders, "data/records/0000000042/", in the order of the log.
std::vector<std::string> RecordFoldersOf(const PackageReader& package);

// A record as the archive gave it: its parts, leaf and proof, and the summary that they say. DATA_LOSS
// (PACKAGE_DAMAGED) names the file that is missing or cannot be read. What was read must still be verified.
absl::StatusOr<v1::GetRecordResponse> ReadRecord(const PackageReader& package, const std::string& folder);

// Every way in which a record is not what its leaf, its proof and `verifier` say, in Chinese; empty when all is well.
std::vector<std::string> ProofFaults(const v1::GetRecordResponse& record, const log::Verifier& verifier,
                                     const std::string& origin);

}  // namespace jixiao::archiving::exporting
