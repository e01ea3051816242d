// The characters that nearly all of a form's text consists of, passed over several at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace jixiao {

// Behind the characters of U+4000..U+9FFF at `at`. All of them take three bytes, and none is a mark, a space or of
// another width: whoever looks for such need not look at these.
inline const char* SkipIdeographs(const char* at, const char* end) {
  static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);
  constexpr std::ptrdiff_t kCharacter = 3;
  // Two at a time: each is a lead byte 0xE4..0xE9 with two bytes 10xxxxxx behind it.
  constexpr std::uint64_t kFixed = 0x0000'C0C0'F0C0'C0F0;
  constexpr std::uint64_t kPattern = 0x0000'8080'E080'80E0;
  constexpr std::uint64_t kLow = 0x0F00'000F;    // of the leads: 4..9
  constexpr std::uint64_t kCarry = 0x1000'0010;  // what adding carries into
  for (std::uint64_t word = 0; end - at >= static_cast<std::ptrdiff_t>(sizeof word); at += 2 * kCharacter) {
    std::memcpy(&word, at, sizeof word);
    const std::uint64_t low = word & kLow;
    const std::uint64_t fits = (low + 0x0C00'000C) & ~(low + 0x0600'0006) & kCarry;  // at least 4, not 10 or more
    if ((word & kFixed) != kPattern || fits != kCarry) break;
  }
  const auto byte = [&](std::ptrdiff_t i) { return static_cast<unsigned char>(at[i]); };
  while (end - at >= kCharacter && static_cast<unsigned>(byte(0) - 0xE4) <= 0xE9 - 0xE4 && (byte(1) & 0xC0) == 0x80 &&
         (byte(2) & 0xC0) == 0x80)
    at += kCharacter;
  return at;
}

}  // namespace jixiao
