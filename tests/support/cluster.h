// The three servers as real processes, with a folder, ports, a signing key and, if wanted, a Redis of their own.
#pragma once

#include "support/calls.h"
#include "support/postgres.h"
#include "support/process.h"

#include "jixiao/archiving/v1/archiving_service.grpc.pb.h"
#include "jixiao/intake/v1/intake_service.grpc.pb.h"
#include "jixiao/scoring/v1/scoring_service.grpc.pb.h"

#include <grpcpp/channel.h>
#include <grpcpp/security/credentials.h>
#include <nlohmann/json.hpp>

#include <array>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::testing {

enum class Server { kIntake, kScoring, kArchiving };
inline constexpr std::array kServers{Server::kIntake, Server::kScoring, Server::kArchiving};

// "intake", and "jixiao.intake.v1.IntakeService".
std::string NameOf(Server server);
std::string ServiceOf(Server server);

struct ClusterOptions {
  int intake_replicas = 1;
  int archiving_replicas = 1;  // more than one of either needs PostgreSQL
  int scoring_replicas = 1;    // intake spreads its calls over them
  bool redis = false;
  bool shared_store = false;        // they share one database, and a secret for Redis; otherwise each has its own
  int drain_wait = 0;               // seconds
  bool postgresql = false;          // all stores in a PostgreSQL of the cluster's own, one database a service
  std::string redis_password = {};  // that its Redis asks for
  // Added to the command of each server.
  std::function<std::vector<std::string>(Server)> arguments = {};
  // Of the test's own channels; null: plaintext.
  std::shared_ptr<grpc::ChannelCredentials> credentials = {};
};

// What makes one scoring replica different from the others; empty: nothing.
struct ScoringSetup {
  std::string store = {};     // path of its database
  std::string snapshot = {};  // path of its snapshot
  std::string secret = {};    // file with its secret for Redis
  bool redis = true;          // whether it is told of the cluster's Redis
};

// Where a server runs, and how.
struct Place {
  std::string host = "127.0.0.1";          // its address as the others see it
  std::vector<std::string> launcher = {};  // what runs its command: nsenter, strace, env …
};

// A channel that notices at once when its server comes and goes; in plaintext without credentials.
std::shared_ptr<grpc::Channel> OpenChannel(int port,
                                           const std::shared_ptr<grpc::ChannelCredentials>& credentials = nullptr,
                                           const std::string& host = "127.0.0.1");

// Everything is started and serving when the constructor returns; what cannot be started throws. The destructor stops
// all and removes the folder, unless a test has failed: then the folder stays, and its place is printed.
class Cluster {
 public:
  static constexpr std::string_view kOrigin = "test.jixiao/archive";

  // `places` of servers that do not run as all others do; all replicas of a server share one.
  explicit Cluster(ClusterOptions options = {}, std::map<Server, Place> places = {}, Place database = {});
  ~Cluster();
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  void Start(Server server, int replica = 0);
  // From its next start on, `launcher` runs the server.
  void SetLauncher(Server server, std::vector<std::string> launcher) { places_[server].launcher = std::move(launcher); }
  // Asks it to stop, and answers with its exit code; throws when it does not end within 30 s.
  int Stop(Server server, int replica = 0);
  void Kill9(Server server, int replica = 0);
  void Restart(Server server, int replica = 0);
  // Waits until health says SERVING for the server and its service.
  void WaitUntilServing(Server server, int replica = 0);
  // One more scoring server; its number. One that does not serve throws.
  int AddScoring(ScoringSetup setup = {});

  int intake_replicas() const { return static_cast<int>(intake_.size()); }
  Process& process(Server server, int replica = 0);
  int port(Server server, int replica = 0) const { return NodeOf(server, replica).port; }
  std::shared_ptr<grpc::Channel> Channel(Server server, int replica = 0);
  // HOST:PORT, for a command line.
  std::string AddressOf(Server server, int replica = 0) const;
  intake::v1::IntakeService::Stub& Intake(int replica = 0) { return *intake_[static_cast<std::size_t>(replica)]; }
  scoring::v1::ScoringService::Stub& Scoring(int replica = 0) { return *scoring_[static_cast<std::size_t>(replica)]; }
  archiving::v1::ArchivingService::Stub& Archiving() { return *archiving_[0]; }

  const std::filesystem::path& folder() const { return folder_; }
  std::filesystem::path Database(Server server, int replica = 0) const;
  std::filesystem::path Snapshot(int replica = 0) const;
  // Key of intake's receipts; with ".pub" behind it, what verifies them.
  std::filesystem::path ReceiptKey() const { return folder_ / "receipts.key"; }
  // Where replicas with a shared store have their secret for Redis.
  std::filesystem::path Secret() const { return folder_ / "redis.secret"; }
  // What the server's /metrics says of `series` ("name" or "name{label=\"value\"}"); nothing when it says nothing.
  std::optional<double> Metric(Server server, int replica, const std::string& series) const;
  int MetricsPort(Server server, int replica = 0) const { return NodeOf(server, replica).metrics_port; }
  // All that the server has written so far, over all its starts, or since the newest one.
  std::string LogText(Server server, int replica = 0) const;
  std::string NewestLog(Server server, int replica = 0) const;
  // Its log lines as JSON. A line that is not JSON with time, level, service and message fails the test; one that a
  // SIGKILL cut off at the end is left out.
  std::vector<nlohmann::json> LogLines(Server server, int replica = 0) const;

  void StartRedis();
  void StopRedis();
  // Null without PostgreSQL.
  PrivatePostgres* postgres() { return postgres_.get(); }
  Process& redis() { return *redis_; }
  int redis_port() const { return redis_port_; }

 private:
  struct Node {
    Server server;
    int replica = 0;
    int port = 0;
    int metrics_port = 0;
    int starts = 0;
    ScoringSetup setup;
    std::unique_ptr<Process> process;
    std::shared_ptr<grpc::Channel> channel;
  };

  Node& NodeOf(Server server, int replica);
  const Node& NodeOf(Server server, int replica) const;
  const std::string& HostOf(Server server) const;
  Node& AddNode(Server server, int replica);
  // All replicas, as a target that gRPC's resolvers read.
  std::string TargetOf(Server server) const;
  std::string StoreOf(Server server, int replica) const;
  std::filesystem::path LogFile(const Node& node, int start) const;

  const ClusterOptions options_;
  std::map<Server, Place> places_;
  std::filesystem::path folder_;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::unique_ptr<PrivatePostgres> postgres_;
  std::map<Server, std::string> databases_;  // URLs
  std::unique_ptr<Process> redis_;
  int redis_port_ = 0;
  std::vector<std::unique_ptr<intake::v1::IntakeService::Stub>> intake_;
  std::vector<std::unique_ptr<scoring::v1::ScoringService::Stub>> scoring_;
  std::vector<std::unique_ptr<archiving::v1::ArchivingService::Stub>> archiving_;
};

}  // namespace jixiao::testing
