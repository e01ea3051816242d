// The same form and rule set give the same bytes: on every replica, after a restart, alone and in a batch.
#include "support/cluster.h"
#include "support/forms.h"
#include "support/submissions.h"

#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

namespace jixiao::testing {
namespace {

constexpr char kScore[] = "/jixiao.scoring.v1.ScoringService/Score";
constexpr int kVariants = 60;

class DeterminismTest : public ::testing::Test {
 protected:
  // All samples, and variants of them for more findings.
  static std::vector<evaluation::v1::SelfEvaluation> Forms() {
    std::vector<evaluation::v1::SelfEvaluation> forms = Samples();
    for (int i = 0; i < kVariants; ++i) forms.push_back(Variant(TestSeed() + static_cast<std::uint64_t>(i)));
    return forms;
  }

  std::vector<std::string> ScoreAll(int replica) {
    std::vector<std::string> cards;
    for (const auto& form : Forms()) {
      scoring::v1::ScoreRequest request;
      *request.mutable_form() = form;
      const RawAnswer answer =
          CallRaw(cluster_.Channel(Server::kScoring, replica), kScore, request.SerializeAsString());
      EXPECT_TRUE(answer.status.ok()) << Read(answer.status).Describe();
      EXPECT_FALSE(answer.bytes.empty());
      cards.push_back(answer.bytes);
    }
    return cards;
  }

  Cluster cluster_{{.scoring_replicas = 2}};
};

TEST_F(DeterminismTest, SameBytesOnEveryReplicaAndAfterRestart) {
  const std::vector<std::string> first = ScoreAll(0);
  EXPECT_EQ(ScoreAll(0), first) << "again";
  EXPECT_EQ(ScoreAll(1), first) << "on the other replica";
  cluster_.Restart(Server::kScoring, 0);
  EXPECT_EQ(ScoreAll(0), first) << "after a restart";
  cluster_.Kill9(Server::kScoring, 1);
  cluster_.Restart(Server::kScoring, 1);
  EXPECT_EQ(ScoreAll(1), first) << "after a crash";
}

TEST_F(DeterminismTest, BatchGivesTheSameCards) {
  const std::vector<std::string> single = ScoreAll(0);
  grpc::ClientContext context;
  Within(context);
  const auto stream = cluster_.Scoring(1).ScoreBatch(&context);
  std::size_t next = 0;
  for (const auto& form : Forms()) {
    scoring::v1::ScoreBatchRequest request;
    *request.mutable_form() = form;
    ASSERT_TRUE(stream->Write(request));
    scoring::v1::ScoreBatchResponse response;
    ASSERT_TRUE(stream->Read(&response));
    scoring::v1::ScoreResponse expected;
    ASSERT_TRUE(expected.ParseFromString(single[next++]));
    EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(response.scorecard(), expected.scorecard()));
  }
  stream->WritesDone();
  EXPECT_TRUE(stream->Finish().ok());
}

}  // namespace
}  // namespace jixiao::testing
