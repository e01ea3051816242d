// Bearer tokens: JSON Web Tokens (RFC 7519) that an OpenID Connect provider has signed, verified by its public keys.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <nlohmann/json.hpp>
#include <openssl/evp.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::access {

// A longer token is no token.
inline constexpr std::size_t kMaxTokenBytes = 8192;

// The keys of one provider: a JSON Web Key Set (RFC 7517). Each key has one algorithm, by its type: RS256 for RSA of
// 2048 bits and more, ES256 for P-256, EdDSA for Ed25519. A token is never verified by an algorithm that only the token
// names, so that neither `none` nor a public key taken for a shared secret gets through. Thread-safe.
class TokenKeys {
 public:
  // INVALID_ARGUMENT: what cannot be read, and a set without a usable key. Keys of other uses and types are left out.
  static absl::StatusOr<TokenKeys> Parse(std::string_view jwks);

  // The claims of a token whose signature holds; UNAUTHENTICATED (TOKEN_INVALID) otherwise. Looks at no claim.
  absl::StatusOr<nlohmann::json> Verify(std::string_view token) const;

  std::size_t size() const { return keys_.size(); }

 private:
  struct FreeKey {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  };
  struct Key {
    std::string id;         // kid; may be empty
    std::string algorithm;  // alg
    std::unique_ptr<EVP_PKEY, FreeKey> key;
  };
  static bool Verifies(const Key& key, std::string_view text, const std::vector<std::uint8_t>& signature);

  std::vector<Key> keys_;
};

// Whose tokens are believed, and for whom they must be.
struct TokenIssuer {
  std::string issuer;    // claim `iss`, exactly
  std::string audience;  // must be, or be among, claim `aud`
  bool grants = false;   // whether its claim `jixiao` says what callers may do who are not in the policy by name
  TokenKeys keys;
};

// A token that holds now.
struct TokenClaims {
  std::string subject;       // token:ISSUER#SUB
  std::int64_t expires = 0;  // seconds since 1970
  nlohmann::json grant;      // claim `jixiao`, where its issuer may grant; otherwise null
};

// UNAUTHENTICATED: TOKEN_INVALID, or TOKEN_EXPIRED. `now` in seconds since 1970; clocks may differ by 30 seconds.
absl::StatusOr<TokenClaims> CheckToken(std::string_view token, const std::vector<TokenIssuer>& issuers,
                                       std::int64_t now);

}  // namespace jixiao::access
