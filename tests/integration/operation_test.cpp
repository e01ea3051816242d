// What those who run the services rely on: doctor, log levels, traces, and the metrics that dashboards and alerts name.
#include "support/operation.h"

#include "support/forms.h"
#include "support/paths.h"
#include "support/submissions.h"

#include "jixiao/operation/v1/operation_service.grpc.pb.h"

#include <gmock/gmock.h>
#include <sqlite3.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "unit/temporary_folder.h"

namespace jixiao::testing {
namespace {

using operation::v1::OperationService;
using ::testing::HasSubstr;

class OperationTest : public ::testing::Test {
 protected:
  // The state of each check that doctor reports, as "intake PEER_SCORING".
  std::map<std::string, std::string> Doctor(int expected_exit, const std::vector<std::string>& options = {}) {
    std::vector<std::string> arguments{"--format", "json", "doctor"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    const Ran ran = command_line_.Run(arguments);
    EXPECT_EQ(ran.code, expected_exit) << ran.output;
    std::map<std::string, std::string> states;
    std::istringstream lines(ran.output);
    for (std::string line; std::getline(lines, line);) {
      if (!line.starts_with('{')) continue;  // what gRPC may say of a server that is away
      const auto status = nlohmann::json::parse(line);
      for (const auto& check : status["checks"]) {
        const std::string state = check["state"];
        states[status["service"].get<std::string>() + " " + check["code"].get<std::string>()] = state;
        EXPECT_NE(check["message"], "");
        if (state != "CHECK_STATE_OK") {
          EXPECT_NE(check["advice"], "") << line;
        }
      }
    }
    return states;
  }

  Cluster cluster_{ClusterOptions{.redis = true}};
  CommandLine command_line_{cluster_};
};

constexpr char kOk[] = "CHECK_STATE_OK";
constexpr char kWarning[] = "CHECK_STATE_WARNING";
constexpr char kFailed[] = "CHECK_STATE_FAILED";

TEST_F(OperationTest, DoctorFindsNothingWrong) {
  WaitFor(cluster_, Submit(cluster_, Variant(TestSeed())).submission());
  const std::string key = (cluster_.folder() / "archive.key.pub").string();
  auto states = Doctor(0, {"--key", key});
  for (const char* check : {"intake REACHABLE",
                            "intake STORE_READABLE",
                            "intake STORE_WRITABLE",
                            "intake PEER_SCORING",
                            "intake PEER_SCORING_CLOCK",
                            "intake PEER_ARCHIVING",
                            "intake BACKLOG",
                            "intake RECEIPT_KEY",
                            "intake CLOCK",
                            "intake VERSION",
                            "scoring REACHABLE",
                            "scoring STORE_WRITABLE",
                            "scoring REDIS",
                            "scoring RULE_SETS",
                            "archiving REACHABLE",
                            "archiving STORE_WRITABLE",
                            "archiving SIGNING_KEY",
                            "archiving LOG_HEAD",
                            "archiving WITNESSES",
                            "archiving FIXITY",
                            "archiving TRUSTED_KEY"})
    EXPECT_EQ(states[check], kOk) << check;
  const Ran table = command_line_.Run({"doctor"});
  EXPECT_EQ(table.code, 0);
  EXPECT_THAT(table.output, HasSubstr("日志 1 条，树根与已签名的树头相符"));
}

TEST_F(OperationTest, DoctorNamesWhatIsAway) {
  cluster_.Stop(Server::kScoring);
  cluster_.StopRedis();
  auto states = Doctor(1);
  EXPECT_EQ(states["scoring REACHABLE"], kFailed);
  EXPECT_EQ(states["intake PEER_SCORING"], kFailed);
  EXPECT_EQ(states["intake PEER_ARCHIVING"], kOk);
  EXPECT_EQ(Doctor(0, {"--only", "archiving"}).count("scoring REACHABLE"), 0);
  cluster_.Start(Server::kScoring);
  cluster_.WaitUntilServing(Server::kScoring);
  EXPECT_EQ(Doctor(0)["scoring REDIS"], kWarning) << "scores are right without it";
}

TEST_F(OperationTest, DoctorSeesKeysAndTheLog) {
  WaitFor(cluster_, Submit(cluster_, Variant(TestSeed())).submission());
  const auto key = cluster_.folder() / "archive.key";
  const auto other = cluster_.folder() / "elsewhere.key";
  std::filesystem::rename(key, other);
  EXPECT_EQ(Doctor(1)["archiving SIGNING_KEY"], kFailed);
  EXPECT_FALSE(std::filesystem::exists(key)) << "looking makes no new key";
  std::filesystem::copy_file(cluster_.ReceiptKey(), key);
  EXPECT_EQ(Doctor(1)["archiving SIGNING_KEY"], kFailed) << "another key";
  std::filesystem::remove(key);
  std::filesystem::rename(other, key);
  EXPECT_EQ(Doctor(0)["archiving SIGNING_KEY"], kOk);

  // Another archive's key is not the one that signed here.
  const auto receipts = cluster_.ReceiptKey().string() + ".pub";
  EXPECT_EQ(Doctor(1, {"--key", receipts})["archiving TRUSTED_KEY"], kFailed);

  cluster_.Stop(Server::kArchiving);
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(cluster_.Database(Server::kArchiving).c_str(), &database), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(database, "UPDATE nodes SET hash = zeroblob(32) WHERE level = 0", nullptr, nullptr, nullptr),
            SQLITE_OK);
  sqlite3_close(database);
  cluster_.Start(Server::kArchiving);
  cluster_.WaitUntilServing(Server::kArchiving);
  EXPECT_EQ(Doctor(1)["archiving LOG_HEAD"], kFailed);
}

TEST_F(OperationTest, LogLevelChangesAtOnce) {
  const auto calls = [&] {
    const auto lines = cluster_.LogLines(Server::kScoring);
    return std::count_if(lines.begin(), lines.end(), [](const auto& line) { return line["message"] == "call"; });
  };
  scoring::v1::ScoreRequest request;
  *request.mutable_form() = Samples().front();
  const auto score = [&] {
    scoring::v1::ScoreResponse response;
    grpc::ClientContext context;
    EXPECT_TRUE(cluster_.Scoring().Score(&context, request, &response).ok());
  };
  score();
  EXPECT_TRUE(Eventually([&] { return calls() > 0; }));
  EXPECT_THAT(command_line_.Run({"log-level", "scoring", "warning"}).output, HasSubstr("info → warning"));
  ASSERT_TRUE(
      Eventually([&] { return cluster_.LogText(Server::kScoring).find("\"now\":\"warning\"") != std::string::npos; }));
  const auto before = calls();
  for (int i = 0; i < 5; ++i) score();
  // Its own line is written at any level, and comes after those that would have been written before it.
  command_line_.Run({"log-level", "scoring", "info"});
  ASSERT_TRUE(
      Eventually([&] { return cluster_.LogText(Server::kScoring).find("\"now\":\"info\"") != std::string::npos; }));
  EXPECT_LE(calls(), before + 1) << "only the call that set it back";

  const auto stub = OperationService::NewStub(cluster_.Channel(Server::kScoring));
  operation::v1::SetLogLevelRequest wrong;
  wrong.set_log_level("loud");
  operation::v1::SetLogLevelResponse response;
  grpc::ClientContext context;
  ExpectRefusal(stub->SetLogLevel(&context, wrong, &response), grpc::StatusCode::INVALID_ARGUMENT, "LOG_LEVEL_INVALID",
                "log_level");
  EXPECT_EQ(command_line_.Run({"log-level", "scoring", "loud"}).code, 2);
}

// The id that the caller traces by stands on the log lines of all three services.
TEST_F(OperationTest, TraceGoesThroughAllServices) {
  const std::string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
  const auto submit = [&](std::uint64_t seed, const Metadata& metadata) {
    grpc::ClientContext context;
    Within(context);
    for (const auto& [key, value] : metadata) context.AddMetadata(key, value);
    intake::v1::SubmitEvaluationResponse response;
    EXPECT_TRUE(cluster_.Intake().SubmitEvaluation(&context, SubmitRequest(Variant(seed)), &response).ok());
    WaitFor(cluster_, response.receipt().submission());
  };
  // The lines of a call of this method, by the request id that they are under.
  const auto traces = [&](Server server, const std::string& method, const std::string& request_id) {
    std::set<std::string> found;
    for (const auto& line : cluster_.LogLines(server))
      if (line["message"] == "call" && line["method"] == method && line["request_id"] == request_id) {
        EXPECT_EQ(line["span_id"].get<std::string>().size(), 16);
        found.insert(line["trace_id"].get<std::string>());
      }
    return found;
  };
  const auto expect = [&](const std::string& request_id, const std::string& trace_id) {
    const std::set<std::string> wanted{trace_id};
    EXPECT_TRUE(Eventually([&] { return traces(Server::kIntake, "SubmitEvaluation", request_id) == wanted; }));
    EXPECT_TRUE(Eventually([&] { return traces(Server::kScoring, "ScoreBatch", request_id) == wanted; }));
    EXPECT_TRUE(Eventually([&] { return traces(Server::kArchiving, "ArchiveRecord", request_id) == wanted; }));
  };
  submit(TestSeed(), {{"x-request-id", "platform-1"}, {"traceparent", "00-" + trace + "-00f067aa0ba902b7-01"}});
  expect("platform-1", trace);
  // Without one, or with one that is malformed, the request id's own.
  const std::string id = "0af7651916cd43dd8448eb211c80319c";
  submit(TestSeed() + 1, {{"x-request-id", id}});
  expect(id, id);
  submit(TestSeed() + 2, {{"x-request-id", "11111111111111111111111111111111"}, {"traceparent", "00-nonsense-01"}});
  expect("11111111111111111111111111111111", "11111111111111111111111111111111");
}

// The names of our metrics in a text.
std::set<std::string> MetricNames(const std::string& text) {
  std::set<std::string> names;
  const std::regex name("\\bjixiao_[a-z0-9_]+");
  for (auto at = std::sregex_iterator(text.begin(), text.end(), name); at != std::sregex_iterator(); ++at)
    names.insert(at->str());
  return names;
}

std::string FileText(const std::string& path) {
  std::ifstream in(jixiao::paths::Source() + "/" + path, std::ios::binary);
  EXPECT_TRUE(in.good()) << path;
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(OperationMetrics, DashboardsAndAlertsNameThoseThatExist) {
  const TemporaryFolder folder;
  Cluster cluster(ClusterOptions{.redis = true, .arguments = [&folder](Server server) {
                                   return std::vector<std::string>{"--audit=" + (folder / (NameOf(server) + ".audit"))};
                                 }});
  WaitFor(cluster, Submit(cluster, Variant(TestSeed())).submission());
  ASSERT_TRUE(Eventually([&] {  // the register takes the record in behind the answer
    return cluster.Metric(Server::kArchiving, 0, "jixiao_archiving_fixity_oldest_seconds").has_value();
  }));
  std::set<std::string> exposed;
  for (const Server server : kServers) exposed.merge(MetricNames(HttpGet(cluster.MetricsPort(server), "/metrics")));
  const auto dashboard = nlohmann::json::parse(FileText("deploy/monitoring/dashboard.json"));
  EXPECT_GT(dashboard["panels"].size(), 15);
  std::set<std::string> named = MetricNames(dashboard.dump());
  named.merge(MetricNames(FileText("deploy/monitoring/alerts.yml")));
  EXPECT_GT(named.size(), 25);
  for (const std::string& name : named) EXPECT_TRUE(exposed.contains(name)) << name << " is in no /metrics";
  for (const Server server : kServers)
    for (const char* everywhere : {"jixiao_build_info", "jixiao_process_resident_bytes", "jixiao_pool_queued",
                                   "jixiao_store_free_bytes", "jixiao_log_lines_lost"})
      EXPECT_THAT(HttpGet(cluster.MetricsPort(server), "/metrics"), HasSubstr(everywhere)) << NameOf(server);
  EXPECT_GE(cluster.Metric(Server::kArchiving, 0, "jixiao_store_commits"), 1);
  EXPECT_GE(cluster.Metric(Server::kIntake, 0, "jixiao_store_bytes"), 4096);
}

}  // namespace
}  // namespace jixiao::testing
