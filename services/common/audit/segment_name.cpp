#include "common/audit/segment_name.h"

#include "common/text.h"
#include "common/time.h"

namespace jixiao::audit {
namespace {

constexpr std::size_t kNumberDigits = 9;

}  // namespace

std::string SegmentNameFrom(std::int64_t micros) {
  std::string text = FormatUtc(micros);
  std::erase_if(text, [](char c) { return c == '-' || c == ':' || c == '.'; });
  return text;
}

std::string SegmentName(const operation::v1::AuditSegment& segment) {
  std::string number = Cat(segment.number());
  if (number.size() < kNumberDigits) number.insert(0, kNumberDigits - number.size(), '0');
  return Cat(SegmentNameFrom(ToMicros(segment.start_time())), "-", segment.service(), "-", segment.run(), "-", number);
}

}  // namespace jixiao::audit
