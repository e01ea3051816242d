// One request_id, one submission: whatever races, whatever dies.
#include "support/cluster.h"
#include "support/forms.h"
#include "support/submissions.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <barrier>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace jixiao::testing {
namespace {

using intake::v1::SubmitEvaluationRequest;

constexpr char kSubmit[] = "/jixiao.intake.v1.IntakeService/SubmitEvaluation";
constexpr int kThreads = 50;

class IdempotencyTest : public ::testing::Test {
 protected:
  // Sends the same bytes from all threads at once, each until it is answered; `meanwhile` runs when all have begun.
  template <class Meanwhile>
  std::vector<RawAnswer> SendAtOnce(const std::vector<std::string>& requests, Meanwhile&& meanwhile) {
    std::vector<RawAnswer> answers(kThreads);
    std::barrier begin(kThreads + 1);
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i)
      threads.emplace_back([&, i] {
        begin.arrive_and_wait();
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        do {
          answers[i] = CallRaw(cluster_.Channel(Server::kIntake), kSubmit, requests[i % requests.size()]);
          if (answers[i].status.error_code() == grpc::StatusCode::UNAVAILABLE)
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        } while (answers[i].status.error_code() == grpc::StatusCode::UNAVAILABLE &&
                 std::chrono::steady_clock::now() < end);
      });
    begin.arrive_and_wait();
    meanwhile();
    for (std::thread& thread : threads) thread.join();
    return answers;
  }

  Cluster cluster_;
};

// Fields in another order are the same form, and are stored as they came; what is left to protobuf is written anew.
TEST_F(IdempotencyTest, AFormIsKnownInWhateverOrderItsFieldsCome) {
  const SubmitEvaluationRequest request = SubmitRequest(Variant(1));
  evaluation::v1::SelfEvaluation first, rest = request.form();
  first.set_project_name(rest.project_name());
  rest.clear_project_name();
  const std::string reordered = first.SerializeAsString() + rest.SerializeAsString();
  const auto asking = [&](const std::string& form, bool in_two) {
    SubmitEvaluationRequest asked = request;
    asked.clear_form();
    auto& fields = *asked.GetReflection()->MutableUnknownFields(&asked);
    const std::size_t cut = in_two ? first.ByteSizeLong() : 0;
    if (in_two) fields.AddLengthDelimited(SubmitEvaluationRequest::kFormFieldNumber, form.substr(0, cut));
    fields.AddLengthDelimited(SubmitEvaluationRequest::kFormFieldNumber, form.substr(cut));
    return asked;
  };
  const auto answer = [&](const SubmitEvaluationRequest& asked) {
    return CallRaw(cluster_.Channel(Server::kIntake), kSubmit, asked.SerializeAsString());
  };
  const RawAnswer receipt = answer(asking(reordered, false));
  ASSERT_TRUE(receipt.status.ok()) << Read(receipt.status).Describe();
  EXPECT_EQ(answer(asking(reordered, true)).bytes, receipt.bytes);
  EXPECT_EQ(answer(request).bytes, receipt.bytes);
  SubmitEvaluationRequest other = asking(reordered, true);
  other.set_request_id(other.request_id() + "-2");
  ASSERT_TRUE(answer(other).status.ok());

  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open_v2(cluster_.Database(Server::kIntake).c_str(), &db, SQLITE_OPEN_READONLY, nullptr), SQLITE_OK);
  sqlite3_stmt* rows = nullptr;
  ASSERT_EQ(sqlite3_prepare_v2(db, "SELECT form FROM revisions ORDER BY submission", -1, &rows, nullptr), SQLITE_OK);
  std::vector<std::string> stored;
  while (sqlite3_step(rows) == SQLITE_ROW)
    stored.emplace_back(static_cast<const char*>(sqlite3_column_blob(rows, 0)),
                        static_cast<std::size_t>(sqlite3_column_bytes(rows, 0)));
  sqlite3_finalize(rows);
  sqlite3_close(db);
  EXPECT_EQ(stored, (std::vector<std::string>{reordered, request.form().SerializeAsString()}));
}

TEST_F(IdempotencyTest, FiftyThreadsGetTheSameBytesWhileIntakeIsKilled) {
  constexpr int kRounds = 12;
  std::mt19937_64 random(TestSeed());
  std::set<std::string> distinct;
  for (int round = 0; round < kRounds; ++round) {
    SCOPED_TRACE(round);
    const std::string request = SubmitRequest(Variant(random())).SerializeAsString();
    const std::chrono::microseconds delay(std::uniform_int_distribution<int>(0, 15000)(random));
    const auto answers = SendAtOnce({request}, [&] {
      std::this_thread::sleep_for(delay);
      cluster_.Kill9(Server::kIntake);
      cluster_.Restart(Server::kIntake);
    });
    for (const RawAnswer& answer : answers) {
      ASSERT_TRUE(answer.status.ok()) << Read(answer.status).Describe();
      ASSERT_EQ(answer.bytes, answers[0].bytes);
    }
    distinct.insert(answers[0].bytes);
    EXPECT_EQ(CallRaw(cluster_.Channel(Server::kIntake), kSubmit, request).bytes, answers[0].bytes) << "long after";
  }
  EXPECT_EQ(distinct.size(), static_cast<std::size_t>(kRounds));
  const auto submissions = AllSubmissions(cluster_);
  EXPECT_EQ(submissions.size(), static_cast<std::size_t>(kRounds)) << "exactly one for each request";
  for (const auto& submission : submissions) WaitFor(cluster_, submission.name());
  EXPECT_EQ(AllRecords(cluster_).size(), static_cast<std::size_t>(kRounds));
}

