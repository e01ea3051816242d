#include "archiving/record/calls.h"

#include "common/audit/segment_name.h"
#include "common/text.h"

#include <algorithm>

namespace jixiao::archiving {
namespace {

constexpr std::size_t kRunDigits = 16;
constexpr std::size_t kMaxSegmentBytes = 1024 * 1024;
constexpr std::string_view kServices[] = {"intake", "scoring", "archiving"};

bool IsRun(std::string_view run) {
  return run.size() == kRunDigits &&
         std::ranges::all_of(run, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

}  // namespace

std::string CallsKeyOf(const operation::v1::AuditSegment& segment) {
  return Cat(kCallsKeyPrefix, audit::SegmentName(segment));
}

std::string CallsKeyFrom(std::int64_t micros) {
  return Cat(kCallsKeyPrefix, audit::SegmentNameFrom(micros));
}

std::string FaultOf(const operation::v1::AuditSegment& segment) {
  if (std::ranges::find(kServices, segment.service()) == std::end(kServices))
    return "service: intake, scoring or archiving";
  if (!IsRun(segment.run())) return Cat("run: ", kRunDigits, " lower-case hexadecimal digits");
  if (segment.number() < 1 || segment.dropped() < 0) return "number: from 1; dropped: from 0";
  if (!segment.has_start_time()) return "start_time: is required";
  if (segment.calls().empty() || segment.calls_size() > kMaxSegmentCalls)
    return Cat("calls: from 1 to ", kMaxSegmentCalls);
  if (segment.ByteSizeLong() > kMaxSegmentBytes) return Cat("at most ", kMaxSegmentBytes, " bytes");
  for (const operation::v1::AuditedCall& call : segment.calls())
    if (!call.has_end_time() || call.method().empty() || call.code().empty())
      return "calls: each has end_time, method and code";
  return {};
}

}  // namespace jixiao::archiving
