// jixiao-scoring: scores forms by published rule sets.
#include "common/errors.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/operation/audit_client.h"
#include "common/operation/metrics.h"
#include "common/operation/operation_service.h"
#include "common/priority.h"
#include "common/rpc/channel.h"
#include "common/rpc/options.h"
#include "common/store/postgres.h"
#include "scoring/api/scoring_service.h"
#include "scoring/api/status_checks.h"
#include "scoring/rulesets/reader.h"
#include "scoring/store/sql_rule_set_store.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace jixiao;

// For calls that wait for the store or Redis; scoring itself runs on gRPC's threads.
constexpr int kWorkers = 4;
constexpr std::size_t kQueue = 1024;
constexpr std::size_t kMaxCalls = 2048;

struct Options {
  rpc::CommonOptions common;
  std::string archiving = "127.0.0.1:7303";
  std::string redis;
  std::string redis_secret;
  std::optional<std::string> snapshot;
  std::string rule_sets = JIXIAO_RULESETS_FOLDER;
};

absl::StatusOr<std::unique_ptr<scoring::RuleSetStore>> OpenStore(const std::string& address,
                                                                 const std::string& snapshot) {
  // A new and empty database in the place of one that was moved away would look as if everything had been withdrawn.
  std::error_code ignored;
  if (!store::IsPostgresUrl(address) && !snapshot.empty() && !std::filesystem::exists(address, ignored) &&
      std::filesystem::exists(snapshot, ignored))
    return Error(absl::StatusCode::kUnavailable, "STORE_MISSING",
                 Cat(address, " is missing, but ", snapshot,
                     " knows what it held: put it back, or remove the snapshot to begin anew"));
  ASSIGN_OR_RETURN(auto store, scoring::SqlRuleSetStore::Open(address));
  return std::unique_ptr<scoring::RuleSetStore>(std::move(store));
}

// Without its secret a replica believes Redis less, and serves.
absl::StatusOr<std::string> RedisSecret(const std::string& path) {
  if (path.empty()) return std::string();
  absl::StatusOr<std::string> secret = scoring::ReadSecret(path);
  if (!absl::IsNotFound(secret.status())) return secret;
  log::Warning("no secret for redis: no index is put there, and none believed", {{"file", path}});
  return std::string();
}

absl::Status Run(const Options& options) {
  // Only the audit log goes to the archive.
  const bool audited = !options.common.audit.empty();
  ASSIGN_OR_RETURN(
      const rpc::Security security,
      rpc::OpenSecurity(options.common, audited ? std::vector{options.archiving} : std::vector<std::string>()));
  ASSIGN_OR_RETURN(const std::string address, rpc::StoreAddress(options.common.store));
  // Beside the database, where that is a file of this machine.
  const std::string snapshot =
      options.snapshot.value_or(store::IsPostgresUrl(address) ? std::string() : address + ".snapshot");
  if (options.common.migrate) return OpenStore(address, snapshot).status();
  ASSIGN_OR_RETURN(const std::string secret, RedisSecret(options.redis_secret));
  ASSIGN_OR_RETURN(const auto built_in, scoring::ReadRuleSetFolder(options.rule_sets));
  Metrics metrics;
  ASSIGN_OR_RETURN(const scoring::RedisAddress redis, scoring::ParseRedisAddress(options.redis));
  scoring::RedisCache cache(redis, metrics);
  scoring::RuleBook book([&] { return OpenStore(address, snapshot); }, cache, metrics, {snapshot, secret});
  RETURN_IF_ERROR(book.Start(built_in));
  scoring::LiveForms live([&book] { return book.Store(); });
  rpc::ServerState state(metrics, kMaxCalls, rpc::kMaxRequestBytes);
  state.GuardBy(security.gate.get());
  std::unique_ptr<audit::Trail> trail;
  if (audited) {
    ASSIGN_OR_RETURN(trail,
                     audit::Trail::Open({"scoring", options.common.audit}, metrics,
                                        operation::ToArchive(rpc::OpenChannel(options.archiving, security.channels))));
    state.RecordIn(trail.get());
  }
  WorkerPool pool(kWorkers, kQueue);
  scoring::ScoringServiceImpl service(book, live, pool, state);
  operation::AddProcessMetrics(metrics, pool);
  operation::AddDiskMetrics(metrics, address);
  operation::OperationServiceImpl operation({"scoring",
                                             address,
                                             scoring::SqlRuleSetStore::Count,
                                             [&book]() -> absl::Status {
                                               ASSIGN_OR_RETURN(scoring::RuleSetStore* const store, book.Store());
                                               return store->CheckWritable();
                                             },
                                             [&](operation::Checks& checks) {
                                               scoring::CheckScoring(checks, book, cache, options.redis);
                                               operation::CheckTrail(checks, trail.get());
                                             },
                                             {}},
                                            state);
  const MetricsEndpoint endpoint(metrics, options.common.metrics);
  return rpc::RunServer(
      options.common.server, security.tls_of_server(), {&service, &operation},
      {scoring::v1::ScoringService::service_full_name(), operation::v1::OperationService::service_full_name()}, state);
}

}  // namespace

int main(int argc, char** argv) {
  rpc::BlockSignals();
  PreferThroughput();
  Options options;
  CLI::App app("Jixiao scoring service (评分)");
  rpc::AddCommonOptions(app, options.common, 7302, "scoring.db");
  app.add_option("--archiving", options.archiving, "address of the archiving service, for the audit log (--audit)")
      ->envname("JIXIAO_ARCHIVING")
      ->capture_default_str();
  app.add_option("--redis", options.redis,
                 "HOST:PORT of a Redis that shares rule sets between replicas, or redis://USER:PASSWORD@HOST:PORT "
                 "(better in the "
                 "environment, which other users cannot see); empty for none")
      ->envname("JIXIAO_REDIS");
  app.add_option("--redis-secret", options.redis_secret,
                 "file with a secret of the replicas: with it a replica starts from what the others put into Redis; "
                 "without it Redis only holds copies of rule sets")
      ->envname("JIXIAO_REDIS_SECRET");
  app.add_option("--snapshot", options.snapshot,
                 "file that keeps the rule sets last known, to start from when the store is away (default: the store's "
                 "path and .snapshot); empty for none")
      ->envname("JIXIAO_SNAPSHOT");
  app.add_option("--rulesets", options.rule_sets,
                 "folder of rule set files that are published at start if they are new")
      ->envname("JIXIAO_RULESETS")
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  log::Open("scoring", log::LevelNamed(options.common.log_level));
  const absl::Status status = Run(options);
  if (!status.ok())
    log::Error("cannot serve", {{"reason", ReasonOf(status)}, {"error", std::string(status.message())}});
  log::Close();
  return status.ok() ? 0 : 1;
}
