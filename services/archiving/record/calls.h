// Segments of the audit log (审计日志) as entries of the archive.
#pragma once

#include "archiving/record/record.h"

#include "jixiao/operation/v1/audit.pb.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace jixiao::archiving {

inline constexpr std::string_view kCallsKeyPrefix = "archive/calls/";
inline constexpr int kMaxSegmentCalls = 1000;

// The key of a segment's entry. Keys sort by the time in which their segments were begun.
std::string CallsKeyOf(const operation::v1::AuditSegment& segment);
// Where the keys of segments begin that were begun at `micros` or later.
std::string CallsKeyFrom(std::int64_t micros);

// What is wrong with a segment, and what is allowed; empty when nothing is.
std::string FaultOf(const operation::v1::AuditSegment& segment);

}  // namespace jixiao::archiving
