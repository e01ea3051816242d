// Channels to other services.
#pragma once

#include "common/rpc/tls.h"

#include <absl/status/statusor.h>
#include <grpcpp/channel.h>

#include <memory>
#include <optional>
#include <string>

namespace jixiao::rpc {

// What the calls of a process go out with.
struct ChannelSecurity {
  std::optional<Tls> tls = {};  // nothing: plaintext
  std::string token_file = {};  // holds a bearer token that goes along with every call; read anew each time
};

// A channel to HOST:PORT or dns:///NAME:PORT, whose replicas share the calls (round robin). It reconnects within a
// second, and gives up a server that hangs within ten. A call that may be made twice and ends with UNAVAILABLE is
// repeated at most twice, with another replica where there is one. Lives as long as the process: destroying a channel
// inside a callback hangs gRPC 1.51.
std::shared_ptr<grpc::Channel> OpenChannel(const std::string& address, const ChannelSecurity& security = {});

}  // namespace jixiao::rpc
