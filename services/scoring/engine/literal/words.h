// Tools for reading folded text from the left. Folded text is well formed in shape: a lead byte tells the length of its
// character, and no character is cut.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace jixiao::scoring::literal {

constexpr bool IsDigit(char c) {
  return static_cast<unsigned char>(c - '0') < 10;
}

// Bytes of the character that begins with `lead`.
constexpr std::size_t CharLength(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

// The character at the front of `text`; 0 when there is none.
constexpr char32_t FirstChar(std::string_view text) {
  if (text.empty()) return 0;
  const auto byte = [&](std::size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(text[i])); };
  switch (CharLength(text[0])) {
    case 1:
      return byte(0);
    case 2:
      return (byte(0) & 0x1F) << 6 | (byte(1) & 0x3F);
    case 3:
      return (byte(0) & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
    default:
      return (byte(0) & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 | (byte(3) & 0x3F);
  }
}

inline void SkipChar(std::string_view& text) {
  text.remove_prefix(CharLength(text[0]));
}

constexpr bool IsLetter(char c) {
  return static_cast<unsigned char>((c | 0x20) - 'a') < 26;
}

// Whether `text` starts with an x that stands for a sign of multiplication: 2x3.
constexpr bool IsTimes(std::string_view text) {
  return text.size() > 1 && (text[0] == 'x' || text[0] == 'X') && IsDigit(text[1]);
}

// Whether `text` starts with the power of a unit: m2, m3.
constexpr bool IsPower(std::string_view text) {
  return !text.empty() && (text[0] == '2' || text[0] == '3') && (text.size() == 1 || !IsDigit(text[1]));
}

constexpr bool IsIdeograph(char32_t c) {
  return c >= 0x4E00 && c <= 0x9FFF;
}

// Takes a fixed word off the front of `text`. The size is known, so that this is a comparison and no call.
template <std::size_t N>
bool StartsWith(std::string_view text, const char (&word)[N]) {
  return text.size() >= N - 1 && std::memcmp(text.data(), word, N - 1) == 0;
}
template <std::size_t N>
bool Take(std::string_view& text, const char (&word)[N]) {
  if (!StartsWith(text, word)) return false;
  text.remove_prefix(N - 1);
  return true;
}

// Up to `most` digits at the front of `text`; takes them off. A longer run of digits is none.
inline std::string_view TakeDigits(std::string_view& text, std::size_t most) {
  std::size_t n = 0;
  while (n < text.size() && n < most && IsDigit(text[n])) ++n;
  if (n < text.size() && IsDigit(text[n])) return {};
  const std::string_view digits = text.substr(0, n);
  text.remove_prefix(n);
  return digits;
}

inline int ToInt(std::string_view digits) {
  int n = 0;
  for (const char c : digits) n = n * 10 + (c - '0');
  return n;
}

// What stands between the ends of a range; a dash may be typed twice.
inline bool TakeRangeMark(std::string_view& text) {
  if (Take(text, "-")) {
    Take(text, "-");
    return true;
  }
  return Take(text, "~") || Take(text, "至") || Take(text, "到");
}

inline bool IsRangeMark(std::string_view text) {
  return TakeRangeMark(text);
}

// Whether a clause ends at the front of `text`, which is not empty. A comma within a number has been consumed with it.
inline bool IsClauseEnd(std::string_view text) {
  return text[0] == ';' || text[0] == ',' || StartsWith(text, "、");
}

// Words (anything with a member `text`) ordered at compile time by their first character, so that a look-up touches
// only the few that can match.
template <class Word, std::size_t N>
class WordTable {
 public:
  template <std::size_t... Sizes>
  explicit consteval WordTable(const std::array<Word, Sizes>&... lists) {
    static_assert((Sizes + ...) == N);
    std::size_t n = 0;
    (
        [&](const auto& list) {
          for (const Word& word : list) words_[n++] = word;
        }(lists),
        ...);
    std::sort(words_.begin(), words_.end(), [](const Word& a, const Word& b) {
      const std::size_t bucket_a = Bucket(a.text);
      const std::size_t bucket_b = Bucket(b.text);
      return bucket_a != bucket_b ? bucket_a < bucket_b : a.text.size() > b.text.size();
    });
    for (const Word& word : words_) ++starts_[Bucket(word.text) + 1];
    for (std::size_t i = 1; i < starts_.size(); ++i)
      starts_[i] = static_cast<std::uint8_t>(starts_[i] + starts_[i - 1]);
  }

  // The longest word at the front of `text`; nullptr when there is none. Words live as long as the table.
  const Word* Longest(std::string_view text) const {
    if (text.empty()) return nullptr;
    const std::size_t bucket = Bucket(text);
    for (std::size_t i = starts_[bucket]; i != starts_[bucket + 1]; ++i)
      if (text.starts_with(words_[i].text)) return &words_[i];
    return nullptr;
  }

 private:
  static constexpr std::size_t kBuckets = 256;
  static_assert(N <= 255);

  static constexpr std::size_t Bucket(std::string_view text) {
    const char32_t c = FirstChar(text);
    return (c ^ c >> 8) % kBuckets;
  }

  std::array<Word, N> words_{};
  std::array<std::uint8_t, kBuckets + 1> starts_{};  // where the words of a bucket begin
};

template <class Word, std::size_t... Sizes>
WordTable(const std::array<Word, Sizes>&... lists) -> WordTable<Word, (Sizes + ...)>;

}  // namespace jixiao::scoring::literal
