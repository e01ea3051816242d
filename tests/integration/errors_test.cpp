// Every kind of bad input gets the canonical code, one reason, the field at fault, small trailers; the servers go on,
// and no payload reaches a log.
#include "common/canonical.h"
#include "support/cluster.h"
#include "support/forms.h"
#include "support/submissions.h"

#include "google/rpc/error_details.pb.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

namespace jixiao::testing {
namespace {

using evaluation::v1::SelfEvaluation;
using grpc::StatusCode;

// Stands in cells of bad forms; no log may hold it.
constexpr char kMarker[] = "MARKER-7f3a9-机密";

constexpr char kScore[] = "/jixiao.scoring.v1.ScoringService/Score";
constexpr char kSubmit[] = "/jixiao.intake.v1.IntakeService/SubmitEvaluation";
constexpr char kArchive[] = "/jixiao.archiving.v1.ArchivingService/ArchiveRecord";

class ErrorsTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { cluster_ = std::make_unique<Cluster>(); }
  // After all tests: every log line is JSON, and no cell is in it.
  static void TearDownTestSuite() {
    for (const Server server : kServers) {
      EXPECT_EQ(cluster_->Stop(server), 0);
      EXPECT_GT(cluster_->LogLines(server).size(), 2u);
      EXPECT_EQ(cluster_->LogText(server).find("MARKER-7f3a9"), std::string::npos) << NameOf(server) << " logs a cell";
    }
    cluster_.reset();
  }

  // After each test: all three serve.
  void TearDown() override {
    for (const Server server : kServers) {
      EXPECT_TRUE(cluster_->process(server).Running()) << NameOf(server);
      EXPECT_EQ(HealthOf(cluster_->Channel(server)), Health::kServing) << NameOf(server);
    }
  }

  template <class Request, class Response, class Stub>
  static grpc::Status Call(Stub& stub, grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                           const Request& request, Response* response = nullptr) {
    Response unused;
    grpc::ClientContext context;
    Within(context);
    return (stub.*method)(&context, request, response == nullptr ? &unused : response);
  }

  static grpc::Status Score(const scoring::v1::ScoreRequest& request, scoring::v1::ScoreResponse* response = nullptr) {
    return Call(cluster_->Scoring(), &scoring::v1::ScoringService::Stub::Score, request, response);
  }

  static grpc::Status Submit(const intake::v1::SubmitEvaluationRequest& request,
                             intake::v1::SubmitEvaluationResponse* response = nullptr) {
    return Call(cluster_->Intake(), &intake::v1::IntakeService::Stub::SubmitEvaluation, request, response);
  }

  static grpc::Status Archive(const archiving::v1::ArchiveRecordRequest& request) {
    return Call(cluster_->Archiving(), &archiving::v1::ArchivingService::Stub::ArchiveRecord, request);
  }

  // A record that would be archived.
  static archiving::v1::ArchiveRecordRequest GoodRecord() {
    archiving::v1::ArchiveRecordRequest request;
    request.set_key("test/" + NewRequestId());
    *request.mutable_form() = PlainForm();
    scoring::v1::ScoreRequest score;
    *score.mutable_form() = request.form();
    scoring::v1::ScoreResponse card;
    EXPECT_TRUE(Score(score, &card).ok());
    *request.mutable_scorecard() = card.scorecard();
    scoring::v1::GetRuleSetRequest get;
    get.mutable_rule_set()->set_digest(card.scorecard().rule_set().digest());
    scoring::v1::GetRuleSetResponse rules;
    EXPECT_TRUE(Call(cluster_->Scoring(), &scoring::v1::ScoringService::Stub::GetRuleSet, get, &rules).ok());
    *request.mutable_rule_set() = rules.rule_set();
    return request;
  }

  // A form that is refused everywhere in the same words: by Score, Submit, ScoreBatch and ArchiveRecord.
  static void ExpectFormRefused(const SelfEvaluation& form, const std::string& field) {
    SCOPED_TRACE(field);
    scoring::v1::ScoreRequest score;
    *score.mutable_form() = form;
    ExpectRefusal(Score(score), StatusCode::INVALID_ARGUMENT, "FORM_INVALID", field);
    ExpectRefusal(Submit(SubmitRequest(form)), StatusCode::INVALID_ARGUMENT, "FORM_INVALID", field);
    archiving::v1::ArchiveRecordRequest record = GoodRecord();
    *record.mutable_form() = form;
    ExpectRefusal(Archive(record), StatusCode::INVALID_ARGUMENT, "RECORD_INVALID", field);
  }

