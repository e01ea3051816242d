#include "common/access/token.h"

#include "common/encoding.h"
#include "common/errors.h"
#include "common/text.h"

#include <absl/cleanup/cleanup.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/param_build.h>

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

namespace jixiao::access {
namespace {

using nlohmann::json;

constexpr std::int64_t kLeeway = 30;  // seconds
constexpr int kLeastRsaBits = 2048;
constexpr std::size_t kCoordinate = 32;  // bytes of a number of P-256, and of an Ed25519 key
constexpr std::size_t kMaxKeys = 64;

struct FreeOpenSsl {
  void operator()(BIGNUM* number) const { BN_free(number); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
  void operator()(OSSL_PARAM_BLD* builder) const { OSSL_PARAM_BLD_free(builder); }
  void operator()(OSSL_PARAM* parameters) const { OSSL_PARAM_free(parameters); }
  void operator()(ECDSA_SIG* signature) const { ECDSA_SIG_free(signature); }
};
template <typename T>
using OpenSsl = std::unique_ptr<T, FreeOpenSsl>;

absl::Status Invalid(std::string_view what) {
  return Error(absl::StatusCode::kUnauthenticated, "TOKEN_INVALID", Cat("the bearer token ", what));
}

// A member that is a text; empty when it is not there or something else.
std::string TextOf(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

absl::StatusOr<json> ReadObject(std::string_view base64) {
  ASSIGN_OR_RETURN(const std::vector<std::uint8_t> bytes, DecodeBase64Url(base64));
  json object = json::parse(bytes.begin(), bytes.end(), nullptr, false);
  if (!object.is_object()) return absl::InvalidArgumentError("no JSON object");
  return object;
}

std::optional<std::vector<std::uint8_t>> BytesOf(const json& key, const char* name) {
  auto bytes = DecodeBase64Url(TextOf(key, name));
  if (!bytes.ok() || bytes->empty()) return std::nullopt;
  return *std::move(bytes);
}

EVP_PKEY* FromParameters(const char* type, OSSL_PARAM_BLD* builder) {
  const OpenSsl<OSSL_PARAM> parameters(OSSL_PARAM_BLD_to_param(builder));
  const OpenSsl<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (parameters == nullptr || context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1)
    return nullptr;
  return key;
}

EVP_PKEY* RsaKey(const json& jwk) {
  const auto n = BytesOf(jwk, "n");
  const auto e = BytesOf(jwk, "e");
  if (!n || !e) return nullptr;
  const OpenSsl<BIGNUM> modulus(BN_bin2bn(n->data(), static_cast<int>(n->size()), nullptr));
  const OpenSsl<BIGNUM> exponent(BN_bin2bn(e->data(), static_cast<int>(e->size()), nullptr));
  if (modulus == nullptr || exponent == nullptr || BN_num_bits(modulus.get()) < kLeastRsaBits) return nullptr;
  const OpenSsl<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
  if (OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get()) != 1)
    return nullptr;
  return FromParameters("RSA", builder.get());
}

EVP_PKEY* P256Key(const json& jwk) {
  const auto x = BytesOf(jwk, "x");
  const auto y = BytesOf(jwk, "y");
  if (TextOf(jwk, "crv") != "P-256" || !x || !y || x->size() != kCoordinate || y->size() != kCoordinate) return nullptr;
  std::vector<std::uint8_t> point = {POINT_CONVERSION_UNCOMPRESSED};
  point.insert(point.end(), x->begin(), x->end());
  point.insert(point.end(), y->begin(), y->end());
  const OpenSsl<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
  if (OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) != 1)
    return nullptr;
  return FromParameters("EC", builder.get());
}

EVP_PKEY* Ed25519Key(const json& jwk) {
  const auto x = BytesOf(jwk, "x");
  if (TextOf(jwk, "crv") != "Ed25519" || !x || x->size() != kCoordinate) return nullptr;
  return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, x->data(), x->size());
}

// A JOSE signature of ES256 is the two numbers one behind the other; OpenSSL takes them in DER. Empty when it is none.
std::vector<std::uint8_t> ToDer(const std::vector<std::uint8_t>& signature) {
  if (signature.size() != 2 * kCoordinate) return {};
  OpenSsl<BIGNUM> r(BN_bin2bn(signature.data(), kCoordinate, nullptr));
  OpenSsl<BIGNUM> s(BN_bin2bn(signature.data() + kCoordinate, kCoordinate, nullptr));
  const OpenSsl<ECDSA_SIG> pair(ECDSA_SIG_new());
  if (r == nullptr || s == nullptr || pair == nullptr || ECDSA_SIG_set0(pair.get(), r.get(), s.get()) != 1) return {};
  std::ignore = r.release();  // they are the pair's now
  std::ignore = s.release();
  std::uint8_t* der = nullptr;
  const int size = i2d_ECDSA_SIG(pair.get(), &der);
  const absl::Cleanup free_der = [&der] { OPENSSL_free(der); };
  return size > 0 ? std::vector<std::uint8_t>(der, der + size) : std::vector<std::uint8_t>();
}

// A time of a claim in seconds; providers may write fractions.
std::optional<std::int64_t> TimeOf(const json& claims, const char* name) {
  constexpr double kLastSecond = 253'402'300'799;  // 9999-12-31
  const auto found = claims.find(name);
  if (found == claims.end() || !found->is_number()) return std::nullopt;
  const double seconds = found->get<double>();
  if (!(seconds >= 0 && seconds <= kLastSecond)) return std::nullopt;
  return static_cast<std::int64_t>(seconds);
}

bool IsFor(const json& claims, const std::string& audience) {
  const auto found = claims.find("aud");
  if (found == claims.end()) return false;
  const auto is_it = [&](const json& one) { return one.is_string() && one.get_ref<const std::string&>() == audience; };
  return found->is_array() ? std::any_of(found->begin(), found->end(), is_it) : is_it(*found);
}

}  // namespace

