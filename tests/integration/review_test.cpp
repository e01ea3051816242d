// Review with real servers: from a form with contradictions to its record with the whole history, through a kill.
#include "archiving/record/record.h"
#include "common/canonical.h"
#include "common/digest.h"
#include "support/cluster.h"
#include "support/forms.h"
#include "support/submissions.h"

#include "jixiao/intake/v1/review.grpc.pb.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <thread>

namespace jixiao::testing {
namespace {

using namespace intake::v1;

Actor ActorOf(const std::string& name, ActorRole role) {
  Actor actor;
  actor.set_name(name);
  actor.set_role(role);
  return actor;
}

class ReviewTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { cluster_ = std::make_unique<Cluster>(); }
  static void TearDownTestSuite() { cluster_.reset(); }

  static std::unique_ptr<ReviewService::Stub> Reviewing() {
    return ReviewService::NewStub(cluster_->Channel(Server::kIntake));
  }

  // 基层组织建设工作经费: 319 of 321 reported as 100 %, so that someone has to answer.
  static evaluation::v1::SelfEvaluation Doubtful() {
    const auto& samples = Samples();
    const auto found = std::find_if(samples.begin(), samples.end(), [](const auto& form) {
      return form.project_name().find("基层组织建设") != std::string::npos;
    });
    if (found == samples.end()) throw std::runtime_error("the sample is gone");
    return *found;
  }

  static std::string SubmitFor(const evaluation::v1::SelfEvaluation& form, const std::vector<ReviewStage>& stages) {
    SubmitEvaluationRequest request = SubmitRequest(form);
    request.mutable_stages()->Assign(stages.begin(), stages.end());
    SubmitEvaluationResponse response;
    grpc::ClientContext context;
    Within(context);
    const grpc::Status status = cluster_->Intake().SubmitEvaluation(&context, request, &response);
    EXPECT_TRUE(status.ok()) << Read(status).Describe();
    return response.receipt().submission();
  }

  static ListFindingsResponse Findings(const std::string& name) {
    ListFindingsRequest request;
    request.set_name(name);
    ListFindingsResponse response;
    grpc::ClientContext context;
    Within(context);
    const grpc::Status status = Reviewing()->ListFindings(&context, request, &response);
    EXPECT_TRUE(status.ok()) << Read(status).Describe();
    return response;
  }

  static grpc::Status Approve(const std::string& name, const std::string& etag, ReviewStage stage, const Actor& actor,
                              Submission* after = nullptr) {
    ApproveSubmissionRequest request;
    request.set_name(name);
    request.set_etag(etag);
    request.set_request_id(NewRequestId());
    request.set_stage(stage);
    *request.mutable_actor() = actor;
    ApproveSubmissionResponse response;
    grpc::ClientContext context;
    Within(context);
    const grpc::Status status = Reviewing()->ApproveSubmission(&context, request, &response);
    if (after != nullptr) *after = response.submission();
    return status;
  }

