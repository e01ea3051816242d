// W3C Trace Context (https://www.w3.org/TR/trace-context/): the id under which other systems see a request, beside the
// request id that it has here. `tracestate` is not carried.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace jixiao {

// What follows a form through all services and stands on their log lines.
struct Trace {
  std::string request_id;
  std::string trace_id;  // 32 lower-case hexadecimal digits, not all 0
};

// The trace of a request without a traceparent: its id itself where that can be a trace id, otherwise one that always
// follows from it.
Trace TraceOf(std::string request_id);

// One text for both, to be kept with what is done later; FromText reads it back. A request id has no space.
std::string ToText(const Trace& trace);
Trace FromText(std::string_view text);

// The trace id of a `traceparent` header; nothing when it is malformed, which says that there is none.
std::optional<std::string> TraceIdIn(std::string_view traceparent);

// The header of a call under `trace_id` whose caller is `span_id` (16 lower-case hexadecimal digits).
std::string Traceparent(std::string_view trace_id, std::string_view span_id);

}  // namespace jixiao