  static std::unique_ptr<Cluster> cluster_;
};

std::unique_ptr<Cluster> ErrorsTest::cluster_;

TEST_F(ErrorsTest, EmptyMessages) {
  ExpectRefusal(CallRaw(cluster_->Channel(Server::kScoring), kScore, "").status, StatusCode::INVALID_ARGUMENT,
                "FORM_INVALID", "form");
  const grpc::Status submit = CallRaw(cluster_->Channel(Server::kIntake), kSubmit, "").status;
  ExpectRefusal(submit, StatusCode::INVALID_ARGUMENT, "FORM_INVALID", "form");
  EXPECT_TRUE(Read(submit).Names("request_id")) << "all faults are told at once";
  const grpc::Status archive = CallRaw(cluster_->Channel(Server::kArchiving), kArchive, "").status;
  ExpectRefusal(archive, StatusCode::INVALID_ARGUMENT, "RECORD_INVALID", "form");
  for (const char* field : {"key", "scorecard", "rule_set"}) EXPECT_TRUE(Read(archive).Names(field)) << field;
}

TEST_F(ErrorsTest, EmptyForm) {
  ExpectFormRefused(SelfEvaluation(), "form");
}

TEST_F(ErrorsTest, BadFigures) {
  struct Case {
    std::function<void(SelfEvaluation&)> spoil;
    const char* field;
  };
  const std::string marker = kMarker;
  const Case cases[] = {
      {[](auto& f) { f.mutable_funds(0)->set_executed("-5"); }, "form.funds[0].executed"},
      {[](auto& f) { f.mutable_funds(0)->set_full_year_budget("－１２．５万元"); }, "form.funds[0].full_year_budget"},
      {[](auto& f) { f.mutable_funds(0)->set_initial_budget("9999999999999999"); }, "form.funds[0].initial_budget"},
      {[](auto& f) { f.mutable_indicators(0)->set_weight(std::string(400, '9')); }, "form.indicators[0].weight"},
      {[](auto& f) { f.mutable_indicators(1)->set_score("1e5 12345678901234567890"); }, "form.indicators[1].score"},
      {[&](auto& f) { f.mutable_indicators(1)->set_level3(marker + '\x01'); }, "form.indicators[1].level3"},
      {[&](auto& f) { f.set_project_name(marker + std::string(1, '\0')); }, "form.project_name"},
      {[](auto& f) { f.set_fiscal_year(1999); }, "form.fiscal_year"},
      {[](auto& f) { f.set_fiscal_year(-2147483647 - 1); }, "form.fiscal_year"},
      {[&](auto& f) { f.set_region_code(marker); }, "form.region_code"},
      {[](auto& f) { f.set_kind(static_cast<evaluation::v1::FormKind>(99)); }, "form.kind"},
      {[](auto& f) { f.set_amount_unit(static_cast<evaluation::v1::AmountUnit>(-1)); }, "form.amount_unit"},
      {[](auto& f) { f.set_total_score("1" + std::string(40, '0')); }, "form.total_score"},
  };
  for (const Case& c : cases) {
    SelfEvaluation form = PlainForm(2);
    c.spoil(form);
    ExpectFormRefused(form, c.field);
  }
}

// Odd, but no fault of shape: these must score.
TEST_F(ErrorsTest, AbsurdButWellFormedFiguresAreScored) {
  const char* const cells[] = {"999999999999999",
                               "0.000000000000000000000000000001",
                               "1/0",
                               "0/0",
                               "100%%%%",
                               "-0",
                               "--",
                               "≥≤><=",
                               "1,2,3,4",
                               "．．．",
                               "９９",
                               "一百二十万零三",
                               "NaN",
                               "inf",
                               "1e999",
                               "2021年13月45日"};
  for (const char* cell : cells) {
    SCOPED_TRACE(cell);
    scoring::v1::ScoreRequest request;
    *request.mutable_form() = PlainForm(2);
    auto& row = *request.mutable_form()->mutable_indicators(0);
    for (auto* set : {row.mutable_target(), row.mutable_actual(), row.mutable_weight(), row.mutable_score(),
                      row.mutable_completion_rate()})
      *set = cell;
    auto& funds = *request.mutable_form()->mutable_funds(0);
    for (auto* set : {funds.mutable_full_year_budget(), funds.mutable_executed(), funds.mutable_execution_rate(),
                      funds.mutable_weight()})
      *set = cell;
    request.mutable_form()->set_total_score(cell);
    request.mutable_form()->set_total_weight(cell);
    const grpc::Status status = Score(request);
    if (status.ok()) continue;
    EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT) << Read(status).Describe();
    EXPECT_EQ(Read(status).Reason(), "FORM_INVALID");
  }
}

