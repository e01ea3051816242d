#include "support/scoring.h"

#include "support/forms.h"

#include <hiredis/hiredis.h>

#include <algorithm>
#include <memory>

namespace jixiao::testing {
namespace {

constexpr std::chrono::milliseconds kExtra{300};
constexpr char kScore[] = "/jixiao.scoring.v1.ScoringService/Score";

}  // namespace

void ScoringTest::SetUp() {
  scoring::v1::GetRuleSetRequest request;
  request.mutable_rule_set()->set_id("cn-national-2020");
  scoring::v1::GetRuleSetResponse response;
  grpc::ClientContext context;
  ASSERT_TRUE(cluster_.Scoring(kA).GetRuleSet(&context, request, &response).ok());
  national_ = response.rule_set();
}

void ScoringTest::TearDown() {
  EXPECT_LT(slowest_, kExtra);
  for (const int replica : {kA, kB}) {
    EXPECT_TRUE(cluster_.process(Server::kScoring, replica).Running());
    EXPECT_EQ(HealthOf(cluster_.Channel(Server::kScoring, replica)), Health::kServing);
    cluster_.LogLines(Server::kScoring, replica);
  }
}

scoring::v1::RuleSet ScoringTest::LocalRules(const std::string& id) const {
  scoring::v1::RuleSet rules = RegionalRules(id, "3301");
  rules.set_default_for_scope(false);
  return rules;
}

scoring::v1::RuleSet ScoringTest::RegionalRules(const std::string& id, const std::string& region) const {
  scoring::v1::RuleSet rules = national_;
  rules.set_id(id);
  rules.set_title("地方规则 " + id);
  rules.set_region_code(region);
  rules.set_default_for_scope(true);
  return rules;
}

grpc::Status ScoringTest::TryPublish(int replica, const scoring::v1::RuleSet& rules, std::string* digest) {
  scoring::v1::PublishRuleSetRequest request;
  *request.mutable_rule_set() = rules;
  scoring::v1::PublishRuleSetResponse response;
  grpc::ClientContext context;
  Within(context);
  const grpc::Status status = cluster_.Scoring(replica).PublishRuleSet(&context, request, &response);
  if (digest != nullptr) *digest = response.rule_set().digest();
  return status;
}

std::string ScoringTest::Publish(int replica, const scoring::v1::RuleSet& rules) {
  std::string digest;
  const grpc::Status status = TryPublish(replica, rules, &digest);
  EXPECT_TRUE(status.ok()) << Read(status).Describe();
  return digest;
}

bool ScoringTest::Lists(int replica, const std::string& id) {
  scoring::v1::ListRuleSetsRequest request;
  request.set_page_size(1000);
  scoring::v1::ListRuleSetsResponse response;
  grpc::ClientContext context;
  Within(context);
  EXPECT_TRUE(cluster_.Scoring(replica).ListRuleSets(&context, request, &response).ok());
  return std::any_of(response.rule_sets().begin(), response.rule_sets().end(),
                     [&](const auto& rules) { return rules.id() == id; });
}

RawAnswer ScoringTest::ScoreAtLeisure(int replica, const std::string& digest) {
  scoring::v1::ScoreRequest request;
  *request.mutable_form() = Samples().back();
  if (!digest.empty()) request.mutable_rule_set()->set_digest(digest);
  return CallRaw(cluster_.Channel(Server::kScoring, replica), kScore, request.SerializeAsString());
}

RawAnswer ScoringTest::Score(int replica, const std::string& digest) {
  const auto start = std::chrono::steady_clock::now();
  RawAnswer answer = ScoreAtLeisure(replica, digest);
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
  slowest_ = std::max(slowest_, took);
  return answer;
}

std::string ScoringTest::MustScore(int replica, const std::string& digest) {
  const RawAnswer answer = Score(replica, digest);
  EXPECT_TRUE(answer.status.ok()) << Read(answer.status).Describe();
  return answer.bytes;
}

std::string ScoringTest::RuleSetFor(int replica, const std::string& region) {
  scoring::v1::ScoreRequest request;
  *request.mutable_form() = PlainForm();
  request.mutable_form()->set_region_code(region);
  scoring::v1::ScoreResponse response;
  grpc::ClientContext context;
  Within(context);
  const grpc::Status status = cluster_.Scoring(replica).Score(&context, request, &response);
  EXPECT_TRUE(status.ok()) << Read(status).Describe();
  return response.scorecard().rule_set().id();
}

std::string ScoringTest::Redis(const std::vector<std::string>& words) {
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

}  // namespace jixiao::testing
