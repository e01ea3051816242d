// Errors as values. Every refusal that reaches a caller is made here: a canonical code, one stable reason, and where it
// helps the fields at fault and the time to wait (AIP-193). They travel as payloads of absl::Status, so that domain
// libraries stay free of gRPC; common/rpc turns them into trailers.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <chrono>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace jixiao {

// One field at fault: its path from the request's root, and what is wrong and allowed.
struct FieldViolation {
  std::string field;
  std::string description;
};

using ErrorMetadata = std::initializer_list<std::pair<std::string_view, std::string>>;

// An error with a reason. `reason` is upper-case with underscores and never changes its meaning; `message` is English
// and for developers. `metadata` gives the figures.
absl::Status Error(absl::StatusCode code, std::string_view reason, std::string_view message,
                   ErrorMetadata metadata = {});

// INVALID_ARGUMENT that names the fields. Details keep under 4 KiB, because gRPC replaces a status whose trailers pass
// 8 KiB by another one: what does not fit is counted in metadata["violations_omitted"].
absl::Status InvalidFields(std::string_view reason, std::string_view message,
                           const std::vector<FieldViolation>& violations);

// INVALID_ARGUMENT for one field.
absl::Status InvalidField(std::string_view reason, std::string field, std::string description);

// RESOURCE_EXHAUSTED (or UNAVAILABLE) with the time to wait before another try.
absl::Status TryAgain(absl::StatusCode code, std::string_view reason, std::string_view message,
                      std::chrono::milliseconds wait);

// The reason of an error made here; empty for any other status.
std::string ReasonOf(const absl::Status& status);

// Names of the payloads: type URLs of the google.rpc detail messages.
inline constexpr std::string_view kErrorInfoUrl = "type.googleapis.com/google.rpc.ErrorInfo";
inline constexpr std::string_view kBadRequestUrl = "type.googleapis.com/google.rpc.BadRequest";
inline constexpr std::string_view kRetryInfoUrl = "type.googleapis.com/google.rpc.RetryInfo";

#define JIXIAO_CONCAT_INNER(a, b) a##b
#define JIXIAO_CONCAT(a, b) JIXIAO_CONCAT_INNER(a, b)

// Returns from the calling function when `expression` is not OK.
#define RETURN_IF_ERROR(expression) RETURN_IF_ERROR_IMPL(JIXIAO_CONCAT(status_, __COUNTER__), expression)
#define RETURN_IF_ERROR_IMPL(holder, expression)                         \
  do {                                                                   \
    if (absl::Status holder = (expression); !holder.ok()) return holder; \
  } while (false)

// Declares `left` from the value of a StatusOr, or returns its error.
#define ASSIGN_OR_RETURN(left, expression) \
  ASSIGN_OR_RETURN_IMPL(JIXIAO_CONCAT(status_or_, __COUNTER__), left, expression)
#define ASSIGN_OR_RETURN_IMPL(holder, left, expression) \
  auto holder = (expression);                           \
  if (!holder.ok()) return std::move(holder).status();  \
  left = *std::move(holder)

}  // namespace jixiao
