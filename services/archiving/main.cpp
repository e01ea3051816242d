// jixiao-archiving: keeps forms, scorecards and rule sets in an append-only log that can prove itself.
#include "archiving/api/archiving_service.h"
#include "archiving/api/audit_service.h"
#include "archiving/api/inspection_service.h"
#include "archiving/api/log_service.h"
#include "archiving/api/record_search_service.h"
#include "archiving/api/retention_service.h"
#include "archiving/api/status_checks.h"
#include "archiving/inspection/custody_metrics.h"
#include "archiving/store/sql_archive_store.h"
#include "archiving/store/sql_search_store.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/operation/audit_client.h"
#include "common/operation/metrics.h"
#include "common/operation/operation_service.h"
#include "common/priority.h"
#include "common/rpc/options.h"

#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace jixiao;

constexpr int kWorkers = 4;
constexpr std::size_t kQueue = 1024;
constexpr std::size_t kMaxCalls = 2048;

struct Options {
  rpc::CommonOptions common;
  std::string signing_key = "archiving.key";
  std::string origin = "jixiao";
  std::string retention_policy;  // a file; empty: the one that is shipped
  archiving::CaretakerOptions caretaker;
  std::int64_t fixity_interval = archiving::CaretakerOptions().interval.count();  // seconds
  std::string signing_algorithm = "ed25519";
  std::vector<std::string> witnesses;
};

// The keys of witnesses, from their texts or the files that hold them.
absl::StatusOr<std::vector<archiving::log::Verifier>> WitnessesOf(const std::vector<std::string>& given) {
  std::vector<archiving::log::Verifier> witnesses;
  for (const std::string& text : given) {
    std::ifstream file(text, std::ios::binary);
    std::string key = file ? std::string(std::istreambuf_iterator<char>(file), {}) : text;
    while (!key.empty() && (key.back() == '\n' || key.back() == '\r' || key.back() == ' ')) key.pop_back();
    ASSIGN_OR_RETURN(archiving::log::Verifier witness, archiving::log::Verifier::Parse(key));
    if (witness.type() != archiving::log::KeyType::kCosigner)
      return InvalidField("KEY_INVALID", "--witness", "is the key of a log, not of a witness (type 0x04)");
    witnesses.push_back(std::move(witness));
  }
  return witnesses;
}

std::optional<double> TreeSize(archiving::ArchiveStore& store) {
  std::optional<double> size;
  const absl::Status status = store.Read([&size](const archiving::ArchiveReader& archive) -> absl::Status {
    ASSIGN_OR_RETURN(const std::optional<archiving::StoredHead> head, archive.NewestHead());
    size = head ? static_cast<double>(head->size) : 0;
    return absl::OkStatus();
  });
  return status.ok() ? size : std::nullopt;
}

absl::Status Run(const Options& options) {
  ASSIGN_OR_RETURN(const rpc::Security security, rpc::OpenSecurity(options.common));
  ASSIGN_OR_RETURN(const std::string address, rpc::StoreAddress(options.common.store));
  ASSIGN_OR_RETURN(const auto store, archiving::SqlArchiveStore::Open(address));
  ASSIGN_OR_RETURN(const auto index, archiving::SqlSearchStore::Open(address));
  if (options.common.migrate) return absl::OkStatus();
  if (index->made_anew()) jixiao::log::Warning("the search index was unreadable and is made anew");
  ASSIGN_OR_RETURN(const archiving::RetentionPolicy retention,
                   archiving::ReadRetentionPolicy(options.retention_policy));
  ASSIGN_OR_RETURN(const archiving::log::KeyType type, archiving::log::KeyTypeNamed(options.signing_algorithm));
  ASSIGN_OR_RETURN(archiving::log::Signer signer,
                   archiving::log::Signer::LoadOrCreate(options.signing_key, options.origin, type));
  ASSIGN_OR_RETURN(std::vector<archiving::log::Verifier> witnesses, WitnessesOf(options.witnesses));
  archiving::Renewer renewer(*store, signer, options.origin);
  archiving::Sequencer sequencer(*store, std::move(signer), options.origin);
  Metrics metrics;
  metrics.AddReading("jixiao_archiving_tree_size", "Leaves of the newest signed tree head",
                     [&store]() -> std::optional<double> { return TreeSize(*store); });
  rpc::ServerState state(metrics, kMaxCalls, rpc::kMaxRequestBytes);
  state.GuardBy(security.gate.get());
  std::unique_ptr<audit::Trail> trail;
  if (!options.common.audit.empty()) {
    ASSIGN_OR_RETURN(trail, audit::Trail::Open({"archiving", options.common.audit}, metrics,
                                               [&sequencer](const audit::Segment& segment) {
                                                 return archiving::ArchiveSegment(sequencer, segment).status();
                                               }));
    state.RecordIn(trail.get());
  }
  WorkerPool pool(kWorkers, kQueue);
  archiving::ArchivingServiceImpl service(*store, *index, sequencer, retention, pool, state);
  archiving::Caretaker caretaker(*store, sequencer, options.caretaker, archiving::CustodyHooks(metrics));
  archiving::AddCustodyMetrics(metrics, *store, caretaker);
  archiving::RetentionServiceImpl disposal(*store, retention, caretaker, pool, state);
  archiving::InspectionServiceImpl inspection(*store, pool, state);
  archiving::search::Indexer indexer(*store, *index, [](const absl::Status& status) {
    jixiao::log::Warning("the search index stands still",
                         {{"reason", ReasonOf(status)}, {"error", std::string(status.message())}});
  });
  archiving::RecordSearchServiceImpl search(*store, *index, indexer, pool, state);
  const archiving::CheckedArchive checked{*store, options.signing_key, sequencer.VerifierKey(), options.origin,
                                          witnesses};
  archiving::LogServiceImpl log(*store, renewer, std::move(witnesses), pool, state);
  archiving::AuditServiceImpl audit(*store, sequencer, pool, state);
  operation::AddProcessMetrics(metrics, pool);
  operation::AddStoreMetrics(metrics, address, store->writer());
  operation::OperationServiceImpl operation({"archiving", address, archiving::SqlArchiveStore::Count,
                                             [&store] { return store::ProveWritable(store->writer()); },
                                             [&](operation::Checks& checks) {
                                               archiving::CheckArchive(checks, checked);
                                               operation::CheckTrail(checks, trail.get());
                                             },
                                             checked.verifier_key},
                                            state);
  const MetricsEndpoint endpoint(metrics, options.common.metrics);
  return rpc::RunServer(
      options.common.server, security.tls_of_server(),
      {&service, &search, &log, &disposal, &inspection, &audit, &operation},
      {archiving::v1::ArchivingService::service_full_name(), archiving::v1::RecordSearchService::service_full_name(),
       archiving::v1::LogService::service_full_name(), archiving::v1::RetentionService::service_full_name(),
       archiving::v1::InspectionService::service_full_name(), archiving::v1::AuditService::service_full_name(),
       operation::v1::OperationService::service_full_name()},
      state);
}

}  // namespace

