// What intake checks of itself and its peers for GetStatus.
#pragma once

#include "common/operation/checks.h"
#include "intake/store/submission_store.h"

#include <absl/status/statusor.h>
#include <grpcpp/channel.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace jixiao::intake {

// Whether the server behind `channel` answers, and whether its clock and version are ours: CODE, CODE_CLOCK,
// CODE_VERSION. Blocks for at most three seconds.
void CheckPeer(operation::Checks& checks, std::string_view code, std::string_view title, const std::string& address,
               const std::shared_ptr<grpc::Channel>& channel);

// BACKLOG: whether anything waits for too long.
void CheckBacklog(operation::Checks& checks, const absl::StatusOr<Backlog>& backlog);

// RECEIPT_KEY: whether the file still holds the key that signs receipts.
void CheckReceiptKey(operation::Checks& checks, const std::string& file, const std::string& name,
                     const std::string& verifier_key);

// CONVERTER: whether older office files can be read here.
void CheckConverter(operation::Checks& checks);

}  // namespace jixiao::intake
