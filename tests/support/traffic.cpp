#include "support/traffic.h"

#include "common/canonical.h"
#include "support/forms.h"
#include "support/submissions.h"

#include <gtest/gtest.h>

#include <iostream>
#include <set>

namespace jixiao::testing {
namespace {

using namespace intake::v1;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

// Callers give a call up after so long, and repeat it.
constexpr milliseconds kCall{2000};
// Longer than any fault of a test.
constexpr seconds kStubborn{90};

}  // namespace

Traffic::Traffic(Cluster& cluster, int callers) : cluster_(cluster) {
  for (int caller = 0; caller < callers; ++caller) callers_.emplace_back([this, caller] { Call(caller); });
}

void Traffic::Call(int caller) {
  for (int number = 0; !over_; ++number) {
    HandIn(caller, number, kStubborn);
    std::this_thread::sleep_for(milliseconds(10));
  }
}

std::string Traffic::HandIn(int caller, int number, milliseconds patience) {
  evaluation::v1::SelfEvaluation form = PlainForm();
  form.set_project_name("项目" + std::to_string(caller) + "-" + std::to_string(number));
  const SubmitEvaluationRequest request = SubmitRequest(form);
  const auto end = steady_clock::now() + patience;
  for (int replica = caller;; ++replica) {
    SubmitEvaluationResponse response;
    grpc::ClientContext context;
    Within(context, kCall);
    const grpc::Status status =
        cluster_.Intake(replica % cluster_.intake_replicas()).SubmitEvaluation(&context, request, &response);
    if (status.ok()) {
      ++receipts_;
      const std::lock_guard lock(mutex_);
      const auto digest = CanonicalDigest(form);
      EXPECT_TRUE(acknowledged_.emplace(response.receipt().submission(), *digest).second) << "one name for two forms";
      return response.receipt().submission();
    }
    const Refusal refusal = Read(status);
    if (refusal.code != grpc::StatusCode::DEADLINE_EXCEEDED) ExpectPassing(refusal);
    {
      const std::lock_guard lock(mutex_);
      ++errors_[std::to_string(refusal.code) + " " + refusal.Reason()];
    }
    if (steady_clock::now() >= end) {
      ADD_FAILURE() << "not taken in within " << patience.count() << " ms: " << refusal.Describe();
      return "";
    }
    std::this_thread::sleep_for(milliseconds(50));
  }
}

std::map<std::string, int> Traffic::errors() {
  const std::lock_guard lock(mutex_);
  return errors_;
}

void Traffic::ExpectNormalSoon() {
  const auto begin = steady_clock::now();
  const auto since = [](steady_clock::time_point from) {
    return std::chrono::duration_cast<milliseconds>(steady_clock::now() - from);
  };
  std::set<std::string> before;  // what waits from the time of the fault
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, digest] : acknowledged_) before.insert(name);
  }
  const auto waiting = [&] {
    ListSubmissionsRequest request;
    request.set_page_size(200);
    for (const auto state : {SUBMISSION_STATE_ACCEPTED, SUBMISSION_STATE_SCORED}) request.add_states(state);
    ListSubmissionsResponse response;
    grpc::ClientContext context;
    Within(context, kCall);
    if (!cluster_.Intake().ListSubmissions(&context, request, &response).ok()) return true;
    for (const auto& submission : response.submissions())
      if (before.contains(submission.name())) return true;
    return false;
  };
  milliseconds took = kNormal + milliseconds(1);
  while (since(begin) < 3 * kRecovery && took > kNormal) {
    const auto handed = steady_clock::now();
    const std::string name = HandIn(1000, probes_++, kStubborn);
    if (name.empty()) return;
    const auto archived = [&] {
      GetSubmissionRequest request;
      request.set_name(name);
      GetSubmissionResponse response;
      grpc::ClientContext context;
      Within(context, kCall);
      return cluster_.Intake().GetSubmission(&context, request, &response).ok() &&
             response.submission().state() == SUBMISSION_STATE_ARCHIVED;
    };
    if (!Eventually(archived, seconds(40))) break;
    took = since(handed);
  }
  EXPECT_LE(took, kNormal) << "a form still takes too long";
  EXPECT_TRUE(Eventually([&] { return !waiting(); }, 3 * kRecovery)) << "something of the fault's time still waits";
  const milliseconds recovered = since(begin);
  std::cout << "normal again after " << recovered.count() << " ms, a form takes " << took.count() << " ms\n";
  EXPECT_LE(recovered, kRecovery);
}

void Traffic::Stop() {
  over_ = true;
  for (std::thread& caller : callers_) caller.join();
  callers_.clear();
}

void Traffic::ExpectAllArchivedOnce() {
  EXPECT_TRUE(Eventually(
      [&] {
        return AllSubmissions(cluster_, {SUBMISSION_STATE_ACCEPTED, SUBMISSION_STATE_SCORED}).empty();
      },
      seconds(30)))
      << "something does not come to rest";
  std::set<std::string> found;
  std::set<std::string> keys;
  for (const auto& submission : AllSubmissions(cluster_)) {
    found.insert(submission.name());
    EXPECT_EQ(submission.state(), SUBMISSION_STATE_ARCHIVED) << submission.name() << " " << submission.problem();
    const auto acknowledged = acknowledged_.find(submission.name());
    ASSERT_NE(acknowledged, acknowledged_.end()) << submission.project_name() << " was taken in twice";
    EXPECT_EQ(submission.form_digest(), acknowledged->second);
  }
  EXPECT_EQ(found.size(), acknowledged_.size()) << "something that was acknowledged is lost";
  for (const auto& record : AllRecords(cluster_)) EXPECT_TRUE(keys.insert(record.key()).second) << record.key();
  EXPECT_EQ(keys.size(), acknowledged_.size());
  for (const auto& [name, digest] : acknowledged_) EXPECT_TRUE(keys.contains(name + "/revisions/1")) << name;
  const archiving::v1::CheckLogResponse check = CheckLog(cluster_);
  EXPECT_EQ(check.damage_size(), 0) << check.damage(0).message();
  EXPECT_EQ(check.records_checked(), static_cast<std::int64_t>(acknowledged_.size()));
  std::cout << acknowledged_.size() << " forms";
  for (const auto& [error, count] : errors()) std::cout << ", " << count << " times " << error;
  std::cout << '\n';
}

}  // namespace jixiao::testing
