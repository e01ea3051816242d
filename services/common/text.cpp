#include "common/text.h"

#include <cstdint>
#include <cstring>

namespace jixiao {
namespace {

bool IsContinuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

std::size_t SequenceLength(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  return 0;
}

// Wide and full-width ranges of Unicode's East Asian Width that occur in Chinese text.
bool IsWide(char32_t c) {
  return (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0x303E) || (c >= 0x3041 && c <= 0xA4CF) ||
         (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0xF900 && c <= 0xFAFF) || (c >= 0xFE30 && c <= 0xFE6F) ||
         (c >= 0xFF00 && c <= 0xFF60) || (c >= 0xFFE0 && c <= 0xFFE6) || (c >= 0x1F300 && c <= 0x1F64F) ||
         (c >= 0x20000 && c <= 0x3FFFD);
}

}  // namespace

bool IsUtf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x80) {
      ++i;
      continue;
    }
    if (lead > 0xE0 && lead < 0xED && text.size() - i > 2) {  // an ideograph, as most characters are
      if (!IsContinuation(text[i + 1]) || !IsContinuation(text[i + 2])) return false;
      i += 3;
      continue;
    }
    const std::size_t length = SequenceLength(lead);
    if (length == 0 || i + length > text.size()) return false;
    for (std::size_t k = 1; k < length; ++k)
      if (!IsContinuation(text[i + k])) return false;
    if (length > 2) {
      const auto second = static_cast<unsigned char>(text[i + 1]);
      if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) || (lead == 0xF0 && second < 0x90) ||
          (lead == 0xF4 && second > 0x8F))
        return false;
    }
    i += length;
  }
  return true;
}

std::string_view TruncateUtf8(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && IsContinuation(text[bytes])) --bytes;
  return text.substr(0, bytes);
}

std::string NameKey(std::string_view name) {
  std::string key;
  while (!name.empty()) {
    const std::string_view rest = name;
    char32_t c = TakeUtf8(name);
    const bool space = c <= 0x20 || c == 0x7F || c == 0x85 || c == 0xA0 || c == 0x3000 ||
                       (c >= 0x2000 && c <= 0x200F) || (c >= 0x2028 && c <= 0x202F) || c == 0x2060 || c == 0xFEFF;
    if (space) continue;
    if (c >= 0xFF01 && c <= 0xFF5E) c -= 0xFEE0;
    if (c >= U'A' && c <= U'Z') c += U'a' - U'A';
    if (c < 0x80)
      key += static_cast<char>(c);
    else
      key.append(rest, 0, rest.size() - name.size());
  }
  return key;
}

std::size_t Utf8Length(std::string_view text) {
  std::size_t continuations = 0;
  std::size_t i = 0;
  for (std::uint64_t word = 0; i + sizeof word <= text.size(); i += sizeof word) {
    std::memcpy(&word, text.data() + i, sizeof word);
    constexpr std::uint64_t kOnes = ~std::uint64_t{0} / 255;
    continuations += ((word >> 7 & ~(word >> 6) & kOnes) * kOnes) >> 56;  // the bytes' sum is in the highest one
  }
  for (; i < text.size(); ++i) continuations += IsContinuation(text[i]);
  return text.size() - continuations;
}

char32_t TakeUtf8(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const auto tail = [&](std::size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(text[i]) & 0x3F); };
  if (lead < 0x80) {
    text.remove_prefix(1);
    return lead;
  }
  if ((lead & 0xF0) == 0xE0 && text.size() >= 3) {  // an ideograph, as most characters are
    const char32_t c = (lead & 0x0Fu) << 12 | tail(1) << 6 | tail(2);
    text.remove_prefix(3);
    return c;
  }
  std::size_t length = SequenceLength(lead);
  if (length == 0 || length > text.size()) length = 1;  // not promised for ill-formed text, but must not run away
  char32_t c = length == 1 ? lead : lead & (0xFFu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) c = (c << 6) | tail(i);
  text.remove_prefix(length);
  return c;
}

std::size_t DisplayWidth(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) width += IsWide(TakeUtf8(text)) ? 2 : 1;
  return width;
}

}  // namespace jixiao