TEST_F(IdempotencyTest, OneOfTwoContentsWinsTheRace) {
  SubmitEvaluationRequest one = SubmitRequest(PlainForm(1));
  SubmitEvaluationRequest two = one;
  *two.mutable_form() = PlainForm(2);
  const auto answers = SendAtOnce({one.SerializeAsString(), two.SerializeAsString()}, [] {});
  std::string winner;
  int won = 0;
  for (const RawAnswer& answer : answers) {
    if (!answer.status.ok()) {
      ExpectRefusal(answer.status, grpc::StatusCode::ALREADY_EXISTS, "REQUEST_ID_REUSED");
      continue;
    }
    if (winner.empty()) winner = answer.bytes;
    EXPECT_EQ(answer.bytes, winner);
    ++won;
  }
  EXPECT_EQ(won, kThreads / 2);
  EXPECT_EQ(AllSubmissions(cluster_).size(), 1u);
}

// Every part of the request is its content.
TEST_F(IdempotencyTest, SameIdWithOtherContentIsRefused) {
  const SubmitEvaluationRequest request = SubmitRequest(PlainForm());
  const auto call = [&](const SubmitEvaluationRequest& r) {
    return CallRaw(cluster_.Channel(Server::kIntake), kSubmit, r.SerializeAsString());
  };
  const RawAnswer first = call(request);
  ASSERT_TRUE(first.status.ok());
  SubmitEvaluationRequest other = request;
  other.mutable_form()->set_project_name("另一个项目");
  ExpectRefusal(call(other).status, grpc::StatusCode::ALREADY_EXISTS, "REQUEST_ID_REUSED");
  other = request;
  other.set_rule_set("cn-national-2016");
  ExpectRefusal(call(other).status, grpc::StatusCode::ALREADY_EXISTS, "REQUEST_ID_REUSED");
  other = request;
  other.set_source_document("document");
  ExpectRefusal(call(other).status, grpc::StatusCode::ALREADY_EXISTS, "REQUEST_ID_REUSED");
  other = request;
  other.set_submission("submissions/other");
  ExpectRefusal(call(other).status, grpc::StatusCode::ALREADY_EXISTS, "REQUEST_ID_REUSED");
  EXPECT_EQ(call(request).bytes, first.bytes);
  cluster_.Kill9(Server::kIntake);
  cluster_.Restart(Server::kIntake);
  EXPECT_EQ(call(request).bytes, first.bytes);
  ExpectRefusal(call(other).status, grpc::StatusCode::ALREADY_EXISTS, "REQUEST_ID_REUSED");
  EXPECT_EQ(AllSubmissions(cluster_).size(), 1u);
}

// A refusal is not kept: the id is free for the corrected form.
TEST_F(IdempotencyTest, RefusedRequestLeavesItsIdFree) {
  SubmitEvaluationRequest request = SubmitRequest(PlainForm());
  request.set_submission("submissions/none");
  const auto call = [&] {
    return CallRaw(cluster_.Channel(Server::kIntake), kSubmit, request.SerializeAsString()).status;
  };
  ExpectRefusal(call(), grpc::StatusCode::NOT_FOUND, "SUBMISSION_NOT_FOUND");
  request.clear_submission();
  EXPECT_TRUE(call().ok());
}

TEST_F(IdempotencyTest, ReturnIsRepeatedSafelyAcrossRestart) {
  const std::string name = Submit(cluster_, PlainForm()).submission();
  WaitFor(cluster_, name);
  intake::v1::ReturnSubmissionRequest request;
  request.set_name(name);
  request.set_reason("退回");
  request.set_request_id(NewRequestId());
  const auto call = [&] {
    return CallRaw(cluster_.Channel(Server::kIntake), "/jixiao.intake.v1.IntakeService/ReturnSubmission",
                   request.SerializeAsString());
  };
  const RawAnswer first = call();
  ASSERT_TRUE(first.status.ok());
  cluster_.Kill9(Server::kIntake);
  cluster_.Restart(Server::kIntake);
  EXPECT_EQ(call().bytes, first.bytes);
  const std::string reason = request.reason();
  request.set_reason("另一个原因");
  ExpectRefusal(call().status, grpc::StatusCode::ALREADY_EXISTS, "REQUEST_ID_REUSED");
  request.set_reason(reason);

  SubmitEvaluationRequest again = SubmitRequest(PlainForm(2));
  again.set_submission(name);
  ASSERT_TRUE(CallRaw(cluster_.Channel(Server::kIntake), kSubmit, again.SerializeAsString()).status.ok());
  WaitFor(cluster_, name);
  EXPECT_EQ(call().bytes, first.bytes) << "the first answer, byte for byte, though the submission has moved on";
  EXPECT_EQ(Get(cluster_, name).state(), intake::v1::SUBMISSION_STATE_ARCHIVED) << "it was not returned again";
}

}  // namespace
}  // namespace jixiao::testing
