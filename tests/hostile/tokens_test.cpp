// Bearer tokens: each fault by itself in a token that is good otherwise.
#include <gtest/gtest.h>

#include <ctime>

#include "hostile/world.h"

namespace jixiao::testing {
namespace {

using grpc::StatusCode;
using nlohmann::json;

constexpr char kList[] = "IntakeService/ListSubmissions";

class HostileTokens : public ::testing::Test {
 protected:
  grpc::Status Ask(const std::string& token) {
    return world_.AskByToken(token, kList, intake::v1::ListSubmissionsRequest()).status;
  }
  void ExpectInvalid(const std::string& token, std::string_view reason = "TOKEN_INVALID") {
    ExpectRefusal(Ask(token), StatusCode::UNAUTHENTICATED, reason);
  }
  json Without(const char* claim) {
    json claims = world_.Claims();
    claims.erase(claim);
    return claims;
  }
  json With(const char* claim, const json& value) {
    json claims = world_.Claims();
    claims[claim] = value;
    return claims;
  }

  World& world_ = World::Get();
  const TokenSigner& signer_ = World::Get().signer();
  const std::int64_t now_ = std::time(nullptr);
};

TEST_F(HostileTokens, GoodOnesOfEveryAlgorithmAreTaken) {
  for (const char* algorithm : {"RS256", "ES256", "EdDSA"}) {
    const grpc::Status status = Ask(world_.signer(algorithm).Sign(world_.Claims()));
    EXPECT_TRUE(status.ok()) << algorithm << ": " << Read(status).Describe();
  }
  EXPECT_TRUE(Ask(signer_.Sign(With("aud", {"other", World::kAudience}))).ok()) << "one audience among several";
}

TEST_F(HostileTokens, Expired) {
  ExpectInvalid(signer_.Sign(With("exp", now_ - 60)), "TOKEN_EXPIRED");
}
TEST_F(HostileTokens, WithoutAnEnd) {
  ExpectInvalid(signer_.Sign(Without("exp")));
  ExpectInvalid(signer_.Sign(With("exp", "tomorrow")));
}
TEST_F(HostileTokens, NotYetValid) {
  ExpectInvalid(signer_.Sign(With("nbf", now_ + 120)));
}
TEST_F(HostileTokens, ForAnotherAudience) {
  ExpectInvalid(signer_.Sign(With("aud", "payroll")));
  ExpectInvalid(signer_.Sign(Without("aud")));
}
TEST_F(HostileTokens, OfAnotherIssuer) {
  ExpectInvalid(signer_.Sign(With("iss", "https://login.test.evil")));
  ExpectInvalid(signer_.Sign(Without("iss")));
}
TEST_F(HostileTokens, WithoutASubject) {
  ExpectInvalid(signer_.Sign(Without("sub")));
}
TEST_F(HostileTokens, OfNobodyWhomThePolicyNames) {
  ExpectInvalid(signer_.Sign(world_.Claims("nobody")), "CALLER_UNKNOWN");
}

TEST_F(HostileTokens, AlgorithmNone) {
  for (const char* none : {"none", "None", "NONE", ""}) {
    const std::string text =
        Base64Url(json{{"alg", none}, {"typ", "JWT"}}.dump()) + "." + Base64Url(world_.Claims().dump());
    ExpectInvalid(text + ".");
    ExpectInvalid(text + "." + Base64Url("x"));
  }
}

// The public key of RS256, taken for the shared secret of HS256.
TEST_F(HostileTokens, PublicKeyAsSecret) {
  const TokenSigner& rsa = world_.signer("RS256");
  const std::string text =
      Base64Url(json{{"alg", "HS256"}, {"kid", rsa.id()}}.dump()) + "." + Base64Url(world_.Claims().dump());
  const std::string secret = rsa.Pem();
  unsigned char mac[32];
  std::size_t size = 0;
  ASSERT_NE(EVP_Q_mac(nullptr, "HMAC", nullptr, "SHA256", nullptr, secret.data(), secret.size(),
                      reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac, sizeof mac, &size),
            nullptr);
  ExpectInvalid(text + "." + Base64Url({reinterpret_cast<const char*>(mac), size}));
}

TEST_F(HostileTokens, AlgorithmOfAnotherKey) {
  ExpectInvalid(signer_.Sign(world_.Claims(), {{"alg", "RS256"}}));
  ExpectInvalid(world_.signer("EdDSA").Sign(world_.Claims(), {{"kid", "key-ES256"}}));
}
TEST_F(HostileTokens, OfAKeyThatIsNotKnown) {
  ExpectInvalid(TokenSigner("ES256", "key-ES256").Sign(world_.Claims()));
  ExpectInvalid(TokenSigner("ES256", "elsewhere").Sign(world_.Claims()));
  // A key that the token brings along.
  const TokenSigner own("ES256", "own");
  ExpectInvalid(own.Sign(world_.Claims(), {{"jwk", own.Jwk()}, {"jku", "https://evil.test/jwks.json"}}));
}

TEST_F(HostileTokens, Forged) {
  const std::string good = signer_.Sign(world_.Claims("nobody"));
  const std::size_t first = good.find('.');
  const std::size_t second = good.find('.', first + 1);
  // Another's claims under this signature.
  ExpectInvalid(good.substr(0, first + 1) + Base64Url(world_.Claims().dump()) + good.substr(second));
  // Each piece cut, emptied or lengthened.
  const std::string fine = signer_.Sign(world_.Claims());
  ExpectInvalid(fine.substr(0, fine.size() - 2));
  ExpectInvalid(fine + "A");
  ExpectInvalid(fine.substr(0, fine.rfind('.') + 1));
  ExpectInvalid(fine.substr(0, fine.rfind('.')));
  ExpectInvalid("");
  ExpectInvalid("..");
  ExpectInvalid("a.b.c");
  ExpectInvalid(Base64Url(std::string(3000, '[')) + ".e30.AA");
}

TEST_F(HostileTokens, CriticalHeader) {
  ExpectInvalid(signer_.Sign(world_.Claims(), {{"crit", {"exp"}}}));
}

TEST_F(HostileTokens, AnotherSchemeAndTwoAtOnce) {
  const intake::v1::ListSubmissionsRequest request;
  ExpectRefusal(world_.Ask("", kList, request, {{"authorization", "Basic eDp5"}}).status, StatusCode::UNAUTHENTICATED,
                "TOKEN_INVALID");
  grpc::ClientContext context;
  Within(context);
  const std::string good = "Bearer " + signer_.Sign(world_.Claims());
  context.AddMetadata("authorization", good);
  context.AddMetadata("authorization", good);
  intake::v1::ListSubmissionsResponse response;
  ExpectRefusal(world_.Intake("").ListSubmissions(&context, request, &response), StatusCode::UNAUTHENTICATED,
                "TOKEN_INVALID");
}

// A token decides alone: a bad one is not mended by a certificate.
TEST_F(HostileTokens, BadTokenWithAGoodCertificate) {
  const RawAnswer answer = world_.Ask("unit-a", kList, intake::v1::ListSubmissionsRequest(),
                                      {{"authorization", "Bearer " + signer_.Sign(With("exp", now_ - 60))}});
  ExpectRefusal(answer.status, StatusCode::UNAUTHENTICATED, "TOKEN_EXPIRED");
}

TEST_F(HostileTokens, GrantsByClaimAreBounded) {
  const auto granted = [&](const json& grant) {
    json claims = world_.Claims("granted");
    claims["jixiao"] = grant;
    return Ask(signer_.Sign(claims));
  };
  EXPECT_TRUE(granted({{"roles", {"unit"}}, {"units", {"丁单位"}}}).ok());
  // No scope, no role, a service, what is no grant.
  for (const json& bad : {json{{"roles", {"unit"}}}, json{{"roles", {"finance"}}}, json{{"units", {"丁单位"}}},
                          json{{"roles", {"service"}}}, json{{"roles", {"root"}}}, json("finance"), json::array()})
    ExpectRefusal(granted(bad), StatusCode::PERMISSION_DENIED, "GRANT_INVALID");
}

}  // namespace
}  // namespace jixiao::testing
