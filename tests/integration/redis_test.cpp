// Redis shares rule sets between replicas and is never the truth: stopped, hung, emptied or full of garbage, it changes
// no score and holds no call up.
#include "support/cluster.h"
#include "support/forms.h"
#include "support/submissions.h"

#include <gtest/gtest.h>
#include <hiredis/hiredis.h>

#include <algorithm>
#include <csignal>

namespace jixiao::testing {
namespace {

constexpr std::chrono::milliseconds kExtra{300};
constexpr char kScore[] = "/jixiao.scoring.v1.ScoringService/Score";

class RedisTest : public ::testing::Test {
 protected:
  static constexpr int kA = 0;
  static constexpr int kB = 1;

  void SetUp() override {
    scoring::v1::GetRuleSetRequest request;
    request.mutable_rule_set()->set_id("cn-national-2020");
    scoring::v1::GetRuleSetResponse response;
    grpc::ClientContext context;
    ASSERT_TRUE(cluster_.Scoring(kA).GetRuleSet(&context, request, &response).ok());
    national_ = response.rule_set();
  }

  // A rule set that no file has: half the points for budget execution.
  scoring::v1::RuleSet LocalRules(const std::string& id) const {
    scoring::v1::RuleSet rules = national_;
    rules.set_id(id);
    rules.set_title("地方规则 " + id);
    rules.set_region_code("3301");
    rules.set_default_for_scope(false);
    return rules;
  }

  // Publishes on a replica and answers with the digest.
  std::string Publish(int replica, const scoring::v1::RuleSet& rules) {
    scoring::v1::PublishRuleSetRequest request;
    *request.mutable_rule_set() = rules;
    scoring::v1::PublishRuleSetResponse response;
    grpc::ClientContext context;
    Within(context);
    const grpc::Status status = cluster_.Scoring(replica).PublishRuleSet(&context, request, &response);
    EXPECT_TRUE(status.ok()) << Read(status).Describe();
    return response.rule_set().digest();
  }

  // Scores a sample by digest; no call may take much longer than one without Redis.
  RawAnswer Score(int replica, const std::string& digest) {
    scoring::v1::ScoreRequest request;
    *request.mutable_form() = Samples().back();
    if (!digest.empty()) request.mutable_rule_set()->set_digest(digest);
    const auto start = std::chrono::steady_clock::now();
    RawAnswer answer = CallRaw(cluster_.Channel(Server::kScoring, replica), kScore, request.SerializeAsString());
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
    slowest_ = std::max(slowest_, took);
    return answer;
  }

  std::string MustScore(int replica, const std::string& digest = "") {
    const RawAnswer answer = Score(replica, digest);
    EXPECT_TRUE(answer.status.ok()) << Read(answer.status).Describe();
    return answer.bytes;
  }

  std::string KeyOf(const std::string& digest) const { return "jixiao:rule-set:v1:" + digest; }

  // A command to Redis; the answer as text, "(nil)" when there is none.
  std::string Redis(const std::vector<std::string>& words) {
    const std::unique_ptr<redisContext, decltype(&redisFree)> context(redisConnect("127.0.0.1", cluster_.redis_port()),
                                                                      redisFree);
    if (context == nullptr || context->err != 0) return "(away)";
    std::vector<const char*> data;
    std::vector<std::size_t> sizes;
    for (const std::string& word : words) {
      data.push_back(word.data());
      sizes.push_back(word.size());
    }
    const std::unique_ptr<void, decltype(&freeReplyObject)> held(
        redisCommandArgv(context.get(), static_cast<int>(words.size()), data.data(), sizes.data()), freeReplyObject);
    const auto* reply = static_cast<const redisReply*>(held.get());
    if (reply == nullptr) return "(away)";
    if (reply->type == REDIS_REPLY_NIL) return "(nil)";
    return reply->type == REDIS_REPLY_INTEGER ? std::to_string(reply->integer) : std::string(reply->str, reply->len);
  }

  void TearDown() override {
    EXPECT_LT(slowest_, kExtra);
    for (const int replica : {kA, kB}) {
      EXPECT_TRUE(cluster_.process(Server::kScoring, replica).Running());
      EXPECT_EQ(HealthOf(cluster_.Channel(Server::kScoring, replica)), Health::kServing);
      cluster_.LogLines(Server::kScoring, replica);
    }
  }

  Cluster cluster_{{.scoring_replicas = 2, .redis = true}};
  scoring::v1::RuleSet national_;
  std::chrono::milliseconds slowest_{0};
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
  for (const std::string& garbage : {std::string("garbage"), std::string(), std::string(1 << 20, '\xff'), other,
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
  EXPECT_EQ(Redis({"GET", KeyOf(digest)}), "(nil)");
  EXPECT_EQ(MustScore(kA, digest), card);
  EXPECT_EQ(MustScore(kB, digest), card) << "B still knows it";

  // New rule sets are shared again, once the breaker has closed.
  const std::string later = Publish(kA, LocalRules("local-f-later"));
  EXPECT_TRUE(Eventually([&] {
    if (Redis({"GET", KeyOf(later)}) == "(nil)") Publish(kA, LocalRules("local-f-later"));
    return Score(kB, later).status.ok();
  }));
  EXPECT_EQ(MustScore(kB, later), MustScore(kA, later));
  EXPECT_EQ(Publish(kA, rules), digest);
  const int c = cluster_.AddScoring();
  EXPECT_EQ(MustScore(c, digest), card) << "and a new replica finds the old one";
}

// The bell makes the other replica look at once; without a shared store there is nothing to find, and that is no error.
TEST_F(RedisTest, RuleSetsOfTheFilesAreInRedis) {
  scoring::v1::ListRuleSetsResponse list;
  grpc::ClientContext context;
  ASSERT_TRUE(cluster_.Scoring(kA).ListRuleSets(&context, {}, &list).ok());
  EXPECT_GE(list.rule_sets_size(), 5);
  for (const auto& rules : list.rule_sets()) EXPECT_NE(Redis({"GET", KeyOf(rules.digest())}), "(nil)") << rules.id();
}

}  // namespace
}  // namespace jixiao::testing