TEST_F(ErrorsTest, CellOfTenMegabytes) {
  SelfEvaluation form = PlainForm(2);
  std::string cell = kMarker;
  cell.resize(10 * 1024 * 1024, 'x');
  form.mutable_indicators(1)->set_actual(cell);
  ExpectFormRefused(form, "form.indicators[1].actual");
}

TEST_F(ErrorsTest, FiveThousandIndicators) {
  ExpectFormRefused(PlainForm(5000), "form.indicators");
}

// More than a server takes at all is refused by gRPC before Jixiao sees it, but at once and with the canonical code.
TEST_F(ErrorsTest, MessageBeyondTheLimit) {
  const std::string bytes(40 * 1024 * 1024, 'x');
  EXPECT_EQ(CallRaw(cluster_->Channel(Server::kScoring), kScore, bytes).status.error_code(),
            StatusCode::RESOURCE_EXHAUSTED);
}

TEST_F(ErrorsTest, BrokenUtf8IsNamedByItsField) {
  // Written by hand, because the generated code would not write it: form (field 1) { project_name (7) }.
  const auto field = [](int number, const std::string& content) {
    return std::string(1, static_cast<char>(number << 3 | 2)) + static_cast<char>(content.size()) + content;
  };
  const std::string cells[] = {"\xff\xfe", std::string(kMarker) + "\xe4\xb8", "\xc0\xaf", "\xed\xa0\x80",
                               "\xf5\x80\x80\x80"};
  for (const std::string& cell : cells) {
    ExpectRefusal(CallRaw(cluster_->Channel(Server::kScoring), kScore, field(1, field(7, cell))).status,
                  StatusCode::INVALID_ARGUMENT, "MESSAGE_MALFORMED", "form.project_name");
    // indicators (13) [1] { actual (5) } of the form in SubmitEvaluationRequest (2)
    const std::string rows = field(13, field(4, "1")) + field(13, field(5, cell));
    ExpectRefusal(CallRaw(cluster_->Channel(Server::kIntake), kSubmit, field(1, "id") + field(2, rows)).status,
                  StatusCode::INVALID_ARGUMENT, "MESSAGE_MALFORMED", "form.indicators[1].actual");
    ExpectRefusal(CallRaw(cluster_->Channel(Server::kArchiving), kArchive, field(1, cell)).status,
                  StatusCode::INVALID_ARGUMENT, "MESSAGE_MALFORMED", "key");
  }
}

TEST_F(ErrorsTest, TruncatedMessages) {
  scoring::v1::ScoreRequest request;
  *request.mutable_form() = Samples().back();
  request.mutable_form()->set_project_name(kMarker);
  const std::string bytes = request.SerializeAsString();
  for (std::size_t size = 1; size < bytes.size(); size += 1 + bytes.size() / 97) {
    SCOPED_TRACE(size);
    const grpc::Status status = CallRaw(cluster_->Channel(Server::kScoring), kScore, bytes.substr(0, size)).status;
    ExpectRefusal(status, StatusCode::INVALID_ARGUMENT, "MESSAGE_MALFORMED");
  }
}

