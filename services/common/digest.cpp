#include "common/digest.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>

namespace jixiao {
namespace {

constexpr std::string_view kPrefix = "sha256:";

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

Context NewContext() {
  Context context(EVP_MD_CTX_new());
  if (context != nullptr && EVP_DigestInit_ex2(context.get(), EVP_sha256(), nullptr) != 1) context.reset();
  return context;
}

}  // namespace

std::array<std::uint8_t, 32> Sha256(std::string_view first, std::string_view second) {
  // Kept per thread: OpenSSL 3 looks the function up and allocates in every call of its own SHA256().
  thread_local const Context context = NewContext();
  std::array<std::uint8_t, 32> hash;
  const bool done = context != nullptr && EVP_DigestInit_ex2(context.get(), nullptr, nullptr) == 1 &&
                    EVP_DigestUpdate(context.get(), first.data(), first.size()) == 1 &&
                    EVP_DigestUpdate(context.get(), second.data(), second.size()) == 1 &&
                    EVP_DigestFinal_ex(context.get(), hash.data(), nullptr) == 1;
  if (!done) {
    std::fprintf(stderr, "SHA-256 failed: no memory, or an OpenSSL configuration without it\n");
    std::abort();
  }
  return hash;
}

std::string DigestOf(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text(kPrefix);
  for (const std::uint8_t byte : Sha256(bytes)) {
    text.push_back(kDigits[byte >> 4]);
    text.push_back(kDigits[byte & 15]);
  }
  return text;
}

bool IsDigest(std::string_view text) {
  return text.size() == kPrefix.size() + 64 && text.starts_with(kPrefix) &&
         std::all_of(text.begin() + kPrefix.size(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

}  // namespace jixiao
