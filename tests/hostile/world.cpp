#include "hostile/world.h"

#include "common/access/permission.h"
#include "support/submissions.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <stdexcept>
#include <utility>

namespace jixiao::testing {
namespace {

std::unique_ptr<World> world;

class WorldEnvironment final : public ::testing::Environment {
 public:
  void SetUp() override { world = std::make_unique<World>(); }
  void TearDown() override {
    world->ExpectNoSecretsInLogs();
    world.reset();
  }
};

[[maybe_unused]] const auto* const kEnvironment =
    ::testing::AddGlobalTestEnvironment(std::make_unique<WorldEnvironment>().release());  // GoogleTest deletes it

constexpr const char* kPeople[] = {"unit-a",  "unit-b",        "department", "other-department",
                                   "finance", "other-finance", "keeper",     "platform",
                                   "audit",   "rules",         "busy",       "stranger"};

std::filesystem::path NewFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "jixiao-test-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make a folder in " + pattern);
  return pattern;
}

}  // namespace

std::string PathOf(const std::string& method) {
  for (const access::Permission& permission : access::Permissions())
    if (permission.method.ends_with("." + method)) return "/" + std::string(permission.method);
  throw std::runtime_error("there is no " + method);
}

Server ServerOf(const std::string& method) {
  const std::string path = PathOf(method);
  return path.starts_with("/jixiao.intake")    ? Server::kIntake
         : path.starts_with("/jixiao.scoring") ? Server::kScoring
                                               : Server::kArchiving;
}

evaluation::v1::SelfEvaluation FormOf(const std::string& unit, const std::string& region,
                                      const std::string& department) {
  static int made = 0;
  // A form that nothing forbids, and one finding of which has to be answered for.
  const auto sample = std::ranges::find_if(
      Samples(), [](const auto& form) { return form.project_name().find("基层组织建设") != std::string::npos; });
  if (sample == Samples().end()) throw std::runtime_error("the sample is gone");
  evaluation::v1::SelfEvaluation form = *sample;
  form.set_region_code(region);
  form.mutable_implementing_unit()->set_name(unit);
  form.mutable_competent_department()->set_name(department);
  form.set_project_name(unit + "的项目" + std::to_string(++made));
  return form;
}

World& World::Get() {
  return *world;
}

World::World() : folder_(NewFolder()) {
  ca_ = std::make_unique<CertificateAuthority>(folder_, "ca");
  for (const std::string name : kPeople)
    people_[name] = ca_->Issue({.name = name, .alternative = "URI:spiffe://jixiao.test/" + name});
  nlohmann::json keys = {{"keys", nlohmann::json::array()}};
  for (const std::string algorithm : {"RS256", "ES256", "EdDSA"}) {
    signers_[algorithm] = std::make_unique<TokenSigner>(algorithm, "key-" + algorithm);
    keys["keys"].push_back(signers_[algorithm]->Jwk());
  }
  std::ofstream(folder_ / "jwks.json") << keys.dump();
  WritePolicy("");
  for (const Server server : kServers)
    ca_->Issue({.name = NameOf(server), .alternative = "DNS:" + NameOf(server) + ".test,DNS:localhost,IP:127.0.0.1"});
  std::filesystem::create_directory(Revocations());
  ca_->Revoke(Revocations(), 0, {ca_->Issue({.name = "revoked", .alternative = "URI:spiffe://jixiao.test/unit-a"})});
  ClusterOptions options;
  options.credentials = ca_->Credentials(people_["keeper"]);
  options.arguments = [this](Server server) {
    const std::string base = (folder_ / NameOf(server)).string();
    std::vector<std::string> arguments = {"--tls-cert=" + base + ".pem",
                                          "--tls-key=" + base + ".key",
                                          "--tls-ca=" + ca_->ca().string(),
                                          "--tls-refresh=1",
                                          "--policy=" + (folder_ / "policy.yaml").string(),
                                          "--tls-crl=" + Revocations().string(),
                                          "--audit=" + base + ".audit"};
    // Scoring takes nobody without a certificate; the others take tokens, too.
    if (server != Server::kScoring) arguments.push_back("--tls-client-optional");
    return arguments;
  };
  cluster_ = std::make_unique<Cluster>(std::move(options));

  intake::v1::SubmitEvaluationRequest first = SubmitRequest(FormOf("甲单位"));
  intake::v1::SubmitEvaluationResponse response;
  if (const grpc::Status status = Ask("unit-a", "IntakeService/SubmitEvaluation", first, response); !status.ok())
    throw std::runtime_error("unit A cannot submit: " + Read(status).Describe());
  archived_ = response.receipt().submission();
  intake::v1::SubmitEvaluationRequest second = SubmitRequest(FormOf("甲单位"));
  second.add_stages(intake::v1::REVIEW_STAGE_DEPARTMENT);
  if (const grpc::Status status = Ask("unit-a", "IntakeService/SubmitEvaluation", second, response); !status.ok())
    throw std::runtime_error("unit A cannot submit: " + Read(status).Describe());
  waiting_ = response.receipt().submission();
  const auto state_of = [this](const std::string& name) {
    intake::v1::GetSubmissionRequest request;
    request.set_name(name);
    intake::v1::GetSubmissionResponse got;
    Ask("unit-a", "IntakeService/GetSubmission", request, got);
    record_ = got.submission().archive_record().empty() ? record_ : got.submission().archive_record();
    return got.submission().state();
  };
  if (!Eventually([&] { return state_of(archived_) == intake::v1::SUBMISSION_STATE_ARCHIVED; }) || !Eventually([&] {
        const auto state = state_of(waiting_);
        return state == intake::v1::SUBMISSION_STATE_AWAITING_ANSWERS ||
               state == intake::v1::SUBMISSION_STATE_DEPARTMENT_REVIEW;
      }))
    throw std::runtime_error("the services do not work together: the first form is in state " +
                             std::to_string(state_of(archived_)) + ", the second in " +
                             std::to_string(state_of(waiting_)));
}

