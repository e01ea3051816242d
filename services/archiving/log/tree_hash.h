// The hash functions that trees are made with. The log's own tree is SHA-256 for ever, as public tools expect; the
// trees of its renewals (record/renewal.h) take another one.
#pragma once

#include <absl/status/statusor.h>

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace jixiao::archiving::log {

// All give 32 bytes.
using Hash = std::array<std::uint8_t, 32>;

enum class TreeHash { kSha256, kSm3, kSha3, kSha512 };

// sha256, sm3, sha3-256, sha512-256 (which is SHA-512/256 of FIPS 180-4).
std::string_view NameOf(TreeHash hash);

// INVALID_ARGUMENT for any other name.
absl::StatusOr<TreeHash> TreeHashNamed(std::string_view name);

// The hash of two pieces after one another. Aborts when OpenSSL has no memory or was configured without the function.
Hash HashOf(TreeHash hash, std::span<const std::uint8_t> first, std::span<const std::uint8_t> second = {});
Hash HashOf(TreeHash hash, std::string_view text);

}  // namespace jixiao::archiving::log
