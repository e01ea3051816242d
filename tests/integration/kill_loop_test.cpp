// SIGKILL at random moments, to everyone in turn, while forms are imported, handed in, scored and archived:
//
//  1. Two units hand in one form after the other; a platform streams; a clerk has `jixiao submit` read documents. Each
//     repeats what was not acknowledged, under the same request id.
//  2. At random moments one of intake, scoring, archiving and the clerk's command is killed and started again.
//  3. Then everything comes to rest. What was acknowledged is there, once, with the content that was sent; the archive
//     holds one record for each, and CheckLog finds no damage.
//
// Six kills by default. JIXIAO_KILLS=100 makes it a stress test; moments and victims follow from JIXIAO_TEST_SEED.
#include "common/canonical.h"
#include "support/bulk.h"
#include "support/cluster.h"
#include "support/forms.h"
#include "support/paths.h"
#include "support/submissions.h"

#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <map>
#include <mutex>
#include <random>
#include <thread>

namespace jixiao::testing {
namespace {

using namespace intake::v1;

int Kills() {
  const char* given = std::getenv("JIXIAO_KILLS");
  return given == nullptr ? 6 : std::atoi(given);
}

// A project's name in a document, and the form that import reads from it.
std::string DocumentOf(const std::string& project) {
  return "| 项目支出绩效自评表（2022年度） | | | | | | |\n| 项目名称 | " + project +
         " | | | | | |\n"
         "| 主管部门 | 某市交通局 | | | 实施单位 | 某市公路站 | |\n"
         "| 项目资金（万元） | | 年初预算数 | 全年预算数 | 全年执行数 | 分值 | 得分 |\n"
         "| | 年度资金总额 | 100 | 100 | 90 | 10 | 9 |\n"
         "| 一级指标 | 二级指标 | 三级指标 | 年度指标值 | 实际完成值 | 分值 | 得分 |\n"
         "| 产出指标 | 数量指标 | 养护里程 | ≥10公里 | 11公里 | 90 | 90 |\n";
}

class KillLoop : public ::testing::Test {
 protected:
  // Until the killing is over; then each finishes what it has begun.
  bool Going() const { return !over_; }

  void Acknowledge(const std::string& submission, const std::string& digest, const std::string& project) {
    const std::lock_guard lock(mutex_);
    const auto [entry, fresh] = acknowledged_.emplace(submission, std::pair(digest, project));
    EXPECT_TRUE(fresh || entry->second.second == project) << submission << " was given to two forms";
    EXPECT_TRUE(projects_.emplace(project, submission).first->second == submission)
        << project << " was taken in as " << submission << " and before as another";
  }