World::~World() {
  channels_.clear();
  intake_.clear();
  cluster_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void World::ExpectNoSecretsInLogs() {
  for (const Server server : kServers) {
    const std::string log = cluster_->LogText(server);
    for (const char* secret : {"Bearer", "eyJ", "PRIVATE KEY"})
      EXPECT_EQ(log.find(secret), log.npos) << secret << " is in the log of " << NameOf(server);
    EXPECT_NE(log.find("policy in force"), log.npos);
  }
}

std::string World::PolicyText(const std::string& addition) const {
  const std::string subject = "  - {subject: \"spiffe://jixiao.test/";
  return "version: 1\n"
         "quota: {per_second: 5000, burst: 10000}\n"
         "tokens:\n"
         "  - {issuer: \"" +
         std::string(kIssuer) + "\", audience: " + kAudience +
         ", keys: jwks.json, grants: true}\n"
         "callers:\n" +
         subject +
         "unit-a\", name: 张三, organization: 甲单位, roles: [unit], regions: [\"510403\"], units: [甲单位]}\n" +
         subject + "unit-b\", name: 李四, roles: [unit], regions: [\"510403\"], units: [乙单位]}\n" + subject +
         "department\", name: 王五, roles: [department], regions: [\"510403\"], departments: [甲局]}\n" + subject +
         "other-department\", roles: [department], departments: [乙局]}\n" + subject +
         "finance\", name: 赵六, roles: [finance], regions: [\"5104\"]}\n" + subject +
         "other-finance\", roles: [finance], regions: [\"33\"]}\n" + subject +
         "keeper\", name: 钱七, roles: [finance], regions: all}\n" + subject +
         "platform\", roles: [platform], regions: [\"5104\"]}\n" + subject +
         "audit\", name: 孙八, roles: [audit], regions: all}\n" + subject + "rules\", roles: [rules]}\n" + subject +
         "busy\", roles: [unit], units: [丙单位], quota: {per_second: 1, burst: 3}}\n"
         "  - {subject: \"dns:intake.test\", roles: [service]}\n"
         "  - {subject: \"dns:scoring.test\", roles: [service]}\n"
         "  - {subject: \"token:" +
         kIssuer + "#hong\", name: 小红, roles: [unit], units: [甲单位]}\n" + addition;
}

void World::WritePolicy(const std::string& addition) {
  const std::filesystem::path fresh = folder_ / "policy.new";
  std::ofstream(fresh) << PolicyText(addition);
  std::filesystem::rename(fresh, folder_ / "policy.yaml");
}

int World::PoliciesInForce(Server server) {
  int count = 0;
  const std::string log = cluster_->LogText(server);
  for (std::size_t at = log.find("policy in force"); at != log.npos; at = log.find("policy in force", at + 1)) ++count;
  return count;
}

void World::ChangePolicy(const std::string& addition) {
  std::map<Server, int> before;
  for (const Server server : kServers) before[server] = PoliciesInForce(server);
  WritePolicy(addition);
  for (const Server server : kServers)
    EXPECT_TRUE(Eventually([&] { return PoliciesInForce(server) > before[server]; })) << NameOf(server);
}

std::shared_ptr<grpc::Channel> World::Channel(const std::string& who, Server server) {
  std::shared_ptr<grpc::Channel>& channel = channels_[{who, server}];
  if (channel == nullptr)
    channel = OpenChannel(cluster_->port(server), ca_->Credentials(who.empty() ? CertificateFiles() : people_.at(who)));
  return channel;
}

intake::v1::IntakeService::Stub& World::Intake(const std::string& who) {
  auto& stub = intake_[who];
  if (stub == nullptr) stub = intake::v1::IntakeService::NewStub(Channel(who, Server::kIntake));
  return *stub;
}

RawAnswer World::Ask(const std::string& who, const std::string& method, const google::protobuf::Message& request,
                     const Metadata& metadata) {
  return CallRaw(Channel(who, ServerOf(method)), PathOf(method), BytesOf(request), metadata);
}

RawAnswer World::AskByToken(const std::string& token, const std::string& method,
                            const google::protobuf::Message& request) {
  return Ask("", method, request, {{"authorization", "Bearer " + token}});
}

nlohmann::json World::Claims(const std::string& subject) const {
  const std::int64_t now = std::time(nullptr);
  return {{"iss", kIssuer}, {"aud", kAudience}, {"sub", subject}, {"iat", now}, {"nbf", now}, {"exp", now + 300}};
}

}  // namespace jixiao::testing
