#include "common/encoding.h"

#include <absl/status/status.h>
#include <absl/strings/str_cat.h>
#include <openssl/evp.h>

#include <algorithm>
#include <cassert>
#include <charconv>
#include <cstddef>

namespace jixiao {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{1} << 30;  // OpenSSL counts both sides in int
constexpr std::size_t kMaxBase64 = (kMaxBytes + 2) / 3 * 4;

}  // namespace

std::string Base64(std::span<const std::uint8_t> bytes) {
  assert(bytes.size() <= kMaxBytes);
  std::string text((bytes.size() + 2) / 3 * 4, '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(), static_cast<int>(bytes.size()));
  return text;
}

absl::StatusOr<std::vector<std::uint8_t>> DecodeBase64(std::string_view text) {
  const auto refusal = [&] {
    return absl::InvalidArgumentError(absl::StrCat("not canonical base64 (", text.size(), " characters)"));
  };
  if (text.size() % 4 != 0 || text.size() > kMaxBase64) return refusal();
  std::vector<std::uint8_t> bytes(text.size() / 4 * 3);
  if (EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(text.data()),
                      static_cast<int>(text.size())) < 0) {
    return refusal();
  }
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  bytes.resize(bytes.size() - padding);
  // EVP_DecodeBlock skips whitespace at the ends, reads '=' as zero bits wherever it stands and drops the bits that
  // fill no byte: the round trip tells the canonical text from all others.
  if (Base64(bytes) != text) return refusal();
  return bytes;
}

absl::StatusOr<std::vector<std::uint8_t>> DecodeBase64Url(std::string_view text) {
  if (text.find_first_of("+/=") != std::string_view::npos)
    return absl::InvalidArgumentError(absl::StrCat("not base64url (", text.size(), " characters)"));
  std::string standard(text);
  std::replace(standard.begin(), standard.end(), '-', '+');
  std::replace(standard.begin(), standard.end(), '_', '/');
  standard.append((4 - standard.size() % 4) % 4, '=');
  return DecodeBase64(standard);
}

std::string Hex(std::span<const std::uint8_t> bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(2 * bytes.size());
  for (const std::uint8_t byte : bytes) {
    text.push_back(kDigits[byte >> 4]);
    text.push_back(kDigits[byte & 0xF]);
  }
  return text;
}

absl::StatusOr<std::vector<std::uint8_t>> DecodeHex(std::string_view text) {
  const auto refusal = [&] {
    return absl::InvalidArgumentError(absl::StrCat("not hexadecimal (", text.size(), " characters)"));
  };
  if (text.size() % 2 != 0) return refusal();
  std::vector<std::uint8_t> bytes(text.size() / 2);
  const char* digits = text.data();
  for (std::uint8_t& byte : bytes) {
    if (std::from_chars(digits, digits + 2, byte, 16).ptr != digits + 2) return refusal();
    digits += 2;
  }
  return bytes;
}

}  // namespace jixiao
