// The name under which a segment of the audit log waits for the archive and is kept there.
#pragma once

#include "jixiao/operation/v1/audit.pb.h"

#include <cstdint>
#include <string>

namespace jixiao::audit {

// By the time of its start, so that names sort by time: 20261122T093000123456Z-intake-0011223344556677-000000001.
std::string SegmentName(const operation::v1::AuditSegment& segment);
// Where the names of segments begin that were begun at `micros` or later.
std::string SegmentNameFrom(std::int64_t micros);

}  // namespace jixiao::audit
