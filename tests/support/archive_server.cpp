#include "support/archive_server.h"

#include "common/canonical.h"
#include "support/cluster.h"
#include "support/forms.h"
#include "support/paths.h"

#include <csignal>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>

namespace jixiao::testing {

ArchiveServer::ArchiveServer(std::filesystem::path folder, std::string name, std::string store,
                             std::vector<std::string> more_options)
    : folder_(std::move(folder)),
      name_(std::move(name)),
      store_(std::move(store)),
      more_options_(std::move(more_options)),
      port_(FreePort()),
      channel_(OpenChannel(port_)),
      archiving_(archiving::v1::ArchivingService::NewStub(channel_)),
      log_(archiving::v1::LogService::NewStub(channel_)) {
  Start();
  WaitUntilServing();
}

void ArchiveServer::Start() {
  std::vector<std::string> command = {paths::Binaries() + "/jixiao-archiving",
                                      "--listen=127.0.0.1:" + std::to_string(port_),
                                      "--store=" + store_,
                                      "--metrics=127.0.0.1:" + std::to_string(FreePort()),
                                      "--drain-wait=0",
                                      "--signing-key=" + (folder_ / "archive.key").string(),
                                      std::string("--origin=") + kOrigin};
  command.insert(command.end(), more_options_.begin(), more_options_.end());
  command.insert(command.begin(), launcher_.begin(), launcher_.end());
  process_ = Process::Start(command, folder_ / (name_ + ".log"));
}

void ArchiveServer::WaitUntilServing() {
  const bool serving = Eventually([&] {
    if (!process_->Running()) throw std::runtime_error(name_ + " has ended; its log is in " + folder_.string());
    return Serving();
  });
  if (!serving) throw std::runtime_error(name_ + " does not serve");
}

void ArchiveServer::Kill9() {
  process_->Kill(SIGKILL);
  if (!process_->Wait(std::chrono::seconds(20))) throw std::runtime_error(name_ + " survives SIGKILL");
}

std::string ArchiveServer::VerifierKey() {
  archiving::v1::GetTreeHeadResponse head;
  const grpc::Status status = Patiently([&](grpc::ClientContext& context) {
    return archiving_->GetTreeHead(&context, archiving::v1::GetTreeHeadRequest(), &head);
  });
  if (!status.ok()) throw std::runtime_error(status.error_message());
  return head.verifier_key();
}

archiving::v1::ArchiveRecordRequest ArchiveRequest(const std::string& key) {
  archiving::v1::ArchiveRecordRequest request;
  request.set_key(key);
  *request.mutable_form() = Samples().front();
  request.mutable_form()->set_project_name("项目 " + key);
  request.mutable_rule_set()->set_id("rules");
  request.mutable_scorecard()->set_computed_total("90");
  request.mutable_scorecard()->mutable_rule_set()->set_digest(CanonicalDigest(request.rule_set()).value());
  return request;
}

std::vector<std::string> ArchiveCommand(const std::string& address, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {paths::Binaries() + "/jixiao", "--archiving", address, "archive"});
  return arguments;
}

int RunArchiveCommand(const std::string& address, std::vector<std::string> arguments,
                      const std::filesystem::path& folder, std::string* output) {
  const std::filesystem::path file = folder / "output";
  std::filesystem::remove(file);
  const auto end = Process::Start(ArchiveCommand(address, std::move(arguments)), file)->Wait(std::chrono::seconds(90));
  if (output != nullptr) {
    std::ifstream in(file, std::ios::binary);
    output->assign(std::istreambuf_iterator<char>(in), {});
  }
  return end.value_or(-1);
}

}  // namespace jixiao::testing
