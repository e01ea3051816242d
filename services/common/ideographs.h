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
  // Two at a time: each is a lead byte 0xE4..0xE9 with two bytes 0x80..0xBF behind it. With the least of each taken
  // off, what is left is at most 5 and 0x3F; a byte that lies below its least is left with high bits instead.
  constexpr std::uint64_t kLeast = 0x0000'8080'E480'80E4;
  constexpr std::uint64_t kTooHigh = 0x0000'C0C0'F8C0'C0F8;
  constexpr std::uint64_t kToEight = 0x0000'0000'0200'0002;  // 6 and 7 are too high for a lead
  for (std::uint64_t word = 0; end - at >= static_cast<std::ptrdiff_t>(sizeof word); at += 2 * kCharacter) {
    std::memcpy(&word, at, sizeof word);
    word -= kLeast;
    if (((word | (word + kToEight)) & kTooHigh) != 0) break;
  }
  const auto byte = [&](std::ptrdiff_t i) { return static_cast<unsigned char>(at[i]); };
  while (end - at >= kCharacter && static_cast<unsigned>(byte(0) - 0xE4) <= 0xE9 - 0xE4 && (byte(1) & 0xC0) == 0x80 &&
         (byte(2) & 0xC0) == 0x80)
    at += kCharacter;
  return at;
}

}  // namespace jixiao
