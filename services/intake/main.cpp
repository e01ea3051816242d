// jixiao-intake: takes forms in, durably, and carries each one through scoring and archiving.
#include "common/log.h"
#include "common/metrics.h"
#include "common/operation/audit_client.h"
#include "common/operation/metrics.h"
#include "common/operation/operation_service.h"
#include "common/rpc/channel.h"
#include "common/rpc/options.h"
#include "common/store/postgres.h"
#include "common/text.h"
#include "common/time.h"
#include "intake/api/campaign_service.h"
#include "intake/api/intake_service.h"
#include "intake/api/review_service.h"
#include "intake/api/status_checks.h"
#include "intake/peers/archiving_client.h"
#include "intake/peers/scoring_client.h"
#include "intake/store/sql_campaign_store.h"
#include "intake/store/sql_review_store.h"
#include "intake/store/sql_submission_store.h"
#include "intake/workflow/admission.h"
#include "intake/workflow/change_hub.h"
#include "intake/workflow/housekeeping.h"

#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <memory>

namespace {

using namespace jixiao;

constexpr int kWorkers = 4;
constexpr int kCarriers = 2;  // of the pipeline
constexpr std::size_t kQueue = 1024;
constexpr std::size_t kMaxCalls = 2048;  // watchers have a limit of their own

struct Options {
  rpc::CommonOptions common;
  std::string scoring = "127.0.0.1:7302";
  std::string archiving = "127.0.0.1:7303";
  std::string receipt_key = "receipts.key";
  std::string receipt_name = "jixiao.receipts";
  std::string review_policy;  // a file; empty: the one that is shipped
  int request_age = 30;       // days
};

absl::StatusOr<intake::ReviewPolicy> ReadPolicy(const std::string& path) {
  if (path.empty()) return intake::ReviewPolicy::Default();
  std::ifstream in(path, std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  if (!in) return InvalidField("FILE_UNREADABLE", "review-policy", Cat(path, " cannot be read"));
  return intake::ReviewPolicy::Parse(text);
}

// How much waits, and how long the oldest of it has.
void AddBacklog(Metrics& metrics, const std::string& prefix, const std::string& what,
                std::function<absl::StatusOr<intake::Backlog>()> ask) {
  metrics.AddReading(prefix + "_items", what, [ask]() -> std::optional<double> {
    const absl::StatusOr<intake::Backlog> backlog = ask();
    if (!backlog.ok()) return std::nullopt;
    return static_cast<double>(backlog->items);
  });
  metrics.AddReading(prefix + "_oldest_seconds", "Age of the oldest of them; 0 when there is none",
                     [ask]() -> std::optional<double> {
                       const absl::StatusOr<intake::Backlog> backlog = ask();
                       if (!backlog.ok()) return std::nullopt;
                       if (backlog->items == 0) return 0;
                       return static_cast<double>(NowMicros() - backlog->oldest) / 1e6;
                     });
}

void AddQueue(Metrics& metrics, intake::Admission& admission) {
  metrics.AddReading("jixiao_intake_queue_forms", "Forms that wait for their turn to be stored",
                     [&admission] { return static_cast<double>(admission.stats().waiting); });
  metrics.AddReading("jixiao_intake_queue_refused", "Forms that found no room in the queue since the start",
                     [&admission] { return static_cast<double>(admission.stats().refused); });
  metrics.AddReading("jixiao_intake_stored_per_second", "Forms stored a second, lately under load",
                     [&admission] { return admission.stats().per_second; });
}

absl::Status Run(const Options& options) {
  ASSIGN_OR_RETURN(const rpc::Security security,
                   rpc::OpenSecurity(options.common, {options.scoring, options.archiving}));
  ASSIGN_OR_RETURN(const intake::ReviewPolicy policy, ReadPolicy(options.review_policy));
  ASSIGN_OR_RETURN(const std::string address, rpc::StoreAddress(options.common.store));
  ASSIGN_OR_RETURN(const auto store, intake::SqlSubmissionStore::Open(address));
  if (options.common.migrate) return absl::OkStatus();
  ASSIGN_OR_RETURN(archiving::log::Signer signer,
                   archiving::log::Signer::LoadOrCreate(options.receipt_key, options.receipt_name));
  const std::string receipt_key = signer.VerifierKey();
  intake::SqlCampaignStore campaigns(*store, std::move(signer));
  // SQLite serves one process: leases that an earlier one left are nobody's. On PostgreSQL they may be a replica's, and
  // end by themselves.
  if (!store::IsPostgresUrl(address)) RETURN_IF_ERROR(store->ReleaseLeases());
  const auto scoring = rpc::OpenChannel(options.scoring, security.channels);
  const auto archiving = rpc::OpenChannel(options.archiving, security.channels);
  intake::ScoringClient scorer(scoring);
  intake::ArchivingClient archiver(archiving);
  intake::Admission admission(*store);
  intake::Pipeline pipeline(*store, scorer, archiver, policy, {kCarriers, [&admission] { return admission.demand(); }});
  intake::SqlReviewStore reviews(*store);
  intake::Housekeeping housekeeping(*store, std::chrono::hours(24) * options.request_age);
  Metrics metrics;
  AddBacklog(metrics, "jixiao_intake_backlog", "Work items that wait for scoring or archiving",
             [&store] { return store->Waiting(); });
  AddBacklog(metrics, "jixiao_intake_review", "Submissions that wait for answers or reviewers",
             [&reviews] { return reviews.WaitingForPeople(); });
  AddQueue(metrics, admission);
  rpc::ServerState state(metrics, kMaxCalls + intake::ChangeHub::kMaxWatchers, rpc::kMaxRequestBytes);
  state.GuardBy(security.gate.get());
  std::unique_ptr<audit::Trail> trail;
  if (!options.common.audit.empty()) {
    ASSIGN_OR_RETURN(trail,
                     audit::Trail::Open({"intake", options.common.audit}, metrics, operation::ToArchive(archiving)));
    state.RecordIn(trail.get());
  }
  intake::ChangeHub hub(
      *store, [&state] { return state.stopping(); }, store::IsPostgresUrl(address));
  WorkerPool pool(kWorkers, kQueue);
  intake::IntakeServiceImpl service(*store, reviews, scorer, pipeline, admission, hub, pool, state);
  intake::CampaignServiceImpl campaign_service(campaigns, scorer, receipt_key, pool, state);
  intake::ReviewServiceImpl review_service(*store, reviews, policy, pipeline, pool, state);
  operation::AddProcessMetrics(metrics, pool);
  operation::AddStoreMetrics(metrics, address, store->writer());
  operation::OperationServiceImpl operation(
      {"intake",
       address,
       intake::SqlSubmissionStore::Count,
       [&store] { return store::ProveWritable(store->writer()); },
       [&](operation::Checks& checks) {
         intake::CheckPeer(checks, "PEER_SCORING", "评分服务", options.scoring, scoring);
         intake::CheckPeer(checks, "PEER_ARCHIVING", "归档服务", options.archiving, archiving);
         intake::CheckBacklog(checks, store->Waiting());
         intake::CheckReceiptKey(checks, options.receipt_key, options.receipt_name, receipt_key);
         intake::CheckConverter(checks);
         operation::CheckTrail(checks, trail.get());
       },
       {}},
      state);
  const MetricsEndpoint endpoint(metrics, options.common.metrics);
  return rpc::RunServer(
      options.common.server, security.tls_of_server(), {&service, &campaign_service, &review_service, &operation},
      {intake::v1::IntakeService::service_full_name(), intake::v1::CampaignService::service_full_name(),
       intake::v1::ReviewService::service_full_name(), operation::v1::OperationService::service_full_name()},
      state);
}

}  // namespace

int main(int argc, char** argv) {
  rpc::BlockSignals();
  Options options;
  CLI::App app("Jixiao intake service (接收)");
  rpc::AddCommonOptions(app, options.common, 7301, "intake.db");
  app.add_option("--scoring", options.scoring, "address of the scoring service")
      ->envname("JIXIAO_SCORING")
      ->capture_default_str();
  app.add_option("--archiving", options.archiving, "address of the archiving service")
      ->envname("JIXIAO_ARCHIVING")
      ->capture_default_str();
  app.add_option(
         "--receipt-key", options.receipt_key,
         "file of the Ed25519 key that signs receipts of reservations; made, with PATH.pub beside it, when it is "
         "missing")
      ->envname("JIXIAO_RECEIPT_KEY")
      ->capture_default_str();
  app.add_option("--receipt-name", options.receipt_name, "name of that key on every receipt; never change it")
      ->envname("JIXIAO_RECEIPT_NAME")
      ->capture_default_str();
  app.add_option("--review-policy", options.review_policy,
                 "file with the classes of findings and the risk points of samples; empty for the shipped ones")
      ->envname("JIXIAO_REVIEW_POLICY");
  bool print_policy = false;
  app.add_flag("--print-review-policy", print_policy, "print the shipped policy, as a start for one's own, and exit");
  app.add_option("--request-age", options.request_age,
                 "days for which request ids are remembered; longer while the submission is on its way")
      ->envname("JIXIAO_REQUEST_AGE")
      ->check(CLI::Range(1, 36500))
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  if (print_policy) {
    std::cout << intake::ReviewPolicy::DefaultText();
    return 0;
  }
  log::Open("intake", log::LevelNamed(options.common.log_level));
  const absl::Status status = Run(options);
  if (!status.ok())
    log::Error("cannot serve", {{"reason", ReasonOf(status)}, {"error", std::string(status.message())}});
  log::Close();
  return status.ok() ? 0 : 1;
}
