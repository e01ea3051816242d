// Other people's forms: whoever may call a method still sees and changes only what is his.
#include "support/submissions.h"

#include "jixiao/archiving/v1/inspection_service.pb.h"
#include "jixiao/archiving/v1/record_search_service.pb.h"
#include "jixiao/archiving/v1/retention_service.pb.h"
#include "jixiao/intake/v1/campaign.pb.h"
#include "jixiao/intake/v1/review.pb.h"

#include <gtest/gtest.h>

#include <ctime>

#include "hostile/world.h"

namespace jixiao::testing {
namespace {

using grpc::StatusCode;

class OtherPeoplesForms : public ::testing::Test {
 protected:
  // `request` by who may see the submission is not NOT_FOUND, and by the others it is.
  void ExpectHidden(const std::string& method, const google::protobuf::Message& request,
                    const std::vector<std::string>& others, std::string_view reason = "SUBMISSION_NOT_FOUND") {
    for (const std::string& who : others) {
      SCOPED_TRACE(who);
      ExpectRefusal(world_.Ask(who, method, request).status, StatusCode::NOT_FOUND, reason);
    }
  }

  // A change of the waiting submission, as unit A would ask for it.
  template <class Request>
  Request Change() {
    intake::v1::GetSubmissionRequest get;
    get.set_name(world_.waiting());
    intake::v1::GetSubmissionResponse got;
    EXPECT_TRUE(world_.Ask("unit-a", "IntakeService/GetSubmission", get, got).ok());
    Request request;
    request.set_name(world_.waiting());
    request.set_etag(got.submission().etag());
    request.set_request_id(NewRequestId());
    return request;
  }

