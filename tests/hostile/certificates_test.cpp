// Who may connect: certificates that are not good enough, and what happens to good ones that change.
#include "support/paths.h"
#include "support/process.h"

#include <gtest/gtest.h>

#include <fstream>

#include "hostile/world.h"

namespace jixiao::testing {
namespace {

using grpc::StatusCode;

constexpr char kList[] = "ScoringService/ListRuleSets";

class HostileCertificates : public ::testing::Test {
 protected:
  // Asks scoring, which takes nobody without a certificate, with credentials of its own.
  grpc::Status AskWith(const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
    return CallRaw(OpenChannel(world_.cluster().port(Server::kScoring), credentials), PathOf(kList), "").status;
  }

  void ExpectNoConnection(const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
    const grpc::Status status = AskWith(credentials);
    EXPECT_EQ(status.error_code(), StatusCode::UNAVAILABLE) << status.error_message();
    EXPECT_TRUE(world_.Ask("unit-a", kList, scoring::v1::ListRuleSetsRequest()).status.ok()) << "others go on";
  }

  World& world_ = World::Get();
};

TEST_F(HostileCertificates, AnotherAuthority) {
  const auto folder = world_.folder() / "other";
  std::filesystem::create_directory(folder);
  const CertificateAuthority other(folder, "ca");
  const CertificateFiles files = other.Issue({.name = "unit-a", .alternative = "URI:spiffe://jixiao.test/unit-a"});
  ExpectNoConnection(world_.ca().Credentials(files));
}

TEST_F(HostileCertificates, Expired) {
  ExpectNoConnection(world_.ca().Credentials(world_.ca().Issue(
      {.name = "expired", .alternative = "URI:spiffe://jixiao.test/unit-a", .from_hours = -48, .until_hours = -24})));
}

TEST_F(HostileCertificates, NotYetValid) {
  ExpectNoConnection(world_.ca().Credentials(world_.ca().Issue(
      {.name = "early", .alternative = "URI:spiffe://jixiao.test/unit-a", .from_hours = 24, .until_hours = 48})));
}

TEST_F(HostileCertificates, SelfSigned) {
  ExpectNoConnection(world_.ca().Credentials(
      world_.ca().SelfSigned({.name = "self", .alternative = "URI:spiffe://jixiao.test/unit-a"})));
}

TEST_F(HostileCertificates, Revoked) {
  const CertificateFiles revoked{world_.folder() / "revoked.pem", world_.folder() / "revoked.key"};
  ExpectNoConnection(world_.ca().Credentials(revoked));
  // A newer list counts without a restart.
  const CertificateFiles lost = world_.ca().Issue({.name = "lost", .alternative = "URI:spiffe://jixiao.test/unit-a"});
  ASSERT_TRUE(AskWith(world_.ca().Credentials(lost)).ok());
  world_.ca().Revoke(world_.Revocations(), 1, {revoked, lost});
  ExpectNoConnection(world_.ca().Credentials(lost));
  ExpectNoConnection(world_.ca().Credentials(revoked));
}

TEST_F(HostileCertificates, None) {
  ExpectNoConnection(world_.ca().Credentials());
}

TEST_F(HostileCertificates, Plaintext) {
  ExpectNoConnection(nullptr);
}

TEST_F(HostileCertificates, NobodyOfThePolicy) {
  ExpectRefusal(world_.Ask("stranger", kList, scoring::v1::ListRuleSetsRequest()).status, StatusCode::UNAUTHENTICATED,
                "CALLER_UNKNOWN");
}

// The name of a person in another kind of name is another name: a URI says who somebody is, a common name does not.
TEST_F(HostileCertificates, CommonNameForUri) {
  const CertificateFiles files = world_.ca().Issue({.name = "spiffe.jixiao.test.unit-a"});
  ExpectRefusal(AskWith(world_.ca().Credentials(files)), StatusCode::UNAUTHENTICATED, "CALLER_UNKNOWN");
}

// A URI that is no SPIFFE id cannot be one of the names that tokens have.
TEST_F(HostileCertificates, UriThatLooksLikeAToken) {
  const CertificateFiles files =
      world_.ca().Issue({.name = "like-a-token", .alternative = "URI:token:https://login.test#hong"});
  ExpectRefusal(AskWith(world_.ca().Credentials(files)), StatusCode::UNAUTHENTICATED, "CALLER_UNKNOWN");
}

TEST_F(HostileCertificates, OptionalIsNotAnonymous) {
  const RawAnswer answer = world_.Ask("", "IntakeService/ListSubmissions", intake::v1::ListSubmissionsRequest());
  ExpectRefusal(answer.status, StatusCode::UNAUTHENTICATED, "CREDENTIALS_MISSING");
}

// The servers of a wrong authority are not talked to either.
TEST_F(HostileCertificates, ServerOfAnotherAuthority) {
  const auto folder = world_.folder() / "liar";
  std::filesystem::create_directory(folder);
  const CertificateAuthority other(folder, "ca");
  EXPECT_EQ(AskWith(other.Credentials()).error_code(), StatusCode::UNAVAILABLE);
}

TEST_F(HostileCertificates, AreReloadedWithoutARestart) {
  const auto presents = [&](const std::filesystem::path& ca) {
    grpc::SslCredentialsOptions options;
    std::ifstream in(ca, std::ios::binary);
    options.pem_root_certs.assign(std::istreambuf_iterator<char>(in), {});
    return HealthOf(OpenChannel(world_.cluster().port(Server::kIntake), grpc::SslCredentials(options))) ==
           Health::kServing;
  };
  const auto folder = world_.folder() / "next";
  std::filesystem::create_directory(folder);
  const CertificateAuthority next(folder, "ca");
  const CertificateFiles fresh = next.Issue({.name = "intake", .alternative = "IP:127.0.0.1"});
  ASSERT_TRUE(presents(world_.ca().ca()));
  ASSERT_FALSE(presents(next.ca()));
  std::filesystem::rename(fresh.key, world_.folder() / "intake.key");
  std::filesystem::rename(fresh.cert, world_.folder() / "intake.pem");
  EXPECT_TRUE(Eventually([&] { return presents(next.ca()); })) << "the new one is not shown";
  // What is no certificate lets nobody new in; those who are in go on.
  grpc::SslCredentialsOptions trust;
  std::ifstream in(next.ca(), std::ios::binary);
  trust.pem_root_certs.assign(std::istreambuf_iterator<char>(in), {});
  const auto held = OpenChannel(world_.cluster().port(Server::kIntake), grpc::SslCredentials(trust));
  ASSERT_EQ(HealthOf(held), Health::kServing);
  std::ofstream(world_.folder() / "junk") << "junk";
  std::filesystem::rename(world_.folder() / "junk", world_.folder() / "intake.pem");
  EXPECT_TRUE(Eventually([&] { return !presents(next.ca()); }));
  EXPECT_EQ(HealthOf(held), Health::kServing);
  world_.ca().Issue({.name = "intake", .alternative = "DNS:intake.test,DNS:localhost,IP:127.0.0.1"});
  EXPECT_TRUE(Eventually([&] { return presents(world_.ca().ca()); }));
}

// Servers that are set up so that they would be open do not start, and say what to do.
class UnsafeServers : public HostileCertificates {
 protected:
  std::string Refused(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), jixiao::paths::Binaries() + "/jixiao-scoring");
    const auto log = world_.folder() / "refused.log";
    std::filesystem::remove(log);
    const auto process = Process::Start(arguments, log);
    EXPECT_EQ(process->Wait(std::chrono::seconds(10)), 1);
    std::ifstream in(log);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  std::string File(const std::string& name) { return (world_.folder() / name).string(); }
};

TEST_F(UnsafeServers, PlaintextBeyondThisMachine) {
  const std::string log = Refused({"--listen=0.0.0.0:0"});
  EXPECT_NE(log.find("PLAINTEXT_REFUSED"), log.npos) << log;
  EXPECT_NE(log.find("--insecure"), log.npos) << "does not say what to do: " << log;
}

TEST_F(UnsafeServers, KeyOfAnotherCertificate) {
  const std::string log = Refused({"--tls-cert=" + File("unit-a.pem"), "--tls-key=" + File("unit-b.key")});
  EXPECT_NE(log.find("is not the key of"), log.npos) << log;
}

TEST_F(UnsafeServers, CertificateThatHasExpired) {
  const CertificateFiles files = world_.ca().Issue({.name = "late-server", .from_hours = -48, .until_hours = -24});
  const std::string log = Refused({"--tls-cert=" + files.cert.string(), "--tls-key=" + files.key.string()});
  EXPECT_NE(log.find("has expired"), log.npos) << log;
}

// gRPC itself would let everybody in where it finds no list.
TEST_F(UnsafeServers, RevocationListsThatAreMissing) {
  std::filesystem::create_directory(File("no-lists"));
  const std::string log = Refused({"--tls-cert=" + File("scoring.pem"), "--tls-key=" + File("scoring.key"),
                                   "--tls-ca=" + world_.ca().ca().string(), "--tls-crl=" + File("no-lists")});
  EXPECT_NE(log.find("--tls-crl"), log.npos) << log;
  EXPECT_NE(log.find(".r0 cannot be read"), log.npos) << "does not say which file: " << log;
}

TEST_F(UnsafeServers, PolicyWithAFault) {
  std::ofstream(File("faulty.yaml")) << "version: 1\ncallers:\n  - {subject: \"cn:x\", roles: [unit]}\n";
  const std::string log = Refused({"--policy=" + File("faulty.yaml")});
  EXPECT_NE(log.find("ACCESS_POLICY_INVALID"), log.npos) << log;
  EXPECT_NE(log.find("line 3"), log.npos) << "does not say where: " << log;
}

}  // namespace
}  // namespace jixiao::testing
