// What machines do to each other: a wire that is cut without a word, and a database that stops in its tracks. Callers
// go on all the while; afterwards all is normal within ten seconds, and every form is archived once.
//
// JIXIAO_FAULTS=all makes the faults last longer than any connection stands them.
#include "support/network.h"
#include "support/traffic.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string_view>
#include <thread>

namespace jixiao::testing {
namespace {

using std::chrono::seconds;

void Last(seconds usual, seconds long_one) {
  const char* given = std::getenv("JIXIAO_FAULTS");
  std::this_thread::sleep_for(given != nullptr && std::string_view(given) == "all" ? long_one : usual);
}

class Partition : public ::testing::Test {
 protected:
  // True where the test is to go on.
  static bool Ready() {
    if (const std::string why = WhyNoNamespaces(); !why.empty()) {
      [&] { GTEST_SKIP() << why; }();
      return false;
    }
    return InOwnNetwork();
  }

  static void CutAndMend(RemoteMachine& remote, Cluster& cluster) {
    Traffic traffic(cluster);
    Last(seconds(1), seconds(2));
    EXPECT_GT(traffic.receipts(), 0);
    remote.Cut();
    Last(seconds(2), seconds(25));
    remote.Mend();
    traffic.ExpectNormalSoon();
    traffic.Stop();
    traffic.ExpectAllArchivedOnce();
  }
};

TEST_F(Partition, OfIntakeAndArchive) {
  if (!Ready()) return;
  RemoteMachine remote;
  Cluster cluster({}, {{Server::kArchiving, remote.place()}});
  CutAndMend(remote, cluster);
}

TEST_F(Partition, OfIntakeAndScoring) {
  if (!Ready()) return;
  RemoteMachine remote;
  Cluster cluster({}, {{Server::kScoring, remote.place()}});
  CutAndMend(remote, cluster);
}

TEST_F(Partition, OfServicesAndDatabase) {
  if (!PrivatePostgres::Installed()) GTEST_SKIP() << "PostgreSQL is not installed (postgresql)";
  if (!Ready()) return;
  RemoteMachine remote;
  Cluster cluster({.postgresql = true}, {}, remote.place());
  CutAndMend(remote, cluster);
}

class Database : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!PrivatePostgres::Installed()) GTEST_SKIP() << "PostgreSQL is not installed (postgresql)";
    cluster_ = std::make_unique<Cluster>(ClusterOptions{.postgresql = true});
  }

  std::unique_ptr<Cluster> cluster_;
};

TEST_F(Database, ThatStopsInItsTracks) {
  Traffic traffic(*cluster_);
  Last(seconds(1), seconds(2));
  cluster_->postgres()->Freeze();
  Last(seconds(2), seconds(25));
  cluster_->postgres()->Thaw();
  traffic.ExpectNormalSoon();
  traffic.Stop();
  traffic.ExpectAllArchivedOnce();
}

TEST_F(Database, ThatCrashesAndStaysAwayForAWhile) {
  Traffic traffic(*cluster_);
  Last(seconds(1), seconds(2));
  cluster_->postgres()->Crash();
  Last(seconds(2), seconds(25));
  cluster_->postgres()->StartAgain();
  traffic.ExpectNormalSoon();
  traffic.Stop();
  traffic.ExpectAllArchivedOnce();
}

}  // namespace
}  // namespace jixiao::testing
