// SHA-256 as used for names of content.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace jixiao {

// The 32 bytes of the SHA-256 of `first` and, after it, `second`.
std::array<std::uint8_t, 32> Sha256(std::string_view first, std::string_view second = {});

// "sha256:" and the lower-case hexadecimal SHA-256 of `bytes`.
std::string DigestOf(std::string_view bytes);

// Whether `text` has the form that DigestOf gives.
bool IsDigest(std::string_view text);

}  // namespace jixiao
