// CheckBatch: one answer for a stream of forms; a form that breaks the contract is refused by itself, a batch beyond
// its limits as a whole.
#include "support/cluster.h"
#include "support/forms.h"
#include "support/paths.h"
#include "support/submissions.h"

#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace jixiao::testing {
namespace {

using scoring::v1::CheckBatchRequest;
using scoring::v1::CheckBatchResponse;

class CheckBatchTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { cluster_ = std::make_unique<Cluster>(); }
  static void TearDownTestSuite() { cluster_.reset(); }

  static CheckBatchRequest Item(const std::string& id, const evaluation::v1::SelfEvaluation& form) {
    CheckBatchRequest request;
    request.set_item_id(id);
    *request.mutable_form() = form;
    return request;
  }

  static grpc::Status Send(const std::vector<CheckBatchRequest>& requests, CheckBatchResponse& response) {
    grpc::ClientContext context;
    Within(context, std::chrono::seconds(60));
    const auto stream = cluster_->Scoring().CheckBatch(&context, &response);
    for (const auto& request : requests)
      if (!stream->Write(request)) break;
    stream->WritesDone();
    return stream->Finish();
  }

  static void ExpectRefused(const CheckBatchResponse& response, int at, const std::string& id, grpc::StatusCode code,
                            const std::string& reason, const std::string& field = "") {
    ASSERT_LT(at, response.refused_size());
    const auto& refusal = response.refused(at);
    EXPECT_EQ(refusal.item_id(), id);
    ExpectRefusal(grpc::Status(static_cast<grpc::StatusCode>(refusal.error().code()), refusal.error().message(),
                               refusal.error().SerializeAsString()),
                  code, reason, field);
  }

  static void ExpectHealthy() {
    EXPECT_EQ(HealthOf(cluster_->Channel(Server::kScoring)), Health::kServing);
    CheckBatchResponse response;
    const grpc::Status status = Send({Item("after", PlainForm())}, response);
    EXPECT_TRUE(status.ok()) << Read(status).Describe();
    EXPECT_EQ(response.forms(), 1);
  }

  static std::unique_ptr<Cluster> cluster_;
};

std::unique_ptr<Cluster> CheckBatchTest::cluster_;

const scoring::v1::BatchFinding* Find(const CheckBatchResponse& response, const std::string& code) {
  for (const auto& finding : response.findings())
    if (finding.finding().code() == code) return &finding;
  return nullptr;
}

// The samples: nine projects and their department, 304.70 beside 227.29, and one form of another place.
std::vector<CheckBatchRequest> SampleBatch() {
  std::vector<CheckBatchRequest> requests;
  for (const auto& form : Samples()) {
    CheckBatchRequest request;
    request.set_item_id(form.kind() == evaluation::v1::FORM_KIND_DEPARTMENT ? "department" : form.project_name());
    *request.mutable_form() = form;
    requests.push_back(request);
  }
  return requests;
}

TEST_F(CheckBatchTest, FindsWhatTheSamplesShowTogetherInAnyOrder) {
  std::vector<CheckBatchRequest> requests = SampleBatch();
  for (int round = 0; round < 2; ++round) {
    CheckBatchResponse response;
    const grpc::Status status = Send(requests, response);
    ASSERT_TRUE(status.ok()) << Read(status).Describe();
    EXPECT_EQ(response.forms(), static_cast<std::int64_t>(requests.size()));
    EXPECT_EQ(response.refused_size(), 0);
    const auto* rollup = Find(response, "ROLLUP");
    ASSERT_NE(rollup, nullptr) << response.ShortDebugString();
    EXPECT_EQ(rollup->finding().evidence().at("projects"), "304.7");
    EXPECT_EQ(rollup->finding().evidence().at("department"), "227.29");
    ASSERT_EQ(rollup->item_ids_size(), 10);
    EXPECT_EQ(rollup->item_ids(0), "department");
    // The others stand as they were sent.
    std::vector<std::string> sent;
    for (const auto& request : requests)
      if (std::count(rollup->item_ids().begin() + 1, rollup->item_ids().end(), request.item_id()) == 1)
        sent.push_back(request.item_id());
    EXPECT_TRUE(std::equal(sent.begin(), sent.end(), rollup->item_ids().begin() + 1, rollup->item_ids().end()));
    std::reverse(requests.begin(), requests.end());
  }
}

