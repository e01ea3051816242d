// The life of a server process: health, reflection, draining, and the request id through all logs.
#include "support/cluster.h"
#include "support/forms.h"
#include "support/paths.h"
#include "support/submissions.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <thread>

namespace jixiao::testing {
namespace {

// Well below the 20 s that a stop may wait for its clients, well above a stall of a busy machine.
constexpr std::chrono::seconds kAtOnce{4};

// A client that is connected and does nothing: it greets, and then reads and answers nothing any more, as a channel
// does that nobody polls.
class IdleClient {
 public:
  explicit IdleClient(int port) : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    constexpr char kGreeting[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0";  // and empty settings
    EXPECT_EQ(write(socket_, kGreeting, sizeof kGreeting - 1), static_cast<ssize_t>(sizeof kGreeting - 1));
    char first = 0;
    EXPECT_EQ(read(socket_, &first, 1), 1) << "the server greets, too";
  }
  ~IdleClient() { close(socket_); }
  IdleClient(const IdleClient&) = delete;
  IdleClient& operator=(const IdleClient&) = delete;

 private:
  const int socket_;
};

class LifecycleTest : public ::testing::Test {
 protected:
  Cluster cluster_{{.drain_wait = 2}};

  // Whether a log line has this message.
  bool Logged(Server server, const std::string& message) {
    const auto lines = cluster_.LogLines(server);
    return std::any_of(lines.begin(), lines.end(),
                       [&](const auto& line) { return line.value("message", "") == message; });
  }
};

TEST_F(LifecycleTest, HealthIsAnsweredPerServiceAndForTheServer) {
  for (const Server server : kServers) {
    SCOPED_TRACE(NameOf(server));
    EXPECT_EQ(HealthOf(cluster_.Channel(server), ""), Health::kServing);
    EXPECT_EQ(HealthOf(cluster_.Channel(server), ServiceOf(server)), Health::kServing);
    EXPECT_EQ(HealthOf(cluster_.Channel(server), "no.such.Service"), Health::kUnknown);
  }
}

TEST_F(LifecycleTest, ReflectionListsTheService) {
  for (const Server server : kServers) {
    const std::vector<std::string> services = ReflectedServices(cluster_.Channel(server));
    EXPECT_TRUE(std::find(services.begin(), services.end(), ServiceOf(server)) != services.end()) << NameOf(server);
    EXPECT_TRUE(std::find(services.begin(), services.end(), "grpc.health.v1.Health") != services.end())
        << NameOf(server);
  }
}

TEST_F(LifecycleTest, StoppingServerDrainsAnOpenWatch) {
  // Without scoring the submission waits, and so does its watcher.
  ASSERT_EQ(cluster_.Stop(Server::kScoring), 0);
  const std::string name = Submit(cluster_, PlainForm()).submission();
  intake::v1::WatchSubmissionRequest request;
  request.set_name(name);
  grpc::ClientContext context;
  Within(context);
  const auto stream = cluster_.Intake().WatchSubmission(&context, request);
  intake::v1::WatchSubmissionResponse step;
  ASSERT_TRUE(stream->Read(&step));
  EXPECT_EQ(step.state(), intake::v1::SUBMISSION_STATE_ACCEPTED);

  Process& intake = cluster_.process(Server::kIntake);
  const auto start = std::chrono::steady_clock::now();
  intake.Kill(SIGTERM);
  EXPECT_TRUE(Eventually([&] { return HealthOf(cluster_.Channel(Server::kIntake)) == Health::kNotServing; },
                         std::chrono::milliseconds(1900)));
  EXPECT_EQ(HealthOf(cluster_.Channel(Server::kIntake), ServiceOf(Server::kIntake)), Health::kNotServing);
  EXPECT_TRUE(intake.Running()) << "it still takes calls: balancers need time to notice";
  Submit(cluster_, PlainForm());

  EXPECT_FALSE(stream->Read(&step));
  ExpectRefusal(stream->Finish(), grpc::StatusCode::UNAVAILABLE, "STOPPING");
  EXPECT_EQ(intake.Wait(std::chrono::seconds(10)), 0);
  const auto took = std::chrono::steady_clock::now() - start;
  EXPECT_GE(took, std::chrono::milliseconds(1950));
  EXPECT_LT(took, std::chrono::seconds(8));

  int drained = 0;
  for (const auto& line : cluster_.LogLines(Server::kIntake))
    if (line.value("message", "") == "draining") drained = std::max(drained, line.at("in_flight").get<int>());
  EXPECT_GE(drained, 1) << "the watch was in flight";
  EXPECT_TRUE(Logged(Server::kIntake, "stopping"));
  EXPECT_TRUE(Logged(Server::kIntake, "stopped serving"));

  // What was accepted while it drained is not lost.
  cluster_.Restart(Server::kScoring);
  cluster_.Restart(Server::kIntake);
  const auto submissions = AllSubmissions(cluster_);
  EXPECT_EQ(submissions.size(), 2u);
  for (const auto& submission : submissions) WaitFor(cluster_, submission.name());
}

TEST_F(LifecycleTest, IdleClientsDoNotHoldUpTheStop) {
  Cluster quick;  // without a wait for balancers
  std::vector<std::unique_ptr<IdleClient>> idle;
  for (const Server server : kServers) {
    for (int i = 0; i < 3; ++i) idle.push_back(std::make_unique<IdleClient>(quick.port(server)));
    // A gRPC client that called once and keeps its connection.
    EXPECT_EQ(HealthOf(quick.Channel(server)), Health::kServing);
  }
  for (const Server server : kServers) {
    SCOPED_TRACE(NameOf(server));
    const auto start = std::chrono::steady_clock::now();
    EXPECT_EQ(quick.Stop(server), 0);
    EXPECT_LT(std::chrono::steady_clock::now() - start, kAtOnce);
    int left = -1;
    for (const auto& line : quick.LogLines(server))
      if (line.value("message", "") == "stopped serving") left = line.value("in_flight", -1);
    EXPECT_EQ(left, 0);
  }
}

TEST_F(LifecycleTest, WaitingWatchAndIdleClientsDoNotHoldUpTheStop) {
  Cluster quick;
  quick.Kill9(Server::kScoring);  // what is submitted waits, and so does its watcher
  intake::v1::WatchSubmissionRequest request;
  request.set_name(Submit(quick, PlainForm()).submission());
  grpc::ClientContext context;
  Within(context);
  const auto stream = quick.Intake().WatchSubmission(&context, request);
  intake::v1::WatchSubmissionResponse step;
  ASSERT_TRUE(stream->Read(&step));
  const IdleClient idle(quick.port(Server::kIntake));
  const auto start = std::chrono::steady_clock::now();
  quick.process(Server::kIntake).Kill(SIGTERM);
  EXPECT_FALSE(stream->Read(&step));
  ExpectRefusal(stream->Finish(), grpc::StatusCode::UNAVAILABLE, "STOPPING");
  EXPECT_EQ(quick.process(Server::kIntake).Wait(std::chrono::seconds(30)), 0);
  EXPECT_LT(std::chrono::steady_clock::now() - start, kAtOnce);
}

TEST_F(LifecycleTest, CallInFlightKeepsItsGrace) {
  Cluster quick;
  const IdleClient idle(quick.port(Server::kScoring));
  grpc::ClientContext context;
  Within(context);
  const auto stream = quick.Scoring().ScoreBatch(&context);
  scoring::v1::ScoreBatchRequest request;
  *request.mutable_form() = PlainForm();
  scoring::v1::ScoreBatchResponse response;
  ASSERT_TRUE(stream->Write(request));
  ASSERT_TRUE(stream->Read(&response));

  Process& scoring = quick.process(Server::kScoring);
  scoring.Kill(SIGTERM);
  EXPECT_TRUE(Eventually([&] { return quick.LogText(Server::kScoring).find("draining") != std::string::npos; }));
  std::this_thread::sleep_for(std::chrono::seconds(3));
  EXPECT_TRUE(scoring.Running());
  request.set_item_id("late");
  ASSERT_TRUE(stream->Write(request));
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.item_id(), "late");
  EXPECT_TRUE(response.has_scorecard());
  stream->WritesDone();
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_TRUE(stream->Finish().ok());
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(scoring.Wait(std::chrono::seconds(30)), 0);
  EXPECT_LT(std::chrono::steady_clock::now() - start, kAtOnce);
  int reported = 0;
  for (const auto& line : quick.LogLines(Server::kScoring))
    if (line.value("message", "") == "draining") reported = std::max(reported, line.at("in_flight").get<int>());
  EXPECT_EQ(reported, 1);
}

TEST_F(LifecycleTest, SecondSignalEndsTheWait) {
  Cluster patient({.drain_wait = 60});
  Process& scoring = patient.process(Server::kScoring);
  scoring.Kill(SIGTERM);
  EXPECT_TRUE(Eventually([&] { return HealthOf(patient.Channel(Server::kScoring)) == Health::kNotServing; }));
  scoring.Kill(SIGINT);
  EXPECT_EQ(scoring.Wait(std::chrono::seconds(10)), 0);
  for (const Server server : {Server::kIntake, Server::kArchiving}) {
    patient.process(server).Kill(SIGTERM);
    EXPECT_TRUE(Eventually([&] { return HealthOf(patient.Channel(server)) == Health::kNotServing; }));
    patient.process(server).Kill(SIGTERM);
  }
}

TEST_F(LifecycleTest, RequestIdFollowsSubmissionThroughAllLogs) {
  const std::string id = "trace-" + NewRequestId();
  const RawAnswer answer =
      CallRaw(cluster_.Channel(Server::kIntake), "/jixiao.intake.v1.IntakeService/SubmitEvaluation",
              SubmitRequest(PlainForm()).SerializeAsString(), {{"x-request-id", id}});
  ASSERT_TRUE(answer.status.ok());
  intake::v1::SubmitEvaluationResponse response;
  ASSERT_TRUE(response.ParseFromString(answer.bytes));
  WaitFor(cluster_, response.receipt().submission());
  for (const Server server : kServers) {
    EXPECT_TRUE(Eventually(
        [&] {
          const auto lines = cluster_.LogLines(server);
          return std::any_of(lines.begin(), lines.end(),
                             [&](const auto& line) { return line.value("request_id", "") == id; });
        },
        std::chrono::seconds(5)))
        << NameOf(server);
  }
}

TEST_F(LifecycleTest, HostileRequestIdDoesNotReachTheLog) {
  const std::string ids[] = {std::string(129, 'x'), "a\"b", "back\\slash", "two words"};
  for (const std::string& id : ids)
    EXPECT_TRUE(CallRaw(cluster_.Channel(Server::kIntake), "/jixiao.intake.v1.IntakeService/ListSubmissions", "",
                        {{"x-request-id", id}})
                    .status.ok());
  EXPECT_EQ(cluster_.Stop(Server::kIntake), 0);
  for (const auto& line : cluster_.LogLines(Server::kIntake)) {
    for (const std::string& id : ids) EXPECT_NE(line.value("request_id", ""), id);
    EXPECT_EQ(line.value("request_id", std::string(32, '-')).size(), 32u) << "a new one is made";
  }
}

// Two servers on one port would share its calls at random: the second says so and ends.
TEST_F(LifecycleTest, TakenPortIsRefused) {
  const int port = FreePort();
  const std::string listen = "--listen=127.0.0.1:" + std::to_string(port);
  const auto start = [&](const std::string& name) {
    return Process::Start(
        {jixiao::paths::Binaries() + "/jixiao-intake", listen,
         "--store=sqlite:" + (cluster_.folder() / (name + ".db")).string(), "--drain-wait=0", "--metrics", ""},
        cluster_.folder() / (name + ".log"));
  };
  const auto first = start("first");
  EXPECT_FALSE(first->Wait(std::chrono::milliseconds(500)));
  const auto second = start("second");
  EXPECT_EQ(second->Wait(std::chrono::seconds(10)), 1);
  EXPECT_TRUE(first->Running());
}

TEST_F(LifecycleTest, WrongUsageEndsAtOnce) {
  for (const char* argument : {"--no-such-flag", "--log-level=loud", "--drain-wait=-1", "--store=postgresql://x"})
    for (const Server server : kServers) {
      const auto process =
          Process::Start({jixiao::paths::Binaries() + "/jixiao-" + NameOf(server), argument, "--listen=127.0.0.1:0"},
                         cluster_.folder() / "usage.log");
      const auto code = process->Wait(std::chrono::seconds(10));
      ASSERT_TRUE(code) << NameOf(server) << " " << argument;
      EXPECT_NE(*code, 0);
      EXPECT_LT(*code, 128) << "not by a signal";
    }
}

}  // namespace
}  // namespace jixiao::testing