  void RunUnit(int unit) {
    for (int number = 0; Going(); ++number) {
      evaluation::v1::SelfEvaluation form = Variant(TestSeed() * 7 + static_cast<std::uint64_t>(1000 * unit + number));
      form.set_project_name("单位" + std::to_string(unit) + "-" + std::to_string(number));
      const SubmitEvaluationRequest request = SubmitRequest(form);
      SubmitEvaluationResponse response;
      const grpc::Status status = Patiently(
          [&](grpc::ClientContext& context) {
            return cluster_.Intake().SubmitEvaluation(&context, request, &response);
          },
          std::chrono::seconds(60));
      ASSERT_TRUE(status.ok()) << Read(status).Describe();
      Acknowledge(response.receipt().submission(), *CanonicalDigest(form), form.project_name());
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }

  void RunPlatform() {
    for (int round = 0; Going(); ++round) {
      std::vector<SubmitEvaluationRequest> left;
      for (int i = 0; i < 60; ++i) {
        evaluation::v1::SelfEvaluation form = Variant(TestSeed() * 11 + static_cast<std::uint64_t>(100 * round + i));
        form.set_project_name("平台" + std::to_string(round) + "-" + std::to_string(i));
        left.push_back(SubmitRequest(form));
      }
      while (!left.empty()) {
        grpc::Status status;
        const auto responses = SubmitMany(cluster_.Intake(), left, &status);
        std::vector<SubmitEvaluationRequest> again;
        for (std::size_t i = 0; i < left.size(); ++i) {
          if (i < responses.size() && responses[i].has_receipt())
            Acknowledge(responses[i].receipt().submission(), *CanonicalDigest(left[i].form()),
                        left[i].form().project_name());
          else
            again.push_back(left[i]);
        }
        left = std::move(again);
        if (!left.empty()) std::this_thread::sleep_for(std::chrono::milliseconds(50));
      }
    }
  }

  // Has to run on the thread that lives longest: it starts processes.
  bool StartClerk() {
    if (clerk_ != nullptr) {
      const auto end = clerk_->Wait(std::chrono::milliseconds(0));
      if (!end) return true;
      clerk_.reset();
      if (*end == 0) ++documents_;  // otherwise the same document again
    }
    if (!Going()) return false;
    const auto file = cluster_.folder() / ("document-" + std::to_string(documents_) + ".txt");
    std::ofstream(file) << DocumentOf("文件" + std::to_string(documents_));
    clerk_ = Process::Start({jixiao::paths::Binaries() + "/jixiao", "--intake=" + cluster_.AddressOf(Server::kIntake),
                             "submit", file.string(), "--format", "json"},
                            cluster_.folder() / "clerk.log");
    return true;
  }

  void KillOne(int number) {
    std::uniform_int_distribution<int> victim(0, 3);
    std::uniform_int_distribution<int> moment(0, 400'000);
    const auto until = std::chrono::steady_clock::now() + std::chrono::microseconds(moment(random_));
    while (std::chrono::steady_clock::now() < until) {
      StartClerk();
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    const int chosen = victim(random_);
    if (chosen == 3) {
      StartClerk();
      std::this_thread::sleep_for(std::chrono::microseconds(moment(random_) / 8));
      clerk_->Kill(SIGKILL);
      (void)clerk_->Wait(std::chrono::seconds(5));
      std::cout << "kill " << number << ": the clerk's command at document " << documents_ << '\n';
      return;
    }
    const Server server = kServers[chosen];
    cluster_.Kill9(server);
    {
      const std::lock_guard lock(mutex_);
      std::cout << "kill " << number << ": " << NameOf(server) << " after " << acknowledged_.size() << " receipts\n";
    }
    std::this_thread::sleep_for(std::chrono::microseconds(moment(random_) / 4));
    cluster_.Restart(server);
  }

  void Check() {
    std::map<std::string, Submission> submissions;
    std::map<std::string, int> of_project;
    for (auto& submission : AllSubmissions(cluster_)) {
      ++of_project[submission.project_name()];
      submissions.emplace(submission.name(), submission);
    }
    for (const auto& [project, count] : of_project) EXPECT_EQ(count, 1) << project << " was taken in twice";
    for (const auto& [name, sent] : acknowledged_) {
      ASSERT_TRUE(submissions.contains(name)) << name << " is lost";
      EXPECT_EQ(submissions[name].form_digest(), sent.first);
    }
    for (int i = 0; i < documents_; ++i)
      EXPECT_EQ(of_project["文件" + std::to_string(i)], 1) << "document " << i << ", whose command ended well";
    std::map<std::string, int> records;
    for (const auto& record : AllRecords(cluster_)) ++records[record.key()];
    EXPECT_EQ(records.size(), submissions.size());
    for (const auto& [name, submission] : submissions) {
      EXPECT_EQ(submission.state(), SUBMISSION_STATE_ARCHIVED) << name << " " << submission.problem();
      EXPECT_EQ(records[name + "/revisions/1"], 1) << name;
    }
    const archiving::v1::CheckLogResponse check = CheckLog(cluster_);
    EXPECT_EQ(check.damage_size(), 0) << check.damage(0).message();
    EXPECT_EQ(check.records_checked(), static_cast<std::int64_t>(submissions.size()));
    std::cout << Kills() << " kills survived by " << submissions.size() << " submissions, " << acknowledged_.size()
              << " receipts and " << documents_ << " documents\n";
  }

  Cluster cluster_;
  std::mt19937_64 random_{TestSeed()};
  std::atomic<bool> over_{false};
  std::unique_ptr<Process> clerk_;
  int documents_ = 0;
  std::mutex mutex_;
  std::map<std::string, std::pair<std::string, std::string>> acknowledged_;  // digest and project by submission
  std::map<std::string, std::string> projects_;                              // submission by project
};

TEST_F(KillLoop, NothingAcknowledgedIsLostOrDoubled) {
  std::vector<std::thread> threads;
  for (int unit = 0; unit < 2; ++unit) threads.emplace_back([this, unit] { RunUnit(unit); });
  threads.emplace_back([this] { RunPlatform(); });
  for (int number = 1; number <= Kills(); ++number) KillOne(number);
  over_ = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(Eventually([&] { return !StartClerk(); }, std::chrono::seconds(30)));
  EXPECT_TRUE(Eventually(
      [&] {
        return AllSubmissions(cluster_, {SUBMISSION_STATE_ACCEPTED, SUBMISSION_STATE_SCORED}).empty();
      },
      std::chrono::seconds(30 + Kills())))
      << "something does not come to rest";
  Check();
}

}  // namespace
}  // namespace jixiao::testing
