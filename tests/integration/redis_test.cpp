// Redis shares rule sets between replicas and is never the truth: stopped, hung, emptied or full of garbage, it changes
// no score and holds no call up. The replicas here have databases of their own, so that only Redis can bring a rule set
// from one to the other.
#include "support/forms.h"
#include "support/scoring.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <thread>

namespace jixiao::testing {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

const std::string kNowhere = "sha256:" + std::string(64, '3');

class RedisTest : public ScoringTest {
 protected:
  RedisTest() : ScoringTest({.scoring_replicas = 2, .redis = true}) {}

  // The 99th percentile of `calls` calls of Score that need nothing but what the replica knows.
  microseconds Percentile99(int replica, int calls) {
    std::vector<microseconds> times;
    for (int i = 0; i < calls; ++i) {
      const auto start = std::chrono::steady_clock::now();
      MustScore(replica);
      times.push_back(std::chrono::duration_cast<microseconds>(std::chrono::steady_clock::now() - start));
    }
    std::nth_element(times.begin(), times.begin() + calls * 99 / 100, times.end());
    return times[static_cast<std::size_t>(calls * 99 / 100)];
  }
};

TEST_F(RedisTest, RuleSetPublishedOnOneReplicaScoresOnTheOther) {
  const std::string digest = Publish(kA, LocalRules("local-a"));
  const std::string card = MustScore(kA, digest);
  EXPECT_EQ(MustScore(kB, digest), card);
  EXPECT_NE(Redis({"GET", KeyOf(digest)}), "(nil)");
  EXPECT_GT(std::stoi(Redis({"TTL", KeyOf(digest)})), 86400);
}

TEST_F(RedisTest, WithoutRedisScoresStayTheSame) {
  const std::string digest = Publish(kA, LocalRules("local-b"));
  const std::string by_digest = MustScore(kA, digest);
  const std::string by_form = MustScore(kA);
  MustScore(kB, digest);
  cluster_.StopRedis();
  for (int i = 0; i < 50; ++i)
    for (const int replica : {kA, kB}) {
      ASSERT_EQ(MustScore(replica, digest), by_digest);
      ASSERT_EQ(MustScore(replica), by_form);
    }
  const std::string later = Publish(kA, LocalRules("local-b-later"));
  EXPECT_EQ(Score(kA, later).status.error_code(), grpc::StatusCode::OK) << "publishing goes on, too";
  ExpectRefusal(Score(kB, "sha256:" + std::string(64, '1')).status, grpc::StatusCode::NOT_FOUND, "RULE_SET_NOT_FOUND");
}

TEST_F(RedisTest, HungRedisHoldsNoCallUp) {
  const std::string digest = Publish(kA, LocalRules("local-c"));
  const std::string card = MustScore(kA, digest);
  const std::string by_form = MustScore(kB);
  cluster_.redis().Kill(SIGSTOP);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(3);
  while (std::chrono::steady_clock::now() < end) {
    ASSERT_EQ(MustScore(kA, digest), card);
    ASSERT_EQ(MustScore(kB), by_form);
    // Looked for in Redis each time.
    ExpectRefusal(Score(kB, "sha256:" + std::string(64, '2')).status, grpc::StatusCode::NOT_FOUND,
                  "RULE_SET_NOT_FOUND");
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  cluster_.redis().Kill(SIGCONT);
  EXPECT_TRUE(Eventually([&] { return Score(kB, digest).status.ok(); }));
  EXPECT_EQ(MustScore(kB, digest), card);
}

TEST_F(RedisTest, GarbageUnderOurKeyChangesNoScoreAndIsRepaired) {
  const scoring::v1::RuleSet rules = LocalRules("local-d");
  const std::string digest = Publish(kA, rules);
  const std::string card = MustScore(kA, digest);
  const std::string document = Redis({"GET", KeyOf(digest)});
  std::string other = document;  // a whole rule set, but not the one that the key names
  other[other.find("100")] = '2';
  std::string flipped = document;
  flipped[flipped.size() / 2] = static_cast<char>(flipped[flipped.size() / 2] ^ 1);
  for (const std::string& garbage : {std::string("garbage"), std::string("\0", 1), std::string(1 << 20, '\xff'), other,
                                     flipped, document + "x", document.substr(0, document.size() - 1)}) {
    SCOPED_TRACE(garbage.substr(0, 20));
    ASSERT_EQ(Redis({"SET", KeyOf(digest), garbage}), "OK");
    EXPECT_EQ(MustScore(kA, digest), card) << "A knows it";
    const RawAnswer answer = Score(kB, digest);  // B asks Redis
    ExpectRefusal(answer.status, grpc::StatusCode::NOT_FOUND, "RULE_SET_NOT_FOUND");
    EXPECT_EQ(Redis({"GET", KeyOf(digest)}), "(nil)") << "the garbage is removed";
  }
  // Of another type: not even readable as text.
  Redis({"DEL", KeyOf(digest)});
  ASSERT_EQ(Redis({"LPUSH", KeyOf(digest), "x"}), "1");
  ExpectRefusal(Score(kB, digest).status, grpc::StatusCode::NOT_FOUND, "RULE_SET_NOT_FOUND");

  EXPECT_EQ(Publish(kA, rules), digest) << "publishing the same again puts it right";
  EXPECT_EQ(Redis({"GET", KeyOf(digest)}), document);
  EXPECT_EQ(MustScore(kB, digest), card);
}

TEST_F(RedisTest, RestartOfReplicaPutsItsRuleSetsBack) {
  const std::string digest = Publish(kA, LocalRules("local-e"));
  const std::string card = MustScore(kA, digest);
  ASSERT_EQ(Redis({"SET", KeyOf(digest), "garbage"}), "OK");
  cluster_.Restart(Server::kScoring, kA);
  EXPECT_EQ(MustScore(kA, digest), card);
  EXPECT_EQ(MustScore(kB, digest), card);
}

TEST_F(RedisTest, EmptyRedisRecovers) {
  const scoring::v1::RuleSet rules = LocalRules("local-f");
  const std::string digest = Publish(kA, rules);
  const std::string card = MustScore(kA, digest);
  EXPECT_EQ(MustScore(kB, digest), card);
  cluster_.StopRedis();
  EXPECT_EQ(MustScore(kA, digest), card);
  cluster_.StartRedis();
  EXPECT_EQ(MustScore(kA, digest), card);
  EXPECT_EQ(MustScore(kB, digest), card) << "B still knows it";

  // What the replicas know is put back by itself, and new rule sets are shared again.
  EXPECT_TRUE(Eventually([&] { return Redis({"GET", KeyOf(digest)}) != "(nil)"; }));
  const std::string later = Publish(kA, LocalRules("local-f-later"));
  const std::string later_card = MustScore(kA, later);
  EXPECT_TRUE(Eventually([&] { return ScoreAtLeisure(kB, later).bytes == later_card; }))
      << "once B's breaker has closed";
  const int c = cluster_.AddScoring();
  EXPECT_EQ(MustScore(c, digest), card) << "and a new replica finds the old one";
}

TEST_F(RedisTest, RuleSetsOfTheFilesAreInRedis) {
  scoring::v1::ListRuleSetsResponse list;
  grpc::ClientContext context;
  ASSERT_TRUE(cluster_.Scoring(kA).ListRuleSets(&context, {}, &list).ok());
  EXPECT_GE(list.rule_sets_size(), 5);
  for (const auto& rules : list.rule_sets()) EXPECT_NE(Redis({"GET", KeyOf(rules.digest())}), "(nil)") << rules.id();
}

TEST_F(RedisTest, KilledRedisIsForgottenAndFoundAgain) {
  const std::string digest = Publish(kA, LocalRules("local-g"));
  const std::string card = MustScore(kA, digest);
  ASSERT_EQ(Metric(kA, "jixiao_redis_up"), 1);
  cluster_.redis().Kill(SIGKILL);
  ASSERT_TRUE(cluster_.redis().Wait(std::chrono::seconds(5)));
  EXPECT_EQ(MustScore(kA, digest), card);
  EXPECT_TRUE(Eventually([&] { return Metric(kA, "jixiao_redis_up") == 0; }));
  cluster_.StopRedis();
  cluster_.StartRedis();
  EXPECT_TRUE(Eventually([&] { return Metric(kA, "jixiao_redis_up") == 1 && Metric(kB, "jixiao_redis_up") == 1; }));
  EXPECT_TRUE(Eventually([&] { return Score(kB, digest).status.ok(); })) << "A has put it back";
  EXPECT_EQ(MustScore(kB, digest), card);
}

// A thousand calls for a rule set that the replica does not have: one of them fetches it.
TEST_F(RedisTest, ThousandCallsLoadOnce) {
  constexpr int kCalls = 1000;
  const std::string digest = Publish(kA, LocalRules("local-h"));
  ASSERT_EQ(Loads(kB, "redis"), 0);

  struct Call {
    grpc::ClientContext context;
    scoring::v1::ScoreRequest request;
    scoring::v1::ScoreResponse response;
  };
  std::vector<std::unique_ptr<Call>> calls;
  std::mutex mutex;
  std::condition_variable done;
  int ended = 0;
  int failed = 0;
  for (int i = 0; i < kCalls; ++i) {
    auto& call = *calls.emplace_back(std::make_unique<Call>());
    Within(call.context);
    *call.request.mutable_form() = Samples().back();
    call.request.mutable_rule_set()->set_digest(digest);
  }
  for (const auto& call : calls)
    cluster_.Scoring(kB).async()->Score(&call->context, &call->request, &call->response, [&](grpc::Status status) {
      const std::lock_guard lock(mutex);
      failed += status.ok() ? 0 : 1;
      if (++ended == kCalls) done.notify_all();
    });
  std::unique_lock lock(mutex);
  ASSERT_TRUE(done.wait_for(lock, kCallTimeout, [&] { return ended == kCalls; }));
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(Loads(kB, "redis"), 1);
  EXPECT_EQ(Loads(kB, "store"), 0);
}

// Calls that need nothing from Redis take as long as ever, and those that look there find the breaker open: at most one
// time-out a second in all.
TEST_F(RedisTest, HungRedisLeavesTheSlowestCallsAsTheyWere) {
  constexpr int kCalls = 2000;
  std::atomic<bool> stop{false};
  std::thread strangers([&] {
    while (!stop.load()) {
      ExpectRefusal(ScoreAtLeisure(kA, kNowhere).status, grpc::StatusCode::NOT_FOUND, "RULE_SET_NOT_FOUND");
      std::this_thread::sleep_for(milliseconds(5));
    }
  });
  Percentile99(kA, 200);
  const microseconds before = Percentile99(kA, kCalls);
  ASSERT_EQ(Metric(kA, "jixiao_redis_failures_total"), 0);
  const auto start = std::chrono::steady_clock::now();
  cluster_.redis().Kill(SIGSTOP);
  const microseconds hung = Percentile99(kA, kCalls);
  std::this_thread::sleep_until(start + std::chrono::seconds(4));
  const double failures = Metric(kA, "jixiao_redis_failures_total");
  const auto seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  cluster_.redis().Kill(SIGCONT);
  stop.store(true);
  strangers.join();
  EXPECT_LE(failures, seconds + 1) << "at most one a second";
  EXPECT_GE(failures, 1) << "somebody must have noticed";
  EXPECT_LE(hung, before + milliseconds(25)) << before.count() << " µs before; a wait for Redis would add 50 ms";
}

}  // namespace
}  // namespace jixiao::testing