TEST_F(ErrorsTest, BytesThatAreNoMessage) {
  const std::string payloads[] = {std::string(1000, '\xff'),  std::string(1000, '\0'),
                                  "{\"form\": {}}",           std::string("\x0b\x0b\x0b\x0b", 4),
                                  std::string(20000, '\x0a'), std::string("\x0a\xff\xff\xff\xff\x0f", 6)};
  const std::pair<Server, const char*> methods[] = {
      {Server::kScoring, kScore}, {Server::kIntake, kSubmit}, {Server::kArchiving, kArchive}};
  for (const std::string& payload : payloads)
    for (const auto& [server, method] : methods) {
      SCOPED_TRACE(method);
      const grpc::Status status = CallRaw(cluster_->Channel(server), method, payload).status;
      const Refusal refusal = Read(status);
      EXPECT_EQ(refusal.code, StatusCode::INVALID_ARGUMENT) << refusal.Describe();
      EXPECT_EQ(refusal.infos.size(), 1u) << refusal.Describe();
    }
}

// A field that this server does not know would be lost in the archive: it is refused, not dropped.
TEST_F(ErrorsTest, UnknownFieldsOfTheFormAreRefusedByIntake) {
  intake::v1::SubmitEvaluationRequest request = SubmitRequest(PlainForm());
  request.mutable_form()
      ->GetReflection()
      ->MutableUnknownFields(request.mutable_form())
      ->AddLengthDelimited(900, kMarker);
  const grpc::Status status = Submit(request);
  EXPECT_EQ(Read(status).code, StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Read(status).Reason(), "UNKNOWN_FIELD");
}

TEST_F(ErrorsTest, UnknownRuleSets) {
  const std::string unknown = "sha256:" + std::string(64, '0');
  scoring::v1::ScoreRequest score;
  *score.mutable_form() = PlainForm();
  score.mutable_rule_set()->set_id("no-such-rules");
  ExpectRefusal(Score(score), StatusCode::NOT_FOUND, "RULE_SET_NOT_FOUND");
  score.mutable_rule_set()->set_id("cn-national-2020@77");
  ExpectRefusal(Score(score), StatusCode::NOT_FOUND, "RULE_SET_NOT_FOUND");
  score.mutable_rule_set()->set_digest(unknown);
  ExpectRefusal(Score(score), StatusCode::NOT_FOUND, "RULE_SET_NOT_FOUND");
  score.mutable_rule_set()->set_digest("sha256:xyz");
  ExpectRefusal(Score(score), StatusCode::INVALID_ARGUMENT, "RULE_SET_INVALID", "rule_set.digest");
  score.mutable_rule_set()->set_id(std::string(1000, 'x'));
  ExpectRefusal(Score(score), StatusCode::NOT_FOUND, "RULE_SET_NOT_FOUND");

  intake::v1::SubmitEvaluationRequest submit = SubmitRequest(PlainForm());
  for (const std::string& name :
       {std::string("no-such-rules"), unknown, std::string("sha256:xyz"), std::string("cn-national-2020@x")}) {
    submit.set_rule_set(name);
    ExpectRefusal(Submit(submit), StatusCode::NOT_FOUND, "RULE_SET_NOT_FOUND");
  }
  submit.set_rule_set(std::string(101, 'x'));
  ExpectRefusal(Submit(submit), StatusCode::INVALID_ARGUMENT, "FORM_INVALID", "rule_set");

  scoring::v1::GetRuleSetRequest get;
  ExpectRefusal(Call(cluster_->Scoring(), &scoring::v1::ScoringService::Stub::GetRuleSet, get),
                StatusCode::INVALID_ARGUMENT, "RULE_SET_INVALID", "rule_set");
  get.mutable_rule_set()->set_id("");
  ExpectRefusal(Call(cluster_->Scoring(), &scoring::v1::ScoringService::Stub::GetRuleSet, get), StatusCode::NOT_FOUND,
                "RULE_SET_NOT_FOUND");
}