absl::StatusOr<TokenKeys> TokenKeys::Parse(std::string_view jwks) {
  // OpenSSL queues errors per thread, and TLS on the same thread would take them for its own.
  const absl::Cleanup forget = [] { ERR_clear_error(); };
  const json set = json::parse(jwks, nullptr, false);
  const auto listed = set.is_object() ? set.find("keys") : set.end();
  if (!set.is_object() || listed == set.end() || !listed->is_array() || listed->size() > kMaxKeys)
    return InvalidField("TOKEN_KEYS_INVALID", "keys", Cat("no JSON Web Key Set of at most ", kMaxKeys, " keys"));
  TokenKeys out;
  for (const json& jwk : *listed) {
    if (!jwk.is_object()) return InvalidField("TOKEN_KEYS_INVALID", "keys", "a key is no object");
    if (const std::string use = TextOf(jwk, "use"); !use.empty() && use != "sig") continue;
    const std::string type = TextOf(jwk, "kty");
    const auto [algorithm, make] = type == "RSA"  ? std::pair{"RS256", &RsaKey}
                                   : type == "EC" ? std::pair{"ES256", &P256Key}
                                                  : std::pair{"EdDSA", type == "OKP" ? &Ed25519Key : nullptr};
    if (const std::string named = TextOf(jwk, "alg"); make == nullptr || (!named.empty() && named != algorithm))
      continue;
    Key key{TextOf(jwk, "kid"), algorithm, nullptr};
    key.key.reset(make(jwk));
    if (key.key == nullptr)
      return InvalidField("TOKEN_KEYS_INVALID", "keys",
                          Cat("key ", TruncateUtf8(key.id, 100), " is not a usable ", algorithm, " key"));
    out.keys_.push_back(std::move(key));
  }
  if (out.keys_.empty()) return InvalidField("TOKEN_KEYS_INVALID", "keys", "there is no key for RS256, ES256 or EdDSA");
  return out;
}

