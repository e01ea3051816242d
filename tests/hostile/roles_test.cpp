// Every method by every role, quotas, and a policy that changes.
#include "common/access/permission.h"

#include <gtest/gtest.h>

#include <fstream>

#include "hostile/world.h"

namespace jixiao::testing {
namespace {

using grpc::StatusCode;

std::string Short(std::string_view method) {
  return std::string(method.substr(method.find_last_of('.', method.find('/')) + 1));
}

class HostileRoles : public ::testing::Test {
 protected:
  World& world_ = World::Get();
};

TEST_F(HostileRoles, NoMethodWithoutItsRole) {
  const std::pair<const char*, access::Role> people[] = {
      {"unit-a", access::Role::kUnit},    {"department", access::Role::kDepartment},
      {"keeper", access::Role::kFinance}, {"platform", access::Role::kPlatform},
      {"audit", access::Role::kAudit},    {"rules", access::Role::kRules}};
  int refused = 0;
  for (const access::Permission& permission : access::Permissions()) {
    if (permission.roles == 0) continue;
    const std::string path = "/" + std::string(permission.method);
    for (const auto& [who, role] : people) {
      if ((permission.roles & access::BitOf(role)) != 0) continue;
      SCOPED_TRACE(path + " by " + who);
      const auto channel = world_.Channel(who, ServerOf(Short(permission.method)));
      ExpectRefusal(CallRaw(channel, path, "").status, StatusCode::PERMISSION_DENIED, "ROLE_REQUIRED");
      ++refused;
    }
  }
  EXPECT_GT(refused, 150);
}

TEST_F(HostileRoles, NoMethodWithoutAnIdentity) {
  for (const access::Permission& permission : access::Permissions()) {
    if (permission.roles == 0) continue;
    const std::string method = Short(permission.method);
    if (ServerOf(method) == Server::kScoring) continue;  // lets nobody in without a certificate
    SCOPED_TRACE(method);
    ExpectRefusal(CallRaw(world_.Channel("", ServerOf(method)), PathOf(method), "").status, StatusCode::UNAUTHENTICATED,
                  "CREDENTIALS_MISSING");
  }
}

TEST_F(HostileRoles, HealthIsOpenAndReflectionIsNot) {
  EXPECT_EQ(HealthOf(world_.Channel("", Server::kIntake)), Health::kServing);
  const RawAnswer reflected = CallRaw(world_.Channel("keeper", Server::kIntake),
                                      "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", "");
  EXPECT_EQ(reflected.status.error_code(), StatusCode::UNIMPLEMENTED);
}

TEST_F(HostileRoles, Quota) {
  const auto ask = [&](const char* who) {
    return world_.Ask(who, "IntakeService/ListSubmissions", intake::v1::ListSubmissionsRequest()).status;
  };
  int refused = 0;
  for (int i = 0; i < 10; ++i) {
    const grpc::Status status = ask("busy");
    if (status.ok()) continue;
    ++refused;
    ExpectRefusal(status, StatusCode::RESOURCE_EXHAUSTED, "QUOTA_EXCEEDED");
    ASSERT_EQ(Read(status).retries.size(), 1u) << "does not say when to come again";
  }
  EXPECT_GE(refused, 5) << "three at once, one a second";
  EXPECT_TRUE(ask("unit-a").ok()) << "others are not held up";
}

// A policy that takes somebody out ends what he is watching; a faulty one changes nothing.
TEST_F(HostileRoles, PolicyChanges) {
  grpc::ClientContext context;
  Within(context);
  const auto watching = world_.Intake("unit-b").WatchSubmissions(&context, intake::v1::WatchSubmissionsRequest());
  const intake::v1::ListSubmissionsRequest list;
  ExpectRefusal(world_.Ask("stranger", "IntakeService/ListSubmissions", list).status, StatusCode::UNAUTHENTICATED,
                "CALLER_UNKNOWN");
  world_.ChangePolicy("  - {subject: \"spiffe://jixiao.test/stranger\", roles: [unit], units: [戊单位]}\n");
  EXPECT_TRUE(world_.Ask("stranger", "IntakeService/ListSubmissions", list).status.ok());
  // The next change would have to be told by the old policy.
  intake::v1::SubmitEvaluationRequest submit;
  submit.set_request_id("policy-changes");
  *submit.mutable_form() = FormOf("乙单位");
  EXPECT_TRUE(world_.Ask("unit-b", "IntakeService/SubmitEvaluation", submit).status.ok());
  intake::v1::WatchSubmissionsResponse seen;
  while (watching->Read(&seen)) EXPECT_NE(seen.change().submission().project_name(), submit.form().project_name());
  ExpectRefusal(watching->Finish(), StatusCode::UNAVAILABLE, "POLICY_CHANGED");

  std::ofstream(world_.folder() / "policy.bad") << world_.PolicyText("  - {subject: 5, roles: [king]}\n");
  std::filesystem::rename(world_.folder() / "policy.bad", world_.folder() / "policy.yaml");
  EXPECT_TRUE(Eventually([&] {
    return world_.cluster().LogText(Server::kIntake).find("the one before stays in force") != std::string::npos;
  }));
  EXPECT_TRUE(world_.Ask("stranger", "IntakeService/ListSubmissions", list).status.ok()) << "the old one is in force";
  world_.ChangePolicy();
  ExpectRefusal(world_.Ask("stranger", "IntakeService/ListSubmissions", list).status, StatusCode::UNAUTHENTICATED,
                "CALLER_UNKNOWN");
}

TEST(HostileLogs, HoldNoPasswordOfRedis) {
  constexpr char kPassword[] = "Hh7-not-in-any-log";
  Cluster cluster({.redis = true, .redis_password = kPassword});
  EXPECT_TRUE(Eventually([&] { return cluster.Metric(Server::kScoring, 0, "jixiao_redis_up") == 1.0; }))
      << "the password is not given";
  for (const Server server : kServers) EXPECT_EQ(cluster.LogText(server).find(kPassword), std::string::npos);
}

}  // namespace
}  // namespace jixiao::testing