  World& world_ = World::Get();
  // Those whose scope it is not in.
  const std::vector<std::string> strangers_ = {"unit-b", "other-department", "other-finance"};
};

TEST_F(OtherPeoplesForms, Read) {
  intake::v1::GetSubmissionRequest request;
  request.set_name(world_.archived());
  ExpectHidden("IntakeService/GetSubmission", request, strangers_);
  for (const char* who : {"unit-a", "department", "finance", "platform", "audit"})
    EXPECT_TRUE(world_.Ask(who, "IntakeService/GetSubmission", request).status.ok()) << who;
  // What does not exist is refused in the same words.
  const Refusal other = Read(world_.Ask("unit-b", "IntakeService/GetSubmission", request).status);
  request.set_name("submissions/0");
  Refusal none = Read(world_.Ask("unit-b", "IntakeService/GetSubmission", request).status);
  EXPECT_EQ(other.message, "name: there is no " + world_.archived());
  EXPECT_EQ(none.message, "name: there is no submissions/0");
}

TEST_F(OtherPeoplesForms, ReadByToken) {
  intake::v1::GetSubmissionRequest request;
  request.set_name(world_.archived());
  EXPECT_TRUE(
      world_.AskByToken(world_.signer().Sign(world_.Claims()), "IntakeService/GetSubmission", request).status.ok());
  nlohmann::json claims = world_.Claims("granted");
  claims["jixiao"] = {{"roles", {"unit"}}, {"units", {"丁单位"}}};
  ExpectRefusal(world_.AskByToken(world_.signer().Sign(claims), "IntakeService/GetSubmission", request).status,
                StatusCode::NOT_FOUND, "SUBMISSION_NOT_FOUND");
}

TEST_F(OtherPeoplesForms, List) {
  for (const auto& [who, sees] :
       {std::pair{"unit-a", true}, {"finance", true}, {"unit-b", false}, {"other-finance", false}}) {
    intake::v1::ListSubmissionsResponse listed;
    ASSERT_TRUE(world_.Ask(who, "IntakeService/ListSubmissions", intake::v1::ListSubmissionsRequest(), listed).ok());
    bool found = false;
    for (const auto& submission : listed.submissions()) found = found || submission.implementing_unit() == "甲单位";
    EXPECT_EQ(found, sees) << who;
  }
}

TEST_F(OtherPeoplesForms, ListByTheirName) {
  intake::v1::ListSubmissionsRequest request;
  request.mutable_filter()->set_implementing_unit("甲单位");
  intake::v1::ListSubmissionsResponse listed;
  ASSERT_TRUE(world_.Ask("unit-b", "IntakeService/ListSubmissions", request, listed).ok());
  EXPECT_EQ(listed.submissions_size(), 0);
  EXPECT_EQ(listed.next_page_token(), "") << "tells that there is something";
}

TEST_F(OtherPeoplesForms, ListByTheirPageToken) {
  intake::v1::ListSubmissionsRequest request;
  request.set_page_size(1);
  intake::v1::ListSubmissionsResponse listed;
  ASSERT_TRUE(world_.Ask("unit-a", "IntakeService/ListSubmissions", request, listed).ok());
  ASSERT_NE(listed.next_page_token(), "");
  request.set_page_token(listed.next_page_token());
  ExpectRefusal(world_.Ask("unit-b", "IntakeService/ListSubmissions", request).status, StatusCode::INVALID_ARGUMENT,
                "PAGE_INVALID", "page_token");
}

TEST_F(OtherPeoplesForms, Changes) {
  intake::v1::ListChangesResponse changes;
  ASSERT_TRUE(world_.Ask("unit-b", "IntakeService/ListChanges", intake::v1::ListChangesRequest(), changes).ok());
  for (const auto& change : changes.changes())
    EXPECT_NE(change.submission().implementing_unit(), "甲单位") << change.submission().name();
  ASSERT_TRUE(world_.Ask("unit-a", "IntakeService/ListChanges", intake::v1::ListChangesRequest(), changes).ok());
  EXPECT_GT(changes.changes_size(), 0);
}

TEST_F(OtherPeoplesForms, Watch) {
  grpc::ClientContext context;
  Within(context);
  intake::v1::WatchSubmissionRequest request;
  request.set_name(world_.archived());
  const auto reader = world_.Intake("unit-b").WatchSubmission(&context, request);
  intake::v1::WatchSubmissionResponse step;
  EXPECT_FALSE(reader->Read(&step));
  ExpectRefusal(reader->Finish(), StatusCode::NOT_FOUND, "SUBMISSION_NOT_FOUND");
}

TEST_F(OtherPeoplesForms, WatchAll) {
  grpc::ClientContext context;
  Within(context, std::chrono::milliseconds(700));
  intake::v1::WatchSubmissionsRequest request;
  const auto reader = world_.Intake("unit-b").WatchSubmissions(&context, request);
  intake::v1::WatchSubmissionsResponse seen;
  while (reader->Read(&seen)) EXPECT_NE(seen.change().submission().implementing_unit(), "甲单位");
  EXPECT_EQ(reader->Finish().error_code(), StatusCode::DEADLINE_EXCEEDED);
}

TEST_F(OtherPeoplesForms, Submit) {
  const auto refuse = [&](const std::string& who, const evaluation::v1::SelfEvaluation& form) {
    ExpectRefusal(world_.Ask(who, "IntakeService/SubmitEvaluation", SubmitRequest(form)).status,
                  StatusCode::PERMISSION_DENIED, "OUT_OF_SCOPE");
  };
  refuse("unit-b", FormOf("甲单位"));
  refuse("unit-b", FormOf("乙单位", "510404"));
  refuse("unit-b", FormOf("乙单位 "));
  refuse("platform", FormOf("甲单位", "330100"));
}

TEST_F(OtherPeoplesForms, SubmitAsTheNextRevision) {
  intake::v1::SubmitEvaluationRequest request = SubmitRequest(FormOf("乙单位"));
  request.set_submission(world_.archived());
  ExpectRefusal(world_.Ask("unit-b", "IntakeService/SubmitEvaluation", request).status, StatusCode::NOT_FOUND,
                "SUBMISSION_NOT_FOUND");
}

TEST_F(OtherPeoplesForms, SubmitInAStream) {
  grpc::ClientContext context;
  Within(context);
  const auto stream = world_.Intake("unit-b").BatchSubmit(&context);
  for (const char* unit : {"甲单位", "乙单位"}) {
    intake::v1::BatchSubmitRequest item;
    *item.mutable_item() = SubmitRequest(FormOf(unit));
    ASSERT_TRUE(stream->Write(item));
  }
  stream->WritesDone();
  intake::v1::BatchSubmitResponse answer;
  ASSERT_TRUE(stream->Read(&answer));
  EXPECT_EQ(answer.error().code(), StatusCode::PERMISSION_DENIED) << "the other unit's";
  ASSERT_TRUE(stream->Read(&answer));
  EXPECT_TRUE(answer.has_receipt()) << "its own goes on: " << answer.error().message();
  EXPECT_TRUE(stream->Finish().ok());
}

// The same request again, by somebody else: a receipt is no more public than its form.
TEST_F(OtherPeoplesForms, ReplayedRequest) {
  const intake::v1::SubmitEvaluationRequest request = SubmitRequest(FormOf("甲单位"));
  const RawAnswer first = world_.Ask("unit-a", "IntakeService/SubmitEvaluation", request);
  ASSERT_TRUE(first.status.ok());
  ExpectRefusal(world_.Ask("unit-b", "IntakeService/SubmitEvaluation", request).status, StatusCode::PERMISSION_DENIED,
                "OUT_OF_SCOPE");
  EXPECT_EQ(world_.Ask("unit-a", "IntakeService/SubmitEvaluation", request).bytes, first.bytes)
      << "once, byte for byte";
}

TEST_F(OtherPeoplesForms, Reserve) {
  intake::v1::ReserveSubmissionRequest request;
  request.set_request_id(NewRequestId());
  request.set_campaign("campaigns/none");
  request.set_form_digest("sha256:" + std::string(64, '0'));
  request.mutable_unit()->set_name("甲单位");
  ExpectRefusal(world_.Ask("unit-b", "CampaignService/ReserveSubmission", request).status,
                StatusCode::PERMISSION_DENIED, "OUT_OF_SCOPE");
  ExpectRefusal(world_.Ask("unit-a", "CampaignService/ReserveSubmission", request).status, StatusCode::NOT_FOUND,
                "CAMPAIGN_NOT_FOUND");
}

TEST_F(OtherPeoplesForms, Withdraw) {
  auto request = Change<intake::v1::WithdrawSubmissionRequest>();
  request.set_reason("填错");
  ExpectHidden("ReviewService/WithdrawSubmission", request, {"unit-b"});
}

TEST_F(OtherPeoplesForms, Review) {
  auto approve = Change<intake::v1::ApproveSubmissionRequest>();
  approve.set_stage(intake::v1::REVIEW_STAGE_DEPARTMENT);
  ExpectHidden("ReviewService/ApproveSubmission", approve, {"other-department", "other-finance"});
  auto give_back = Change<intake::v1::ReturnSubmissionRequest>();
  give_back.set_reason("不实");
  ExpectHidden("IntakeService/ReturnSubmission", give_back, {"other-department", "other-finance"});
  auto record = Change<intake::v1::RecordReviewRequest>();
  record.mutable_review()->set_opinion("不实");
  record.mutable_review()->set_conclusion(intake::v1::REVIEW_CONCLUSION_PASSED);
  ExpectHidden("ReviewService/RecordReview", record, {"other-department", "other-finance"});
}

TEST_F(OtherPeoplesForms, ReadTheReview) {
  intake::v1::ListFindingsRequest findings;
  findings.set_name(world_.waiting());
  ExpectHidden("ReviewService/ListFindings", findings, strangers_);
  intake::v1::GetHistoryRequest history;
  history.set_name(world_.waiting());
  ExpectHidden("ReviewService/GetHistory", history, strangers_);
  intake::v1::GetReviewRequest review;
  review.set_name(world_.waiting());
  ExpectHidden("ReviewService/GetReview", review, strangers_);
}

TEST_F(OtherPeoplesForms, ArchivedRecord) {
  archiving::v1::GetRecordRequest request;
  request.set_name(world_.record());
  ExpectHidden("ArchivingService/GetRecord", request, strangers_, "RECORD_NOT_FOUND");
  request.set_name(world_.archived() + "/revisions/1");
  ExpectHidden("ArchivingService/GetRecord", request, strangers_, "RECORD_NOT_FOUND");
  for (const char* who : {"unit-a", "department", "finance", "platform", "audit"})
    EXPECT_TRUE(world_.Ask(who, "ArchivingService/GetRecord", request).status.ok()) << who;
  archiving::v1::InspectRecordRequest inspect;
  inspect.set_name(world_.record());
  ExpectHidden("InspectionService/InspectRecord", inspect, {"other-finance"}, "RECORD_NOT_FOUND");
}

TEST_F(OtherPeoplesForms, ArchiveList) {
  archiving::v1::ListRecordsResponse listed;
  ASSERT_TRUE(world_.Ask("unit-b", "ArchivingService/ListRecords", archiving::v1::ListRecordsRequest(), listed).ok());
  for (const auto& record : listed.records()) EXPECT_EQ(record.implementing_unit(), "乙单位");
  ASSERT_TRUE(world_.Ask("unit-a", "ArchivingService/ListRecords", archiving::v1::ListRecordsRequest(), listed).ok());
  EXPECT_GT(listed.records_size(), 0);
  // Records are listed without their departments.
  ExpectRefusal(world_.Ask("department", "ArchivingService/ListRecords", archiving::v1::ListRecordsRequest()).status,
                StatusCode::PERMISSION_DENIED, "SCOPE_LIMITED");
}

TEST_F(OtherPeoplesForms, ArchiveSearchAndSummary) {
  archiving::v1::SearchRecordsRequest search;
  archiving::v1::SummarizeRecordsRequest summarize;
  for (const char* unit : {"", "甲单位"}) {
    search.mutable_filter()->set_unit(unit);
    summarize.mutable_filter()->set_unit(unit);
    for (const char* who : {"other-department", "other-finance"}) {
      archiving::v1::SearchRecordsResponse found;
      ASSERT_TRUE(world_.Ask(who, "RecordSearchService/SearchRecords", search, found).ok());
      EXPECT_EQ(found.records_size(), 0) << who;
      archiving::v1::SummarizeRecordsResponse summary;
      ASSERT_TRUE(world_.Ask(who, "RecordSearchService/SummarizeRecords", summarize, summary).ok());
      EXPECT_EQ(summary.total().count(), 0) << who;
    }
  }
  archiving::v1::SearchRecordsResponse found;
  search.mutable_filter()->set_unit("甲单位");
  ASSERT_TRUE(world_.Ask("unit-b", "RecordSearchService/SearchRecords", search, found).ok());
  EXPECT_EQ(found.records_size(), 0);
  for (const char* who : {"unit-a", "department", "finance"}) {
    ASSERT_TRUE(world_.Ask(who, "RecordSearchService/SearchRecords", search, found).ok());
    EXPECT_GT(found.records_size(), 0) << who;
  }
}

TEST_F(OtherPeoplesForms, ArchiveSearchByTheirPageToken) {
  archiving::v1::SearchRecordsRequest search;
  search.set_page_size(1);
  archiving::v1::SearchRecordsResponse found;
  // Two records of A at least.
  intake::v1::SubmitEvaluationResponse more;
  ASSERT_TRUE(world_.Ask("unit-a", "IntakeService/SubmitEvaluation", SubmitRequest(FormOf("甲单位")), more).ok());
  ASSERT_TRUE(Eventually([&] {
    return world_.Ask("unit-a", "RecordSearchService/SearchRecords", search, found).ok() &&
           !found.next_page_token().empty();
  }));
  search.set_page_token(found.next_page_token());
  ExpectRefusal(world_.Ask("unit-b", "RecordSearchService/SearchRecords", search).status, StatusCode::INVALID_ARGUMENT,
                "PAGE_INVALID", "page_token");
}

TEST_F(OtherPeoplesForms, CampaignElsewhere) {
  intake::v1::CreateCampaignRequest create;
  create.set_request_id(NewRequestId());
  create.set_campaign_id("elsewhere");
  intake::v1::Campaign& campaign = *create.mutable_campaign();
  campaign.set_title("自评");
  campaign.set_region_code("510403");
  campaign.set_fiscal_year(2021);
  campaign.set_kind(evaluation::v1::FORM_KIND_PROJECT);
  campaign.mutable_open_time()->set_seconds(std::time(nullptr) - 60);
  campaign.mutable_due_time()->set_seconds(std::time(nullptr) + 3600);
  campaign.set_late_policy(intake::v1::LATE_POLICY_MARK);
  campaign.set_roster_policy(intake::v1::ROSTER_POLICY_LIST);
  ExpectRefusal(world_.Ask("other-finance", "CampaignService/CreateCampaign", create).status,
                StatusCode::PERMISSION_DENIED, "OUT_OF_SCOPE");
  intake::v1::CreateCampaignResponse created;
  const grpc::Status status = world_.Ask("finance", "CampaignService/CreateCampaign", create, created);
  ASSERT_TRUE(status.ok()) << Read(status).Describe();
  intake::v1::OpenCampaignRequest open;
  open.set_name(created.campaign().name());
  open.set_request_id(NewRequestId());
  ExpectHidden("CampaignService/OpenCampaign", open, {"other-finance"}, "CAMPAIGN_NOT_FOUND");
  intake::v1::ListRosterRequest roster;
  roster.set_campaign(created.campaign().name());
  ExpectHidden("CampaignService/ListRoster", roster, {"other-finance"}, "CAMPAIGN_NOT_FOUND");
  intake::v1::ListMissingRequest missing;
  missing.set_campaign(created.campaign().name());
  ExpectRefusal(world_.Ask("department", "CampaignService/ListMissing", missing).status, StatusCode::PERMISSION_DENIED,
                "OUT_OF_SCOPE");
}

TEST_F(OtherPeoplesForms, SampleElsewhere) {
  intake::v1::DrawSampleRequest draw;
  draw.set_request_id(NewRequestId());
  draw.set_method(intake::v1::SAMPLE_METHOD_RANDOM);
  draw.set_size(1);
  ExpectRefusal(world_.Ask("other-finance", "ReviewService/DrawSample", draw).status, StatusCode::PERMISSION_DENIED,
                "OUT_OF_SCOPE");
  draw.mutable_filter()->set_region_prefix("5104");
  ExpectRefusal(world_.Ask("other-finance", "ReviewService/DrawSample", draw).status, StatusCode::PERMISSION_DENIED,
                "OUT_OF_SCOPE");
  intake::v1::DrawSampleResponse drawn;
  const grpc::Status status = world_.Ask("finance", "ReviewService/DrawSample", draw, drawn);
  ASSERT_TRUE(status.ok()) << Read(status).Describe();
  EXPECT_EQ(drawn.sample().actor().name(), "赵六") << "who drew it is who called";
  intake::v1::GetSampleRequest get;
  get.set_name(drawn.sample().name());
  ExpectHidden("ReviewService/GetSample", get, {"other-finance"}, "SAMPLE_NOT_FOUND");
  intake::v1::ListSamplePopulationRequest population;
  population.set_name(drawn.sample().name());
  ExpectHidden("ReviewService/ListSamplePopulation", population, {"other-finance"}, "SAMPLE_NOT_FOUND");
  intake::v1::ListSamplesResponse samples;
  ASSERT_TRUE(world_.Ask("other-finance", "ReviewService/ListSamples", intake::v1::ListSamplesRequest(), samples).ok());
  EXPECT_EQ(samples.samples_size(), 0);
}

TEST_F(OtherPeoplesForms, WholeArchiveByAScopedCaller) {
  ExpectRefusal(world_.Ask("finance", "RetentionService/ListDueRecords", archiving::v1::ListDueRecordsRequest()).status,
                StatusCode::PERMISSION_DENIED, "SCOPE_LIMITED");
  EXPECT_TRUE(
      world_.Ask("keeper", "RetentionService/ListDueRecords", archiving::v1::ListDueRecordsRequest()).status.ok());
}

// Who did it is who called, whatever the request says.
TEST_F(OtherPeoplesForms, AnothersNameAndRole) {
  auto request = Change<intake::v1::WithdrawSubmissionRequest>();
  request.set_reason("填错");
  request.set_validate_only(true);
  const auto refuse = [&](const char* name, const char* organization, intake::v1::ActorRole role) {
    request.mutable_actor()->set_name(name);
    request.mutable_actor()->set_organization(organization);
    request.mutable_actor()->set_role(role);
    ExpectRefusal(world_.Ask("unit-a", "ReviewService/WithdrawSubmission", request).status,
                  StatusCode::PERMISSION_DENIED, "ACTOR_FORBIDDEN");
  };
  refuse("王五", "", intake::v1::ACTOR_ROLE_UNIT);
  refuse("张三", "乙单位", intake::v1::ACTOR_ROLE_UNIT);
  refuse("张三", "", intake::v1::ACTOR_ROLE_FINANCE);
  refuse("", "", intake::v1::ACTOR_ROLE_EXPERT);
  request.clear_actor();
  EXPECT_TRUE(world_.Ask("unit-a", "ReviewService/WithdrawSubmission", request).status.ok());
  intake::v1::GetHistoryRequest history;
  history.set_name(world_.waiting());
  intake::v1::GetHistoryResponse entries;
  ASSERT_TRUE(world_.Ask("unit-a", "ReviewService/GetHistory", history, entries).ok());
  ASSERT_GT(entries.entries_size(), 0);
  EXPECT_EQ(entries.entries(0).actor().name(), "张三") << "who handed it in";
  archiving::v1::ProposeDisposalRequest propose;
  propose.add_records(world_.record());
  propose.set_reason("期满");
  propose.mutable_actor()->set_name("别人");
  ExpectRefusal(world_.Ask("keeper", "RetentionService/ProposeDisposal", propose).status, StatusCode::PERMISSION_DENIED,
                "ACTOR_FORBIDDEN");
}

// A record that no service sends.
TEST_F(OtherPeoplesForms, InventedRecord) {
  archiving::v1::ArchiveRecordRequest request;
  request.set_key("invented");
  ExpectRefusal(world_.Ask("keeper", "ArchivingService/ArchiveRecord", request).status, StatusCode::PERMISSION_DENIED,
                "ROLE_REQUIRED");
}

}  // namespace
}  // namespace jixiao::testing
