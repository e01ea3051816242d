// The life of a submission through the three servers: accepted, scored, archived, returned, handed in again.
#include "common/canonical.h"
#include "support/cluster.h"
#include "support/forms.h"
#include "support/submissions.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <thread>

namespace jixiao::testing {
namespace {

using namespace intake::v1;

// The part of this name; an empty one when there is none.
archiving::v1::RecordPart PartOf(const archiving::v1::GetRecordResponse& record, std::string_view name) {
  for (const auto& part : record.parts())
    if (part.name() == name) return part;
  ADD_FAILURE() << "no part " << name;
  return {};
}

class WorkflowTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { cluster_ = std::make_unique<Cluster>(); }
  static void TearDownTestSuite() { cluster_.reset(); }

  static grpc::Status Return(const ReturnSubmissionRequest& request, ReturnSubmissionResponse& response) {
    grpc::ClientContext context;
    Within(context);
    return cluster_->Intake().ReturnSubmission(&context, request, &response);
  }

  static ReturnSubmissionRequest ReturnRequest(const std::string& name, const std::string& etag) {
    ReturnSubmissionRequest request;
    request.set_name(name);
    request.set_etag(etag);
    request.set_reason("数据有误，请核实");
    request.set_request_id(NewRequestId());
    return request;
  }

  static grpc::Status Resubmit(const std::string& name, const evaluation::v1::SelfEvaluation& form,
                               SubmitEvaluationResponse& response) {
    SubmitEvaluationRequest request = SubmitRequest(form);
    request.set_submission(name);
    grpc::ClientContext context;
    Within(context);
    return cluster_->Intake().SubmitEvaluation(&context, request, &response);
  }

  // The steps after `after`, until the stream ends.
  static std::vector<WatchSubmissionResponse> Watch(const std::string& name, std::int64_t after, grpc::Status* status) {
    WatchSubmissionRequest request;
    request.set_name(name);
    request.set_after_sequence(after);
    grpc::ClientContext context;
    Within(context);
    const auto stream = cluster_->Intake().WatchSubmission(&context, request);
    std::vector<WatchSubmissionResponse> steps;
    for (WatchSubmissionResponse step; stream->Read(&step);) steps.push_back(step);
    *status = stream->Finish();
    return steps;
  }

  static std::vector<SubmissionState> StatesOf(const std::vector<WatchSubmissionResponse>& steps) {
    std::vector<SubmissionState> states;
    for (const auto& step : steps) states.push_back(step.state());
    return states;
  }

