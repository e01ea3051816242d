#include "support/cluster.h"

#include "support/paths.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>

namespace jixiao::testing {
namespace {

constexpr std::chrono::seconds kStartPatience{20};
constexpr std::chrono::seconds kStopPatience{30};
constexpr char kRedisServer[] = "/usr/bin/redis-server";

std::filesystem::path NewFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "jixiao-test-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make a folder in " + pattern);
  return pattern;
}

std::string ReadFile(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

void CheckLine(const nlohmann::json& line, const std::string& service) {
  for (const char* field : {"time", "level", "service", "message"})
    EXPECT_TRUE(line.contains(field) && line[field].is_string()) << "no " << field << " in " << line;
  EXPECT_EQ(line.value("service", ""), service);
}

// Whether the running test has failed, or, between tests, its suite.
bool TestFailed() {
  const auto& run = *::testing::UnitTest::GetInstance();
  if (run.current_test_info() != nullptr) return ::testing::Test::HasFailure();
  return run.current_test_suite() != nullptr && run.current_test_suite()->Failed();
}

// Nobody polls a channel between blocking calls but gRPC itself, every five seconds; until then a server that stops
// waits for the channel to hear of it.
// gRPC reads it when it is first used, which credentials may do before there is a cluster.
const int kPollsIdleChannelsOften = setenv("GRPC_CLIENT_CHANNEL_BACKUP_POLL_INTERVAL_MS", "20", 1);

}  // namespace

std::shared_ptr<grpc::Channel> OpenChannel(int port, const std::shared_ptr<grpc::ChannelCredentials>& credentials,
                                           const std::string& host) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  arguments.SetMaxSendMessageSize(-1);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 20);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 2000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(host + ":" + std::to_string(port),
                                   credentials != nullptr ? credentials : grpc::InsecureChannelCredentials(),
                                   arguments);
}

std::string NameOf(Server server) {
  switch (server) {
    case Server::kIntake:
      return "intake";
    case Server::kScoring:
      return "scoring";
    case Server::kArchiving:
      return "archiving";
  }
  return "";
}

std::string ServiceOf(Server server) {
  switch (server) {
    case Server::kIntake:
      return intake::v1::IntakeService::service_full_name();
    case Server::kScoring:
      return scoring::v1::ScoringService::service_full_name();
    case Server::kArchiving:
      return archiving::v1::ArchivingService::service_full_name();
  }
  return "";
}

Cluster::Cluster(ClusterOptions options, std::map<Server, Place> places, Place database)
    : options_(std::move(options)), places_(std::move(places)), folder_(NewFolder()) {
  std::ofstream(Secret()) << "a secret that only tests share\n";
  if (options_.redis) {
    redis_port_ = FreePort();
    StartRedis();
  }
  // All ports are known before the first server starts.
  if (options_.postgresql) {
    postgres_ = PrivatePostgres::Start(database.host, database.launcher);
    if (postgres_ == nullptr) throw std::runtime_error("PostgreSQL is not installed");
    for (const Server server : {Server::kIntake, Server::kScoring, Server::kArchiving})
      databases_[server] = postgres_->CreateDatabase();
  }
  for (int i = 0; i < options_.intake_replicas; ++i)
    intake_.push_back(intake::v1::IntakeService::NewStub(AddNode(Server::kIntake, i).channel));
  for (int i = 0; i < options_.archiving_replicas; ++i)
    archiving_.push_back(archiving::v1::ArchivingService::NewStub(AddNode(Server::kArchiving, i).channel));
  for (int i = 0; i < options_.scoring_replicas; ++i)
    scoring_.push_back(scoring::v1::ScoringService::NewStub(AddNode(Server::kScoring, i).channel));
  for (const auto& node : nodes_) Start(node->server, node->replica);
  for (const auto& node : nodes_) WaitUntilServing(node->server, node->replica);
}

