// What the commands of `jixiao review` share.
#pragma once

#include "cli/client.h"

#include "jixiao/intake/v1/review.grpc.pb.h"

#include <memory>
#include <string>

namespace jixiao::cli {

inline std::unique_ptr<intake::v1::ReviewService::Stub> Reviewing(const Global& global) {
  return intake::v1::ReviewService::NewStub(rpc::OpenChannel(global.intake, global.security));
}

// The state of this name, in English or in Chinese; UNSPECIFIED when there is none.
intake::v1::SubmissionState StateNamed(const std::string& name);

}  // namespace jixiao::cli
