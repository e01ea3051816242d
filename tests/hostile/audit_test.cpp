// Whoever denies a call, or was refused one, stands in the archive's log.
#include "archiving/record/calls.h"
#include "common/canonical.h"
#include "common/time.h"
#include "support/submissions.h"

#include "jixiao/archiving/v1/audit_service.pb.h"

#include <gtest/gtest.h>

#include <set>

#include "hostile/world.h"

namespace jixiao::testing {
namespace {

using grpc::StatusCode;

class HostileAudit : public ::testing::Test {
 protected:
  std::vector<archiving::v1::RecordedCall> Calls(archiving::v1::ListCallsRequest request) {
    std::vector<archiving::v1::RecordedCall> calls;
    do {
      archiving::v1::ListCallsResponse response;
      const grpc::Status status = world_.Ask("audit", "AuditService/ListCalls", request, response);
      EXPECT_TRUE(status.ok()) << Read(status).Describe();
      if (!status.ok()) break;
      calls.insert(calls.end(), response.calls().begin(), response.calls().end());
      request.set_page_token(response.next_page_token());
    } while (!request.page_token().empty());
    return calls;
  }

  World& world_ = World::Get();
};

TEST_F(HostileAudit, WhoReadsAndWhoWasRefusedIsOnRecord) {
  intake::v1::GetSubmissionRequest read;
  read.set_name(world_.archived());
  ASSERT_TRUE(world_.Ask("audit", "IntakeService/GetSubmission", read).status.ok());
  EXPECT_EQ(world_.Ask("unit-b", "IntakeService/GetSubmission", read).status.error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(world_.Ask("unit-b", "ScoringService/SetLabel", scoring::v1::SetLabelRequest()).status.error_code(),
            StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(world_.Ask("", "RecordSearchService/SearchRecords", read).status.error_code(), StatusCode::UNAUTHENTICATED);
  archiving::v1::ListCallsRequest of_resource;
  of_resource.set_resource(world_.archived());
  of_resource.set_method("GetSubmission");
  archiving::v1::ListCallsRequest failed;
  failed.set_failed_only(true);
  std::vector<archiving::v1::RecordedCall> reads;
  std::vector<archiving::v1::RecordedCall> refusals;
  const auto has = [](const auto& calls, std::string_view service, std::string_view caller, std::string_view code) {
    return std::ranges::any_of(calls, [&](const archiving::v1::RecordedCall& recorded) {
      return recorded.service() == service && recorded.call().caller() == caller && recorded.call().code() == code &&
             !recorded.call().address().empty() && !recorded.call().request_id().empty();
    });
  };
  ASSERT_TRUE(Eventually([&] {
    reads = Calls(of_resource);
    refusals = Calls(failed);
    return has(reads, "intake", "spiffe://jixiao.test/audit", "OK") &&
           has(reads, "intake", "spiffe://jixiao.test/unit-b", "NOT_FOUND") &&
           has(refusals, "scoring", "spiffe://jixiao.test/unit-b", "PERMISSION_DENIED") &&
           has(refusals, "archiving", "", "UNAUTHENTICATED");
  })) << reads.size()
      << " reads, " << refusals.size() << " refusals";

  // Who submitted what, though the request named nothing yet.
  archiving::v1::ListCallsRequest submitted;
  submitted.set_resource(world_.archived());
  submitted.set_caller("spiffe://jixiao.test/unit-a");
  submitted.set_method("jixiao.intake.v1.IntakeService/SubmitEvaluation");
  EXPECT_EQ(Calls(submitted).size(), 1u);

  // A page at a time gives the same.
  failed.set_page_size(1);
  // All of them: services write theirs when they will, so that the last one of the list need not be the latest.
  for (const auto& recorded : refusals)
    if (ToMicros(recorded.call().end_time()) > ToMicros(failed.end_time()))
      *failed.mutable_end_time() = recorded.call().end_time();
  std::set<std::string> seen;
  for (const auto& recorded : Calls(failed)) EXPECT_TRUE(seen.insert(recorded.call().request_id()).second);
  EXPECT_GE(seen.size(), 2u);

  // The entry is a record of the log like all others, and says what the list said.
  archiving::v1::GetRecordRequest get;
  get.set_name(reads.front().record());
  archiving::v1::GetRecordResponse record;
  ASSERT_TRUE(world_.Ask("audit", "ArchivingService/GetRecord", get, record).ok());
  archiving::v1::ArchiveEntry entry;
  ASSERT_EQ(record.parts_size(), 1);
  ASSERT_TRUE(CanonicalDecode(record.parts(0).content(), entry).ok());
  EXPECT_EQ(record.record().key(), archiving::CallsKeyOf(entry.calls()));
  EXPECT_EQ(entry.calls().number(), reads.front().number());
  archiving::v1::CheckLogResponse checked;
  ASSERT_TRUE(world_.Ask("audit", "ArchivingService/CheckLog", archiving::v1::CheckLogRequest(), checked).ok());
  EXPECT_EQ(checked.damage_size(), 0) << checked.damage(0).message();
}

// Who calls without end leaves no trace for each call: the archive keeps its log for good.
TEST_F(HostileAudit, AFloodDoesNotFillIt) {
  archiving::v1::ListCallsRequest of_flood;
  of_flood.set_caller("spiffe://jixiao.test/busy");
  int refused = 0;
  for (int i = 0; i < 20; ++i)
    refused +=
        world_.Ask("busy", "IntakeService/ListSubmissions", intake::v1::ListSubmissionsRequest()).status.error_code() ==
                StatusCode::RESOURCE_EXHAUSTED
            ? 1
            : 0;
  ASSERT_GE(refused, 10);
  // What comes behind them is on record, so they would be.
  intake::v1::GetSubmissionRequest later;
  later.set_name("submissions/behind-the-flood");
  (void)world_.Ask("unit-a", "IntakeService/GetSubmission", later);
  archiving::v1::ListCallsRequest behind;
  behind.set_resource(later.name());
  ASSERT_TRUE(Eventually([&] { return Calls(behind).size() == 1; }));
  for (const auto& recorded : Calls(of_flood)) EXPECT_NE(recorded.call().code(), "RESOURCE_EXHAUSTED");
}

// Only a service may write it, and only by its whole.
TEST_F(HostileAudit, NobodyWritesItButTheServices) {
  archiving::v1::RecordCallsRequest request;
  request.mutable_segment()->set_service("intake");
  for (const char* who : {"unit-a", "department", "keeper", "platform", "audit", "rules"})
    ExpectRefusal(world_.Ask(who, "AuditService/RecordCalls", request).status, StatusCode::PERMISSION_DENIED,
                  "ROLE_REQUIRED");
}

TEST_F(HostileAudit, PageTokensOfOthersAreRefused) {
  archiving::v1::ListCallsRequest request;
  request.set_page_size(1);
  archiving::v1::ListCallsResponse response;
  ASSERT_TRUE(Eventually([&] {
    return world_.Ask("audit", "AuditService/ListCalls", request, response).ok() && !response.next_page_token().empty();
  }));
  request.set_failed_only(true);
  for (const std::string& token :
       {response.next_page_token(), std::string("x"), std::string("x.1.2"), std::string(".")}) {
    request.set_page_token(token);
    ExpectRefusal(world_.Ask("audit", "AuditService/ListCalls", request).status, StatusCode::INVALID_ARGUMENT,
                  "PAGE_INVALID");
  }
}

}  // namespace
}  // namespace jixiao::testing
