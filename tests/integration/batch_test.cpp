// ScoreBatch: answers in the order of the requests, each item with its card or its own error, whatever stands beside
// it.
#include "support/cluster.h"
#include "support/forms.h"
#include "support/submissions.h"

#include <gtest/gtest.h>

#include <thread>

namespace jixiao::testing {
namespace {

using scoring::v1::ScoreBatchRequest;
using scoring::v1::ScoreBatchResponse;

constexpr char kScoreBatch[] = "/jixiao.scoring.v1.ScoringService/ScoreBatch";

class BatchTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { cluster_ = std::make_unique<Cluster>(); }
  static void TearDownTestSuite() { cluster_.reset(); }

  static ScoreBatchRequest Item(const std::string& id, const evaluation::v1::SelfEvaluation& form) {
    ScoreBatchRequest request;
    request.set_item_id(id);
    *request.mutable_form() = form;
    return request;
  }

  // Writes from a thread of its own, as the server takes items only as fast as answers are taken.
  static std::vector<ScoreBatchResponse> Send(const std::vector<ScoreBatchRequest>& requests, grpc::Status* status) {
    grpc::ClientContext context;
    Within(context, std::chrono::seconds(30));
    const auto stream = cluster_->Scoring().ScoreBatch(&context);
    std::thread writer([&] {
      for (const auto& request : requests)
        if (!stream->Write(request)) return;
      stream->WritesDone();
    });
    std::vector<ScoreBatchResponse> responses;
    for (ScoreBatchResponse response; stream->Read(&response);) responses.push_back(response);
    writer.join();
    *status = stream->Finish();
    return responses;
  }

  static void ExpectItemError(const ScoreBatchResponse& response, grpc::StatusCode code, const std::string& reason,
                              const std::string& field = "") {
    ASSERT_TRUE(response.has_error()) << response.ShortDebugString().substr(0, 200);
    // The same as a trailer would carry.
    ExpectRefusal(grpc::Status(static_cast<grpc::StatusCode>(response.error().code()), response.error().message(),
                               response.error().SerializeAsString()),
                  code, reason, field);
  }

  static bool Healthy() {
    grpc::Status status;
    const auto responses = Send({Item("after", PlainForm())}, &status);
    return status.ok() && responses.size() == 1 && responses[0].has_scorecard();
  }

