// Calls to the services, the same way for every command.
#pragma once

#include "cli/commands.h"
#include "common/errors.h"
#include "common/random.h"
#include "common/rpc/channel.h"
#include "common/rpc/context.h"
#include "common/rpc/status.h"

#include "jixiao/archiving/v1/archiving_service.grpc.pb.h"
#include "jixiao/intake/v1/intake_service.grpc.pb.h"
#include "jixiao/scoring/v1/scoring_service.grpc.pb.h"

#include <grpcpp/client_context.h>

#include <chrono>
#include <memory>
#include <thread>

namespace jixiao::cli {

inline std::unique_ptr<intake::v1::IntakeService::Stub> Intake(const Global& global) {
  return intake::v1::IntakeService::NewStub(rpc::OpenChannel(global.intake, global.security));
}
inline std::unique_ptr<scoring::v1::ScoringService::Stub> Scoring(const Global& global) {
  return scoring::v1::ScoringService::NewStub(rpc::OpenChannel(global.scoring, global.security));
}
inline std::unique_ptr<archiving::v1::ArchivingService::Stub> Archiving(const Global& global) {
  return archiving::v1::ArchivingService::NewStub(rpc::OpenChannel(global.archiving, global.security));
}

// One unary call with the global time-out. A server that is just starting gets a moment: every method that is called
// here may be repeated.
template <class Stub, class Request, class Response>
absl::Status Call(const Global& global, Stub& stub,
                  grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*), const Request& request,
                  Response& response) {
  constexpr int kTries = 4;
  const std::string request_id = RandomHex(16);
  for (int attempt = 1;; ++attempt) {
    grpc::ClientContext context;
    rpc::Prepare(context, request_id, std::chrono::seconds(global.timeout_seconds));
    const absl::Status status = rpc::FromGrpc((stub.*method)(&context, request, &response));
    const bool repeat =
        status.code() == absl::StatusCode::kUnavailable || status.code() == absl::StatusCode::kResourceExhausted;
    if (!repeat || attempt == kTries) return status;
    std::this_thread::sleep_for(std::chrono::milliseconds(150 << attempt));
  }
}

}  // namespace jixiao::cli
