// The audit log of a server, on its way to the archiving service.
#pragma once

#include "common/audit/trail.h"
#include "common/operation/checks.h"

#include <grpcpp/channel.h>

#include <memory>

namespace jixiao::operation {

// Delivers segments over a channel to the archiving service.
audit::Trail::Deliver ToArchive(const std::shared_ptr<grpc::Channel>& archiving);

// AUDIT_TRAIL: whether calls are recorded and reach the archive. Null: no audit log is kept.
void CheckTrail(Checks& checks, const audit::Trail* trail);

}  // namespace jixiao::operation
