#include "support/tokens.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <cstring>
#include <stdexcept>
#include <utility>
#include <vector>

namespace jixiao::testing {
namespace {

constexpr int kCoordinate = 32;

}  // namespace

std::string Base64Url(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  text.resize(static_cast<std::size_t>(EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                                       reinterpret_cast<const unsigned char*>(bytes.data()),
                                                       static_cast<int>(bytes.size()))));
  while (text.ends_with('=')) text.pop_back();
  for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return text;
}

TokenSigner::TokenSigner(std::string algorithm, std::string id, int rsa_bits)
    : algorithm_(std::move(algorithm)), id_(std::move(id)) {
  if (algorithm_ == "RS256") key_.reset(EVP_RSA_gen(static_cast<unsigned>(rsa_bits)));
  if (algorithm_ == "ES256") key_.reset(EVP_EC_gen("P-256"));
  if (algorithm_ == "EdDSA") key_.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  if (key_ == nullptr) throw std::runtime_error("no key for " + algorithm_);
}

std::string TokenSigner::Number(const char* parameter) const {
  BIGNUM* number = nullptr;
  EVP_PKEY_get_bn_param(key_.get(), parameter, &number);
  std::string bytes(static_cast<std::size_t>(algorithm_ == "ES256" ? kCoordinate : BN_num_bytes(number)), '\0');
  BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  BN_free(number);
  return Base64Url(bytes);
}

nlohmann::json TokenSigner::Jwk() const {
  nlohmann::json jwk = {{"kid", id_}, {"use", "sig"}, {"alg", algorithm_}};
  if (algorithm_ == "RS256") {
    jwk.update({{"kty", "RSA"}, {"n", Number(OSSL_PKEY_PARAM_RSA_N)}, {"e", Number(OSSL_PKEY_PARAM_RSA_E)}});
  } else if (algorithm_ == "ES256") {
    jwk.update({{"kty", "EC"},
                {"crv", "P-256"},
                {"x", Number(OSSL_PKEY_PARAM_EC_PUB_X)},
                {"y", Number(OSSL_PKEY_PARAM_EC_PUB_Y)}});
  } else {
    std::string bytes(kCoordinate, '\0');
    std::size_t size = bytes.size();
    EVP_PKEY_get_raw_public_key(key_.get(), reinterpret_cast<unsigned char*>(bytes.data()), &size);
    jwk.update({{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", Base64Url(bytes)}});
  }
  return jwk;
}

std::string TokenSigner::Pem() const {
  BIO* const bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PUBKEY(bio, key_.get());
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return text;
}

std::string TokenSigner::Signature(std::string_view text) const {
  EVP_MD_CTX* const context = EVP_MD_CTX_new();
  const auto* const bytes = reinterpret_cast<const unsigned char*>(text.data());
  std::vector<unsigned char> signature(1024);
  std::size_t size = signature.size();
  EVP_DigestSignInit(context, nullptr, algorithm_ == "EdDSA" ? nullptr : EVP_sha256(), nullptr, key_.get());
  const int done = EVP_DigestSign(context, signature.data(), &size, bytes, text.size());
  EVP_MD_CTX_free(context);
  if (done != 1) throw std::runtime_error("cannot sign");
  if (algorithm_ != "ES256") return {signature.begin(), signature.begin() + static_cast<std::ptrdiff_t>(size)};
  const unsigned char* der = signature.data();
  ECDSA_SIG* const pair = d2i_ECDSA_SIG(nullptr, &der, static_cast<long>(size));
  std::string both(2 * kCoordinate, '\0');
  BN_bn2binpad(ECDSA_SIG_get0_r(pair), reinterpret_cast<unsigned char*>(both.data()), kCoordinate);
  BN_bn2binpad(ECDSA_SIG_get0_s(pair), reinterpret_cast<unsigned char*>(both.data()) + kCoordinate, kCoordinate);
  ECDSA_SIG_free(pair);
  return both;
}

std::string TokenSigner::Sign(const nlohmann::json& claims, const nlohmann::json& header) const {
  nlohmann::json full = {{"alg", algorithm_}, {"typ", "JWT"}, {"kid", id_}};
  if (header.is_object()) full.update(header);
  const std::string text = Base64Url(full.dump()) + "." + Base64Url(claims.dump());
  return text + "." + Base64Url(Signature(text));
}

}  // namespace jixiao::testing
