// How callers find replicas: one that is added gets its share, one that dies or hangs costs nobody an error.
#include "common/rpc/channel.h"
#include "support/calls.h"
#include "support/forms.h"
#include "support/name_server.h"
#include "support/paths.h"
#include "support/process.h"

#include "jixiao/scoring/v1/scoring_service.grpc.pb.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace jixiao::testing {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

// Scoring servers on one port of several addresses of this machine, and a name that stands for those that are told.
class BalancingTest : public ::testing::Test {
 protected:
  static constexpr int kAge = 2;  // seconds

  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "jixiao-test-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override {
    for (const auto& [address, process] : servers_) process->Kill(SIGCONT);
    servers_.clear();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  void StartServer(const std::string& address) {
    const std::string listen = address + ":" + std::to_string(port_);
    const std::string store = (folder_ / (address + ".db")).string();
    servers_[address] = Process::Start(
        {jixiao::paths::Binaries() + "/jixiao-scoring", "--listen=" + listen, "--store=sqlite:" + store, "--metrics",
         "", "--drain-wait=0", "--rulesets=" + jixiao::paths::Source() + "/services/scoring/rulesets",
         "--connection-age=" + std::to_string(kAge), "--connection-grace=5"},
        folder_ / (address + ".log"));
    const auto channel = grpc::CreateChannel(listen, grpc::InsecureChannelCredentials());
    ASSERT_TRUE(Eventually([&] { return HealthOf(channel) == Health::kServing; })) << listen;
  }

  std::unique_ptr<scoring::v1::ScoringService::Stub> Caller() {
    return scoring::v1::ScoringService::NewStub(
        rpc::OpenChannel(names_.TargetOf("scoring.test:" + std::to_string(port_))));
  }

  // One call; the address of the server that answered.
  std::string CallOnce(scoring::v1::ScoringService::Stub& stub, seconds timeout = seconds(30)) {
    static const evaluation::v1::SelfEvaluation form = PlainForm();
    scoring::v1::ScoreRequest request;
    *request.mutable_form() = form;
    scoring::v1::ScoreResponse response;
    grpc::ClientContext context;
    Within(context, timeout);
    const grpc::Status status = stub.Score(&context, request, &response);
    EXPECT_TRUE(status.ok()) << Read(status).Describe();
    const std::string peer = context.peer();  // "ipv4:127.0.0.2:12345"
    const std::size_t end = peer.rfind(':');
    return peer.starts_with("ipv4:") ? peer.substr(5, end - 5) : peer;
  }

  std::map<std::string, std::unique_ptr<Process>> servers_;
  NameServer names_;
  const int port_ = FreePort();
  std::filesystem::path folder_;
};

TEST_F(BalancingTest, AReplicaThatIsAddedLaterGetsItsShareOfACallersCalls) {
  StartServer("127.0.0.1");
  names_.Set({"127.0.0.1"});
  const auto stub = Caller();
  EXPECT_EQ(CallOnce(*stub), "127.0.0.1");
  StartServer("127.0.0.2");
  names_.Set({"127.0.0.1", "127.0.0.2"});
  // The caller goes on calling over the connection that it has, until that is too old; some slack for the machine.
  const auto added = steady_clock::now();
  ASSERT_TRUE(Eventually([&] { return CallOnce(*stub) == "127.0.0.2"; }, seconds(5 * kAge)));
  EXPECT_GT(steady_clock::now() - added, std::chrono::milliseconds(100)) << "the caller knew it before";
  std::map<std::string, int> share;
  for (int i = 0; i < 200; ++i) ++share[CallOnce(*stub)];
  EXPECT_GT(share["127.0.0.2"], 60);
  EXPECT_GT(share["127.0.0.1"], 60);
}

TEST_F(BalancingTest, ReplicasThatDieOrHangInMidCallCostTheirCallersNoError) {
  const std::vector<std::string> addresses{"127.0.0.1", "127.0.0.2", "127.0.0.3"};
  for (const std::string& address : addresses) StartServer(address);
  names_.Set(addresses);
  std::atomic<bool> over{false};
  std::atomic<int> calls{0};
  std::mutex mutex;
  std::map<std::string, int> late;  // who answered once one had died and one hung
  std::atomic<bool> down{false};
  std::vector<std::thread> callers;
  for (int i = 0; i < 8; ++i)
    callers.emplace_back([&] {
      const auto stub = Caller();
      while (!over) {
        const bool counts = down;
        const std::string server = CallOnce(*stub);  // expects that it succeeds
        ++calls;
        const std::lock_guard lock(mutex);
        if (counts) ++late[server];
      }
    });
  EXPECT_TRUE(Eventually([&] { return calls > 200; }));
  servers_["127.0.0.2"]->Kill(SIGKILL);
  servers_["127.0.0.3"]->Kill(SIGSTOP);
  down = true;
  // Calls that hang with the one that was stopped are given up within ten seconds and made again.
  const auto end = steady_clock::now() + seconds(30);
  const auto enough = [&] {
    const std::lock_guard lock(mutex);
    return late["127.0.0.1"] > 500;
  };
  while (!enough() && steady_clock::now() < end) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  std::this_thread::sleep_for(seconds(12));  // all that hung have come back by now
  over = true;
  for (std::thread& caller : callers) caller.join();
  EXPECT_GT(late["127.0.0.1"], 500);
}

}  // namespace
}  // namespace jixiao::testing
