// How rule sets come to every replica: three on one database, with a Redis and a snapshot each, and new ones that find
// the database away. Whoever writes to Redis has no say in any of it.
#include "common/canonical.h"
#include "common/digest.h"
#include "common/text.h"
#include "common/time.h"
#include "scoring/rulesets/index.h"
#include "scoring/rulesets/snapshot.h"
#include "support/scoring.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

namespace jixiao::testing {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr char kRegion[] = "330106";
constexpr milliseconds kVisible{1000};  // of the usual publication; a single look may meet a stall of the machine

class DistributionTest : public ScoringTest {
 protected:
  DistributionTest() : ScoringTest({.scoring_replicas = 3, .redis = true, .shared_store = true}) {}

  // How long until all three replicas list what A publishes.
  milliseconds SpreadOf(const std::string& id) {
    Publish(kA, LocalRules(id));
    const auto start = steady_clock::now();
    for (const int replica : {kA, kB, kC}) EXPECT_TRUE(Eventually([&] { return Lists(replica, id); })) << replica;
    return std::chrono::duration_cast<milliseconds>(steady_clock::now() - start);
  }

  // The median of several publications: one stall of a busy machine is not what the promise is about.
  milliseconds UsualSpread(const std::string& name) {
    std::array<milliseconds, 7> spreads{};
    for (std::size_t i = 0; i < spreads.size(); ++i) spreads[i] = SpreadOf(Cat(name, "-", i));
    const auto median = spreads.begin() + spreads.size() / 2;
    std::ranges::nth_element(spreads, median);
    return *median;
  }

  // A database that is away now, and there when the folder in its path is made a link to the cluster's.
  fs::path Away() const { return cluster_.folder() / "away" / "scoring-0.db"; }
  void BringBack() { fs::create_directory_symlink(cluster_.folder(), cluster_.folder() / "away"); }

  // A replica that must not start: nobody tells it what is published. The others hold still, so that none of them puts
  // the index right meanwhile.
  void ExpectNoStart(const ScoringSetup& setup) {
    for (const int replica : {kA, kB, kC}) cluster_.process(Server::kScoring, replica).Kill(SIGSTOP);
    EXPECT_THROW(cluster_.AddScoring(setup), std::runtime_error);
    for (const int replica : {kA, kB, kC}) cluster_.process(Server::kScoring, replica).Kill(SIGCONT);
  }

  // Waits until a replica's snapshot holds a rule set.
  void WaitForSnapshot(int replica, const std::string& digest) {
    EXPECT_TRUE(Eventually([&] {
      const auto snapshot = scoring::ReadSnapshot(cluster_.Snapshot(replica).string());
      return snapshot.ok() && std::ranges::count(snapshot->index.digests, digest) == 1;
    }));
  }

