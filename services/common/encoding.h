// Text forms of bytes: base64 with the standard alphabet and padding (RFC 4648 §4), and hexadecimal (§8).
//
// Decoding accepts base64 only as Base64 writes it, because what is signed or hashed elsewhere is the text: two texts
// for the same bytes would let a line be rewritten unnoticed.
#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao {

// The canonical base64 of `bytes`, on one line. At most 1 GiB.
std::string Base64(std::span<const std::uint8_t> bytes);

// The bytes whose Base64 is exactly `text`. INVALID_ARGUMENT for everything else: whitespace, the URL-safe alphabet,
// missing or superfluous padding, bits set that belong to no byte.
absl::StatusOr<std::vector<std::uint8_t>> DecodeBase64(std::string_view text);

// The bytes whose base64 with the URL-safe alphabet and without padding (§5, as JOSE has it) is exactly `text`.
// INVALID_ARGUMENT for everything else.
absl::StatusOr<std::vector<std::uint8_t>> DecodeBase64Url(std::string_view text);

// Two lower-case digits a byte.
std::string Hex(std::span<const std::uint8_t> bytes);

// The bytes that `text` spells with digits of either case. INVALID_ARGUMENT for any other character or an odd length.
absl::StatusOr<std::vector<std::uint8_t>> DecodeHex(std::string_view text);

}  // namespace jixiao