  static std::unique_ptr<Cluster> cluster_;
};

std::unique_ptr<Cluster> BatchTest::cluster_;

TEST_F(BatchTest, ThousandItemsKeepTheirOrderWithBadOnesBetween) {
  std::vector<ScoreBatchRequest> requests;
  for (int i = 0; i < 1000; ++i) {
    requests.push_back(Item(std::to_string(i), Variant(TestSeed() + static_cast<std::uint64_t>(i))));
    switch (i % 10) {
      case 3:
        requests.back().mutable_form()->mutable_funds(0)->set_executed("-1");
        break;
      case 5:
        requests.back().mutable_rule_set()->set_id("no-such-rules");
        break;
      case 7:
        requests.back().clear_form();
        break;
      case 9:
        requests.back().mutable_rule_set()->set_digest("sha256:" + std::string(64, 'f'));
        break;
    }
  }
  grpc::Status status;
  const auto responses = Send(requests, &status);
  EXPECT_TRUE(status.ok()) << Read(status).Describe();
  ASSERT_EQ(responses.size(), requests.size());
  for (int i = 0; i < 1000; ++i) {
    const ScoreBatchResponse& response = responses[static_cast<std::size_t>(i)];
    SCOPED_TRACE(i);
    ASSERT_EQ(response.item_id(), std::to_string(i));
    if (i % 10 == 3)
      ExpectItemError(response, grpc::StatusCode::INVALID_ARGUMENT, "FORM_INVALID", "form.funds[0].executed");
    else if (i % 10 == 5 || i % 10 == 9)
      ExpectItemError(response, grpc::StatusCode::NOT_FOUND, "RULE_SET_NOT_FOUND");
    else if (i % 10 == 7)
      ExpectItemError(response, grpc::StatusCode::INVALID_ARGUMENT, "FORM_INVALID", "form");
    else
      EXPECT_TRUE(response.has_scorecard());
  }
}

TEST_F(BatchTest, ItemThatCannotBeParsedHasItsOwnError) {
  const std::string good = Item("good", PlainForm()).SerializeAsString();
  const RawStreamAnswer answer = StreamRaw(cluster_->Channel(Server::kScoring), kScoreBatch,
                                           {good, "\x0a\xff", std::string("\x12\x04\x3a\x02\xff\xfe", 6), "", good});
  EXPECT_TRUE(answer.status.ok()) << Read(answer.status).Describe();
  ASSERT_EQ(answer.messages.size(), 5u);
  std::vector<ScoreBatchResponse> responses(5);
  for (std::size_t i = 0; i < 5; ++i) ASSERT_TRUE(responses[i].ParseFromString(answer.messages[i]));
  EXPECT_TRUE(responses[0].has_scorecard());
  ExpectItemError(responses[1], grpc::StatusCode::INVALID_ARGUMENT, "MESSAGE_MALFORMED");
  ExpectItemError(responses[2], grpc::StatusCode::INVALID_ARGUMENT, "MESSAGE_MALFORMED", "form.project_name");
  ExpectItemError(responses[3], grpc::StatusCode::INVALID_ARGUMENT, "FORM_INVALID", "form");
  EXPECT_TRUE(responses[4].has_scorecard());
}

TEST_F(BatchTest, ItemIdsAreLimitedAndReturned) {
  grpc::Status status;
  const auto responses =
      Send({Item(std::string(200, 'i'), PlainForm()), Item(std::string(201, 'i'), PlainForm()), Item("", PlainForm())},
           &status);
  EXPECT_TRUE(status.ok());
  ASSERT_EQ(responses.size(), 3u);
  EXPECT_EQ(responses[0].item_id(), std::string(200, 'i'));
  EXPECT_TRUE(responses[0].has_scorecard());
  ExpectItemError(responses[1], grpc::StatusCode::INVALID_ARGUMENT, "ITEM_ID_INVALID", "item_id");
  EXPECT_TRUE(responses[2].has_scorecard());
}

TEST_F(BatchTest, EmptyBatchEndsWell) {
  grpc::Status status;
  EXPECT_TRUE(Send({}, &status).empty());
  EXPECT_TRUE(status.ok()) << Read(status).Describe();
}

// Answers of hundreds of kilobytes: few may wait for a caller that takes none, not the sixteen of small ones, whatever
// it goes on to send.
TEST_F(BatchTest, WhoTakesNoAnswersIsScoredForNoFurther) {
  constexpr int kItems = 12;
  constexpr int kRows = 2000;
  Cluster cluster;
  const auto scored = [&] {
    return cluster.Metric(Server::kScoring, 0, "jixiao_rpc_requests_total{code=\"OK\",method=\"ScoreBatchItem\"}")
        .value_or(0);
  };
  grpc::ClientContext context;
  Within(context, std::chrono::seconds(60));
  const auto stream = cluster.Scoring().ScoreBatch(&context);
  std::thread writer([&] {
    for (int i = 0; i < kItems; ++i)
      if (!stream->Write(Item(std::to_string(i), PlainForm(kRows)))) return;
    stream->WritesDone();
  });
  EXPECT_TRUE(Eventually([&] { return scored() >= 1; }));
  std::this_thread::sleep_for(std::chrono::seconds(1));
  EXPECT_LE(scored(), 4);
  int answers = 0;
  for (ScoreBatchResponse response; stream->Read(&response); ++answers) {
    EXPECT_EQ(response.item_id(), std::to_string(answers));
    EXPECT_GT(response.ByteSizeLong(), 256u * 1024) << "too small to tell anything";
  }
  writer.join();
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_EQ(answers, kItems);
  EXPECT_EQ(scored(), kItems);
}

TEST_F(BatchTest, CancelledBatchesLeaveTheServerHealthy) {
  for (int round = 0; round < 20; ++round) {
    grpc::ClientContext context;
    Within(context);
    const auto stream = cluster_->Scoring().ScoreBatch(&context);
    for (int i = 0; i < 5 + round; ++i) {
      ScoreBatchRequest request = Item(std::to_string(i), PlainForm(100));
      if (round % 2 == 1) request.mutable_rule_set()->set_id("no-such-rules");  // answered from the pool
      if (!stream->Write(request)) break;
    }
    ScoreBatchResponse response;
    EXPECT_TRUE(stream->Read(&response));
    context.TryCancel();
    while (stream->Read(&response)) {
    }
    EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::CANCELLED);
  }
  EXPECT_EQ(HealthOf(cluster_->Channel(Server::kScoring)), Health::kServing);
  EXPECT_TRUE(Healthy());
}

TEST_F(BatchTest, StreamThatIsDroppedByItsProcessLeavesNoCallBehind) {
  Cluster cluster;
  {
    grpc::ClientContext context;
    Within(context);
    const auto stream = cluster.Scoring().ScoreBatch(&context);
    stream->Write(Item("0", PlainForm()));
    context.TryCancel();
    stream->Finish();
  }
  EXPECT_EQ(cluster.Stop(Server::kScoring), 0);
  const auto lines = cluster.LogLines(Server::kScoring);
  ASSERT_FALSE(lines.empty());
  EXPECT_EQ(lines.back().value("message", ""), "stopped serving");
  EXPECT_EQ(lines.back().value("in_flight", -1), 0);
}

}  // namespace
}  // namespace jixiao::testing