Cluster::~Cluster() {
  for (const auto& node : nodes_)
    if (node->process != nullptr) node->process->Kill(SIGTERM);
  for (const auto& node : nodes_) node->process.reset();
  postgres_.reset();
  redis_.reset();
  if (TestFailed()) {
    std::cout << "the servers' logs and databases stay in " << folder_ << std::endl;
    return;
  }
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

Cluster::Node& Cluster::AddNode(Server server, int replica) {
  auto node = std::make_unique<Node>();
  node->server = server;
  node->replica = replica;
  node->port = FreePort();
  node->metrics_port = FreePort();
  node->channel = OpenChannel(node->port, options_.credentials, HostOf(server));
  nodes_.push_back(std::move(node));
  return *nodes_.back();
}

int Cluster::AddScoring(ScoringSetup setup) {
  const int replica = static_cast<int>(scoring_.size());
  Node& node = AddNode(Server::kScoring, replica);
  node.setup = std::move(setup);
  scoring_.push_back(scoring::v1::ScoringService::NewStub(node.channel));
  Start(Server::kScoring, replica);
  WaitUntilServing(Server::kScoring, replica);
  return replica;
}

void Cluster::Start(Server server, int replica) {
  Node& node = NodeOf(server, replica);
  // The servers of an older release come first when they are given, and this build's at a restart.
  const char* former = node.starts == 0 ? std::getenv("JIXIAO_FORMER_BINARIES") : nullptr;
  std::vector<std::string> command = {
      (former != nullptr ? former : jixiao::paths::Binaries()) + "/jixiao-" + NameOf(server),
      "--listen=" + AddressOf(server, replica), "--store=" + StoreOf(server, replica),
      "--drain-wait=" + std::to_string(options_.drain_wait),
      "--metrics=127.0.0.1:" + std::to_string(node.metrics_port)};
  // In namespaces of the test's own, servers are not all on one loopback address.
  if (std::ranges::any_of(places_, [](const auto& place) { return place.second.host != Place().host; }))
    command.push_back("--insecure");
  switch (server) {
    case Server::kIntake:
      command.push_back("--scoring=" + TargetOf(Server::kScoring));
      command.push_back("--receipt-key=" + ReceiptKey().string());
      command.push_back("--archiving=" + TargetOf(Server::kArchiving));
      break;
    case Server::kScoring:
      // An older one may have no audit log.
      if (former == nullptr) command.push_back("--archiving=" + TargetOf(Server::kArchiving));
      command.push_back("--rulesets=" + jixiao::paths::Source() + "/services/scoring/rulesets");
      command.push_back("--snapshot=" + Snapshot(replica).string());
      if (options_.redis && node.setup.redis)
        command.push_back(options_.redis_password.empty() ? "--redis=127.0.0.1:" + std::to_string(redis_port_)
                                                          : "--redis=redis://:" + options_.redis_password +
                                                                "@127.0.0.1:" + std::to_string(redis_port_));
      if (!node.setup.secret.empty())
        command.push_back("--redis-secret=" + node.setup.secret);
      else if (options_.shared_store)
        command.push_back("--redis-secret=" + Secret().string());
      break;
    case Server::kArchiving:
      command.push_back("--signing-key=" + (folder_ / "archive.key").string());
      command.push_back("--origin=" + std::string(kOrigin));
      break;
  }
  if (options_.arguments)
    for (std::string& argument : options_.arguments(server)) command.push_back(std::move(argument));
  const std::vector<std::string>& launcher = places_[server].launcher;
  command.insert(command.begin(), launcher.begin(), launcher.end());
  node.process = Process::Start(command, LogFile(node, node.starts++));
}

int Cluster::Stop(Server server, int replica) {
  Process& running = process(server, replica);
  running.Kill(SIGTERM);
  const std::optional<int> code = running.Wait(kStopPatience);
  if (!code) throw std::runtime_error(NameOf(server) + " does not stop");
  return *code;
}

void Cluster::Kill9(Server server, int replica) {
  Process& running = process(server, replica);
  running.Kill(SIGKILL);
  if (!running.Wait(kStopPatience)) throw std::runtime_error(NameOf(server) + " survives SIGKILL");
}

void Cluster::Restart(Server server, int replica) {
  if (process(server, replica).Running()) Stop(server, replica);
  Start(server, replica);
  WaitUntilServing(server, replica);
}

void Cluster::WaitUntilServing(Server server, int replica) {
  Node& node = NodeOf(server, replica);
  const auto end = std::chrono::steady_clock::now() + kStartPatience;
  while (HealthOf(node.channel) != Health::kServing || HealthOf(node.channel, ServiceOf(server)) != Health::kServing) {
    const std::optional<int> code = node.process->Wait(std::chrono::milliseconds(10));
    if (code || std::chrono::steady_clock::now() >= end)
      throw std::runtime_error(NameOf(server) + (code ? " ended with " + std::to_string(*code) : " does not serve") +
                               "; its log:\n" + LogText(server, replica));
  }
}

Process& Cluster::process(Server server, int replica) {
  return *NodeOf(server, replica).process;
}

std::shared_ptr<grpc::Channel> Cluster::Channel(Server server, int replica) {
  return NodeOf(server, replica).channel;
}

std::string Cluster::AddressOf(Server server, int replica) const {
  return HostOf(server) + ":" + std::to_string(NodeOf(server, replica).port);
}

const std::string& Cluster::HostOf(Server server) const {
  static const Place kHere;
  const auto place = places_.find(server);
  return place == places_.end() ? kHere.host : place->second.host;
}

std::filesystem::path Cluster::Database(Server server, int replica) const {
  if (server == Server::kScoring) {
    if (const std::string& own = NodeOf(server, replica).setup.store; !own.empty()) return own;
    if (options_.shared_store) replica = 0;
  }
  return folder_ / (NameOf(server) + "-" + std::to_string(replica) + ".db");
}

std::filesystem::path Cluster::Snapshot(int replica) const {
  if (const std::string& own = NodeOf(Server::kScoring, replica).setup.snapshot; !own.empty()) return own;
  return folder_ / ("scoring-" + std::to_string(replica) + ".snapshot");
}

std::optional<double> Cluster::Metric(Server server, int replica, const std::string& series) const {
  std::istringstream lines(HttpGet(MetricsPort(server, replica), "/metrics"));
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(series + " ")) return std::stod(line.substr(series.size() + 1));
  return std::nullopt;
}

