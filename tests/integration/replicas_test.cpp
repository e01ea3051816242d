// Several replicas of every service on one PostgreSQL: each form is taken in, scored and archived once, whichever
// replica hears of it and whichever is killed.
#include "support/cluster.h"
#include "support/forms.h"
#include "support/submissions.h"

#include "jixiao/intake/v1/intake_service.pb.h"

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace jixiao::testing {
namespace {

using namespace intake::v1;

const ClusterOptions kReplicas = {
    .intake_replicas = 2, .archiving_replicas = 2, .scoring_replicas = 2, .postgresql = true};

class ReplicasTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!PrivatePostgres::Installed()) GTEST_SKIP() << "PostgreSQL is not installed (postgresql)";
    cluster_ = std::make_unique<Cluster>(kReplicas);
  }

  // Hands a form in at one of the two, trying the other when it fails, as a client with round robin and retries does.
  std::string SubmitAtAny(const SubmitEvaluationRequest& request, int first) {
    SubmitEvaluationResponse response;
    int replica = first;
    const grpc::Status status = Patiently(
        [&](grpc::ClientContext& context) {
          return cluster_->Intake(replica++ % 2).SubmitEvaluation(&context, request, &response);
        },
        std::chrono::seconds(30));
    EXPECT_TRUE(status.ok()) << Read(status).Describe();
    return response.receipt().submission();
  }

  static SubmitEvaluationRequest Request(int number) {
    evaluation::v1::SelfEvaluation form = PlainForm();
    form.set_project_name("副本" + std::to_string(number));
    return SubmitRequest(form);
  }

  void ExpectAllArchivedOnce(const std::set<std::string>& names) {
    EXPECT_TRUE(Eventually(
        [&] {
          return AllSubmissions(*cluster_, {SUBMISSION_STATE_ACCEPTED, SUBMISSION_STATE_SCORED}).empty();
        },
        std::chrono::seconds(60)))
        << "something does not come to rest";
    std::map<std::string, int> records;
    for (const auto& record : AllRecords(*cluster_)) ++records[record.key()];
    EXPECT_EQ(records.size(), names.size());
    for (const std::string& name : names) EXPECT_EQ(records[name + "/revisions/1"], 1) << name;
    const archiving::v1::CheckLogResponse check = CheckLog(*cluster_);
    EXPECT_EQ(check.damage_size(), 0) << check.damage(0).message();
    EXPECT_EQ(check.records_checked(), static_cast<std::int64_t>(names.size()));
  }

  std::unique_ptr<Cluster> cluster_;
};

TEST_F(ReplicasTest, OneRequestAtBothReplicasIsOneSubmission) {
  const SubmitEvaluationRequest request = Request(0);
  std::vector<std::string> answers(16);
  std::vector<std::thread> callers;
  for (std::size_t i = 0; i < answers.size(); ++i)
    callers.emplace_back([&, i] { answers[i] = SubmitAtAny(request, static_cast<int>(i)); });
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(std::set<std::string>(answers.begin(), answers.end()).size(), 1u);
  ExpectAllArchivedOnce({answers[0]});
}

// A watcher at one replica hears what is handed in at the other, and each change once.
TEST_F(ReplicasTest, AWatcherHearsOfTheOtherReplicasChanges) {
  WatchSubmissionsRequest request;
  request.set_cursor("now");
  grpc::ClientContext context;
  Within(context, std::chrono::seconds(20));
  const auto stream = cluster_->Intake(0).WatchSubmissions(&context, request);
  WatchSubmissionsResponse response;
  ASSERT_TRUE(stream->Read(&response));  // it waits now
  SubmitEvaluationResponse submitted;
  grpc::ClientContext call;
  Within(call);
  ASSERT_TRUE(cluster_->Intake(1).SubmitEvaluation(&call, Request(1), &submitted).ok());
  std::vector<SubmissionState> states;
  while (states.size() < 3 && stream->Read(&response))
    if (response.has_change()) states.push_back(response.change().state());
  context.TryCancel();
  EXPECT_EQ(states, (std::vector<SubmissionState>{SUBMISSION_STATE_ACCEPTED, SUBMISSION_STATE_SCORED,
                                                  SUBMISSION_STATE_ARCHIVED}));
}

TEST_F(ReplicasTest, KilledReplicasAndADatabaseThatCrashesLoseAndDoubleNothing) {
  std::set<std::string> names;
  std::mutex mutex;
  std::atomic<bool> over{false};
  std::vector<std::thread> units;
  for (int unit = 0; unit < 4; ++unit)
    units.emplace_back([&, unit] {
      for (int i = 0; !over; ++i) {
        const std::string name = SubmitAtAny(Request(1000 * (unit + 1) + i), unit);
        const std::lock_guard lock(mutex);
        EXPECT_TRUE(names.insert(name).second) << name << " was given to two forms";
      }
    });
  const auto pause = [] { std::this_thread::sleep_for(std::chrono::milliseconds(400)); };
  for (const Server server : {Server::kIntake, Server::kArchiving, Server::kScoring}) {
    for (int replica = 0; replica < 2; ++replica) {
      pause();
      cluster_->Kill9(server, replica);
      pause();
      cluster_->Restart(server, replica);
    }
  }
  pause();
  cluster_->postgres()->Crash();
  pause();
  cluster_->postgres()->StartAgain();
  pause();
  over = true;
  for (std::thread& unit : units) unit.join();
  EXPECT_GT(names.size(), 50u);
  ExpectAllArchivedOnce(names);
}

}  // namespace
}  // namespace jixiao::testing
