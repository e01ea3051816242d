#include "common/rpc/options.h"

#include "common/errors.h"
#include "common/log.h"
#include "common/text.h"

namespace jixiao::rpc {
namespace {

constexpr int kMetricsOffset = 2000;

void AddSecurityOptions(CLI::App& app, CommonOptions& options) {
  app.add_option(
         "--tls-cert", options.tls.cert,
         "PEM file with the certificate of this server, and what leads from it to its CA; it is also shown to the "
         "servers that this one calls")
      ->envname("JIXIAO_TLS_CERT");
  app.add_option("--tls-key", options.tls.key, "PEM file with its key")->envname("JIXIAO_TLS_KEY");
  app.add_option(
         "--tls-ca", options.tls.ca,
         "PEM file with the CAs that sign clients and the servers that this one calls; with it clients must show a "
         "certificate")
      ->envname("JIXIAO_TLS_CA");
  app.add_option(
         "--tls-crl", options.tls.crl,
         "folder with the revocation lists of the CA in PEM, named by openssl rehash: HASH.r0, and newer ones HASH.r1, "
         "HASH.r2 …, which are read as they come")
      ->envname("JIXIAO_TLS_CRL");
  app.add_flag("--tls-client-optional", options.tls.clients_may_be_anonymous,
               "take clients without a certificate too: they say who they are by a bearer token")
      ->envname("JIXIAO_TLS_CLIENT_OPTIONAL");
  app.add_option("--tls-refresh", options.tls.refresh_seconds, "seconds between two looks at these files for new ones")
      ->envname("JIXIAO_TLS_REFRESH")
      ->check(CLI::Range(1, 86400))
      ->capture_default_str();
  app.add_option("--policy", options.policy,
                 "YAML file that says who may do what; without it everybody who reaches this server may do everything")
      ->envname("JIXIAO_POLICY");
  app.add_option("--token-file", options.token_file, "file with a bearer token for the servers that this one calls")
      ->envname("JIXIAO_TOKEN_FILE");
  app.add_option(
         "--audit", options.audit,
         "folder of this server alone: calls that read or change what is kept, and refusals, wait there until they "
         "are in the archive's log; empty: they are not recorded")
      ->envname("JIXIAO_AUDIT");
  app.add_flag("--insecure", options.insecure,
               "plaintext also beyond this machine: for a network where others encrypt and let in")
      ->envname("JIXIAO_INSECURE");
}

absl::Status PlaintextRefused(std::string_view what) {
  return Error(absl::StatusCode::kFailedPrecondition, "PLAINTEXT_REFUSED",
               Cat(what,
                   " without TLS: give --tls-cert, --tls-key and --tls-ca (JIXIAO_TLS_CERT, …), or say --insecure "
                   "(JIXIAO_INSECURE=true) where the network itself is trusted"));
}

}  // namespace

absl::StatusOr<Security> OpenSecurity(const CommonOptions& options, const std::vector<std::string>& peers) {
  if (options.tls.cert.empty() && !options.insecure && !IsLoopback(options.server.listen))
    return PlaintextRefused(Cat("listening on ", options.server.listen, ", which is not this machine alone,"));
  for (const std::string& peer : peers)
    if (options.tls.ca.empty() && !options.insecure && !IsLoopback(peer))
      return PlaintextRefused(Cat("calling ", peer, ", which is not this machine,"));
  Security security;
  if (options.tls.any()) {
    ASSIGN_OR_RETURN(security.tls, Tls::Open(options.tls));
  }
  security.serves_tls = !options.tls.cert.empty();
  if (!options.tls.ca.empty()) security.channels.tls = security.tls;
  security.channels.token_file = options.token_file;
  if (options.policy.empty()) {
    log::Warning("no policy: everybody who reaches this server may do everything", {{"listen", options.server.listen}});
    return security;
  }
  ASSIGN_OR_RETURN(security.gate, access::Gate::Open(options.policy));
  return security;
}

void AddCommonOptions(CLI::App& app, CommonOptions& options, int port, const std::string& database) {
  options.server.listen = Cat("127.0.0.1:", port);
  options.store = Cat("sqlite:", database);
  options.metrics = Cat("127.0.0.1:", port + kMetricsOffset);
  app.add_option("--listen", options.server.listen, "HOST:PORT to serve on; 0.0.0.0 for all interfaces")
      ->envname("JIXIAO_LISTEN")
      ->capture_default_str();
  app.add_option("--store", options.store,
                 "where data is kept: sqlite:PATH, or postgresql://USER:PASSWORD@HOST:PORT/DATABASE (better in the "
                 "environment, "
                 "which other users cannot see)")
      ->envname("JIXIAO_STORE")
      ->capture_default_str();
  app.add_flag("--migrate", options.migrate,
               "only bring the schema of the store up to date, which every start does too, and end");
  app.add_option("--metrics", options.metrics, "IP:PORT that serves /metrics to Prometheus; empty for none")
      ->envname("JIXIAO_METRICS")
      ->capture_default_str();
  app.add_option_function<int>(
         "--drain-wait", [&options](int seconds) { options.server.drain_wait = std::chrono::seconds(seconds); },
         "seconds between not serving any more and the shutdown; 0 shuts down at once (default 5)")
      ->envname("JIXIAO_DRAIN_WAIT")
      ->check(CLI::Range(0, 600));
  app.add_option_function<int>(
         "--drain-deadline", [&options](int seconds) { options.server.drain_deadline = std::chrono::seconds(seconds); },
         "seconds that running calls have to end before they are cancelled (default 20)")
      ->envname("JIXIAO_DRAIN_DEADLINE")
      ->check(CLI::Range(0, 600));
  app.add_option_function<int>(
         "--connection-age", [&options](int seconds) { options.server.connection_age = std::chrono::seconds(seconds); },
         "seconds after which a connection takes no new calls, so that clients find new replicas; 0 for never (default "
         "300)")
      ->envname("JIXIAO_CONNECTION_AGE")
      ->check(CLI::Range(0, 86'400));
  app.add_option_function<int>(
         "--connection-grace",
         [&options](int seconds) { options.server.connection_grace = std::chrono::seconds(seconds); },
         "seconds that calls on such a connection still have; streams that are open after that end with UNAVAILABLE "
         "(default 600)")
      ->envname("JIXIAO_CONNECTION_GRACE")
      ->check(CLI::Range(1, 86'400));
  app.add_option("--log-level", options.log_level, "least level that is logged")
      ->envname("JIXIAO_LOG_LEVEL")
      ->check(CLI::IsMember({"debug", "info", "warning", "error"}))
      ->capture_default_str();
  AddSecurityOptions(app, options);
  // The parser takes what follows `--metrics=` for its value, and the server would start on another store.
  app.parse_complete_callback([&app] {
    for (const CLI::Option* option : app.get_options())
      for (const std::string& value : option->results())
        if (value.starts_with("--"))
          throw CLI::ValidationError(option->get_name(),
                                     Cat("would take ", value, " for its value; an empty one is \"\""));
  });
}

absl::StatusOr<std::string> StoreAddress(const std::string& store) {
  constexpr std::string_view kSqlite = "sqlite:";
  if (store.starts_with(kSqlite) && store.size() > kSqlite.size()) return store.substr(kSqlite.size());
  if (store.starts_with("postgresql://") || store.starts_with("postgres://")) return store;
  return InvalidField("STORE_UNSUPPORTED", "--store",
                      "data is kept in sqlite:PATH or in postgresql://USER:PASSWORD@HOST:PORT/DATABASE");
}

}  // namespace jixiao::rpc
