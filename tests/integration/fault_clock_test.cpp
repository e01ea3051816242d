// The wall clock jumps under intake and archive, ahead and back, while forms are handed in and while some of them are
// in hand: nothing waits for a time that has been taken back.
#include "support/submissions.h"
#include "support/traffic.h"

#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "unit/temporary_folder.h"

namespace jixiao::testing {
namespace {

using std::chrono::seconds;

// Debian's faketime; the folder is named after the machine's architecture.
std::string FindLibrary() {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/usr/lib", error)) {
    const std::filesystem::path library = entry.path() / "faketime/libfaketimeMT.so.1";
    if (std::filesystem::exists(library)) return library.string();
  }
  return "";
}

class Clock : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string library = FindLibrary();
    if (library.empty()) GTEST_SKIP() << "faketime is not installed";
    Jump("+0");
    const Place place = {.launcher = {"/usr/bin/env", "LD_PRELOAD=" + library, "FAKETIME_TIMESTAMP_FILE=" + File(),
                                      "FAKETIME_CACHE_DURATION=1", "FAKETIME_DONT_FAKE_MONOTONIC=1"}};
    cluster_ = std::make_unique<Cluster>(
        ClusterOptions(), std::map<Server, Place>{{Server::kIntake, place}, {Server::kArchiving, place}});
  }

  std::string File() const { return folder_ / "clock"; }

  // The clock is off by this from now on; within a second the servers see it.
  void Jump(const std::string& offset) {
    std::ofstream(File() + ".new") << offset << '\n';
    std::filesystem::rename(File() + ".new", File());
  }

  TemporaryFolder folder_;
  std::unique_ptr<Cluster> cluster_;
};

TEST_F(Clock, JumpsAheadAndBack) {
  Traffic traffic(*cluster_);
  std::this_thread::sleep_for(seconds(1));
  Jump("+2h");
  traffic.ExpectNormalSoon();
  // What is in hand when the clock goes back was leased by one that is fast. The archive is only held up: gRPC waits
  // for its own time-outs in the kernel, which faketime does not reach, so that here no connection could be made anew.
  cluster_->process(Server::kArchiving).Kill(SIGSTOP);
  std::this_thread::sleep_for(seconds(1));
  Jump("-1d");
  std::this_thread::sleep_for(seconds(2));
  cluster_->process(Server::kArchiving).Kill(SIGCONT);
  traffic.ExpectNormalSoon();
  traffic.Stop();
  traffic.ExpectAllArchivedOnce();
}

}  // namespace
}  // namespace jixiao::testing
