// Bearer tokens that tests sign, the good and the bad.
#pragma once

#include <nlohmann/json.hpp>
#include <openssl/evp.h>

#include <memory>
#include <string>
#include <string_view>

namespace jixiao::testing {

std::string Base64Url(std::string_view bytes);

// A provider's key: RS256, ES256 or EdDSA.
class TokenSigner {
 public:
  TokenSigner(std::string algorithm, std::string id, int rsa_bits = 2048);

  const std::string& algorithm() const { return algorithm_; }
  const std::string& id() const { return id_; }
  // The public key as a JSON Web Key.
  nlohmann::json Jwk() const;
  // The public key in PEM.
  std::string Pem() const;
  std::string Signature(std::string_view text) const;
  // A token of these claims; `header` adds to or replaces what its header says.
  std::string Sign(const nlohmann::json& claims, const nlohmann::json& header = {}) const;

 private:
  struct FreeKey {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  };
  std::string Number(const char* parameter) const;

  const std::string algorithm_;
  const std::string id_;
  std::unique_ptr<EVP_PKEY, FreeKey> key_;
};

}  // namespace jixiao::testing
