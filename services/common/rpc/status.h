// absl::Status to gRPC and back: the one place where errors become trailers.
#pragma once

#include "google/rpc/status.pb.h"

#include <absl/status/status.h>
#include <grpcpp/support/status.h>

#include <string_view>

namespace jixiao::rpc {

// The status as sent: details from the payloads, under 4 KiB. A status without a reason (a defect, or a library's
// error) becomes INTERNAL/… with a neutral message, so that no path, query or memory ever leaves the process; log it
// first.
grpc::Status ToGrpc(const absl::Status& status);

// The same as a value, for batch answers.
google::rpc::Status ToProto(const absl::Status& status);

// The status as received, with its details as payloads.
absl::Status FromGrpc(const grpc::Status& status);
absl::Status FromProto(const google::rpc::Status& status);

// Whether repeating the call may help: UNAVAILABLE, RESOURCE_EXHAUSTED, ABORTED, DEADLINE_EXCEEDED.
bool IsTransient(const absl::Status& status);

}  // namespace jixiao::rpc