TEST_F(ErrorsTest, BadRequestIds) {
  for (const std::string& id : {std::string(), std::string("has space"), std::string("引号"), std::string("a\nb"),
                                std::string(129, 'a'), std::string("a/b")}) {
    SCOPED_TRACE(id);
    intake::v1::SubmitEvaluationRequest submit = SubmitRequest(PlainForm());
    submit.set_request_id(id);
    ExpectRefusal(Submit(submit), StatusCode::INVALID_ARGUMENT, "FORM_INVALID", "request_id");
    intake::v1::ReturnSubmissionRequest request;
    request.set_name("submissions/x");
    request.set_reason("x");
    request.set_request_id(id);
    ExpectRefusal(Call(cluster_->Intake(), &intake::v1::IntakeService::Stub::ReturnSubmission, request),
                  StatusCode::INVALID_ARGUMENT, "RETURN_INVALID", "request_id");
  }
}

TEST_F(ErrorsTest, BadReasonsForReturn) {
  intake::v1::ReturnSubmissionRequest request;
  request.set_name("submissions/x");
  request.set_request_id(NewRequestId());
  const auto call = [&] {
    return Call(cluster_->Intake(), &intake::v1::IntakeService::Stub::ReturnSubmission, request);
  };
  ExpectRefusal(call(), StatusCode::INVALID_ARGUMENT, "RETURN_INVALID", "reason");
  for (int i = 0; i < 2001; ++i) request.mutable_reason()->append("退");
  ExpectRefusal(call(), StatusCode::INVALID_ARGUMENT, "RETURN_INVALID", "reason");
  request.set_reason("退回");
  ExpectRefusal(call(), StatusCode::NOT_FOUND, "SUBMISSION_NOT_FOUND");
}

TEST_F(ErrorsTest, BadPages) {
  for (const char* token : {"x", "-1", "99999999999999999999999", "1 ", "0x1"}) {
    SCOPED_TRACE(token);
    intake::v1::ListSubmissionsRequest submissions;
    submissions.set_page_token(token);
    ExpectRefusal(Call(cluster_->Intake(), &intake::v1::IntakeService::Stub::ListSubmissions, submissions),
                  StatusCode::INVALID_ARGUMENT, "PAGE_INVALID", "page_token");
    archiving::v1::ListRecordsRequest records;
    records.set_page_token(token);
    ExpectRefusal(Call(cluster_->Archiving(), &archiving::v1::ArchivingService::Stub::ListRecords, records),
                  StatusCode::INVALID_ARGUMENT, "PAGE_INVALID", "page_token");
    scoring::v1::ListRuleSetsRequest rules;
    rules.set_page_token(token);
    ExpectRefusal(Call(cluster_->Scoring(), &scoring::v1::ScoringService::Stub::ListRuleSets, rules),
                  StatusCode::INVALID_ARGUMENT, "PAGE_INVALID", "page_token");
  }
  for (const int size : {-1, 100000}) {
    SCOPED_TRACE(size);
    intake::v1::ListSubmissionsRequest submissions;
    submissions.set_page_size(size);
    ExpectRefusal(Call(cluster_->Intake(), &intake::v1::IntakeService::Stub::ListSubmissions, submissions),
                  StatusCode::INVALID_ARGUMENT, "PAGE_INVALID", "page_size");
  }
  intake::v1::ListSubmissionsRequest states;
  states.add_states(static_cast<intake::v1::SubmissionState>(77));
  ExpectRefusal(Call(cluster_->Intake(), &intake::v1::IntakeService::Stub::ListSubmissions, states),
                StatusCode::INVALID_ARGUMENT, "STATE_INVALID", "states[0]");
}

TEST_F(ErrorsTest, UnknownNames) {
  for (const std::string& name : {std::string(), std::string("submissions/none"), std::string("records/99999"),
                                  std::string("records/-1"), std::string(5000, 'x')}) {
    SCOPED_TRACE(name.substr(0, 50));
    intake::v1::GetSubmissionRequest submission;
    submission.set_name(name);
    ExpectRefusal(Call(cluster_->Intake(), &intake::v1::IntakeService::Stub::GetSubmission, submission),
                  StatusCode::NOT_FOUND, "SUBMISSION_NOT_FOUND");
    archiving::v1::GetRecordRequest record;
    record.set_name(name);
    ExpectRefusal(Call(cluster_->Archiving(), &archiving::v1::ArchivingService::Stub::GetRecord, record),
                  StatusCode::NOT_FOUND, "RECORD_NOT_FOUND");
    intake::v1::WatchSubmissionRequest watch;
    watch.set_name(name);
    grpc::ClientContext context;
    Within(context);
    const auto stream = cluster_->Intake().WatchSubmission(&context, watch);
    intake::v1::WatchSubmissionResponse step;
    EXPECT_FALSE(stream->Read(&step));
    ExpectRefusal(stream->Finish(), StatusCode::NOT_FOUND, "SUBMISSION_NOT_FOUND");
  }
}

