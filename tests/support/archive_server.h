// Archiving servers of a test's own, without the other two services.
#pragma once

#include "support/calls.h"
#include "support/process.h"

#include "jixiao/archiving/v1/archiving_service.grpc.pb.h"
#include "jixiao/archiving/v1/log_service.grpc.pb.h"

#include <grpcpp/channel.h>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace jixiao::testing {

// One process. Start it from a thread that lives as long as the test.
class ArchiveServer {
 public:
  static constexpr char kOrigin[] = "test.jixiao/archive";

  // `store` as the server takes it; the signing key is `folder`/archive.key. Serving when the constructor returns.
  ArchiveServer(std::filesystem::path folder, std::string name, std::string store,
                std::vector<std::string> more_options = {});

  void Start();
  // From its next start on, `launcher` runs the server.
  void SetLauncher(std::vector<std::string> launcher) { launcher_ = std::move(launcher); }
  void WaitUntilServing();
  bool Serving() const { return HealthOf(channel_) == Health::kServing; }
  void Kill9();
  Process& process() { return *process_; }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  archiving::v1::ArchivingService::Stub& Archiving() { return *archiving_; }
  archiving::v1::LogService::Stub& Log() { return *log_; }
  std::string VerifierKey();

 private:
  const std::filesystem::path folder_;
  const std::string name_;
  const std::string store_;
  const std::vector<std::string> more_options_;
  std::vector<std::string> launcher_;
  const int port_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<archiving::v1::ArchivingService::Stub> archiving_;
  std::unique_ptr<archiving::v1::LogService::Stub> log_;
  std::unique_ptr<Process> process_;
};

// A whole request: a sample form, a scorecard and a rule set that belong together.
archiving::v1::ArchiveRecordRequest ArchiveRequest(const std::string& key);

// Runs `jixiao --archiving ADDRESS archive ARGUMENTS…`; its exit code, 128 + the signal, or -1 when it does not end.
int RunArchiveCommand(const std::string& address, std::vector<std::string> arguments,
                      const std::filesystem::path& folder, std::string* output = nullptr);
// The command, for Process::Start.
std::vector<std::string> ArchiveCommand(const std::string& address, std::vector<std::string> arguments);

}  // namespace jixiao::testing
