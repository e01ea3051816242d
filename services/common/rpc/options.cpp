#include "common/rpc/options.h"

#include "common/errors.h"
#include "common/text.h"

namespace jixiao::rpc {
namespace {

constexpr int kMetricsOffset = 2000;

}  // namespace

void AddCommonOptions(CLI::App& app, CommonOptions& options, int port, const std::string& database) {
  options.server.listen = Cat("127.0.0.1:", port);
  options.store = Cat("sqlite:", database);
  options.metrics = Cat("127.0.0.1:", port + kMetricsOffset);
  app.add_option("--listen", options.server.listen, "HOST:PORT to serve on; 0.0.0.0 for all interfaces")
      ->envname("JIXIAO_LISTEN")
      ->capture_default_str();
  app.add_option("--store", options.store, "where data is kept: sqlite:PATH")
      ->envname("JIXIAO_STORE")
      ->capture_default_str();
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
}

absl::StatusOr<std::string> StoreAddress(const std::string& store) {
  constexpr std::string_view kSqlite = "sqlite:";
  if (store.starts_with(kSqlite) && store.size() > kSqlite.size()) return store.substr(kSqlite.size());
  if (store.starts_with("postgresql://") || store.starts_with("postgres://")) return store;
  return InvalidField("STORE_UNSUPPORTED", "--store",
                      "data is kept in sqlite:PATH or in postgresql://USER:PASSWORD@HOST:PORT/DATABASE");
}

}  // namespace jixiao::rpc