TEST_F(ErrorsTest, TreeSizesBeyondTheLog) {
  archiving::v1::GetInclusionProofRequest inclusion;
  const auto prove = [&] {
    return Call(cluster_->Archiving(), &archiving::v1::ArchivingService::Stub::GetInclusionProof, inclusion);
  };
  inclusion.set_tree_size(1000000);
  ExpectRefusal(prove(), StatusCode::OUT_OF_RANGE, "TREE_SIZE_BEYOND_LOG");
  inclusion.set_tree_size(-1);
  ExpectRefusal(prove(), StatusCode::OUT_OF_RANGE, "TREE_SIZE_BEYOND_LOG");
  inclusion.set_tree_size(0);
  for (const std::int64_t index : {std::int64_t{-1}, std::int64_t{1000000}, std::int64_t{1} << 62}) {
    inclusion.set_index(index);
    ExpectRefusal(prove(), StatusCode::OUT_OF_RANGE, "TREE_SIZE_BEYOND_LOG");
  }
  archiving::v1::GetConsistencyProofRequest consistency;
  const auto compare = [&] {
    return Call(cluster_->Archiving(), &archiving::v1::ArchivingService::Stub::GetConsistencyProof, consistency);
  };
  consistency.set_new_size(1000000);
  ExpectRefusal(compare(), StatusCode::OUT_OF_RANGE, "TREE_SIZE_BEYOND_LOG");
  consistency.set_new_size(0);
  for (const std::int64_t size : {std::int64_t{-1}, std::int64_t{1000000}}) {
    consistency.set_old_size(size);
    ExpectRefusal(compare(), StatusCode::OUT_OF_RANGE, "TREE_SIZE_BEYOND_LOG");
  }
}

TEST_F(ErrorsTest, RecordsThatDoNotFitTogether) {
  archiving::v1::ArchiveRecordRequest request = GoodRecord();
  request.mutable_rule_set()->set_title("another title");
  ExpectRefusal(Archive(request), StatusCode::INVALID_ARGUMENT, "RECORD_INVALID", "rule_set");

  request = GoodRecord();
  for (const std::string& key : {std::string(), std::string("键"), std::string("a b"), std::string(201, 'k')}) {
    request.set_key(key);
    ExpectRefusal(Archive(request), StatusCode::INVALID_ARGUMENT, "RECORD_INVALID", "key");
  }

  request = GoodRecord();
  request.set_source_document(std::string(8 * 1024 * 1024 + 1, 'x'));
  ExpectRefusal(Archive(request), StatusCode::INVALID_ARGUMENT, "RECORD_INVALID", "source_document");
  request.clear_source_document();
  ASSERT_TRUE(Archive(request).ok());
  ASSERT_TRUE(Archive(request).ok()) << "the same again";
  request.mutable_form()->set_project_name(kMarker);
  ExpectRefusal(Archive(request), StatusCode::ALREADY_EXISTS, "RECORD_CONFLICT");
}

// The rule set goes with the first record that has it; the later ones are archived with it all the same.
TEST_F(ErrorsTest, RecordsThatOnlyNameTheirRuleSet) {
  archiving::v1::ArchiveRecordRequest request = GoodRecord();
  ASSERT_TRUE(Archive(request).ok());
  request.set_key("test/" + NewRequestId());
  const scoring::v1::RuleSet rule_set = request.rule_set();
  request.clear_rule_set();
  ASSERT_TRUE(Archive(request).ok());
  archiving::v1::GetRecordRequest get;
  get.set_name(request.key());
  archiving::v1::GetRecordResponse record;
  ASSERT_TRUE(Call(cluster_->Archiving(), &archiving::v1::ArchivingService::Stub::GetRecord, get, &record).ok());
  const auto part = std::find_if(record.parts().begin(), record.parts().end(),
                                 [](const auto& candidate) { return candidate.name() == "rule_set"; });
  ASSERT_NE(part, record.parts().end());
  EXPECT_EQ(part->content(), CanonicalEncode(rule_set).value());

  request.set_key("test/" + NewRequestId());
  request.mutable_scorecard()->mutable_rule_set()->set_digest("sha256:" + std::string(64, '0'));
  ExpectRefusal(Archive(request), StatusCode::FAILED_PRECONDITION, "RULE_SET_NEEDED");
  request.mutable_scorecard()->mutable_rule_set()->clear_digest();
  ExpectRefusal(Archive(request), StatusCode::INVALID_ARGUMENT, "RECORD_INVALID", "rule_set");
}