int main(int argc, char** argv) {
  rpc::BlockSignals();
  PreferThroughput();
  Options options;
  CLI::App app("Jixiao archiving service (归档)");
  rpc::AddCommonOptions(app, options.common, 7303, "archiving.db");
  app.add_option(
         "--signing-key", options.signing_key,
         "file of the Ed25519 or SM2 key that signs tree heads; made, with PATH.pub beside it, when it is missing")
      ->envname("JIXIAO_SIGNING_KEY")
      ->capture_default_str();
  app.add_option("--origin", options.origin, "name of this log on every tree head; never change it")
      ->envname("JIXIAO_ORIGIN")
      ->capture_default_str();
  app.add_option("--retention-policy", options.retention_policy,
                 "YAML file with retention classes (保管期限), their rules and the archival code (档号)")
      ->envname("JIXIAO_RETENTION_POLICY");
  bool print_policy = false;
  app.add_flag("--print-retention-policy", print_policy,
               "print the shipped policy, as a start for one's own, and exit");
  app.add_option("--fixity-rate", options.caretaker.records_per_second,
                 "records that a pass of the fixity register re-reads in a second, at most; 0: no passes")
      ->envname("JIXIAO_FIXITY_RATE")
      ->check(CLI::Range(0, 1'000'000))
      ->capture_default_str();
  app.add_option("--fixity-bytes", options.caretaker.bytes_per_second, "bytes that it re-hashes in a second, at most")
      ->envname("JIXIAO_FIXITY_BYTES")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 40))
      ->capture_default_str();
  app.add_option("--fixity-interval", options.fixity_interval,
                 "seconds from the end of one pass to the start of the next")
      ->envname("JIXIAO_FIXITY_INTERVAL")
      ->check(CLI::Range(std::int64_t{0}, std::int64_t{1} << 32))
      ->capture_default_str();
  app.add_option("--signing-algorithm", options.signing_algorithm,
                 "ed25519 or sm2: what a missing key is made for; a key that is there decides by itself")
      ->envname("JIXIAO_SIGNING_ALGORITHM")
      ->check(CLI::IsMember({"ed25519", "sm2"}))
      ->capture_default_str();
  app.add_option("--witness", options.witnesses,
                 "key of a witness whose cosignatures are kept, or a file that holds it; may be given several times")
      ->envname("JIXIAO_WITNESSES")
      ->delimiter(',');
  CLI11_PARSE(app, argc, argv);
  if (print_policy) {
    std::cout << archiving::RetentionPolicy::DefaultText();
    return 0;
  }
  options.caretaker.interval = std::chrono::seconds(options.fixity_interval);
  jixiao::log::Open("archiving", jixiao::log::LevelNamed(options.common.log_level));
  const absl::Status status = Run(options);
  if (!status.ok())
    jixiao::log::Error("cannot serve", {{"reason", ReasonOf(status)}, {"error", std::string(status.message())}});
  jixiao::log::Close();
  return status.ok() ? 0 : 1;
}