TEST_F(CheckBatchTest, FormsThatBreakTheContractAreRefusedAloneAndInOrder) {
  std::vector<CheckBatchRequest> requests = SampleBatch();
  CheckBatchRequest negative = Item("negative", PlainForm());
  negative.mutable_form()->mutable_funds(0)->set_executed("-1");
  CheckBatchRequest unknown = Item("unknown rules", PlainForm());
  unknown.mutable_rule_set()->set_id("no-such-rules");
  CheckBatchRequest no_form;
  no_form.set_item_id("no form");
  CheckBatchRequest late = Item("late", PlainForm());
  late.mutable_due_time()->set_nanos(-1);
  const std::vector<CheckBatchRequest> faulty = {negative,
                                                 unknown,
                                                 no_form,
                                                 late,
                                                 Item("department", PlainForm()),
                                                 Item("", PlainForm()),
                                                 Item(std::string(201, 'i'), PlainForm())};
  requests.insert(requests.begin() + 3, faulty.begin(), faulty.begin() + 4);
  requests.insert(requests.end(), faulty.begin() + 4, faulty.end());
  CheckBatchResponse response;
  const grpc::Status status = Send(requests, response);
  ASSERT_TRUE(status.ok()) << Read(status).Describe();
  EXPECT_EQ(response.forms(), static_cast<std::int64_t>(Samples().size()));
  ASSERT_EQ(response.refused_size(), 7);
  ExpectRefused(response, 0, "negative", grpc::StatusCode::INVALID_ARGUMENT, "FORM_INVALID", "form.funds[0].executed");
  ExpectRefused(response, 1, "unknown rules", grpc::StatusCode::NOT_FOUND, "RULE_SET_NOT_FOUND");
  ExpectRefused(response, 2, "no form", grpc::StatusCode::INVALID_ARGUMENT, "FORM_INVALID", "form");
  ExpectRefused(response, 3, "late", grpc::StatusCode::INVALID_ARGUMENT, "TIME_INVALID", "due_time");
  ExpectRefused(response, 4, "department", grpc::StatusCode::INVALID_ARGUMENT, "ITEM_ID_INVALID", "item_id");
  ExpectRefused(response, 5, "", grpc::StatusCode::INVALID_ARGUMENT, "ITEM_ID_INVALID", "item_id");
  ExpectRefused(response, 6, "", grpc::StatusCode::INVALID_ARGUMENT, "ITEM_ID_INVALID", "item_id");
  EXPECT_NE(Find(response, "ROLLUP"), nullptr);
}

TEST_F(CheckBatchTest, AMessageThatCannotBeParsedIsRefusedAlone) {
  CheckBatchRequest broken = Item("broken", PlainForm());
  broken.mutable_form()->set_project_name("\xff\xfe");  // libprotobuf complains and sends it
  CheckBatchResponse response;
  const grpc::Status status = Send({Item("good", PlainForm()), broken}, response);
  ASSERT_TRUE(status.ok()) << Read(status).Describe();
  EXPECT_EQ(response.forms(), 1);
  ASSERT_EQ(response.refused_size(), 1);
  EXPECT_EQ(response.refused(0).error().code(), static_cast<int>(grpc::StatusCode::INVALID_ARGUMENT));
}

TEST_F(CheckBatchTest, EmptyBatchEndsWell) {
  CheckBatchResponse response;
  const grpc::Status status = Send({}, response);
  EXPECT_TRUE(status.ok()) << Read(status).Describe();
  EXPECT_EQ(response.forms(), 0);
  EXPECT_EQ(response.findings_size(), 0);
}

