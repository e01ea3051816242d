// What /metrics says of each server, and that it keeps nobody from serving.
#include "support/forms.h"
#include "support/paths.h"
#include "support/submissions.h"

#include <gtest/gtest.h>

namespace jixiao::testing {
namespace {

class MetricsTest : public ::testing::Test {
 protected:
  double Of(Server server, const std::string& series) { return cluster_.Metric(server, 0, series).value_or(-1); }

  Cluster cluster_;
};

TEST_F(MetricsTest, CallsAreCountedByMethodAndCode) {
  constexpr int kCalls = 20;
  scoring::v1::ScoreRequest request;
  *request.mutable_form() = Samples().front();
  for (int i = 0; i < kCalls; ++i) {
    scoring::v1::ScoreResponse response;
    grpc::ClientContext context;
    EXPECT_TRUE(cluster_.Scoring().Score(&context, request, &response).ok());
  }
  request.clear_form();
  scoring::v1::ScoreResponse response;
  grpc::ClientContext context;
  EXPECT_FALSE(cluster_.Scoring().Score(&context, request, &response).ok());

  const auto calls = [&](const std::string& code) {
    return Of(Server::kScoring, "jixiao_rpc_requests_total{code=\"" + code + "\",method=\"Score\"}");
  };
  EXPECT_EQ(calls("OK"), kCalls);
  EXPECT_EQ(calls("INVALID_ARGUMENT"), 1);
  EXPECT_EQ(calls("INTERNAL"), 0);
  EXPECT_EQ(Of(Server::kScoring, "jixiao_rpc_duration_seconds_count{method=\"Score\"}"), kCalls + 1);
  EXPECT_GT(Of(Server::kScoring, "jixiao_rpc_duration_seconds_sum{method=\"Score\"}"), 0);
  EXPECT_EQ(Of(Server::kScoring, "jixiao_rpc_duration_seconds_bucket{method=\"Score\",le=\"+Inf\"}"), kCalls + 1);
  EXPECT_EQ(Of(Server::kScoring, "jixiao_rule_set_lookups_total{cache=\"process\",result=\"hit\"}"), kCalls);
  EXPECT_EQ(Of(Server::kScoring, "jixiao_rpc_in_flight"), 0);
  EXPECT_GE(Of(Server::kScoring, "jixiao_rule_book_rule_sets"), 5);
  EXPECT_LT(Of(Server::kScoring, "jixiao_rule_book_staleness_seconds"), 5);
}

TEST_F(MetricsTest, WorkAndArchiveAreMeasured) {
  EXPECT_EQ(Of(Server::kArchiving, "jixiao_archiving_tree_size"), 0);
  constexpr int kForms = 3;
  for (int i = 0; i < kForms; ++i) WaitFor(cluster_, Submit(cluster_, Variant(TestSeed() + i)).submission());
  EXPECT_EQ(Of(Server::kArchiving, "jixiao_archiving_tree_size"), kForms);
  EXPECT_EQ(Of(Server::kIntake, "jixiao_rpc_requests_total{code=\"OK\",method=\"SubmitEvaluation\"}"), kForms);
  EXPECT_EQ(Of(Server::kScoring, "jixiao_rpc_requests_total{code=\"OK\",method=\"ScoreBatchItem\"}"), kForms);
  EXPECT_EQ(Of(Server::kIntake, "jixiao_intake_backlog_items"), 0);
  EXPECT_EQ(Of(Server::kIntake, "jixiao_intake_backlog_oldest_seconds"), 0);

  cluster_.Stop(Server::kScoring);
  Submit(cluster_, Variant(TestSeed() + kForms));
  EXPECT_EQ(Of(Server::kIntake, "jixiao_intake_backlog_items"), 1);
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_GE(Of(Server::kIntake, "jixiao_intake_backlog_oldest_seconds"), 0.05);
}

// Its port is another's: that is a warning, and the server serves.
TEST_F(MetricsTest, TakenPortKeepsNobodyFromServing) {
  const int taken = cluster_.MetricsPort(Server::kIntake);
  const int port = FreePort();
  for (const std::string& address : {"127.0.0.1:" + std::to_string(taken), std::string("nonsense")}) {
    const std::filesystem::path log = cluster_.folder() / "taken.log";
    const auto process = Process::Start(
        {jixiao::paths::Binaries() + "/jixiao-archiving", "--listen=127.0.0.1:" + std::to_string(port),
         "--store=sqlite:" + (cluster_.folder() / "taken.db").string(),
         "--signing-key=" + (cluster_.folder() / "taken.key").string(), "--drain-wait=0", "--metrics=" + address},
        log);
    const auto channel = OpenChannel(port);
    EXPECT_TRUE(Eventually([&] { return HealthOf(channel) == Health::kServing; })) << address;
    EXPECT_TRUE(process->Running());
  }
  EXPECT_NE(HttpGet(taken, "/metrics"), "") << "the first one's";
}

}  // namespace
}  // namespace jixiao::testing
