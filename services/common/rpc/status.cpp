#include "common/rpc/status.h"

#include "common/errors.h"
#include "common/text.h"

#include "google/rpc/error_details.pb.h"

#include <string>

namespace jixiao::rpc {
namespace {

constexpr std::size_t kMaxMessageBytes = 512;

bool HasReason(const absl::Status& status) {
  return status.GetPayload(std::string(kErrorInfoUrl)).has_value();
}

// What a caller may know of an error that nobody described for callers.
absl::Status Neutral(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kCancelled:
      return Error(absl::StatusCode::kCancelled, "CANCELLED", "the call was cancelled");
    case absl::StatusCode::kDeadlineExceeded:
      return Error(absl::StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED", "the deadline passed");
    case absl::StatusCode::kUnavailable:
      return TryAgain(absl::StatusCode::kUnavailable, "UNAVAILABLE", "a part of the service is not available",
                      std::chrono::seconds(1));
    default:
      return Error(absl::StatusCode::kInternal, "INTERNAL",
                   "internal error; the server's log has it under this request id");
  }
}

// Storage errors tell where files lie; callers learn only what they can do.
absl::Status Sanitised(const absl::Status& status) {
  if (!HasReason(status)) return Neutral(status);
  const std::string reason = ReasonOf(status);
  if (!reason.starts_with("STORE_")) return status;
  if (status.code() == absl::StatusCode::kDataLoss)
    return Error(absl::StatusCode::kDataLoss, reason, "the store is damaged");
  if (status.code() == absl::StatusCode::kInternal) return Neutral(status);  // a defect: trying again does not mend it
  return TryAgain(
      status.code() == absl::StatusCode::kResourceExhausted ? status.code() : absl::StatusCode::kUnavailable, reason,
      "the store could not do its work", std::chrono::seconds(1));
}

}  // namespace

google::rpc::Status ToProto(const absl::Status& status) {
  google::rpc::Status out;
  if (status.ok()) return out;
  const absl::Status sent = Sanitised(status);
  out.set_code(static_cast<int>(sent.code()));
  out.set_message(std::string(TruncateUtf8(std::string(sent.message()), kMaxMessageBytes)));
  for (const std::string_view url : {kErrorInfoUrl, kBadRequestUrl, kRetryInfoUrl}) {
    const auto payload = sent.GetPayload(std::string(url));
    if (!payload) continue;
    auto& detail = *out.add_details();
    detail.set_type_url(std::string(url));
    detail.set_value(std::string(*payload));
  }
  return out;
}

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const google::rpc::Status out = ToProto(status);
  return grpc::Status(static_cast<grpc::StatusCode>(out.code()), out.message(), out.SerializeAsString());
}

absl::Status FromProto(const google::rpc::Status& status) {
  absl::Status out(static_cast<absl::StatusCode>(status.code()), status.message());
  for (const auto& detail : status.details()) out.SetPayload(detail.type_url(), absl::Cord(detail.value()));
  return out;
}

absl::Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  google::rpc::Status details;
  if (!status.error_details().empty() && details.ParseFromString(status.error_details()) &&
      details.code() == static_cast<int>(status.error_code()))
    return FromProto(details);
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
}

bool IsTransient(const absl::Status& status) {
  return status.code() == absl::StatusCode::kUnavailable || status.code() == absl::StatusCode::kResourceExhausted ||
         status.code() == absl::StatusCode::kAborted || status.code() == absl::StatusCode::kDeadlineExceeded;
}

}  // namespace jixiao::rpc
