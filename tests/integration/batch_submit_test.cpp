// BatchSubmit: answers in order, errors of their own, one commit for many, and nothing twice however often it breaks.
#include "support/bulk.h"
#include "support/cluster.h"
#include "support/forms.h"
#include "support/submissions.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <thread>

namespace jixiao::testing {
namespace {

using namespace intake::v1;

constexpr char kBatchSubmit[] = "/jixiao.intake.v1.IntakeService/BatchSubmit";

class BatchSubmitTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { cluster_ = std::make_unique<Cluster>(); }
  static void TearDownTestSuite() { cluster_.reset(); }

  static std::vector<SubmitEvaluationRequest> Requests(int count, std::uint64_t first = 0) {
    std::vector<SubmitEvaluationRequest> requests;
    for (int i = 0; i < count; ++i)
      requests.push_back(SubmitRequest(Variant(TestSeed() + first + static_cast<std::uint64_t>(i))));
    return requests;
  }

  static void ExpectItemError(const BatchSubmitResponse& response, grpc::StatusCode code, const std::string& reason,
                              const std::string& field = "") {
    ASSERT_TRUE(response.has_error()) << response.ShortDebugString().substr(0, 200);
    ExpectRefusal(grpc::Status(static_cast<grpc::StatusCode>(response.error().code()), response.error().message(),
                               response.error().SerializeAsString()),
                  code, reason, field);
  }

  static std::unique_ptr<Cluster> cluster_;
};

std::unique_ptr<Cluster> BatchSubmitTest::cluster_;

TEST_F(BatchSubmitTest, EveryItemIsAnsweredInOrderAndBadOnesForThemselves) {
  std::vector<SubmitEvaluationRequest> requests = Requests(600);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (i % 10 == 1) requests[i].mutable_form()->mutable_funds(0)->set_executed("-1");
    if (i % 10 == 3) requests[i].set_request_id("not an id");
    if (i % 10 == 5) requests[i].set_rule_set("no-such-rules");
    if (i % 10 == 6) requests[i].set_submission("submissions/none");
    if (i % 10 == 7) requests[i].clear_form();
    if (i % 10 == 8) requests[i].set_rule_set("cn-national-2020");
    if (i % 10 == 9) requests[i].set_validate_only(true);
  }
  grpc::Status status;
  const auto responses = SubmitMany(cluster_->Intake(), requests, &status);
  EXPECT_TRUE(status.ok()) << Read(status).Describe();
  ASSERT_EQ(responses.size(), requests.size());
  std::set<std::string> names;
  for (std::size_t i = 0; i < responses.size(); ++i) {
    SCOPED_TRACE(i);
    EXPECT_EQ(responses[i].index(), static_cast<std::int64_t>(i));
    EXPECT_EQ(responses[i].request_id(), i % 10 == 3 ? "" : requests[i].request_id());
    if (i % 10 == 1) {
      ExpectItemError(responses[i], grpc::StatusCode::INVALID_ARGUMENT, "FORM_INVALID", "form.funds[0].executed");
    } else if (i % 10 == 3) {
      ExpectItemError(responses[i], grpc::StatusCode::INVALID_ARGUMENT, "FORM_INVALID", "request_id");
    } else if (i % 10 == 5) {
      ExpectItemError(responses[i], grpc::StatusCode::NOT_FOUND, "RULE_SET_NOT_FOUND");
    } else if (i % 10 == 6) {
      ExpectItemError(responses[i], grpc::StatusCode::NOT_FOUND, "SUBMISSION_NOT_FOUND");
    } else if (i % 10 == 7) {
      ExpectItemError(responses[i], grpc::StatusCode::INVALID_ARGUMENT, "FORM_INVALID", "form");
    } else {
      ASSERT_TRUE(responses[i].has_receipt()) << responses[i].ShortDebugString();
      EXPECT_EQ(responses[i].receipt().submission().empty(), i % 10 == 9);
      if (i % 10 != 9) {
        EXPECT_TRUE(names.insert(responses[i].receipt().submission()).second);
      }
    }
  }
  for (const std::string& name : names) EXPECT_GE(Get(*cluster_, name).revision(), 1);
}