TEST_F(CheckBatchTest, TimesAndAggregatesCount) {
  std::vector<CheckBatchRequest> requests;
  for (int i = 0; i < 12; ++i) {
    CheckBatchRequest request = Item(std::to_string(i), PlainForm());
    request.mutable_form()->mutable_implementing_unit()->set_name("单位" + std::to_string(i));
    request.mutable_form()->set_total_score(std::to_string(60 + i));
    request.mutable_due_time()->set_seconds(1'650'000'000);
    request.mutable_submit_time()->set_seconds(1'650'000'000 - 60);
    requests.push_back(request);
  }
  requests[0].set_aggregate(true);  // spends 98 of 100; so does each of the eleven others
  CheckBatchResponse response;
  const grpc::Status status = Send(requests, response);
  ASSERT_TRUE(status.ok()) << Read(status).Describe();
  const auto* aggregate = Find(response, "AGG");
  ASSERT_NE(aggregate, nullptr);
  EXPECT_EQ(aggregate->item_ids(0), "0");
  EXPECT_EQ(aggregate->item_ids_size(), 12);
  const auto* batch = Find(response, "BATCH");
  ASSERT_NE(batch, nullptr);
  EXPECT_EQ(batch->finding().evidence().at("last_minutes"), "12");
}

TEST_F(CheckBatchTest, TenThousandFormsAreTakenAndOneMoreIsNot) {
  const evaluation::v1::SelfEvaluation form = PlainForm();
  std::vector<CheckBatchRequest> requests;
  for (int i = 0; i < 10'000; ++i) requests.push_back(Item(std::to_string(i), form));
  CheckBatchResponse response;
  grpc::Status status = Send(requests, response);
  EXPECT_TRUE(status.ok()) << Read(status).Describe();
  EXPECT_EQ(response.forms(), 10'000);
  requests.push_back(Item("one more", form));
  status = Send(requests, response);
  ExpectRefusal(status, grpc::StatusCode::RESOURCE_EXHAUSTED, "BATCH_TOO_LARGE");
  ExpectHealthy();
}

TEST_F(CheckBatchTest, SixtyFourMebibytesAreTakenAndNoMore) {
  evaluation::v1::SelfEvaluation form = PlainForm();
  for (int i = 0; i < 3; ++i) form.add_report()->set_text(std::string(1'000'000, 'x'));
  std::vector<CheckBatchRequest> requests;
  for (int i = 0; i < 23; ++i) requests.push_back(Item(std::to_string(i), form));
  CheckBatchResponse response;
  ExpectRefusal(Send(requests, response), grpc::StatusCode::RESOURCE_EXHAUSTED, "BATCH_TOO_LARGE");
  requests.resize(22);
  const grpc::Status status = Send(requests, response);
  EXPECT_TRUE(status.ok()) << Read(status).Describe();
  EXPECT_EQ(response.forms(), 22);
}

TEST_F(CheckBatchTest, CancelledBatchesLeaveTheServerHealthy) {
  for (int round = 0; round < 20; ++round) {
    grpc::ClientContext context;
    Within(context);
    CheckBatchResponse response;
    const auto stream = cluster_->Scoring().CheckBatch(&context, &response);
    for (int i = 0; i < 5 * round; ++i)
      if (!stream->Write(Item(std::to_string(i), PlainForm(100)))) break;
    if (round % 2 == 1) stream->WritesDone();
    context.TryCancel();
    const grpc::StatusCode code = stream->Finish().error_code();
    // A small batch may have been answered before.
    EXPECT_TRUE(code == grpc::StatusCode::CANCELLED || (round % 2 == 1 && code == grpc::StatusCode::OK)) << code;
  }
  ExpectHealthy();
}

TEST_F(CheckBatchTest, BatchesBeyondTheServersNumberAreRefusedAsOverload) {
  constexpr int kBatches = 8;
  Cluster cluster;
  const auto one_more = [&](grpc::Status* status) {
    grpc::ClientContext context;
    Within(context);
    CheckBatchResponse response;
    const auto stream = cluster.Scoring().CheckBatch(&context, &response);
    stream->Write(Item("0", PlainForm()));
    stream->WritesDone();
    return *status = stream->Finish();
  };
  // A batch counts when the server has taken it, which a caller cannot see: batches are opened until the next one is
  // refused. One that came while the question held the last place was refused itself.
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<std::unique_ptr<CheckBatchResponse>> responses;
  std::vector<std::unique_ptr<grpc::ClientWriter<CheckBatchRequest>>> streams;
  grpc::Status status;
  EXPECT_TRUE(Eventually([&] {
    contexts.push_back(std::make_unique<grpc::ClientContext>());
    Within(*contexts.back());
    responses.push_back(std::make_unique<CheckBatchResponse>());
    streams.push_back(cluster.Scoring().CheckBatch(contexts.back().get(), responses.back().get()));
    streams.back()->Write(Item("0", PlainForm()));
    return one_more(&status).error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED;
  }));
  ExpectRefusal(status, grpc::StatusCode::RESOURCE_EXHAUSTED, "QUEUE_FULL");
  int taken = 0;
  for (std::size_t i = 0; i < streams.size(); ++i) {
    streams[i]->WritesDone();
    const grpc::Status end = streams[i]->Finish();
    if (end.ok()) {
      EXPECT_EQ(responses[i]->forms(), 1);
      ++taken;
    } else {
      ExpectRefusal(end, grpc::StatusCode::RESOURCE_EXHAUSTED, "QUEUE_FULL");
    }
  }
  EXPECT_LE(taken, kBatches);
  EXPECT_GE(taken, kBatches - 1);  // the question before the last may still have been counted
  EXPECT_TRUE(Eventually([&] { return one_more(&status).ok(); }));
}

TEST_F(CheckBatchTest, AnOpenBatchDoesNotKeepAServerFromStopping) {
  Cluster cluster;
  grpc::ClientContext context;
  Within(context, std::chrono::seconds(60));
  CheckBatchResponse response;
  const auto stream = cluster.Scoring().CheckBatch(&context, &response);
  ASSERT_TRUE(stream->Write(Item("0", PlainForm())));
  EXPECT_EQ(cluster.Stop(Server::kScoring), 0);
  EXPECT_FALSE(stream->Finish().ok());
  const auto lines = cluster.LogLines(Server::kScoring);
  ASSERT_FALSE(lines.empty());
  EXPECT_EQ(lines.back().value("in_flight", -1), 0);
}

// What `jixiao score --batch` prints for these samples.
std::string RunBatch(const Cluster& cluster, const std::vector<std::string>& samples, bool json) {
  std::vector<std::string> command = {jixiao::paths::Binaries() + "/jixiao",
                                      "--scoring",
                                      cluster.AddressOf(Server::kScoring),
                                      "--format",
                                      json ? "json" : "table",
                                      "score",
                                      "--batch"};
  for (const std::string& sample : samples)
    command.push_back(jixiao::paths::Source() + "/deploy/local/samples/" + sample + ".json");
  const auto log = cluster.folder() / (json ? "batch.json" : "batch.txt");
  const auto process = Process::Start(command, log);
  EXPECT_EQ(process->Wait(std::chrono::seconds(30)), 0);
  std::ifstream in(log);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

TEST_F(CheckBatchTest, TheCommandLinePrintsTheFindings) {
  std::vector<std::string> samples = {"panzhihua-2021-department"};
  for (int i = 1; i <= 9; ++i) samples.push_back("panzhihua-2021-project-" + std::to_string(i));
  const std::string table = RunBatch(*cluster_, samples, false);
  EXPECT_NE(table.find("党员教育培训经费"), std::string::npos) << table;
  EXPECT_NE(table.find("ROLLUP"), std::string::npos) << table;
  EXPECT_NE(table.find("304.7 万元"), std::string::npos) << table;
  CheckBatchResponse response;
  const std::string json = RunBatch(*cluster_, samples, true);
  const auto status = google::protobuf::util::JsonStringToMessage(json, &response);
  ASSERT_TRUE(status.ok()) << status.ToString() << json;
  EXPECT_EQ(response.forms(), 10);
  EXPECT_NE(Find(response, "ROLLUP"), nullptr);
}

}  // namespace
}  // namespace jixiao::testing
