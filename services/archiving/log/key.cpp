#include "archiving/log/key.h"

#include "common/errors.h"
#include "common/file.h"
#include "common/text.h"

#include <absl/cleanup/cleanup.h>
#include <absl/strings/str_format.h>
#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <sys/stat.h>

#include <array>
#include <cstdio>
#include <cstdlib>

namespace jixiao::archiving::log {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSm2Id = "1234567812345678";  // what a signer is called who has no other identifier
constexpr std::size_t kSm2Bytes = 65;

struct FreeOpenSsl {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
};
template <typename T>
using OpenSsl = std::unique_ptr<T, FreeOpenSsl>;

// To run after OpenSSL calls that may fail: they queue errors per thread, and TLS on the same thread would later take
// those for its own.
void ForgetOpenSslErrors() {
  ERR_clear_error();
}

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

bool IsSm2(EVP_PKEY* key) {
  return EVP_PKEY_is_a(key, "SM2") == 1;
}

// Says who signs, for SM2 alone. The parameter must be set before the first byte of the text.
bool SetId(EVP_PKEY_CTX* context, Algorithm algorithm) {
  return algorithm != Algorithm::kSm2 || EVP_PKEY_CTX_set1_id(context, kSm2Id.data(), kSm2Id.size()) == 1;
}

const char* HashOf(Algorithm algorithm) {
  return algorithm == Algorithm::kSm2 ? "SM3" : nullptr;
}

}  // namespace

absl::Status CreateKey(const fs::path& path, Algorithm algorithm) {
  const absl::Cleanup forget = ForgetOpenSslErrors;
  const OpenSsl<EVP_PKEY> key(EVP_PKEY_Q_keygen(nullptr, nullptr, algorithm == Algorithm::kSm2 ? "SM2" : "ED25519"));
  const OpenSsl<BIO> pem(BIO_new(BIO_s_mem()));  // OpenSSL wipes its memory when it is freed
  if (!key || !pem || PEM_write_bio_PKCS8PrivateKey(pem.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1)
    return absl::InternalError("OpenSSL cannot make a key");
  char* content = nullptr;
  const long size = BIO_get_mem_data(pem.get(), &content);
  return WriteFile(path, {content, static_cast<std::size_t>(size)}, 0600, IfExists::kFail);
}

absl::StatusOr<Key> LoadKey(const fs::path& path) {
  const absl::Cleanup forget = ForgetOpenSslErrors;
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) return SystemError("open", path);
  struct stat info;
  if (fstat(file.number(), &info) != 0) return SystemError("examine", path);
  if ((info.st_mode & 0077) != 0) {
    return absl::FailedPreconditionError(absl::StrFormat(
        "the private key %s is open to others than its owner (mode %04o): run \"chmod 600 %s\" if nobody else can have "
        "read it, otherwise replace the key",
        path.string(), info.st_mode & 07777, path.string()));
  }
  const OpenSsl<BIO> pem(BIO_new_fd(file.number(), BIO_NOCLOSE));
  const auto no_passphrase = [](char*, int, int, void*) { return -1; };  // the default asks on the terminal
  OpenSsl<EVP_PKEY> key(pem ? PEM_read_bio_PrivateKey(pem.get(), nullptr, no_passphrase, nullptr) : nullptr);
  if (!key || (EVP_PKEY_get_id(key.get()) != EVP_PKEY_ED25519 && !IsSm2(key.get()))) {
    return absl::FailedPreconditionError(
        Cat(path.string(), " is not an Ed25519 or SM2 private key in unencrypted PEM (PKCS#8)"));
  }
  return Key(std::move(key));
}

Algorithm AlgorithmOf(const Key& key) {
  return IsSm2(key.get()) ? Algorithm::kSm2 : Algorithm::kEd25519;
}

std::string PublicBytes(const Key& key) {
  const absl::Cleanup forget = ForgetOpenSslErrors;
  if (IsSm2(key.get()))
    EVP_PKEY_set_utf8_string_param(key.get(), OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, "uncompressed");
  unsigned char* bytes = nullptr;
  const std::size_t size = EVP_PKEY_get1_encoded_public_key(key.get(), &bytes);
  std::string out(reinterpret_cast<const char*>(bytes), bytes == nullptr ? 0 : size);
  OPENSSL_free(bytes);
  if (!out.empty() || IsSm2(key.get())) return out;
  std::array<unsigned char, 32> raw;
  std::size_t raw_size = raw.size();
  if (EVP_PKEY_get_raw_public_key(key.get(), raw.data(), &raw_size) != 1) return {};
  return std::string(reinterpret_cast<const char*>(raw.data()), raw_size);
}

Key PublicKey(Algorithm algorithm, std::string_view bytes) {
  const absl::Cleanup forget = ForgetOpenSslErrors;
  if (algorithm == Algorithm::kEd25519)
    return Key(OpenSsl<EVP_PKEY>(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, Bytes(bytes), bytes.size())));
  // Only the form that PublicBytes gives: one text for one key.
  if (bytes.size() != kSm2Bytes || bytes.front() != 0x04) return nullptr;
  std::array<char, 4> group{'S', 'M', '2', '\0'};
  std::string point(bytes);
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group.data(), 0),
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()),
      OSSL_PARAM_construct_end()};
  const OpenSsl<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_name(nullptr, "SM2", nullptr));
  EVP_PKEY* key = nullptr;
  if (!context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, const_cast<OSSL_PARAM*>(parameters)) != 1)
    return nullptr;
  return Key(OpenSsl<EVP_PKEY>(key));
}

std::string Sign(const Key& key, Algorithm algorithm, std::string_view text) {
  std::array<unsigned char, 128> signature;
  std::size_t size = signature.size();
  const OpenSsl<EVP_MD_CTX> context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* signing = nullptr;  // belongs to `context`
  if (!context ||
      EVP_DigestSignInit_ex(context.get(), &signing, HashOf(algorithm), nullptr, nullptr, key.get(), nullptr) != 1 ||
      !SetId(signing, algorithm) ||
      EVP_DigestSign(context.get(), signature.data(), &size, Bytes(text), text.size()) != 1) {
    std::fputs("signing failed with a valid key: no memory, or an OpenSSL configuration without it\n", stderr);
    std::abort();
  }
  return std::string(reinterpret_cast<const char*>(signature.data()), size);
}

bool Verify(const Key& key, Algorithm algorithm, std::string_view text, std::span<const std::uint8_t> signature) {
  const absl::Cleanup forget = ForgetOpenSslErrors;
  const OpenSsl<EVP_MD_CTX> context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* verifying = nullptr;  // belongs to `context`
  return key && context &&
         EVP_DigestVerifyInit_ex(context.get(), &verifying, HashOf(algorithm), nullptr, nullptr, key.get(), nullptr) ==
             1 &&
         SetId(verifying, algorithm) &&
         EVP_DigestVerify(context.get(), signature.data(), signature.size(), Bytes(text), text.size()) == 1;
}

}  // namespace jixiao::archiving::log
