#include "support/submissions.h"

#include "support/forms.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>

namespace jixiao::testing {

std::string NewRequestId() {
  static std::atomic<int> next{0};
  return "test-" + std::to_string(TestSeed()) + "-" + std::to_string(next++);
}

intake::v1::SubmitEvaluationRequest SubmitRequest(const evaluation::v1::SelfEvaluation& form) {
  intake::v1::SubmitEvaluationRequest request;
  request.set_request_id(NewRequestId());
  *request.mutable_form() = form;
  return request;
}

intake::v1::Receipt Submit(Cluster& cluster, const evaluation::v1::SelfEvaluation& form, const std::string& rule_set) {
  intake::v1::SubmitEvaluationRequest request = SubmitRequest(form);
  request.set_rule_set(rule_set);
  intake::v1::SubmitEvaluationResponse response;
  grpc::ClientContext context;
  Within(context);
  const grpc::Status status = cluster.Intake().SubmitEvaluation(&context, request, &response);
  EXPECT_TRUE(status.ok()) << Read(status).Describe();
  return response.receipt();
}

intake::v1::Submission Get(Cluster& cluster, const std::string& name) {
  intake::v1::GetSubmissionRequest request;
  request.set_name(name);
  intake::v1::GetSubmissionResponse response;
  grpc::ClientContext context;
  Within(context);
  const grpc::Status status = cluster.Intake().GetSubmission(&context, request, &response);
  EXPECT_TRUE(status.ok()) << name << ": " << Read(status).Describe();
  return response.submission();
}

intake::v1::Submission WaitFor(Cluster& cluster, const std::string& name, intake::v1::SubmissionState state,
                               std::chrono::milliseconds patience) {
  intake::v1::Submission submission;
  const bool reached = Eventually(
      [&] {
        submission = Get(cluster, name);
        return submission.state() == state || ::testing::Test::HasFatalFailure();
      },
      patience);
  EXPECT_TRUE(reached) << name << " is " << intake::v1::SubmissionState_Name(submission.state()) << " "
                       << submission.problem();
  return submission;
}

std::vector<intake::v1::Submission> AllSubmissions(Cluster& cluster,
                                                   const std::vector<intake::v1::SubmissionState>& states) {
  intake::v1::ListSubmissionsRequest request;
  request.set_page_size(200);
  for (const auto state : states) request.add_states(state);
  std::vector<intake::v1::Submission> all;
  do {
    intake::v1::ListSubmissionsResponse response;
    const grpc::Status status = Patiently(
        [&](grpc::ClientContext& context) { return cluster.Intake().ListSubmissions(&context, request, &response); });
    EXPECT_TRUE(status.ok()) << Read(status).Describe();
    all.insert(all.end(), response.submissions().begin(), response.submissions().end());
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  return all;
}

std::vector<archiving::v1::RecordSummary> AllRecords(Cluster& cluster) {
  archiving::v1::ListRecordsRequest request;
  request.set_page_size(200);
  std::vector<archiving::v1::RecordSummary> all;
  do {
    archiving::v1::ListRecordsResponse response;
    const grpc::Status status = Patiently(
        [&](grpc::ClientContext& context) { return cluster.Archiving().ListRecords(&context, request, &response); });
    EXPECT_TRUE(status.ok()) << Read(status).Describe();
    all.insert(all.end(), response.records().begin(), response.records().end());
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  return all;
}

archiving::v1::CheckLogResponse CheckLog(Cluster& cluster) {
  archiving::v1::CheckLogResponse response;
  const grpc::Status status = Patiently([&](grpc::ClientContext& context) {
    Within(context, std::chrono::minutes(30));  // it reads every byte of the archive
    return cluster.Archiving().CheckLog(&context, {}, &response);
  });
  // An empty answer would say that all is well.
  if (!status.ok()) throw std::runtime_error("CheckLog: " + Read(status).Describe());
  return response;
}

}  // namespace jixiao::testing
