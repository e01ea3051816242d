// Policies, permissions, quotas and scopes; tokens are tested through the servers, in tests/hostile.
#include "common/access/permission.h"
#include "common/access/policy.h"
#include "common/access/quota.h"
#include "common/encoding.h"
#include "common/errors.h"

#include "jixiao/archiving/v1/archiving_service.pb.h"
#include "jixiao/archiving/v1/audit_service.pb.h"
#include "jixiao/archiving/v1/inspection_service.pb.h"
#include "jixiao/archiving/v1/log_service.pb.h"
#include "jixiao/archiving/v1/record_search_service.pb.h"
#include "jixiao/archiving/v1/retention_service.pb.h"
#include "jixiao/intake/v1/campaign.pb.h"
#include "jixiao/intake/v1/intake_service.pb.h"
#include "jixiao/intake/v1/review.pb.h"
#include "jixiao/operation/v1/operation_service.pb.h"
#include "jixiao/scoring/v1/scoring_service.pb.h"

#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>

#include <set>

namespace jixiao::access {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

absl::StatusOr<std::string> NoFile(const std::string&) {
  return absl::NotFoundError("no file");
}

std::string With(const std::string& caller) {
  return "version: 1\ncallers:\n  - {" + caller + "}\n";
}

absl::Status Fault(const std::string& text) {
  return Policy::Parse(text, NoFile, 1).status();
}

TEST(AccessPermissions, CoverEveryMethodOfEveryService) {
  const google::protobuf::FileDescriptor* const files[] = {intake::v1::SubmitEvaluationRequest::descriptor()->file(),
                                                           intake::v1::Campaign::descriptor()->file(),
                                                           intake::v1::ListFindingsRequest::descriptor()->file(),
                                                           scoring::v1::ScoreRequest::descriptor()->file(),
                                                           archiving::v1::GetRecordRequest::descriptor()->file(),
                                                           archiving::v1::InspectRecordRequest::descriptor()->file(),
                                                           archiving::v1::ListCallsRequest::descriptor()->file(),
                                                           archiving::v1::GetTileRequest::descriptor()->file(),
                                                           archiving::v1::SearchRecordsRequest::descriptor()->file(),
                                                           archiving::v1::ListDueRecordsRequest::descriptor()->file(),
                                                           operation::v1::GetStatusRequest::descriptor()->file()};
  std::set<std::string> methods;
  for (const auto* file : files)
    for (int i = 0; i < file->service_count(); ++i) {
      EXPECT_TRUE(CheckDeclared(*file->service(i)).ok()) << CheckDeclared(*file->service(i));
      for (int m = 0; m < file->service(i)->method_count(); ++m)
        methods.insert(file->service(i)->full_name() + "/" + file->service(i)->method(m)->name());
    }
  // And nothing else, but what is gRPC's own.
  for (const Permission& permission : Permissions())
    EXPECT_TRUE(permission.method.starts_with("grpc.") || methods.contains(std::string(permission.method)))
        << permission.method;
}

TEST(AccessPermissions, AMethodThatNobodyDeclaredIsFound) {
  google::protobuf::FileDescriptorProto file;
  file.set_name("new.proto");
  file.set_package("jixiao.intake.v1");
  file.add_message_type()->set_name("Empty");
  auto& service = *file.add_service();
  service.set_name("NewService");
  for (const char* name : {"Invented", "GetSubmission"}) {
    auto& method = *service.add_method();
    method.set_name(name);
    method.set_input_type("Empty");
    method.set_output_type("Empty");
  }
  google::protobuf::DescriptorPool pool;
  const auto* const built = pool.BuildFile(file);
  ASSERT_NE(built, nullptr);
  const absl::Status status = CheckDeclared(*built->service(0));
  EXPECT_EQ(ReasonOf(status), "METHOD_UNDECLARED");
  EXPECT_NE(status.message().find("NewService/Invented"), status.message().npos);
  EXPECT_NE(status.message().find("NewService/GetSubmission"), status.message().npos) << "another service's name";
}

TEST(AccessPolicy, NamesWhoMayDoWhat) {
  const auto policy = Policy::Parse(With("subject: \"cn:a\", name: 张三, organization: 甲, roles: [unit, platform], "
                                         "regions: [\"51\"], units: [甲单位]"),
                                    NoFile, 7);
  ASSERT_TRUE(policy.ok()) << policy.status();
  const auto caller = (*policy)->Find("cn:a");
  ASSERT_NE(caller, nullptr);
  EXPECT_EQ(caller->name, "张三");
  EXPECT_EQ(caller->policy, 7u);
  EXPECT_TRUE(caller->Is(Role::kUnit) && caller->Is(Role::kPlatform) && !caller->Is(Role::kFinance));
  EXPECT_TRUE(caller->scope.Includes("510403", "", "甲单位"));
  EXPECT_EQ((*policy)->Find("cn:b"), nullptr);
  EXPECT_EQ((*policy)->Find("cn:A"), nullptr) << "names are exact";
}

TEST(AccessPolicy, RefusesWhatWouldBeOpen) {
  const std::string caller = "subject: \"cn:a\", ";
  for (const std::string text :
       {"roles: [unit]", "roles: [unit], regions: all", "roles: [department], regions: [\"51\"]", "roles: [finance]",
        "roles: [platform]", "roles: [audit]", "roles: [service], regions: [\"51\"]", "roles: [rules], units: [甲]",
        "units: [甲]", "roles: []", "roles: [king]", "roles: unit", "roles: [finance], regions: []",
        "roles: [finance], regions: [51x]", "roles: [finance], regions: [\"\"]", "roles: [finance], region: all",
        "roles: [rules], quota: {per_second: 0}", "roles: [rules], quota: {burst: 5}",
        "roles: [rules], roles: [rules]"})
    EXPECT_EQ(ReasonOf(Fault(With(caller + text))), "ACCESS_POLICY_INVALID") << text;
  for (const std::string text :
       {"", "version: 2\ncallers: []\n", "callers: []\n", "version: 1\n", "version: 1\ncallers: {}\n", "version: [1\n",
        "version: 1\ncallers:\n  - {roles: [rules]}\n", "version: 1\ncallers:\n  - {subject: anna, roles: [rules]}\n",
        "version: 1\ncallers:\n  - {subject: \"cn:a\", roles: [rules]}\n  - {subject: \"cn:a\", roles: [rules]}\n",
        "version: 1\nreflection: maybe\ncallers:\n  - {subject: \"cn:a\", roles: [rules]}\n"})
    EXPECT_EQ(ReasonOf(Fault(text)), "ACCESS_POLICY_INVALID") << text;
}

TEST(AccessPolicy, TakesKeysThatAreStrongEnough) {
  const auto with_keys = [](const std::string& keys) {
    return Policy::Parse(
               "version: 1\ntokens:\n  - {issuer: i, audience: a, keys: k}\n",
               [&](const std::string&) -> absl::StatusOr<std::string> { return keys; }, 1)
        .status();
  };
  const std::string short_rsa = std::string(170, 'A') + "w";  // 1024 bits and less
  for (const std::string& keys :
       {std::string("junk"), std::string("{}"), std::string("{\"keys\":[]}"), std::string("{\"keys\":[1]}"),
        "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"" + short_rsa + "\",\"e\":\"AQAB\"}]}",
        std::string("{\"keys\":[{\"kty\":\"oct\",\"k\":\"c2VjcmV0\"}]}"),
        std::string("{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}]}"),
        "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" + std::string(43, 'A') + "\",\"y\":\"" +
            std::string(43, 'A') + "\"}]}"})
    EXPECT_FALSE(with_keys(keys).ok()) << keys;
  EXPECT_EQ(with_keys("{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\""
                      // The public key of RFC 8037, A.2.
                      "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}]}"),
            absl::OkStatus());
}

TEST(AccessQuotas, LetABurstThroughAndThenSoManyASecond) {
  Quotas quotas;
  const Quota quota{2, 3};
  const auto start = steady_clock::now();
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(quotas.Take("a", quota, start).ok()) << i;
  const absl::Status refused = quotas.Take("a", quota, start);
  EXPECT_EQ(ReasonOf(refused), "QUOTA_EXCEEDED");
  EXPECT_TRUE(quotas.Take("b", quota, start).ok()) << "another's bucket";
  EXPECT_FALSE(quotas.Take("a", quota, start + std::chrono::milliseconds(499)).ok());
  EXPECT_TRUE(quotas.Take("a", quota, start + std::chrono::milliseconds(500)).ok());
  EXPECT_TRUE(quotas.Take("a", {}, start).ok()) << "no limit";
}

TEST(AccessQuotas, AreBounded) {
  Quotas quotas;
  const Quota quota{1, 1};
  const auto start = steady_clock::now();
  for (std::size_t i = 0; i < 2 * Quotas::kMost; ++i) std::ignore = quotas.Take(std::to_string(i), quota, start);
  EXPECT_EQ(quotas.size(), Quotas::kMost);
  EXPECT_FALSE(quotas.Take("late", quota, start).ok()) << "those without a place share one";
  EXPECT_TRUE(quotas.Take("later", quota, start + seconds(5)).ok()) << "the quiet have been forgotten";
  EXPECT_LT(quotas.size(), Quotas::kMost);
}

TEST(AccessScope, IncludesWhatAllItsListsInclude) {
  const Scope scope{{"5104", "33"}, {"甲局"}, {}};
  EXPECT_TRUE(scope.Includes("510403", "甲局", "谁"));
  EXPECT_FALSE(scope.Includes("510103", "甲局", "谁"));
  EXPECT_FALSE(scope.Includes("510403", "乙局", "谁"));
  EXPECT_FALSE(scope.Includes("", "甲局", "谁")) << "what says no region is in nobody's";
  EXPECT_TRUE(Scope().IsUnlimited());
  EXPECT_NE((Scope{{"1"}, {}, {}}.Text()), (Scope{{}, {"1"}, {}}.Text()));
  EXPECT_NE((Scope{{"1", "2"}, {}, {}}.Text()), (Scope{{"1;1:2"}, {}, {}}.Text()));
}

TEST(Base64Url, IsExact) {
  EXPECT_EQ(DecodeBase64Url("_-8")->size(), 2u);
  EXPECT_TRUE(DecodeBase64Url("")->empty());
  for (const char* bad : {"_-8=", "/+8", "_-9", "A", "AA A"}) EXPECT_FALSE(DecodeBase64Url(bad).ok()) << bad;
}

}  // namespace
}  // namespace jixiao::access
