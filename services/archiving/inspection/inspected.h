// A record as it is inspected, read from the archive's store.
#pragma once

#include "archiving/inspection/items.h"
#include "archiving/store/archive_store.h"

#include <absl/status/statusor.h>

#include <cstdint>

namespace jixiao::archiving {

// DATA_LOSS when it is missing or cannot be read.
absl::StatusOr<InspectedRecord> InspectedFrom(const ArchiveReader& archive, std::int64_t index);

}  // namespace jixiao::archiving
