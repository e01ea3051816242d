// jixiao-scoring: scores forms by published rule sets.
#include "common/log.h"
#include "common/rpc/options.h"
#include "scoring/api/scoring_service.h"
#include "scoring/rulesets/reader.h"
#include "scoring/store/sqlite_rule_set_store.h"

#include <cstdio>

namespace {

using namespace jixiao;

// For calls that wait for the store or Redis; scoring itself runs on gRPC's threads.
constexpr int kWorkers = 4;
constexpr std::size_t kQueue = 1024;

struct Options {
  rpc::CommonOptions common;
  std::string redis;
  std::string rule_sets = JIXIAO_RULESETS_FOLDER;
};

absl::Status Run(const Options& options) {
  ASSIGN_OR_RETURN(const std::string path, rpc::SqlitePath(options.common.store));
  ASSIGN_OR_RETURN(const auto store, scoring::SqliteRuleSetStore::Open(path));
  ASSIGN_OR_RETURN(const auto built_in, scoring::ReadRuleSetFolder(options.rule_sets));
  scoring::RedisCache cache(options.redis);
  scoring::RuleBook book(*store, cache);
  RETURN_IF_ERROR(book.Start(built_in));
  rpc::ServerState state;
  WorkerPool pool(kWorkers, kQueue);
  scoring::ScoringServiceImpl service(book, pool, state);
  return rpc::RunServer(options.common.server, {&service}, {scoring::v1::ScoringService::service_full_name()}, state);
}

}  // namespace

int main(int argc, char** argv) {
  rpc::BlockSignals();
  Options options;
  CLI::App app("Jixiao scoring service (评分)");
  rpc::AddCommonOptions(app, options.common, 7302, "scoring.db");
  app.add_option("--redis", options.redis,
                 "HOST:PORT of a Redis that shares rule sets between replicas; empty for none")
      ->envname("JIXIAO_REDIS");
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
