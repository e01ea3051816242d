#include "common/trace.h"

#include "common/digest.h"
#include "common/encoding.h"
#include "common/text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

namespace jixiao {
namespace {

constexpr std::size_t kTraceDigits = 32;
constexpr std::size_t kSpanDigits = 16;

bool IsHex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool IsId(std::string_view text, std::size_t digits) {
  return text.size() == digits && IsHex(text) && text.find_first_not_of('0') != std::string_view::npos;
}

}  // namespace

Trace TraceOf(std::string request_id) {
  if (IsId(request_id, kTraceDigits)) return {request_id, request_id};
  const std::array<std::uint8_t, 32> hash = Sha256(request_id);
  std::string id = Hex(std::span(hash).first(kTraceDigits / 2));
  return {std::move(request_id), std::move(id)};
}

std::string ToText(const Trace& trace) {
  if (TraceOf(trace.request_id).trace_id == trace.trace_id) return trace.request_id;
  return Cat(trace.request_id, " ", trace.trace_id);
}

Trace FromText(std::string_view text) {
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos) return TraceOf(std::string(text));
  return {std::string(text.substr(0, space)), std::string(text.substr(space + 1))};
}

// version "-" trace-id "-" parent-id "-" flags; later versions may add more behind another "-".
std::optional<std::string> TraceIdIn(std::string_view traceparent) {
  constexpr std::size_t kTrace = 3;
  constexpr std::size_t kSpan = kTrace + kTraceDigits + 1;
  constexpr std::size_t kFlags = kSpan + kSpanDigits + 1;
  constexpr std::size_t kSize = kFlags + 2;
  if (traceparent.size() < kSize || traceparent[2] != '-' || traceparent[kSpan - 1] != '-' ||
      traceparent[kFlags - 1] != '-')
    return std::nullopt;
  const std::string_view version = traceparent.substr(0, 2);
  if (!IsHex(version) || version == "ff" || !IsHex(traceparent.substr(kFlags, 2))) return std::nullopt;
  if (traceparent.size() > kSize && (version == "00" || traceparent[kSize] != '-')) return std::nullopt;
  const std::string_view trace = traceparent.substr(kTrace, kTraceDigits);
  if (!IsId(trace, kTraceDigits) || !IsId(traceparent.substr(kSpan, kSpanDigits), kSpanDigits)) return std::nullopt;
  return std::string(trace);
}

std::string Traceparent(std::string_view trace_id, std::string_view span_id) {
  return Cat("00-", trace_id, "-", span_id, "-01");
}

}  // namespace jixiao
