// What the hostile tests attack: three servers with TLS and a policy, and people of every role. One world for all tests
// of this program.
#pragma once

#include "support/calls.h"
#include "support/certificates.h"
#include "support/cluster.h"
#include "support/forms.h"
#include "support/tokens.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

namespace jixiao::testing {

// Short names of the services' methods, so that a test can say "IntakeService/GetSubmission".
std::string PathOf(const std::string& method);
Server ServerOf(const std::string& method);

// A form of this unit, in the region 510403 and of the department 甲局 unless it says otherwise.
evaluation::v1::SelfEvaluation FormOf(const std::string& unit, const std::string& region = "510403",
                                      const std::string& department = "甲局");

class World {
 public:
  static constexpr char kIssuer[] = "https://login.test";
  static constexpr char kAudience[] = "jixiao";

  // The one that is running; it is made before the first test.
  static World& Get();

  World();
  ~World();

  // A call of `method` ("IntakeService/GetSubmission") by who has this certificate: "unit-a", "unit-b", "department",
  // "other-department", "finance", "other-finance", "keeper", "platform", "audit", "rules", "busy", "stranger" (signed
  // by our CA, not in the policy); "" for nobody.
  RawAnswer Ask(const std::string& who, const std::string& method, const google::protobuf::Message& request,
                const Metadata& metadata = {});
  template <class Response>
  grpc::Status Ask(const std::string& who, const std::string& method, const google::protobuf::Message& request,
                   Response& response) {
    const RawAnswer answer = Ask(who, method, request);
    EXPECT_TRUE(response.ParseFromString(answer.bytes));
    return answer.status;
  }
  // The same by a token.
  RawAnswer AskByToken(const std::string& token, const std::string& method, const google::protobuf::Message& request);

  std::shared_ptr<grpc::Channel> Channel(const std::string& who, Server server);
  intake::v1::IntakeService::Stub& Intake(const std::string& who);

  // Claims of a good token, for `sub`.
  nlohmann::json Claims(const std::string& subject = "hong") const;
  // Puts another policy in force and waits until it is; with what is added at its end.
  void ChangePolicy(const std::string& addition = "");
  // After all tests: whatever they did is in the logs, and no token, key or password is.
  void ExpectNoSecretsInLogs();

  // A submission of unit A that is archived, one that waits for its department, and the record of the first.
  const std::string& archived() const { return archived_; }
  const std::string& waiting() const { return waiting_; }
  const std::string& record() const { return record_; }

  const std::filesystem::path& folder() const { return folder_; }
  // Where the servers look for revocation lists; the first revokes the certificate "revoked", which says it is unit A.
  std::filesystem::path Revocations() const { return folder_ / "crl"; }
  const CertificateAuthority& ca() const { return *ca_; }
  const TokenSigner& signer(const std::string& algorithm = "ES256") const { return *signers_.at(algorithm); }
  Cluster& cluster() { return *cluster_; }
  std::string PolicyText(const std::string& addition = "") const;

 private:
  void WritePolicy(const std::string& addition);
  int PoliciesInForce(Server server);

  std::filesystem::path folder_;
  std::unique_ptr<CertificateAuthority> ca_;
  std::map<std::string, std::unique_ptr<TokenSigner>> signers_;
  std::map<std::string, CertificateFiles> people_;
  std::unique_ptr<Cluster> cluster_;
  std::map<std::pair<std::string, Server>, std::shared_ptr<grpc::Channel>> channels_;
  std::map<std::string, std::unique_ptr<intake::v1::IntakeService::Stub>> intake_;
  std::string archived_;
  std::string waiting_;
  std::string record_;
};

}  // namespace jixiao::testing