bool TokenKeys::Verifies(const Key& key, std::string_view text, const std::vector<std::uint8_t>& signature) {
  const std::vector<std::uint8_t> der = key.algorithm == "ES256" ? ToDer(signature) : signature;
  const OpenSsl<EVP_MD_CTX> context(EVP_MD_CTX_new());
  return !der.empty() && context != nullptr &&
         EVP_DigestVerifyInit(context.get(), nullptr, key.algorithm == "EdDSA" ? nullptr : EVP_sha256(), nullptr,
                              key.key.get()) == 1 &&
         EVP_DigestVerify(context.get(), der.data(), der.size(), reinterpret_cast<const unsigned char*>(text.data()),
                          text.size()) == 1;
}

absl::StatusOr<json> TokenKeys::Verify(std::string_view token) const {
  const absl::Cleanup forget = [] { ERR_clear_error(); };
  if (token.size() > kMaxTokenBytes) return Invalid(Cat("has more than ", kMaxTokenBytes, " bytes"));
  const std::size_t first = token.find('.');
  const std::size_t second = first == token.npos ? token.npos : token.find('.', first + 1);
  if (second == token.npos) return Invalid("has not three parts");
  const absl::StatusOr<json> header = ReadObject(token.substr(0, first));
  const absl::StatusOr<std::vector<std::uint8_t>> signature = DecodeBase64Url(token.substr(second + 1));
  if (!header.ok() || !signature.ok()) return Invalid("cannot be read");
  // What must be understood, and is not.
  if (header->contains("crit")) return Invalid("has a critical header");
  const std::string algorithm = TextOf(*header, "alg");
  const std::string id = TextOf(*header, "kid");
  for (const Key& key : keys_) {
    if (key.algorithm != algorithm || (!id.empty() && key.id != id)) continue;
    if (!Verifies(key, token.substr(0, second), *signature)) continue;
    absl::StatusOr<json> claims = ReadObject(token.substr(first + 1, second - first - 1));
    if (!claims.ok()) return Invalid("has no claims");
    return claims;
  }
  return Invalid("is signed by no key that is known here");
}

absl::StatusOr<TokenClaims> CheckToken(std::string_view token, const std::vector<TokenIssuer>& issuers,
                                       std::int64_t now) {
  for (const TokenIssuer& issuer : issuers) {
    absl::StatusOr<json> claims = issuer.keys.Verify(token);
    if (!claims.ok() && &issuer != &issuers.back()) continue;
    if (!claims.ok()) return claims.status();
    // The key decides whose token it is; what it says of its issuer must agree.
    if (TextOf(*claims, "iss") != issuer.issuer) {
      if (&issuer != &issuers.back()) continue;
      return Invalid("is of another issuer");
    }
    if (!IsFor(*claims, issuer.audience)) return Invalid("is for another audience");
    const std::optional<std::int64_t> expires = TimeOf(*claims, "exp");
    if (!expires) return Invalid("does not say until when it holds");
    if (now >= *expires + kLeeway)
      return Error(absl::StatusCode::kUnauthenticated, "TOKEN_EXPIRED", "the bearer token has expired");
    if (claims->contains("nbf")) {
      const std::optional<std::int64_t> from = TimeOf(*claims, "nbf");
      if (!from || now + kLeeway < *from) return Invalid("does not hold yet");
    }
    const std::string subject = TextOf(*claims, "sub");
    if (subject.empty()) return Invalid("names no subject");
    return TokenClaims{Cat("token:", issuer.issuer, "#", subject), *expires + kLeeway,
                       issuer.grants && claims->contains("jixiao") ? (*claims)["jixiao"] : json()};
  }
  return Invalid("is of nobody whose tokens are taken here");
}

}  // namespace jixiao::access