  // A replica that cannot reach the database serves `id` to the region, refuses to publish, and becomes like the others
  // when the database is back.
  void ExpectReadOnlyUntilBack(int replica, const std::string& id, const std::string& digest, const char* flag) {
    EXPECT_EQ(RuleSetFor(replica, kRegion), id);
    EXPECT_EQ(MustScore(replica, digest), MustScore(kA, digest));
    EXPECT_EQ(Metric(replica, flag), 1);
    EXPECT_EQ(Metric(replica, "jixiao_rule_book_store_up"), 0);
    EXPECT_GE(Metric(replica, "jixiao_rule_book_staleness_seconds"), 0);
    ExpectRefusal(TryPublish(replica, LocalRules("refused")), grpc::StatusCode::UNAVAILABLE, "STORE_AWAY");
    BringBack();
    EXPECT_TRUE(Eventually([&] { return Metric(replica, "jixiao_rule_book_store_up") == 1; }));
    EXPECT_EQ(Metric(replica, flag), 0);
    EXPECT_EQ(RuleSetFor(replica, kRegion), id);
    Publish(replica, LocalRules("published-again"));
    EXPECT_TRUE(Eventually([&] { return Lists(kA, "published-again"); }));
  }
};

TEST_F(DistributionTest, EveryReplicaSeesAPublicationWithinASecond) {
  EXPECT_LT(UsualSpread("spread"), kVisible);
  EXPECT_EQ(RuleSetFor(kC, kRegion), "cn-national-2020");
  Publish(kB, RegionalRules("zhejiang", "33"));
  for (const int replica : {kA, kB, kC})
    EXPECT_TRUE(Eventually([&] { return RuleSetFor(replica, kRegion) == "zhejiang"; })) << replica;
}

TEST_F(DistributionTest, EveryReplicaSeesAPublicationWithinASecondWithoutRedis) {
  cluster_.StopRedis();
  EXPECT_LT(UsualSpread("alone"), kVisible);
}

TEST_F(DistributionTest, EveryReplicaSeesAPublicationWithinASecondWithAHungRedis) {
  cluster_.redis().Kill(SIGSTOP);
  EXPECT_LT(UsualSpread("hung"), kVisible);
  cluster_.redis().Kill(SIGCONT);
}

TEST_F(DistributionTest, NewReplicaStartsFromRedisWithoutTheDatabase) {
  const std::string digest = Publish(kA, RegionalRules("zhejiang", "33"));
  const int d = cluster_.AddScoring({.store = Away().string()});
  ExpectReadOnlyUntilBack(d, "zhejiang", digest, "jixiao_rule_book_serving_from_redis");
}

TEST_F(DistributionTest, ReplicaWithoutTheDatabaseFollowsTheOthersThroughRedis) {
  const int d = cluster_.AddScoring({.store = Away().string()});
  EXPECT_EQ(RuleSetFor(d, kRegion), "cn-national-2020");
  Publish(kA, RegionalRules("zhejiang", "33"));
  EXPECT_TRUE(Eventually([&] { return RuleSetFor(d, kRegion) == "zhejiang"; }));
}

TEST_F(DistributionTest, NewReplicaStartsFromASnapshotWithoutDatabaseAndRedis) {
  const std::string digest = Publish(kA, RegionalRules("zhejiang", "33"));
  WaitForSnapshot(kA, digest);
  const fs::path copy = cluster_.folder() / "copy.snapshot";
  fs::copy_file(cluster_.Snapshot(kA), copy);
  const int d = cluster_.AddScoring({.store = Away().string(), .snapshot = copy.string(), .redis = false});
  EXPECT_NE(cluster_.LogText(Server::kScoring, d).find("serving from the snapshot"), std::string::npos);
  ExpectReadOnlyUntilBack(d, "zhejiang", digest, "jixiao_rule_book_serving_from_snapshot");
}

// A new and empty database in the place of the old one would be the truth, and withdraw everything.
TEST_F(DistributionTest, MissingDatabaseIsNotReplacedByAnEmptyOne) {
  const std::string digest = Publish(kA, RegionalRules("zhejiang", "33"));
  WaitForSnapshot(kA, digest);
  for (const int replica : {kA, kB, kC}) cluster_.Stop(Server::kScoring, replica);
  cluster_.StopRedis();
  const fs::path database = cluster_.Database(Server::kScoring);
  fs::rename(database, cluster_.folder() / "moved.db");
  cluster_.Restart(Server::kScoring, kA);
  EXPECT_EQ(RuleSetFor(kA, kRegion), "zhejiang");
  EXPECT_EQ(Metric(kA, "jixiao_rule_book_serving_from_snapshot"), 1);
  ExpectRefusal(TryPublish(kA, LocalRules("refused")), grpc::StatusCode::UNAVAILABLE, "STORE_AWAY");
  EXPECT_FALSE(fs::exists(database));
  fs::rename(cluster_.folder() / "moved.db", database);
  EXPECT_TRUE(Eventually([&] { return Metric(kA, "jixiao_rule_book_store_up") == 1; }));
  Publish(kA, LocalRules("published-again"));
  cluster_.Restart(Server::kScoring, kB);
  EXPECT_TRUE(Lists(kB, "published-again"));
}

TEST_F(DistributionTest, DamagedSnapshotIsIgnored) {
  const std::string digest = Publish(kA, RegionalRules("zhejiang", "33"));
  WaitForSnapshot(kA, digest);
  const fs::path copy = cluster_.folder() / "copy.snapshot";
  fs::copy_file(cluster_.Snapshot(kA), copy);
  std::fstream file(copy, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(static_cast<std::streamoff>(fs::file_size(copy) / 2));
  const int byte = file.get();
  file.seekp(static_cast<std::streamoff>(fs::file_size(copy) / 2));
  file.put(static_cast<char>(byte ^ 1));
  file.close();
  // With nothing else to go by, it does not serve; with Redis or the database, as if there were no snapshot.
  ExpectNoStart({.store = Away().string(), .snapshot = copy.string(), .redis = false});
  EXPECT_NE(cluster_.LogText(Server::kScoring, 3).find("snapshot is damaged"), std::string::npos);
  const int e = cluster_.AddScoring({.store = Away().string(), .snapshot = copy.string()});
  EXPECT_EQ(RuleSetFor(e, kRegion), "zhejiang");
  const int f = cluster_.AddScoring({.store = cluster_.Database(Server::kScoring).string(), .snapshot = copy.string()});
  EXPECT_EQ(RuleSetFor(f, kRegion), "zhejiang");
}

// Somebody writes to Redis: a rule set that has its digest and would be chosen for every form of the region, and an
// index that says that it is published.
TEST_F(DistributionTest, ForgedIndexChangesNoScore) {
  Publish(kA, RegionalRules("zhejiang", "33"));
  scoring::v1::RuleSet evil = RegionalRules("evil", "330106");
  const std::string document = CanonicalEncode(evil).value();
  const std::string digest = DigestOf(document);
  ASSERT_EQ(Redis({"SET", KeyOf(digest), document}), "OK");
  scoring::Index forged;
  forged.position = 1 << 20;
  forged.confirmed_at = NowMicros();
  forged.digests = {digest};
  for (const std::string& index :
       {scoring::EncodeIndex(forged), scoring::SealIndex(forged, ""), scoring::SealIndex(forged, "somebody else's key"),
        std::string(32, '\0') + scoring::EncodeIndex(forged)}) {
    ASSERT_EQ(Redis({"SET", kIndexKey, index}), "OK");
    Redis({"PUBLISH", "jixiao:rule-sets:bell:v1", "x"});
    std::this_thread::sleep_for(milliseconds(300));
    for (const int replica : {kA, kB, kC}) EXPECT_EQ(RuleSetFor(replica, kRegion), "zhejiang");
    // Who finds only such an index does not start on it.
    ASSERT_EQ(Redis({"SET", kIndexKey, index}), "OK");
    ExpectNoStart({.store = Away().string()});
  }
  const int fresh = cluster_.AddScoring();
  EXPECT_EQ(RuleSetFor(fresh, kRegion), "zhejiang");

  // By its digest it can be had, as any rule set that somebody has the bytes of; it is still nobody's choice.
  EXPECT_TRUE(Score(kB, digest).status.ok());
  EXPECT_EQ(RuleSetFor(kB, kRegion), "zhejiang");
  EXPECT_FALSE(Lists(kB, "evil"));
}

// An old index hides nothing from a replica that can ask the database.
TEST_F(DistributionTest, ReplayedIndexHidesAPublicationFromNobodyWithTheDatabase) {
  Publish(kA, LocalRules("before"));
  const std::string old = Redis({"GET", kIndexKey});
  ASSERT_GT(old.size(), 100u);
  Publish(kA, RegionalRules("zhejiang", "33"));
  ASSERT_EQ(Redis({"SET", kIndexKey, old}), "OK");
  Redis({"PUBLISH", "jixiao:rule-sets:bell:v1", ""});
  const int fresh = cluster_.AddScoring();
  for (const int replica : {kA, kB, kC, fresh})
    EXPECT_TRUE(Eventually([&] { return RuleSetFor(replica, kRegion) == "zhejiang"; })) << replica;
}

TEST_F(DistributionTest, GarbageIndexIsIgnoredAndReplaced) {
  for (const std::string& garbage : {std::string("garbage"), std::string(1, '\0'), std::string(5 << 20, 'x')}) {
    ASSERT_EQ(Redis({"SET", kIndexKey, garbage}), "OK");
    ExpectNoStart({.store = Away().string()});
    for (const int replica : {kA, kB, kC}) EXPECT_EQ(RuleSetFor(replica, kRegion), "cn-national-2020");
  }
  ASSERT_EQ(Redis({"DEL", kIndexKey}), "1");
  ASSERT_EQ(Redis({"RPUSH", kIndexKey, "a", "list"}), "2");
  ExpectNoStart({.store = Away().string()});
  Publish(kA, RegionalRules("zhejiang", "33"));
  const int fresh = cluster_.AddScoring({.store = Away().string()});
  EXPECT_EQ(RuleSetFor(fresh, kRegion), "zhejiang");
}

TEST_F(DistributionTest, ReplicaWithoutTheSecretBelievesNoIndex) {
  Publish(kA, RegionalRules("zhejiang", "33"));
  const fs::path missing = cluster_.folder() / "no.secret";
  ExpectNoStart({.store = Away().string(), .secret = missing.string()});
  const int fresh =
      cluster_.AddScoring({.store = cluster_.Database(Server::kScoring).string(), .secret = missing.string()});
  EXPECT_EQ(RuleSetFor(fresh, kRegion), "zhejiang");
}

// A bell that never stops makes nobody slow.
TEST_F(DistributionTest, FloodOfBellsIsBorne) {
  std::thread ringer([&] {
    for (int i = 0; i < 2000; ++i) Redis({"PUBLISH", "jixiao:rule-sets:bell:v1", std::string(1000, 'x')});
  });
  EXPECT_LT(UsualSpread("flood"), kVisible);
  for (int i = 0; i < 200; ++i) MustScore(kB);
  ringer.join();
}

TEST_F(DistributionTest, KilledReplicasLeaveAWholeSnapshot) {
  for (int i = 0; i < 10; ++i) {
    const std::string digest = Publish(kA, LocalRules("kill-" + std::to_string(i)));
    std::this_thread::sleep_for(milliseconds(i));
    cluster_.Kill9(Server::kScoring, kA);
    const auto snapshot = scoring::ReadSnapshot(cluster_.Snapshot(kA).string());
    EXPECT_TRUE(snapshot.ok()) << snapshot.status();
    cluster_.Restart(Server::kScoring, kA);
    EXPECT_TRUE(Eventually([&] { return Lists(kA, "kill-" + std::to_string(i)); }));
  }
}

}  // namespace
}  // namespace jixiao::testing