TEST_F(BatchSubmitTest, ItemThatCannotBeParsedHasItsOwnError) {
  BatchSubmitRequest good;
  *good.mutable_item() = SubmitRequest(PlainForm());
  const RawStreamAnswer answer = StreamRaw(cluster_->Channel(Server::kIntake), kBatchSubmit,
                                           {good.SerializeAsString(), "\x0a\xff", "", good.SerializeAsString()});
  EXPECT_TRUE(answer.status.ok()) << Read(answer.status).Describe();
  ASSERT_EQ(answer.messages.size(), 4u);
  std::vector<BatchSubmitResponse> responses(4);
  for (std::size_t i = 0; i < 4; ++i) ASSERT_TRUE(responses[i].ParseFromString(answer.messages[i]));
  EXPECT_TRUE(responses[0].has_receipt());
  ExpectItemError(responses[1], grpc::StatusCode::INVALID_ARGUMENT, "MESSAGE_MALFORMED");
  ExpectItemError(responses[2], grpc::StatusCode::INVALID_ARGUMENT, "FORM_INVALID", "form");
  EXPECT_EQ(responses[3].receipt().SerializeAsString(), responses[0].receipt().SerializeAsString())
      << "the same request id";
}

TEST_F(BatchSubmitTest, StreamAndSingleCallsShareRequestIds) {
  const std::vector<SubmitEvaluationRequest> requests = Requests(3, 10'000);
  SubmitEvaluationResponse single;
  grpc::ClientContext context;
  ASSERT_TRUE(cluster_->Intake().SubmitEvaluation(&context, requests[1], &single).ok());
  grpc::Status status;
  const auto first = SubmitMany(cluster_->Intake(), requests, &status);
  ASSERT_EQ(first.size(), 3u);
  EXPECT_EQ(first[1].receipt().SerializeAsString(), single.receipt().SerializeAsString());
  const auto second = SubmitMany(cluster_->Intake(), requests, &status);
  ASSERT_EQ(second.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(second[i].SerializeAsString(), first[i].SerializeAsString());
  std::vector<SubmitEvaluationRequest> other = {requests[0]};
  other[0].mutable_form()->set_project_name("别的内容");
  const auto reused = SubmitMany(cluster_->Intake(), other, &status);
  ASSERT_EQ(reused.size(), 1u);
  ExpectItemError(reused[0], grpc::StatusCode::ALREADY_EXISTS, "REQUEST_ID_REUSED");
}

TEST_F(BatchSubmitTest, EmptyStreamEndsWell) {
  grpc::Status status;
  EXPECT_TRUE(SubmitMany(cluster_->Intake(), {}, &status).empty());
  EXPECT_TRUE(status.ok()) << Read(status).Describe();
}

// A caller that sends and never reads is held up itself, and holds up nobody else.
TEST_F(BatchSubmitTest, CallerThatTakesNoAnswersIsNotReadOnForEver) {
  const std::size_t before = AllSubmissions(*cluster_).size();
  // A caller whose transport takes little for it: with gRPC's own window some megabytes of answers are on their way.
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  arguments.SetInt(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, 64 * 1024);
  const auto stub = intake::v1::IntakeService::NewStub(
      grpc::CreateCustomChannel(cluster_->AddressOf(Server::kIntake), grpc::InsecureChannelCredentials(), arguments));
  grpc::ClientContext context;
  const auto stream = stub->BatchSubmit(&context);
  std::atomic<int> written{0};
  BatchSubmitRequest request;
  *request.mutable_item() = SubmitRequest(PlainForm(200));
  std::thread writer([&] {
    for (int i = 0; i < 100'000; ++i) {
      request.mutable_item()->set_request_id(NewRequestId());
      if (!stream->Write(request)) return;
      ++written;
    }
  });
  int last = -1;
  EXPECT_TRUE(Eventually([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    return std::exchange(last, written.load()) == written.load();
  })) << "it is still written to: "
      << written;
  EXPECT_LT(written, 5'000);
  Submit(*cluster_, PlainForm());
  context.TryCancel();
  writer.join();
  BatchSubmitResponse response;
  while (stream->Read(&response)) {
  }
  EXPECT_FALSE(stream->Finish().ok());
  EXPECT_GT(AllSubmissions(*cluster_).size(), before);
}

TEST_F(BatchSubmitTest, StreamsOfOneCallerAreLimited) {
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<std::unique_ptr<grpc::ClientReaderWriter<BatchSubmitRequest, BatchSubmitResponse>>> streams;
  BatchSubmitRequest request;
  *request.mutable_item() = SubmitRequest(PlainForm());
  BatchSubmitResponse response;
  for (int i = 0; i < 8; ++i) {
    contexts.push_back(std::make_unique<grpc::ClientContext>());
    contexts.back()->AddMetadata("x-caller", "many-streams");
    streams.push_back(cluster_->Intake().BatchSubmit(contexts.back().get()));
    ASSERT_TRUE(streams.back()->Write(request));
    ASSERT_TRUE(streams.back()->Read(&response));
  }
  grpc::Status status;
  EXPECT_TRUE(SubmitMany(cluster_->Intake(), {request.item()}, &status, {{"x-caller", "many-streams"}}).empty());
  ExpectRefusal(status, grpc::StatusCode::RESOURCE_EXHAUSTED, "STREAMS_FULL");
  EXPECT_EQ(SubmitMany(cluster_->Intake(), {request.item()}, &status, {{"x-caller", "another"}}).size(), 1u);
  for (auto& stream : streams) {
    stream->WritesDone();
    EXPECT_TRUE(stream->Finish().ok());
  }
  EXPECT_EQ(SubmitMany(cluster_->Intake(), {request.item()}, &status, {{"x-caller", "many-streams"}}).size(), 1u);
}

TEST(BatchSubmit, StoppingServerAnswersWhatItTookAndSaysSo) {
  Cluster cluster({.drain_wait = 1});
  grpc::ClientContext context;
  Within(context);
  const auto stream = cluster.Intake().BatchSubmit(&context);
  BatchSubmitRequest request;
  *request.mutable_item() = SubmitRequest(PlainForm());
  BatchSubmitResponse response;
  ASSERT_TRUE(stream->Write(request));
  ASSERT_TRUE(stream->Read(&response));
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(cluster.Stop(Server::kIntake), 0);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5)) << "an idle stream is not waited for";
  EXPECT_FALSE(stream->Read(&response));
  ExpectRefusal(stream->Finish(), grpc::StatusCode::UNAVAILABLE, "STOPPING");
}

// A platform's thousands, with units in between and a server that is killed meanwhile.
TEST(BatchSubmit, FloodIsStoredOnceThoughTheServerIsKilled) {
  Cluster cluster;
  FloodOptions options;
  options.records = 3000;
  options.callers = 10;
  options.idle = std::chrono::milliseconds(500);
  options.seed = TestSeed();
  FloodOutcome outcome;
  std::thread flood([&] { outcome = Flood(cluster.AddressOf(Server::kIntake), options); });
  // On this thread: a server ends with the thread that started it.
  for (int i = 0; i < 3; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(900));
    cluster.Kill9(Server::kIntake);
    cluster.Restart(Server::kIntake);
  }
  flood.join();
  EXPECT_EQ(outcome.submissions.size(), options.records);
  EXPECT_EQ(outcome.receipts, options.records) << "each item is answered once";
  EXPECT_EQ(outcome.errors, 0u);
  std::map<std::string, int> projects;
  for (const auto& submission : AllSubmissions(cluster)) ++projects[submission.project_name()];
  std::size_t pushed = 0;
  for (const auto& [project, count] : projects) {
    EXPECT_EQ(count, 1) << project;
    pushed += project.starts_with("平台") ? 1 : 0;
  }
  EXPECT_EQ(pushed, options.records);
}

TEST(BatchSubmit, UnitsAreAnsweredThoughAPlatformPushesThousands) {
  Cluster cluster;
  FloodOptions options;
  options.records = 3000;
  options.callers = 20;
  options.idle = std::chrono::milliseconds(1500);
  options.seed = TestSeed();
  const FloodOutcome outcome = Flood(cluster.AddressOf(Server::kIntake), options);
  EXPECT_EQ(outcome.submissions.size(), options.records);
  EXPECT_EQ(outcome.idle.failures, 0u);
  EXPECT_EQ(outcome.flooded.failures, 0u) << "nobody is refused for another one's flood";
  std::cout << "p99 alone " << outcome.idle.Percentile(0.99) << " us, in the flood " << outcome.flooded.Percentile(0.99)
            << " us, " << outcome.flooded.micros.size() << " calls, platform "
            << static_cast<double>(options.records) / outcome.seconds << " forms/s\n";
  // What it is on a quiet machine is for tests/load to say; here only that nobody waits for the whole flood.
  EXPECT_LT(outcome.flooded.Percentile(0.99), 1'000'000u);
  for (const std::string& name : outcome.singles) EXPECT_FALSE(outcome.submissions.contains(name));
}

}  // namespace
}  // namespace jixiao::testing
