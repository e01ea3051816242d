// Nothing acknowledged is lost, and nothing is archived twice, whichever server is killed at whichever moment:
//
//  1. Eight threads submit 500 forms, each with its own request_id, and repeat a call only on UNAVAILABLE.
//  2. When about a third and about two thirds are acknowledged, one server gets SIGKILL and is started again.
//  3. All acknowledged submissions reach ARCHIVED.
//  4. The archive holds exactly one record for each, with the form that was sent, and CheckLog finds no damage.
//
// The forms and the moments follow from JIXIAO_TEST_SEED.
#include "common/canonical.h"
#include "support/cluster.h"
#include "support/forms.h"
#include "support/submissions.h"

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <mutex>
#include <random>
#include <thread>

namespace jixiao::testing {
namespace {

constexpr int kForms = 500;
constexpr int kThreads = 8;

class CrashTest : public ::testing::Test {
 protected:
  static std::uint64_t SeedOf(int form) { return TestSeed() * 1000 + static_cast<std::uint64_t>(form); }

  void SubmitAll() {
    for (int form = next_++; form < kForms; form = next_++) {
      const intake::v1::SubmitEvaluationRequest request = SubmitRequest(Variant(SeedOf(form)));
      intake::v1::SubmitEvaluationResponse response;
      const grpc::Status status = Patiently([&](grpc::ClientContext& context) {
        return cluster_.Intake().SubmitEvaluation(&context, request, &response);
      });
      ASSERT_TRUE(status.ok()) << "form " << form << ": " << Read(status).Describe();
      const std::lock_guard lock(mutex_);
      EXPECT_TRUE(acknowledged_.emplace(response.receipt().submission(), form).second) << "a name was given twice";
      ++count_;
    }
  }

  // Kills and restarts when `after` forms are acknowledged and a moment has passed.
  void Crash(Server server, int after) {
    ASSERT_TRUE(Eventually([&] { return count_.load() >= after; }));
    std::this_thread::sleep_for(std::chrono::microseconds(std::uniform_int_distribution<int>(0, 20000)(random_)));
    cluster_.Kill9(server);
    std::cout << "killed " << NameOf(server) << " after " << count_.load() << " receipts\n";
    std::this_thread::sleep_for(std::chrono::milliseconds(std::uniform_int_distribution<int>(0, 300)(random_)));
    cluster_.Restart(server);
  }

  void CheckArchive() {
    std::map<std::string, intake::v1::Submission> submissions;
    for (auto& submission : AllSubmissions(cluster_)) submissions.emplace(submission.name(), submission);
    EXPECT_EQ(submissions.size(), acknowledged_.size());
    std::map<std::string, archiving::v1::RecordSummary> records;
    for (const auto& record : AllRecords(cluster_))
      EXPECT_TRUE(records.emplace(record.key(), record).second) << record.key() << " twice";
    EXPECT_EQ(records.size(), acknowledged_.size());
    for (const auto& [name, form] : acknowledged_) {
      ASSERT_TRUE(submissions.contains(name)) << name << " is lost";
      const auto record = records.find(name + "/revisions/1");
      ASSERT_NE(record, records.end()) << name << " is not archived";
      EXPECT_EQ(submissions[name].archive_record(), record->second.name());
      EXPECT_EQ(submissions[name].archive_index(), record->second.index());
      EXPECT_EQ(submissions[name].form_digest(), *CanonicalDigest(Variant(SeedOf(form))));
      EXPECT_EQ(record->second.project_name(), Variant(SeedOf(form)).project_name());
    }
    const archiving::v1::CheckLogResponse check = CheckLog(cluster_);
    EXPECT_EQ(check.damage_size(), 0) << check.damage(0).message();
    EXPECT_EQ(check.records_checked(), static_cast<std::int64_t>(acknowledged_.size()));
  }

  // The exact form, for a few.
  void CheckContents() {
    for (const auto& [name, form] : acknowledged_) {
      if (form % 50 != 0) continue;
      archiving::v1::GetRecordRequest request;
      request.set_name(name + "/revisions/1");
      archiving::v1::GetRecordResponse response;
      grpc::ClientContext context;
      ASSERT_TRUE(cluster_.Archiving().GetRecord(&context, request, &response).ok());
      EXPECT_EQ(response.parts(0).content(), *CanonicalEncode(Variant(SeedOf(form))));
    }
  }

  void Run(Server server) {
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) threads.emplace_back([this] { SubmitAll(); });
    Crash(server, kForms / 3);
    Crash(server, 2 * kForms / 3);
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(acknowledged_.size(), static_cast<std::size_t>(kForms));
    using namespace intake::v1;
    EXPECT_TRUE(Eventually([&] { return AllSubmissions(cluster_, {SUBMISSION_STATE_ARCHIVED}).size() == kForms; },
                           std::chrono::seconds(30)));
    for (const auto& submission :
         AllSubmissions(cluster_, {SUBMISSION_STATE_ACCEPTED, SUBMISSION_STATE_SCORED, SUBMISSION_STATE_STUCK}))
      ADD_FAILURE() << submission.name() << " is left " << SubmissionState_Name(submission.state()) << " "
                    << submission.problem();
    CheckArchive();
    CheckContents();
  }

  Cluster cluster_;
  std::mt19937_64 random_{TestSeed()};
  std::atomic<int> next_{0};
  std::atomic<int> count_{0};
  std::mutex mutex_;
  std::map<std::string, int> acknowledged_;
};

TEST_F(CrashTest, Intake) {
  Run(Server::kIntake);
}
TEST_F(CrashTest, Scoring) {
  Run(Server::kScoring);
}
TEST_F(CrashTest, Archiving) {
  Run(Server::kArchiving);
}

}  // namespace
}  // namespace jixiao::testing
