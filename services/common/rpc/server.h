// The life of a server process: signals, health, reflection, drain. All three servers run through here.
#pragma once

#include "common/rpc/server_state.h"
#include "common/rpc/tls.h"

#include <absl/status/status.h>
#include <grpcpp/server_builder.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace jixiao::rpc {

// Largest message that is taken in or sent: a form with its document and room to name what is too large in it.
inline constexpr int kMaxMessageBytes = 32 * 1024 * 1024;

// Of the requests that a server has in hand together, for ServerState. One is there up to three times: as it came,
// parsed, and on its way into the store.
inline constexpr std::size_t kMaxRequestBytes = std::size_t{96} * 1024 * 1024;

struct ServerOptions {
  std::string listen;                       // HOST:PORT
  std::chrono::seconds drain_wait{5};       // NOT_SERVING before the shutdown: balancers need that long to notice
  std::chrono::seconds drain_deadline{20};  // calls still running after this are cancelled
  // A connection that is so old (give or take a tenth) takes no new calls: its client looks its servers up again and
  // finds those that were added meanwhile. 0: connections grow as old as they like. Calls that run then go on for as
  // long again as the grace, and a stream that is still open ends with UNAVAILABLE: its caller goes on where it was.
  std::chrono::seconds connection_age{300};
  std::chrono::seconds connection_grace{600};
};

// Blocks SIGTERM and SIGINT for this thread and all that it starts. Call first thing in main.
void BlockSignals();

// Serves `services`, in plaintext where `tls` is null, until SIGTERM or SIGINT, then drains: NOT_SERVING, wait,
// shutdown with a deadline. Calls in flight have until the deadline; clients without one are not waited for. Health is
// answered per service name and for "". The caller flushes and closes what the services use after this returned.
// FAILED_PRECONDITION (METHOD_UNDECLARED) when a service has a method of which nobody has said who may call it.
absl::Status RunServer(const ServerOptions& options, const Tls* tls, const std::vector<grpc::Service*>& services,
                       const std::vector<std::string>& service_names, ServerState& state);

}  // namespace jixiao::rpc