TEST_F(ErrorsTest, BadRuleSets) {
  scoring::v1::PublishRuleSetRequest publish;
  const auto call = [&] {
    return Call(cluster_->Scoring(), &scoring::v1::ScoringService::Stub::PublishRuleSet, publish);
  };
  ExpectRefusal(call(), StatusCode::INVALID_ARGUMENT, "RULE_SET_INVALID", "rule_set");
  publish.mutable_rule_set()->set_id("UPPER CASE");
  ExpectRefusal(call(), StatusCode::INVALID_ARGUMENT, "RULE_SET_INVALID");

  *publish.mutable_rule_set() = GoodRecord().rule_set();
  publish.mutable_rule_set()->set_title("changed under its revision");
  ExpectRefusal(call(), StatusCode::ALREADY_EXISTS, "REVISION_EXISTS");
}

// All rows wrong in every way that a check knows: the answer grows, its status stays OK.
SelfEvaluation WrongEverywhere() {
  SelfEvaluation form;
  form.set_kind(evaluation::v1::FORM_KIND_PROJECT);
  form.set_fiscal_year(2021);
  form.set_project_name("处处有误");
  form.set_total_weight("7");
  form.set_total_score("99.99 差");
  form.set_grade("优");
  for (int i = 0; i < 200; ++i) {
    auto& line = *form.add_funds();
    line.set_name(i == 0 ? "年度资金总额" : "其中：第" + std::to_string(i) + "项");
    line.set_initial_budget("1");
    line.set_full_year_budget("100");
    line.set_executed("250.55");
    line.set_execution_rate("12%");
    line.set_weight("10");
    line.set_score("77");
  }
  for (int i = 0; i < 2000; ++i) {
    auto& row = *form.add_indicators();
    row.set_level1(i % 2 == 0 ? "产出指标(3分)" : "效益指标(4分)");
    row.set_level2("数量指标");
    row.set_level3("完成培训并发放补贴的人数" + std::to_string(i));
    row.set_target(i % 3 == 0 ? "完成培训并发放补贴的人数" + std::to_string(i) : "≥10个");
    row.set_actual(i % 3 == 0 ? "完成培训并发放补贴的人数" + std::to_string(i) : i % 3 == 1 ? "9900万元" : "1个");
    row.set_weight(i % 5 == 0 ? "-3" : "2");
    row.set_score("150");
    row.set_completion_rate("100%");
  }
  for (int i = 0; i < 500; ++i) {
    auto& section = *form.add_report();
    section.set_heading("资金");
    for (int k = 0; k < 8; ++k) section.mutable_text()->append("支出" + std::to_string(1000000 + 8 * i + k) + "万元。");
  }
  return form;
}

TEST_F(ErrorsTest, FormWrongEverywhereIsScoredSubmittedAndArchived) {
  const SelfEvaluation form = WrongEverywhere();
  scoring::v1::ScoreRequest score;
  *score.mutable_form() = form;
  scoring::v1::ScoreResponse answer;
  const grpc::Status scored = Score(score, &answer);
  ASSERT_TRUE(scored.ok()) << Read(scored).Describe();
  std::cout << answer.scorecard().findings_size() << " findings in " << answer.ByteSizeLong() << " bytes\n";
  EXPECT_GE(answer.scorecard().findings_size(), 10000);

  intake::v1::SubmitEvaluationResponse receipt;
  const grpc::Status submitted = Submit(SubmitRequest(form), &receipt);
  ASSERT_TRUE(submitted.ok()) << Read(submitted).Describe();
  const intake::v1::Submission submission = WaitFor(*cluster_, receipt.receipt().submission());
  EXPECT_EQ(submission.scorecard().findings_size(), answer.scorecard().findings_size());
}

