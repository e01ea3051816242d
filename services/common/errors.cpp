#include "common/errors.h"

#include "common/text.h"

#include "google/rpc/error_details.pb.h"

#include <algorithm>

namespace jixiao {
namespace {

// Budgets in bytes, together well under 4 KiB of details.
constexpr std::size_t kMessageBudget = 512;
constexpr std::size_t kViolationsBudget = 2560;
constexpr std::size_t kFieldBudget = 160;
constexpr std::size_t kDescriptionBudget = 320;

// What an answer can carry of `text`: cut at `budget`, and UTF-8. A caller's protobuf would refuse the whole detail.
std::string Readable(std::string_view text, std::size_t budget) {
  std::string out(TruncateUtf8(text, budget));
  if (!IsUtf8(out))
    std::replace_if(
        out.begin(), out.end(), [](char c) { return (c & 0x80) != 0; }, '?');
  return out;
}

void Attach(absl::Status& status, std::string_view url, const google::protobuf::Message& detail) {
  status.SetPayload(absl::string_view(url.data(), url.size()), absl::Cord(detail.SerializeAsString()));
}

google::rpc::ErrorInfo Info(std::string_view reason, ErrorMetadata metadata) {
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(reason));
  info.set_domain("jixiao");
  for (const auto& [key, value] : metadata)
    (*info.mutable_metadata())[std::string(key)] = Readable(value, kDescriptionBudget);
  return info;
}

}  // namespace

absl::Status Error(absl::StatusCode code, std::string_view reason, std::string_view message, ErrorMetadata metadata) {
  absl::Status status(code, Readable(message, kMessageBudget));
  Attach(status, kErrorInfoUrl, Info(reason, metadata));
  return status;
}

absl::Status InvalidFields(std::string_view reason, std::string_view message,
                           const std::vector<FieldViolation>& violations) {
  google::rpc::BadRequest details;
  std::size_t used = 0;
  for (const FieldViolation& violation : violations) {
    std::string field = Readable(violation.field, kFieldBudget);
    std::string description = Readable(violation.description, kDescriptionBudget);
    used += field.size() + description.size() + 8;
    if (used > kViolationsBudget) break;
    auto* out = details.add_field_violations();
    out->set_field(std::move(field));
    out->set_description(std::move(description));
  }
  const std::size_t omitted = violations.size() - static_cast<std::size_t>(details.field_violations_size());
  std::string text(message);
  if (!violations.empty()) text += ": " + violations.front().field + ": " + violations.front().description;
  if (violations.size() > 1) text += " (and " + std::to_string(violations.size() - 1) + " more)";
  absl::Status status =
      Error(absl::StatusCode::kInvalidArgument, reason, text,
            {{"violations", std::to_string(violations.size())}, {"violations_omitted", std::to_string(omitted)}});
  Attach(status, kBadRequestUrl, details);
  return status;
}

absl::Status InvalidField(std::string_view reason, std::string field, std::string description) {
  return InvalidFields(reason, "invalid request", {{std::move(field), std::move(description)}});
}

absl::Status TryAgain(absl::StatusCode code, std::string_view reason, std::string_view message,
                      std::chrono::milliseconds wait) {
  absl::Status status = Error(code, reason, message);
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(wait.count() / 1000);
  retry.mutable_retry_delay()->set_nanos(static_cast<std::int32_t>(wait.count() % 1000 * 1'000'000));
  Attach(status, kRetryInfoUrl, retry);
  return status;
}

std::string ReasonOf(const absl::Status& status) {
  const auto payload = status.GetPayload(std::string(kErrorInfoUrl));
  google::rpc::ErrorInfo info;
  if (!payload || !info.ParseFromString(std::string(*payload))) return {};
  return info.reason();
}

}  // namespace jixiao