std::filesystem::path Cluster::LogFile(const Node& node, int start) const {
  return folder_ / (NameOf(node.server) + "-" + std::to_string(node.replica) + "-" + std::to_string(start) + ".log");
}

std::string Cluster::LogText(Server server, int replica) const {
  const Node& node = NodeOf(server, replica);
  std::string text;
  for (int start = 0; start < node.starts; ++start) text += ReadFile(LogFile(node, start));
  return text;
}

std::string Cluster::NewestLog(Server server, int replica) const {
  const Node& node = NodeOf(server, replica);
  return ReadFile(LogFile(node, node.starts - 1));
}

std::vector<nlohmann::json> Cluster::LogLines(Server server, int replica) const {
  const Node& node = NodeOf(server, replica);
  std::vector<nlohmann::json> lines;
  std::string odd;  // the first line that is not JSON
  for (int start = 0; start < node.starts; ++start) {
    std::ifstream in(LogFile(node, start), std::ios::binary);
    for (std::string line; std::getline(in, line);) {
      if (in.eof()) break;  // without its newline: cut off
      nlohmann::json parsed = nlohmann::json::parse(line, nullptr, false);
      if (!parsed.is_object()) {
        if (odd.empty()) odd = line;
        continue;
      }
      CheckLine(parsed, NameOf(server));
      lines.push_back(std::move(parsed));
    }
  }
  EXPECT_EQ(odd, "") << NameOf(server) << " logs a line that is not JSON";
  return lines;
}

Cluster::Node& Cluster::NodeOf(Server server, int replica) {
  for (const auto& node : nodes_)
    if (node->server == server && node->replica == replica) return *node;
  throw std::runtime_error("no such server");
}

const Cluster::Node& Cluster::NodeOf(Server server, int replica) const {
  return const_cast<Cluster*>(this)->NodeOf(server, replica);
}

std::string Cluster::StoreOf(Server server, int replica) const {
  const auto url = databases_.find(server);
  return url != databases_.end() ? url->second : "sqlite:" + Database(server, replica).string();
}

std::string Cluster::TargetOf(Server server) const {
  std::string addresses;
  for (const auto& node : nodes_) {
    if (node->server != server) continue;
    addresses += (addresses.empty() ? "ipv4:" : ",") + AddressOf(server, node->replica);
  }
  return addresses;
}

void Cluster::StartRedis() {
  std::vector<std::string> command = {kRedisServer,
                                      "--bind",
                                      "127.0.0.1",
                                      "--port",
                                      std::to_string(redis_port_),
                                      "--save",
                                      "",
                                      "--appendonly",
                                      "no",
                                      "--dir",
                                      folder_.string(),
                                      "--daemonize",
                                      "no"};
  if (!options_.redis_password.empty()) {
    command.push_back("--requirepass");
    command.push_back(options_.redis_password);
  }
  redis_ = Process::Start(command, folder_ / "redis.log");
  // It listens when the port is taken; what it answers is hiredis's business.
  const auto channel_free = [this] {
    return ReadFile(folder_ / "redis.log").find("eady to accept") == std::string::npos;
  };
  const auto end = std::chrono::steady_clock::now() + kStartPatience;
  while (channel_free()) {
    if (!redis_->Running() || std::chrono::steady_clock::now() >= end)
      throw std::runtime_error("redis-server does not start:\n" + ReadFile(folder_ / "redis.log"));
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

void Cluster::StopRedis() {
  redis_.reset();
  std::filesystem::remove(folder_ / "redis.log");
}

}  // namespace jixiao::testing
