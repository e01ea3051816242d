// Command-line options that all three servers have. Each is also an environment variable; a flag wins.
#pragma once

#include "common/rpc/server.h"

#include <CLI/CLI.hpp>
#include <absl/status/statusor.h>

#include <string>

namespace jixiao::rpc {

struct CommonOptions {
  ServerOptions server;
  std::string store;
  std::string metrics;  // IP:PORT; empty for none
  std::string log_level = "info";
};

// Adds --listen, --store, --metrics, --drain-wait, --drain-deadline, --connection-age, --connection-grace and
// --log-level to `app`; `port` and `database` make the defaults; metrics are 2000 above the port.
void AddCommonOptions(CLI::App& app, CommonOptions& options, int port, const std::string& database);

// What store::Database::Open takes: the path in `sqlite:PATH`, or a postgresql:// URL as it is. INVALID_ARGUMENT for
// any other store, with what is supported.
absl::StatusOr<std::string> StoreAddress(const std::string& store);

}  // namespace jixiao::rpc
