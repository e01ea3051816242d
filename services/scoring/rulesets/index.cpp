#include "scoring/rulesets/index.h"

#include "common/digest.h"
#include "common/errors.h"
#include "common/text.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <fstream>
#include <iterator>

namespace jixiao::scoring {
namespace {

// Part of what is signed, so that no other use of the secret can make a seal.
constexpr std::string_view kIndexTitle = "jixiao-rule-sets-index-1\n";
constexpr std::size_t kSealBytes = 32;
constexpr std::size_t kLeastSecret = 16;
constexpr std::string_view kSpace = " \t\r\n";

absl::Status Damaged() {
  return Error(absl::StatusCode::kDataLoss, "INDEX_DAMAGED", "the index of rule sets is damaged");
}

std::string SealOf(std::string_view bytes, std::string_view secret) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> seal{};
  unsigned int size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), seal.data(), &size);
  return std::string(reinterpret_cast<const char*>(seal.data()), size);
}

}  // namespace

void PutNumber(std::string& out, std::int64_t number) {
  for (int shift = 56; shift >= 0; shift -= 8)
    out.push_back(static_cast<char>(static_cast<std::uint64_t>(number) >> shift & 0xFF));
}

void PutBytes(std::string& out, std::string_view bytes) {
  PutNumber(out, static_cast<std::int64_t>(bytes.size()));
  out.append(bytes);
}

std::optional<std::int64_t> TakeNumber(std::string_view& in) {
  if (in.size() < 8) return std::nullopt;
  std::uint64_t number = 0;
  for (const char c : in.substr(0, 8)) number = number << 8 | static_cast<unsigned char>(c);
  in.remove_prefix(8);
  return static_cast<std::int64_t>(number);
}

std::optional<std::string_view> TakeBytes(std::string_view& in) {
  std::string_view rest = in;
  const std::optional<std::int64_t> size = TakeNumber(rest);
  if (!size || *size < 0 || static_cast<std::uint64_t>(*size) > rest.size()) return std::nullopt;
  const std::string_view bytes = rest.substr(0, static_cast<std::size_t>(*size));
  in = rest.substr(bytes.size());
  return bytes;
}

std::string EncodeIndex(const Index& index) {
  std::string out(kIndexTitle);
  PutNumber(out, index.position);
  PutNumber(out, index.confirmed_at);
  PutBytes(out, index.annex);
  for (const std::string& digest : index.digests) PutBytes(out, digest);
  return out;
}

absl::StatusOr<Index> DecodeIndex(std::string_view bytes) {
  if (!bytes.starts_with(kIndexTitle)) return Damaged();
  bytes.remove_prefix(kIndexTitle.size());
  const std::optional<std::int64_t> position = TakeNumber(bytes);
  const std::optional<std::int64_t> confirmed_at = TakeNumber(bytes);
  const std::optional<std::string_view> annex = TakeBytes(bytes);
  if (!position || !confirmed_at || !annex) return Damaged();
  Index index{*position, *confirmed_at, {}, std::string(*annex)};
  while (!bytes.empty()) {
    const std::optional<std::string_view> digest = TakeBytes(bytes);
    if (!digest || !IsDigest(*digest)) return Damaged();
    index.digests.emplace_back(*digest);
  }
  return index;
}

std::string SealIndex(const Index& index, std::string_view secret) {
  const std::string bytes = EncodeIndex(index);
  return SealOf(bytes, secret) + bytes;
}

absl::StatusOr<Index> OpenIndex(std::string_view sealed, std::string_view secret) {
  const absl::Status refused =
      Error(absl::StatusCode::kUnauthenticated, "INDEX_NOT_SEALED", "the index is not sealed with our secret");
  if (secret.empty() || sealed.size() < kSealBytes) return refused;
  const std::string_view bytes = sealed.substr(kSealBytes);
  if (CRYPTO_memcmp(SealOf(bytes, secret).data(), sealed.data(), kSealBytes) != 0) return refused;
  return DecodeIndex(bytes);
}

absl::StatusOr<std::string> ReadSecret(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Error(absl::StatusCode::kNotFound, "SECRET_NOT_FOUND", Cat("cannot read ", path));
  std::string secret(std::istreambuf_iterator<char>(file), {});
  secret.erase(secret.find_last_not_of(kSpace) + 1);
  secret.erase(0, secret.find_first_not_of(kSpace));
  if (secret.size() < kLeastSecret)
    return Error(absl::StatusCode::kInvalidArgument, "SECRET_TOO_SHORT",
                 Cat(path, " must hold at least ", kLeastSecret, " bytes"));
  return secret;
}

}  // namespace jixiao::scoring