// Large cells and figures without end may not make an answer that cannot be sent.
TEST_F(ErrorsTest, FormsThatAskForLargeAnswersGetAnAnswerOrAReason) {
  SelfEvaluation amounts = PlainForm();
  for (int i = 0; i < 4; ++i) {
    std::string& text = *amounts.add_report()->mutable_text();
    while (text.size() < 1000 * 1000) text += "支出1100000万元。";
  }
  SelfEvaluation cells = PlainForm(380);
  for (auto& row : *cells.mutable_indicators()) {
    row.set_target("≥50" + std::string(32000, 'x'));
    row.set_actual("1" + std::string(32000, 'x'));
    row.set_level3(std::string(20000, 'y'));
  }
  for (const auto& [name, form] : {std::pair("amounts", amounts), std::pair("cells", cells)}) {
    SCOPED_TRACE(name);
    scoring::v1::ScoreRequest request;
    *request.mutable_form() = form;
    scoring::v1::ScoreResponse response;
    const auto start = std::chrono::steady_clock::now();
    const grpc::Status status = Score(request, &response);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    std::cout << name << ": " << request.ByteSizeLong() << " bytes in, " << response.ByteSizeLong() << " out, "
              << response.scorecard().findings_size() << " findings, " << took.count() << " s\n";
    EXPECT_TRUE(status.ok() || Read(status).infos.size() == 1) << Read(status).Describe();
    EXPECT_LT(took.count(), 10.0) << "one form keeps a thread of the server this long";
  }
}

// A form whose card is too large ends somewhere, and holds nobody else up.
TEST_F(ErrorsTest, FormWithAnEndlessCardHoldsNobodyUp) {
  SelfEvaluation form = PlainForm();
  for (int i = 0; i < 4; ++i) {
    std::string& text = *form.add_report()->mutable_text();
    while (text.size() < 1000 * 1000) text += "支出1100000万元。";
  }
  intake::v1::SubmitEvaluationResponse receipt;
  ASSERT_TRUE(Submit(SubmitRequest(form), &receipt).ok());
  std::vector<std::string> others;
  for (int i = 0; i < 20; ++i) others.push_back(testing::Submit(*cluster_, PlainForm()).submission());
  for (const std::string& name : others) WaitFor(*cluster_, name);
  intake::v1::Submission submission;
  EXPECT_TRUE(Eventually([&] {
    submission = Get(*cluster_, receipt.receipt().submission());
    return submission.state() == intake::v1::SUBMISSION_STATE_ARCHIVED ||
           submission.state() == intake::v1::SUBMISSION_STATE_STUCK;
  })) << intake::v1::SubmissionState_Name(submission.state())
      << ": neither archived nor known as stuck";
}

TEST_F(ErrorsTest, TenThousandViolationsKeepTheirCode) {
  SelfEvaluation form = PlainForm(2000);
  for (auto& row : *form.mutable_indicators())
    for (auto* cell :
         {row.mutable_level3(), row.mutable_target(), row.mutable_actual(), row.mutable_weight(), row.mutable_score()})
      *cell = std::string(kMarker) + '\x02';
  ExpectFormRefused(form, "form.indicators[0].level3");
  scoring::v1::ScoreRequest score;
  *score.mutable_form() = form;
  const Refusal refusal = Read(Score(score));
  ASSERT_EQ(refusal.infos.size(), 1u);
  const auto& metadata = refusal.infos.front().metadata();
  EXPECT_EQ(metadata.at("violations"), "10000");
  EXPECT_EQ(std::stoi(metadata.at("violations_omitted")) + refusal.bad_requests.front().field_violations_size(), 10000);
}

TEST_F(ErrorsTest, UnknownMethodIsUnimplemented) {
  for (const Server server : kServers)
    EXPECT_EQ(CallRaw(cluster_->Channel(server), "/" + ServiceOf(server) + "/NoSuchMethod", "").status.error_code(),
              StatusCode::UNIMPLEMENTED);
}

}  // namespace
}  // namespace jixiao::testing