  static std::unique_ptr<Cluster> cluster_;
};

std::unique_ptr<Cluster> WorkflowTest::cluster_;

TEST_F(WorkflowTest, EverySampleIsScoredAndArchivedAsItWasWritten) {
  for (const auto& form : Samples()) {
    SCOPED_TRACE(form.project_name());
    const Receipt receipt = Submit(*cluster_, form);
    EXPECT_EQ(receipt.revision(), 1);
    EXPECT_EQ(receipt.form_digest(), *CanonicalDigest(form));
    EXPECT_GT(receipt.accept_time().seconds(), 0);
    const Submission submission = WaitFor(*cluster_, receipt.submission());
    EXPECT_EQ(submission.form_digest(), receipt.form_digest());
    EXPECT_EQ(submission.implementing_unit(), form.implementing_unit().name());
    EXPECT_TRUE(submission.has_scorecard());

    archiving::v1::GetRecordRequest request;
    request.set_name(receipt.submission() + "/revisions/1");
    archiving::v1::GetRecordResponse record;
    grpc::ClientContext context;
    Within(context);
    const grpc::Status status = cluster_->Archiving().GetRecord(&context, request, &record);
    ASSERT_TRUE(status.ok()) << Read(status).Describe();
    EXPECT_EQ(record.record().name(), submission.archive_record());
    EXPECT_EQ(record.record().index(), submission.archive_index());
    EXPECT_EQ(record.parts_size(), 5) << "form, provenance, retention, rule_set, scorecard";
    EXPECT_EQ(PartOf(record, "form").content(), *CanonicalEncode(form));
    EXPECT_EQ(PartOf(record, "scorecard").content(), *CanonicalEncode(submission.scorecard()));
    archiving::v1::Provenance provenance;
    ASSERT_TRUE(CanonicalDecode(PartOf(record, "provenance").content(), provenance).ok());
    EXPECT_EQ(provenance.submission(), receipt.submission());
    EXPECT_EQ(provenance.revision(), 1);
    EXPECT_TRUE(provenance.has_create_time());
  }
}

TEST_F(WorkflowTest, SourceDocumentIsArchivedByteForByte) {
  SubmitEvaluationRequest request = SubmitRequest(PlainForm());
  request.mutable_form()->mutable_source()->set_media_type("application/pdf");
  request.set_source_document(std::string("%PDF\0\xff\xfe bytes", 13));
  SubmitEvaluationResponse response;
  {
    grpc::ClientContext context;
    ASSERT_TRUE(cluster_->Intake().SubmitEvaluation(&context, request, &response).ok());
  }
  const Submission submission = WaitFor(*cluster_, response.receipt().submission());
  archiving::v1::GetRecordRequest get;
  get.set_name(submission.archive_record());
  archiving::v1::GetRecordResponse record;
  grpc::ClientContext context;
  ASSERT_TRUE(cluster_->Archiving().GetRecord(&context, get, &record).ok());
  EXPECT_EQ(PartOf(record, "source").media_type(), "application/pdf");
  EXPECT_EQ(PartOf(record, "source").content(), request.source_document());
}

TEST_F(WorkflowTest, ReturnedSubmissionComesBackAsRevisionTwo) {
  const std::string name = Submit(*cluster_, PlainForm()).submission();
  const Submission first = WaitFor(*cluster_, name);

  ReturnSubmissionResponse returned;
  ExpectRefusal(Return(ReturnRequest(name, first.etag() + "0"), returned), grpc::StatusCode::ABORTED, "ETAG_MISMATCH");
  EXPECT_EQ(Get(*cluster_, name).state(), SUBMISSION_STATE_ARCHIVED);

  const ReturnSubmissionRequest request = ReturnRequest(name, first.etag());
  ASSERT_TRUE(Return(request, returned).ok());
  EXPECT_EQ(returned.submission().state(), SUBMISSION_STATE_RETURNED);
  EXPECT_EQ(returned.submission().problem(), request.reason());
  EXPECT_NE(returned.submission().etag(), first.etag());
  EXPECT_EQ(returned.submission().etag(), Get(*cluster_, name).etag());

  ReturnSubmissionResponse again;
  ASSERT_TRUE(Return(request, again).ok()) << "a repeat of the same request";
  EXPECT_EQ(again.SerializeAsString(), returned.SerializeAsString());
  ExpectRefusal(Return(ReturnRequest(name, ""), again), grpc::StatusCode::FAILED_PRECONDITION, "STATE_FORBIDS");

  evaluation::v1::SelfEvaluation corrected = PlainForm(2);
  SubmitEvaluationResponse response;
  ASSERT_TRUE(Resubmit(name, corrected, response).ok());
  EXPECT_EQ(response.receipt().submission(), name);
  EXPECT_EQ(response.receipt().revision(), 2);
  const Submission second = WaitFor(*cluster_, name);
  EXPECT_EQ(second.revision(), 2);
  EXPECT_EQ(second.form_digest(), *CanonicalDigest(corrected));
  EXPECT_EQ(second.problem(), "");
  EXPECT_GT(second.archive_index(), first.archive_index());
  EXPECT_EQ(second.create_time().SerializeAsString(), first.create_time().SerializeAsString());

  int revisions = 0;
  for (const auto& record : AllRecords(*cluster_)) revisions += record.key().starts_with(name + "/") ? 1 : 0;
  EXPECT_EQ(revisions, 2) << "both revisions stay in the archive";
  archiving::v1::GetRecordRequest get;
  get.set_name(second.archive_record());
  archiving::v1::GetRecordResponse record;
  grpc::ClientContext context;
  ASSERT_TRUE(cluster_->Archiving().GetRecord(&context, get, &record).ok());
  archiving::v1::Provenance provenance;
  ASSERT_TRUE(CanonicalDecode(PartOf(record, "provenance").content(), provenance).ok());
  ASSERT_EQ(provenance.earlier_revisions_size(), 1);
  EXPECT_EQ(*CanonicalEncode(provenance.earlier_revisions(0).form()), *CanonicalEncode(PlainForm()));
  EXPECT_EQ(provenance.earlier_revisions(0).scorecard().computed_total(), first.scorecard().computed_total());
  EXPECT_GE(provenance.history_size(), 4) << "handed in, scored, archived, returned";

  grpc::Status status;
  const auto steps = Watch(name, 0, &status);
  EXPECT_TRUE(status.ok()) << Read(status).Describe();
  EXPECT_EQ(StatesOf(steps),
            (std::vector<SubmissionState>{SUBMISSION_STATE_ACCEPTED, SUBMISSION_STATE_SCORED, SUBMISSION_STATE_ARCHIVED,
                                          SUBMISSION_STATE_RETURNED, SUBMISSION_STATE_ACCEPTED, SUBMISSION_STATE_SCORED,
                                          SUBMISSION_STATE_ARCHIVED}));
}

// Revisions add up without end; what is archived beside each does not.
TEST_F(WorkflowTest, EarlierRevisionsAreKeptWholeOnlyUpToALimit) {
  const auto large = [](int revision) {
    evaluation::v1::SelfEvaluation form = PlainForm(revision);
    for (int i = 0; i < 3; ++i)
      form.add_report()->set_text(std::string(1000 * 1000, static_cast<char>('a' + revision)));
    return form;
  };
  const std::string name = Submit(*cluster_, large(1)).submission();
  std::vector<Submission> revisions{WaitFor(*cluster_, name)};
  for (int revision = 2; revision <= 5; ++revision) {
    ReturnSubmissionResponse returned;
    ASSERT_TRUE(Return(ReturnRequest(name, revisions.back().etag()), returned).ok());
    SubmitEvaluationResponse response;
    ASSERT_TRUE(Resubmit(name, large(revision), response).ok());
    revisions.push_back(WaitFor(*cluster_, name));
    ASSERT_EQ(revisions.back().state(), SUBMISSION_STATE_ARCHIVED) << revisions.back().problem();
  }
  archiving::v1::GetRecordRequest get;
  get.set_name(revisions.back().archive_record());
  archiving::v1::GetRecordResponse record;
  grpc::ClientContext context;
  ASSERT_TRUE(cluster_->Archiving().GetRecord(&context, get, &record).ok());
  archiving::v1::Provenance provenance;
  ASSERT_TRUE(CanonicalDecode(PartOf(record, "provenance").content(), provenance).ok());
  ASSERT_EQ(provenance.earlier_revisions_size(), 4);
  for (int i = 0; i < 4; ++i) {
    const auto& earlier = provenance.earlier_revisions(i);
    const bool whole = i >= 2;  // two of 3 MB fit
    EXPECT_EQ(earlier.revision(), i + 1);
    EXPECT_EQ(earlier.has_form(), whole);
    EXPECT_EQ(earlier.has_scorecard(), whole);
    const auto digest = whole ? CanonicalDigest(earlier.form()) : earlier.form_digest();
    EXPECT_EQ(*digest, *CanonicalDigest(large(i + 1))) << i;
    EXPECT_EQ(earlier.scorecard_digest().empty(), whole);
  }
}

TEST_F(WorkflowTest, OnlyReturnedSubmissionTakesNewRevision) {
  const std::string name = Submit(*cluster_, PlainForm()).submission();
  SubmitEvaluationResponse response;
  ExpectRefusal(Resubmit(name, PlainForm(2), response), grpc::StatusCode::FAILED_PRECONDITION, "STATE_FORBIDS");
  WaitFor(*cluster_, name);
  ExpectRefusal(Resubmit(name, PlainForm(2), response), grpc::StatusCode::FAILED_PRECONDITION, "STATE_FORBIDS");
  ExpectRefusal(Resubmit("submissions/none", PlainForm(2), response), grpc::StatusCode::NOT_FOUND,
                "SUBMISSION_NOT_FOUND");
  EXPECT_EQ(Get(*cluster_, name).revision(), 1);
}

TEST_F(WorkflowTest, WatchSendsStepsInOrderAndResumes) {
  const std::string name = Submit(*cluster_, PlainForm()).submission();
  grpc::Status status;
  const auto steps = Watch(name, 0, &status);  // live: it begins before the form is archived
  ASSERT_TRUE(status.ok()) << Read(status).Describe();
  ASSERT_EQ(StatesOf(steps), (std::vector<SubmissionState>{SUBMISSION_STATE_ACCEPTED, SUBMISSION_STATE_SCORED,
                                                           SUBMISSION_STATE_ARCHIVED}));
  for (std::size_t i = 1; i < steps.size(); ++i) EXPECT_GT(steps[i].sequence(), steps[i - 1].sequence());
  for (const auto& step : steps) {
    EXPECT_EQ(step.revision(), 1);
    EXPECT_GT(step.time().seconds(), 0);
  }
  const auto rest = Watch(name, steps[0].sequence(), &status);
  ASSERT_TRUE(status.ok());
  ASSERT_EQ(rest.size(), 2u);
  EXPECT_EQ(rest[0].SerializeAsString(), steps[1].SerializeAsString());
  EXPECT_EQ(rest[1].SerializeAsString(), steps[2].SerializeAsString());
}

TEST_F(WorkflowTest, WatchOfArchivedSubmissionEndsThoughNothingIsLeftToSend) {
  const std::string name = Submit(*cluster_, PlainForm()).submission();
  grpc::Status status;
  const auto steps = Watch(name, 0, &status);
  ASSERT_FALSE(steps.empty());
  WatchSubmissionRequest request;
  request.set_name(name);
  request.set_after_sequence(steps.back().sequence());
  grpc::ClientContext context;
  Within(context, std::chrono::seconds(2));
  const auto stream = cluster_->Intake().WatchSubmission(&context, request);
  WatchSubmissionResponse step;
  EXPECT_FALSE(stream->Read(&step));
  status = stream->Finish();
  EXPECT_TRUE(status.ok()) << "it is archived: the stream should end. " << Read(status).Describe();
}

TEST_F(WorkflowTest, RuleSetIsChosenByNameByDigestOrByTheForm) {
  const Submission named = WaitFor(*cluster_, Submit(*cluster_, PlainForm(), "cn-national-2016").submission());
  EXPECT_EQ(named.scorecard().rule_set().id(), "cn-national-2016");
  const std::string digest = named.scorecard().rule_set().digest();
  const Submission exact = WaitFor(*cluster_, Submit(*cluster_, PlainForm(), digest).submission());
  EXPECT_EQ(exact.scorecard().rule_set().digest(), digest);
  const Submission revision = WaitFor(*cluster_, Submit(*cluster_, PlainForm(), "cn-national-2020@5").submission());
  EXPECT_EQ(revision.scorecard().rule_set().id(), "cn-national-2020");
  EXPECT_EQ(revision.scorecard().rule_set().revision(), 5);
  const Submission by_form = WaitFor(*cluster_, Submit(*cluster_, PlainForm()).submission());
  EXPECT_EQ(by_form.scorecard().rule_set().id(), "cn-national-2020");
  evaluation::v1::SelfEvaluation earlier = PlainForm();
  earlier.set_fiscal_year(2018);
  const Submission by_year = WaitFor(*cluster_, Submit(*cluster_, earlier).submission());
  EXPECT_EQ(by_year.scorecard().rule_set().id(), "cn-national-2016");
}

TEST_F(WorkflowTest, ValidateOnlyChangesNothing) {
  const std::size_t before = AllSubmissions(*cluster_).size();
  SubmitEvaluationRequest request = SubmitRequest(PlainForm());
  request.set_validate_only(true);
  SubmitEvaluationResponse response;
  {
    grpc::ClientContext context;
    ASSERT_TRUE(cluster_->Intake().SubmitEvaluation(&context, request, &response).ok());
  }
  EXPECT_EQ(response.receipt().submission(), "");
  EXPECT_EQ(response.receipt().form_digest(), *CanonicalDigest(request.form()));
  EXPECT_EQ(AllSubmissions(*cluster_).size(), before);
  request.set_validate_only(false);
  grpc::ClientContext context;
  EXPECT_TRUE(cluster_->Intake().SubmitEvaluation(&context, request, &response).ok()) << "the request id is still free";
}

TEST_F(WorkflowTest, ListPagesAndStatesFitTogether) {
  for (int i = 0; i < 7; ++i) WaitFor(*cluster_, Submit(*cluster_, PlainForm()).submission());
  const auto all = AllSubmissions(*cluster_);
  std::vector<std::string> names;
  ListSubmissionsRequest request;
  request.set_page_size(3);
  do {
    ListSubmissionsResponse response;
    grpc::ClientContext context;
    ASSERT_TRUE(cluster_->Intake().ListSubmissions(&context, request, &response).ok());
    EXPECT_LE(response.submissions_size(), 3);
    for (const auto& submission : response.submissions()) names.push_back(submission.name());
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  ASSERT_EQ(names.size(), all.size());
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(names[i], all[i].name());
  EXPECT_TRUE(AllSubmissions(*cluster_, {SUBMISSION_STATE_STUCK}).empty());
}

// Bytes that go bad on the disk before they are scored: their submission says so and can be sent back, all others go
// on.
TEST(DamagedForm, IsStuckAloneWithItsReason) {
  Cluster cluster;
  cluster.Kill9(Server::kScoring);
  std::vector<std::string> names;
  for (int i = 0; i < 3; ++i) names.push_back(Submit(cluster, PlainForm(i + 1)).submission());
  ASSERT_EQ(cluster.Stop(Server::kIntake), 0);
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(cluster.Database(Server::kIntake).c_str(), &db), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(db, "UPDATE revisions SET form = substr(form, 1, 20) WHERE submission = 1", nullptr, nullptr,
                         nullptr),
            SQLITE_OK);
  EXPECT_EQ(sqlite3_changes(db), 1);
  sqlite3_close(db);
  cluster.Restart(Server::kScoring);
  cluster.Restart(Server::kIntake);

  const Submission stuck = WaitFor(cluster, names[0], SUBMISSION_STATE_STUCK);
  EXPECT_NE(stuck.problem().find("STORE_DAMAGED"), std::string::npos) << stuck.problem();
  WaitFor(cluster, names[1]);
  WaitFor(cluster, names[2]);
  const auto listed = AllSubmissions(cluster, {SUBMISSION_STATE_STUCK});
  ASSERT_EQ(listed.size(), 1u);
  EXPECT_EQ(listed[0].problem(), stuck.problem());

  ReturnSubmissionRequest give_back;
  give_back.set_name(names[0]);
  give_back.set_reason("存储损坏，请重新提交");
  give_back.set_request_id(NewRequestId());
  ReturnSubmissionResponse returned;
  grpc::ClientContext first;
  ASSERT_TRUE(cluster.Intake().ReturnSubmission(&first, give_back, &returned).ok());
  SubmitEvaluationRequest again = SubmitRequest(PlainForm(1));
  again.set_submission(names[0]);
  SubmitEvaluationResponse receipt;
  grpc::ClientContext second;
  ASSERT_TRUE(cluster.Intake().SubmitEvaluation(&second, again, &receipt).ok());
  EXPECT_EQ(WaitFor(cluster, names[0]).revision(), 2);
}

// Whatever intake accepts must reach the archive and be readable there.
TEST_F(WorkflowTest, LargestFormThatIsAcceptedIsArchived) {
  constexpr std::size_t kSection = 1024 * 1024;
  evaluation::v1::SelfEvaluation form = PlainForm();
  SubmitEvaluationRequest request;
  const std::string text(kSection, 'x');
  for (int i = 0; i < 24; ++i) {
    form.add_report()->set_text(text);
    if (i == 23) form.mutable_report(i)->mutable_text()->resize(kSection - 8192);
  }
  request = SubmitRequest(form);
  request.set_source_document(std::string(8 * kSection, 'y'));
  ASSERT_LT(request.ByteSizeLong(), 32u * kSection);
  SubmitEvaluationResponse response;
  {
    grpc::ClientContext context;
    Within(context);
    const grpc::Status status = cluster_->Intake().SubmitEvaluation(&context, request, &response);
    if (!status.ok()) {
      EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << Read(status).Describe();
      EXPECT_EQ(Read(status).infos.size(), 1u);
      return;
    }
  }
  const Submission submission = WaitFor(*cluster_, response.receipt().submission());
  archiving::v1::GetRecordRequest get;
  get.set_name(response.receipt().submission() + "/revisions/1");
  archiving::v1::GetRecordResponse record;
  grpc::ClientContext context;
  Within(context);
  const grpc::Status status = cluster_->Archiving().GetRecord(&context, get, &record);
  EXPECT_TRUE(status.ok()) << Read(status).Describe();
}

}  // namespace
}  // namespace jixiao::testing