  // Answers for whatever is open, or has it waived, as its class asks.
  static void AnswerAll(const std::string& name) {
    for (ListFindingsResponse findings = Findings(name); findings.open_count() > 0; findings = Findings(name)) {
      const auto open = std::find_if(findings.findings().begin(), findings.findings().end(), [](const auto& finding) {
        return finding.state() == ANSWER_STATE_OPEN || finding.state() == ANSWER_STATE_WAIVER_REQUESTED;
      });
      ASSERT_NE(open, findings.findings().end());
      grpc::ClientContext context;
      Within(context);
      grpc::Status status;
      if (open->finding_class() == FINDING_CLASS_CONFIRM) {
        AnswerFindingRequest request;
        request.set_name(open->name());
        request.set_etag(findings.etag());
        request.set_request_id(NewRequestId());
        *request.mutable_actor() = ActorOf("张三", ACTOR_ROLE_UNIT);
        request.set_text("已核实，数据属实");
        AnswerFindingResponse response;
        status = Reviewing()->AnswerFinding(&context, request, &response);
      } else if (open->state() == ANSWER_STATE_OPEN) {
        RequestWaiverRequest request;
        request.set_name(open->name());
        request.set_etag(findings.etag());
        request.set_request_id(NewRequestId());
        *request.mutable_actor() = ActorOf("张三", ACTOR_ROLE_UNIT);
        request.set_reason("年中追加预算");
        request.mutable_expire_time()->set_seconds(4'000'000'000);
        RequestWaiverResponse response;
        status = Reviewing()->RequestWaiver(&context, request, &response);
      } else {
        ApproveWaiverRequest request;
        request.set_name(open->name());
        request.set_etag(findings.etag());
        request.set_request_id(NewRequestId());
        *request.mutable_actor() = ActorOf("王五", ACTOR_ROLE_FINANCE);
        ApproveWaiverResponse response;
        status = Reviewing()->ApproveWaiver(&context, request, &response);
      }
      ASSERT_TRUE(status.ok()) << Read(status).Describe();
    }
  }

  static std::unique_ptr<Cluster> cluster_;
};

std::unique_ptr<Cluster> ReviewTest::cluster_;

TEST_F(ReviewTest, FormIsAnsweredForApprovedAndArchivedWithItsHistoryThroughAKill) {
  const auto form = Doubtful();
  const std::string name = SubmitFor(form, {REVIEW_STAGE_DEPARTMENT, REVIEW_STAGE_FINANCE});
  WaitFor(*cluster_, name, SUBMISSION_STATE_AWAITING_ANSWERS);
  AnswerAll(name);
  Submission submission = WaitFor(*cluster_, name, SUBMISSION_STATE_DEPARTMENT_REVIEW);

  // A reviewer's score beside the others.
  RecordReviewRequest record;
  record.set_name(name);
  record.set_etag(submission.etag());
  record.set_request_id(NewRequestId());
  *record.mutable_review()->mutable_reviewer() = ActorOf("赵六", ACTOR_ROLE_EXPERT);
  auto& line = *record.mutable_review()->add_lines();
  line.set_path(submission.scorecard().lines(0).path());
  line.set_score("1.5");
  line.set_reason("凭证不全");
  record.mutable_review()->set_conclusion(REVIEW_CONCLUSION_NOT_PASSED);
  RecordReviewResponse recorded;
  {
    grpc::ClientContext context;
    const grpc::Status status = Reviewing()->RecordReview(&context, record, &recorded);
    ASSERT_TRUE(status.ok()) << Read(status).Describe();
  }
  GetReviewRequest get_review;
  get_review.set_name(name);
  GetReviewResponse beside;
  {
    grpc::ClientContext context;
    ASSERT_TRUE(Reviewing()->GetReview(&context, get_review, &beside).ok());
  }
  ASSERT_EQ(beside.reviews_size(), 1);
  EXPECT_EQ(beside.lines(0).reviewed(0).score(), "1.5");
  EXPECT_EQ(beside.lines(beside.lines_size() - 1).reviewed(0).score(), recorded.review().total());

  Submission next;
  ASSERT_TRUE(Approve(name, recorded.submission().etag(), REVIEW_STAGE_DEPARTMENT,
                      ActorOf("李四", ACTOR_ROLE_DEPARTMENT), &next)
                  .ok());
  EXPECT_EQ(next.state(), SUBMISSION_STATE_FINANCE_REVIEW);
  ExpectRefusal(Approve(name, next.etag(), REVIEW_STAGE_FINANCE, ActorOf("李四", ACTOR_ROLE_DEPARTMENT)),
                grpc::StatusCode::PERMISSION_DENIED, "ROLE_FORBIDS");

  // The archive is away when the last stage approves, and intake is killed before it comes back.
  cluster_->Kill9(Server::kArchiving);
  ASSERT_TRUE(Approve(name, next.etag(), REVIEW_STAGE_FINANCE, ActorOf("王五", ACTOR_ROLE_FINANCE)).ok());
  cluster_->Kill9(Server::kIntake);
  cluster_->Restart(Server::kArchiving);
  cluster_->Restart(Server::kIntake);
  submission = WaitFor(*cluster_, name);

  archiving::v1::GetRecordRequest get;
  get.set_name(name + "/revisions/1");
  archiving::v1::GetRecordResponse stored;
  {
    grpc::ClientContext context;
    Within(context);
    ASSERT_TRUE(cluster_->Archiving().GetRecord(&context, get, &stored).ok());
  }
  std::vector<archiving::Part> parts;
  ReviewRecord review;
  for (const auto& part : stored.parts()) {
    parts.push_back({part.name(), part.media_type(), part.content(), part.salt()});
    if (part.name() == archiving::kReviewPart) {
      EXPECT_TRUE(CanonicalDecode(part.content(), review).ok());
    }
  }
  EXPECT_TRUE(archiving::FaultsOf(stored.leaf(), parts).empty());
  EXPECT_EQ(review.form_digest(), *CanonicalDigest(form));
  EXPECT_EQ(review.reviews_size(), 1);
  GetHistoryRequest ask;
  ask.set_name(name);
  GetHistoryResponse history;
  {
    grpc::ClientContext context;
    ASSERT_TRUE(Reviewing()->GetHistory(&context, ask, &history).ok());
  }
  ASSERT_EQ(history.entries_size(), review.history_size() + 1) << "all but the archiving itself";
  for (int i = 0; i < review.history_size(); ++i)
    EXPECT_EQ(BytesOf(review.history(i)), BytesOf(history.entries(i))) << i;
  EXPECT_EQ(review.history(review.history_size() - 1).actor().name(), "王五");
  const auto check = CheckLog(*cluster_);
  EXPECT_EQ(check.damage_size(), 0) << check.damage(0).message();
}

TEST_F(ReviewTest, OfTwoReviewersWithOneEtagOneIsTold) {
  const std::string name = SubmitFor(Doubtful(), {REVIEW_STAGE_FINANCE});
  WaitFor(*cluster_, name, SUBMISSION_STATE_AWAITING_ANSWERS);
  AnswerAll(name);
  const std::string etag = WaitFor(*cluster_, name, SUBMISSION_STATE_FINANCE_REVIEW).etag();
  std::array<grpc::Status, 2> outcomes;
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < outcomes.size(); ++i)
    threads.emplace_back([&, i] {
      outcomes[i] = Approve(name, etag, REVIEW_STAGE_FINANCE, ActorOf(i == 0 ? "甲" : "乙", ACTOR_ROLE_FINANCE));
    });
  for (std::thread& thread : threads) thread.join();
  ASSERT_NE(outcomes[0].ok(), outcomes[1].ok());
  ExpectRefusal(outcomes[outcomes[0].ok() ? 1 : 0], grpc::StatusCode::ABORTED, "ETAG_MISMATCH");
  WaitFor(*cluster_, name);
}

TEST_F(ReviewTest, ImpossibleFormComesBackWithAllItsFindings) {
  const auto& samples = Samples();
  const auto xihu = std::find_if(samples.begin(), samples.end(), [](const auto& form) {
    return form.project_name().find("党建") != std::string::npos || form.title().find("党建") != std::string::npos;
  });
  ASSERT_NE(xihu, samples.end()) << "weights add to 110 there";
  const std::string name = SubmitFor(*xihu, {REVIEW_STAGE_FINANCE});
  const Submission returned = WaitFor(*cluster_, name, SUBMISSION_STATE_RETURNED);
  EXPECT_NE(returned.problem().find("SUM_WEIGHT"), std::string::npos) << returned.problem();
  const ListFindingsResponse findings = Findings(name);
  EXPECT_EQ(findings.findings_size(), returned.scorecard().findings_size());
  const auto invalid = std::count_if(findings.findings().begin(), findings.findings().end(),
                                     [](const auto& f) { return f.state() == ANSWER_STATE_MUST_CHANGE; });
  EXPECT_GE(invalid, 1);
  for (const auto& finding : findings.findings()) {
    if (finding.state() != ANSWER_STATE_MUST_CHANGE) continue;
    EXPECT_NE(returned.problem().find(finding.finding().path()), std::string::npos);
  }
}

TEST_F(ReviewTest, StagesAreJudgedAndPartOfTheRequest) {
  SubmitEvaluationRequest request = SubmitRequest(PlainForm());
  request.add_stages(REVIEW_STAGE_FINANCE);
  request.add_stages(REVIEW_STAGE_DEPARTMENT);
  SubmitEvaluationResponse response;
  {
    grpc::ClientContext context;
    ExpectRefusal(cluster_->Intake().SubmitEvaluation(&context, request, &response), grpc::StatusCode::INVALID_ARGUMENT,
                  "FORM_INVALID", "stages[1]");
  }
  request.clear_stages();
  request.add_stages(REVIEW_STAGE_FINANCE);
  {
    grpc::ClientContext context;
    ASSERT_TRUE(cluster_->Intake().SubmitEvaluation(&context, request, &response).ok());
  }
  request.clear_stages();
  grpc::ClientContext context;
  ExpectRefusal(cluster_->Intake().SubmitEvaluation(&context, request, &response), grpc::StatusCode::ALREADY_EXISTS,
                "REQUEST_ID_REUSED");
}

// Anyone repeats the draw with nothing but seed and list.
TEST_F(ReviewTest, SampleIsDrawnAgainFromItsList) {
  for (int i = 0; i < 8; ++i) WaitFor(*cluster_, Submit(*cluster_, PlainForm(i + 1)).submission());
  DrawSampleRequest request;
  request.set_request_id(NewRequestId());
  *request.mutable_actor() = ActorOf("王五", ACTOR_ROLE_FINANCE);
  request.set_method(SAMPLE_METHOD_RANDOM);
  request.set_size(3);
  DrawSampleResponse drawn;
  {
    grpc::ClientContext context;
    const grpc::Status status = Reviewing()->DrawSample(&context, request, &drawn);
    ASSERT_TRUE(status.ok()) << Read(status).Describe();
  }
  EXPECT_EQ(drawn.sample().seed().size(), 32u) << "made";
  std::vector<std::pair<std::string, std::string>> orders;
  std::string list;
  ListSamplePopulationRequest ask;
  ask.set_name(drawn.sample().name());
  ask.set_page_size(3);
  do {
    ListSamplePopulationResponse page;
    grpc::ClientContext context;
    ASSERT_TRUE(Reviewing()->ListSamplePopulation(&context, ask, &page).ok());
    EXPECT_LE(page.entries_size(), 3);
    for (const std::string& entry : page.entries()) {
      list += entry + "\n";
      orders.emplace_back(DigestOf(drawn.sample().seed() + "\n" + entry), entry);
    }
    ask.set_page_token(page.next_page_token());
  } while (!ask.page_token().empty());
  EXPECT_EQ(orders.size(), static_cast<std::size_t>(drawn.sample().population_size()));
  EXPECT_EQ(DigestOf(list), drawn.sample().population_digest());
  std::sort(orders.begin(), orders.end());
  ASSERT_EQ(drawn.sample().members_size(), 3);
  for (int i = 0; i < 3; ++i) {
    const auto& member = drawn.sample().members(i);
    EXPECT_EQ(member.submission() + "/revisions/" + std::to_string(member.revision()),
              orders[static_cast<std::size_t>(i)].second);
  }
  DrawSampleResponse again;
  grpc::ClientContext context;
  ASSERT_TRUE(Reviewing()->DrawSample(&context, request, &again).ok());
  EXPECT_EQ(BytesOf(again), BytesOf(drawn));
}

}  // namespace
}  // namespace jixiao::testing
