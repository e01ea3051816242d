// SIGKILL at random moments, to the archiving server while it appends, sequences and renews hashes, and to the commands
// that export, import, write tiles and renew:
//
//  1. Two writers archive one record after the other and repeat what was not acknowledged. A watcher asks for tree
//     heads. A clerk exports the whole archive, takes over another archive's package, writes tiles and renews hashes.
//  2. At random moments the server or the clerk's command is killed and started again.
//  3. Then everything comes to rest. Every acknowledged record is there, at its index, proven; every tree head that
//     anyone has ever seen is a prefix of the last one; CheckLog finds no damage; what has the name of a package is
//     one.
//
// Eight kills by default; JIXIAO_KILLS=100 makes it a stress test. JIXIAO_TEST_SEED repeats its moments and victims.
#include "support/archive_server.h"
#include "support/forms.h"
#include "support/log_history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <random>
#include <thread>

#include "unit/temporary_folder.h"

namespace jixiao::testing {
namespace {

namespace fs = std::filesystem;
using namespace archiving::v1;

constexpr int kForeign = 12;  // records of the other archive's package

int Kills() {
  const char* given = std::getenv("JIXIAO_KILLS");
  return given == nullptr ? 8 : std::atoi(given);
}

class ArchiveKills : public ::testing::Test {
 protected:
  ArchiveKills() {
    MakePackage();
    server_ = std::make_unique<ArchiveServer>(folder_ / "", "archiving", "sqlite:" + (folder_ / "archive.db"));
    history_ = std::make_unique<LogHistory>(server_->VerifierKey(), ArchiveServer::kOrigin);
  }

  // Another archive's package, to be taken over.
  void MakePackage() {
    const fs::path other = folder_ / "other";
    fs::create_directories(other);
    ArchiveServer origin(other, "other", "sqlite:" + (other / "archive.db").string());
    for (int i = 0; i < kForeign; ++i) {
      ArchiveRecordResponse response;
      const ArchiveRecordRequest request = ArchiveRequest("foreign/" + std::to_string(i));
      ASSERT_TRUE(Patiently([&](grpc::ClientContext& context) {
                    return origin.Archiving().ArchiveRecord(&context, request, &response);
                  }).ok());
    }
    std::string output;
    ASSERT_EQ(RunArchiveCommand(origin.address(), {"export", "--all", "--as", "bagit", "--out", Path("foreign.zip")},
                                folder_ / "", &output),
              0)
        << output;
    std::ofstream(Path("foreign.pub")) << origin.VerifierKey() << '\n';
  }

  std::string Path(const std::string& name) const { return folder_ / name; }

  void RunWriter(int writer) {
    for (int number = 0; !over_; ++number) {
      const std::string key = "writer" + std::to_string(writer) + "/" + std::to_string(number);
      const ArchiveRecordRequest request = ArchiveRequest(key);
      ArchiveRecordResponse response;
      const grpc::Status status = Patiently(
          [&](grpc::ClientContext& context) {
            return server_->Archiving().ArchiveRecord(&context, request, &response);
          },
          std::chrono::seconds(60));
      ASSERT_TRUE(status.ok()) << Read(status).Describe();
      history_->Acknowledged(key, response.proof());
      std::this_thread::sleep_for(std::chrono::milliseconds(3));
    }
  }

  void RunWatcher() {
    while (!over_) {
      GetTreeHeadResponse head;
      grpc::ClientContext context;
      Within(context);
      if (server_->Archiving().GetTreeHead(&context, GetTreeHeadRequest(), &head).ok() && !head.checkpoint().empty())
        history_->Saw(head.checkpoint());
      std::this_thread::sleep_for(std::chrono::milliseconds(7));
    }
  }

  // The clerk's next command; each is one that may be killed and repeated.
  std::vector<std::string> NextCommand() {
    switch (commands_++ % 4) {
      case 0:
        return {"import", Path("foreign.zip"), "--key", Path("foreign.pub")};
      case 1:
        fs::remove_all(Path("season.zip"));
        return {"export", "--all", "--as", "bagit", "--out", Path("season.zip")};
      case 2:
        return {"renew", "--hash", "sm3"};
      default:
        return {"tiles", "--out", Path("tiles")};
    }
  }
  void StartClerk() {
    clerk_ = Process::Start(ArchiveCommand(server_->address(), NextCommand()), folder_ / "clerk.log");
  }

  TemporaryFolder folder_;
  std::unique_ptr<ArchiveServer> server_;
  std::unique_ptr<LogHistory> history_;
  std::unique_ptr<Process> clerk_;
  int commands_ = 0;
  std::atomic<bool> over_{false};
};

TEST_F(ArchiveKills, TheLogNeverForksAndLosesNothing) {
  std::vector<std::thread> threads;
  threads.emplace_back([this] { RunWriter(0); });
  threads.emplace_back([this] { RunWriter(1); });
  threads.emplace_back([this] { RunWatcher(); });
  std::mt19937_64 random(TestSeed());
  int clerks_killed = 0;
  for (int kill = 0; kill < Kills(); ++kill) {
    StartClerk();
    std::this_thread::sleep_for(std::chrono::milliseconds(10 + random() % 150));
    if (random() % 2 == 0) {
      server_->Kill9();
      server_->Start();
      server_->WaitUntilServing();
      clerk_->Wait(std::chrono::seconds(60));  // it may have failed with the server: it is repeated
    } else {
      clerks_killed += clerk_->Running() ? 1 : 0;
      clerk_->Kill(SIGKILL);
      clerk_->Wait(std::chrono::seconds(20));
    }
  }
  over_ = true;
  for (std::thread& thread : threads) thread.join();

  std::string output;
  const auto run = [&](std::vector<std::string> arguments) {
    return RunArchiveCommand(server_->address(), std::move(arguments), folder_ / "", &output);
  };
  const std::string key = Path("archive.key.pub");
  EXPECT_EQ(run({"import", Path("foreign.zip"), "--key", Path("foreign.pub")}), 0) << output;
  EXPECT_EQ(run({"import", Path("foreign.zip"), "--key", Path("foreign.pub")}), 0) << output;
  EXPECT_THAT(output, ::testing::HasSubstr("新归档 0 条，已有 " + std::to_string(kForeign)));
  if (fs::exists(Path("season.zip"))) {
    EXPECT_EQ(run({"verify", Path("season.zip"), "--key", key}), 0) << output;
    fs::remove(Path("season.zip"));
  }
  EXPECT_EQ(run({"renew", "--hash", "sm3"}), 0) << output;
  EXPECT_EQ(run({"tiles", "--out", Path("tiles"), "--key", key}), 0) << output;
  EXPECT_EQ(run({"export", "--all", "--as", "bagit", "--out", Path("season.zip")}), 0) << output;
  EXPECT_EQ(run({"verify", Path("season.zip"), "--key", key}), 0) << output;
  EXPECT_EQ(run({"verify", "--all", "--key", key}), 0) << output;
  history_->Check(server_->Archiving());
  EXPECT_GT(history_->records().size(), 0u);
  std::printf("%d kills (%d of commands), %zu records acknowledged, %zu tree heads seen\n", Kills(), clerks_killed,
              history_->records().size(), history_->heads());
}

}  // namespace
}  // namespace jixiao::testing
