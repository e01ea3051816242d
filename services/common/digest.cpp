#include "common/digest.h"

#include <openssl/sha.h>

#include <algorithm>

namespace jixiao {
namespace {

constexpr std::string_view kPrefix = "sha256:";

}  // namespace

std::array<std::uint8_t, 32> Sha256(std::string_view bytes) {
  std::array<std::uint8_t, 32> hash;
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), hash.data());
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
