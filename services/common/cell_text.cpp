#include "common/cell_text.h"

#include "common/ideographs.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace jixiao {
namespace {

constexpr std::uint64_t kOnes = ~std::uint64_t{0} / 255;
constexpr std::uint64_t kHighs = kOnes * 0x80;

constexpr bool IsForbidden(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte == 0x7F || (byte < 0x20 && !(byte >= 0x09 && byte <= 0x0D) && byte != 0x07);
}

// Whether one of eight bytes may be a control character; all that is below 0x20 or 0x7F counts.
bool MayHoldControl(std::uint64_t word) {
  const auto any_below = [](std::uint64_t w, std::uint64_t n) { return (w - kOnes * n) & ~w & kHighs; };
  return (any_below(word, 0x20) | any_below(word ^ kOnes * 0x7F, 1)) != 0;
}

// What a byte begins.
enum class Lead : std::uint8_t {
  kAscii,
  kControl,    // forbidden
  kTwo,        // characters of two bytes
  kThree,      // of three whose second byte may be any
  kIdeograph,  // of those the ones that SkipIdeographs knows
  kNarrow,     // of three or four whose second byte is limited
  kFour,       // of four whose second byte may be any
  kMalformed,  // nothing
};

constexpr auto kLeads = [] {
  std::array<Lead, 256> leads{};
  for (std::size_t byte = 0; byte < leads.size(); ++byte) {
    Lead& lead = leads[byte];
    if (byte < 0x80)
      lead = IsForbidden(static_cast<char>(byte)) ? Lead::kControl : Lead::kAscii;
    else if (byte < 0xC2 || byte > 0xF4)
      lead = Lead::kMalformed;
    else if (byte < 0xE0)
      lead = Lead::kTwo;
    else if (byte == 0xE0 || byte == 0xED || byte == 0xF0 || byte == 0xF4)
      lead = Lead::kNarrow;
    else if (byte >= 0xE4 && byte <= 0xE9)
      lead = Lead::kIdeograph;
    else
      lead = byte < 0xF0 ? Lead::kThree : Lead::kFour;
  }
  return leads;
}();

bool Continues(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

// Whether the second byte keeps overlong forms, surrogates and all above U+10FFFF out.
bool SecondFits(char lead, char second) {
  const auto byte = static_cast<unsigned char>(second);
  switch (static_cast<unsigned char>(lead)) {
    case 0xE0:
      return byte >= 0xA0;
    case 0xED:
      return byte < 0xA0;
    case 0xF0:
      return byte >= 0x90;
    default:
      return byte < 0x90;
  }
}

}  // namespace

CellText Examine(std::string_view bytes) {
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  bool controls = false;
  while (at != end) {
    const Lead lead = kLeads[static_cast<unsigned char>(*at)];
    std::ptrdiff_t length = 1;
    switch (lead) {
      case Lead::kAscii:
        ++at;
        for (std::uint64_t word = 0; end - at >= static_cast<std::ptrdiff_t>(sizeof word); at += sizeof word) {
          std::memcpy(&word, at, sizeof word);
          if ((word & kHighs) != 0 || MayHoldControl(word)) break;
        }
        while (at != end && kLeads[static_cast<unsigned char>(*at)] == Lead::kAscii) ++at;
        continue;
      case Lead::kControl:
        controls = true;
        ++at;
        continue;
      case Lead::kTwo:
        length = 2;
        break;
      case Lead::kThree:
        length = 3;
        break;
      case Lead::kIdeograph:
        if (const char* behind = SkipIdeographs(at, end); behind != at) {
          at = behind;
          continue;
        }
        return CellText::kMalformed;
      case Lead::kNarrow:
        length = static_cast<unsigned char>(*at) < 0xF0 ? 3 : 4;
        break;
      case Lead::kFour:
        length = 4;
        break;
      case Lead::kMalformed:
        return CellText::kMalformed;
    }
    if (end - at < length || !std::all_of(at + 1, at + length, Continues)) return CellText::kMalformed;
    if (lead == Lead::kNarrow && !SecondFits(at[0], at[1])) return CellText::kMalformed;
    at += length;
  }
  return controls ? CellText::kControls : CellText::kPlain;
}

const char* FindForbidden(const char* begin, const char* end) {
  const char* at = begin;
  for (std::uint64_t word = 0; end - at >= static_cast<std::ptrdiff_t>(sizeof word); at += sizeof word) {
    std::memcpy(&word, at, sizeof word);
    if (!MayHoldControl(word)) continue;
    if (const char* found = std::find_if(at, at + sizeof word, IsForbidden); found != at + sizeof word) return found;
  }
  return std::find_if(at, end, IsForbidden);
}

}  // namespace jixiao
