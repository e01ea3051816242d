// Examines the trees of hash renewals against the records and the signed heads.
#pragma once

#include "archiving/log/checkpoint.h"
#include "archiving/store/archive_store.h"

#include <absl/status/statusor.h>

#include <cstddef>
#include <string>
#include <vector>

namespace jixiao::archiving {

// Every way in which an epoch, or a cosignature's place, is not what was signed, in Chinese; at most `limit`. Re-reads
// and re-hashes what the epochs cover. What cannot be read because it is damaged is a finding.
absl::StatusOr<std::vector<std::string>> EpochFaults(const ArchiveReader& archive, const log::Verifier& verifier,
                                                     const std::string& origin, std::size_t limit);

}  // namespace jixiao::archiving
