// A disk without room, for intake and archive at once: refusals that say so, answers from what is there, a start on the
// full disk that fails with a word or serves, no half package; with room again all goes on.
#include "support/archive_server.h"
#include "support/network.h"
#include "support/submissions.h"
#include "support/traffic.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

namespace jixiao::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int kMegabytes = 300;

class FullDisk : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const std::string why = WhyNoNamespaces(); !why.empty()) GTEST_SKIP() << why;
    cluster_ = std::make_unique<Cluster>();
    for (const Server server : {Server::kIntake, Server::kArchiving}) cluster_->Stop(server);
    disk_ = std::make_unique<SmallDisk>(cluster_->folder(), kMegabytes);
    for (const Server server : {Server::kIntake, Server::kArchiving}) {
      cluster_->SetLauncher(server, disk_->launcher());
      cluster_->Start(server);
      cluster_->WaitUntilServing(server);
    }
  }

  // Starts a server that may find no room to start in: then it says so.
  void StartFull(Server server) {
    cluster_->Kill9(server);
    cluster_->Start(server);
    const auto end = cluster_->process(server).Wait(seconds(2));
    if (!end) return;
    EXPECT_EQ(*end, 1);
    EXPECT_NE(cluster_->NewestLog(server).find(R"("message":"cannot serve")"), std::string::npos)
        << cluster_->NewestLog(server);
    std::cout << NameOf(server) << " does not start on a full disk: " << cluster_->NewestLog(server);
  }

  std::unique_ptr<Cluster> cluster_;
  std::unique_ptr<SmallDisk> disk_;
};

TEST_F(FullDisk, RefusesAndGoesOn) {
  Traffic traffic(*cluster_);
  std::this_thread::sleep_for(seconds(1));
  disk_->Fill();
  std::this_thread::sleep_for(seconds(2));
  const int receipts = traffic.receipts();
  EXPECT_GT(traffic.errors()["8 STORE_FULL"], 0) << "nobody was told that the store is full";

  // What is there can still be read.
  EXPECT_FALSE(AllSubmissions(*cluster_).empty());
  EXPECT_EQ(CheckLog(*cluster_).damage_size(), 0);

  // A package for which there is no room has no name, and leaves nothing.
  std::vector<std::string> command =
      ArchiveCommand(cluster_->AddressOf(Server::kArchiving),
                     {"export", "--all", "--as", "bagit", "--out", (cluster_->folder() / "season.zip").string()});
  command.insert(command.begin(), disk_->launcher().begin(), disk_->launcher().end());
  EXPECT_EQ(Process::Start(command, cluster_->folder() / "export.log")->Wait(seconds(30)), 1);
  for (const auto& entry : std::filesystem::directory_iterator(disk_->Inside("")))
    EXPECT_FALSE(entry.path().filename().string().starts_with("season")) << entry.path();

  for (const Server server : {Server::kIntake, Server::kArchiving}) StartFull(server);
  disk_->MakeRoom();
  for (const Server server : {Server::kIntake, Server::kArchiving}) {
    if (!cluster_->process(server).Running()) cluster_->Start(server);
    cluster_->WaitUntilServing(server);
  }
  traffic.ExpectNormalSoon();
  EXPECT_GT(traffic.receipts(), receipts);
  traffic.Stop();
  traffic.ExpectAllArchivedOnce();
  EXPECT_EQ(Process::Start(command, cluster_->folder() / "export.log")->Wait(seconds(30)), 0);
}

}  // namespace
}  // namespace jixiao::testing
