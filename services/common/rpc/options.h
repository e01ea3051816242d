// Command-line options that all three servers have. Each is also an environment variable; a flag wins.
#pragma once

#include "common/access/gate.h"
#include "common/rpc/channel.h"
#include "common/rpc/server.h"
#include "common/rpc/tls.h"

#include <CLI/CLI.hpp>
#include <absl/status/statusor.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace jixiao::rpc {

struct CommonOptions {
  ServerOptions server;
  std::string store;
  std::string metrics;  // IP:PORT; empty for none
  std::string log_level = "info";
  TlsFiles tls;
  std::string token_file;  // of the calls to other services
  std::string policy;      // empty for none: everybody who can reach the server may do everything
  bool insecure = false;   // plaintext also beyond this machine
  bool migrate = false;    // only bring the schema of the store up to date
  std::string audit;       // folder in which the audit log waits for the archive; empty: no audit log
};

// What the options about security come to. Must outlive the server.
struct Security {
  std::optional<Tls> tls;
  bool serves_tls = false;  // it may have TLS for its channels alone
  std::unique_ptr<access::Gate> gate;
  ChannelSecurity channels;

  const Tls* tls_of_server() const { return serves_tls ? &*tls : nullptr; }
};

// Opens it, or says what is missing: INVALID_ARGUMENT (TLS_INVALID, ACCESS_POLICY_INVALID, …), FAILED_PRECONDITION
// (PLAINTEXT_REFUSED) for a server that would listen, or call one of `peers`, in plaintext beyond this machine without
// having been told to.
absl::StatusOr<Security> OpenSecurity(const CommonOptions& options, const std::vector<std::string>& peers = {});

// Adds --listen, --store, --metrics, --drain-wait, --drain-deadline, --connection-age, --connection-grace, --log-level,
// --tls-…, --policy, --token-file, --insecure, --audit and --migrate to `app`; `port` and `database` make the defaults;
// metrics are 2000 above the port.
void AddCommonOptions(CLI::App& app, CommonOptions& options, int port, const std::string& database);

// What store::Database::Open takes: the path in `sqlite:PATH`, or a postgresql:// URL as it is. INVALID_ARGUMENT for
// any other store, with what is supported.
absl::StatusOr<std::string> StoreAddress(const std::string& store);

}  // namespace jixiao::rpc
