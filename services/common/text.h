// Small questions about UTF-8 text.
#pragma once

#include "common/decimal.h"

#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace jixiao {

// Whether `text` is well-formed UTF-8 (no overlong forms, no surrogates, at most U+10FFFF).
bool IsUtf8(std::string_view text);

// The longest prefix of `text` that fits in `bytes` without cutting a character.
std::string_view TruncateUtf8(std::string_view text, std::size_t bytes);

// Number of characters in well-formed UTF-8.
std::size_t Utf8Length(std::string_view text);

// Decodes the character at the front of well-formed `text` and removes it. `text` must not be empty.
char32_t TakeUtf8(std::string_view& text);

// A name of a person or a body as names are compared: without spaces of any kind, full-width letters and digits narrow,
// Latin letters small. `name` is well-formed UTF-8.
std::string NameKey(std::string_view name);

// Terminal columns that `text` takes: East Asian wide characters count two.
std::size_t DisplayWidth(std::string_view text);

// One piece of text for Cat: a string, an integer or a decimal. Debian's absl::StrCat does not take std::string_view.
class Piece {
 public:
  Piece(std::string_view text) : text_(text) {}
  Piece(const std::string& text) : text_(text) {}
  Piece(const char* text) : text_(text) {}
  template <std::integral Number>
  requires(!std::same_as<Number, char> && !std::same_as<Number, bool>) Piece(Number number)
      : text_(digits_,
              static_cast<std::size_t>(std::to_chars(digits_, digits_ + sizeof digits_, number).ptr - digits_)) {}
  Piece(const Decimal& number) : Piece(number, number.scale()) {}
  // With exactly `places` decimals.
  Piece(const Decimal& number, int places) {
    char* const end = digits_ + sizeof digits_;
    const char* const begin = number.WriteFixed(places, end);
    text_ = {begin, static_cast<std::size_t>(end - begin)};
  }
  Piece(const Piece&) = delete;

  std::string_view text() const { return text_; }

 private:
  char digits_[Decimal::kMostChars];
  std::string_view text_;
};

// Appends the pieces to `out`, growing it once.
inline void Append(std::string& out, std::initializer_list<std::string_view> pieces) {
  const std::size_t before = out.size();
  std::size_t size = before;
  for (const std::string_view piece : pieces) size += piece.size();
  out.resize(size);
  char* to = out.data() + before;
  for (const std::string_view piece : pieces) to += piece.copy(to, piece.size());
}

inline std::string_view TextOf(const Piece& piece) {
  return piece.text();
}

// Appends texts and numbers to `out`.
template <class... Parts>
void Append(std::string& out, const Parts&... parts) {
  Append(out, {TextOf(parts)...});
}

// Joins texts and numbers.
template <class... Parts>
std::string Cat(const Parts&... parts) {
  std::string out;
  Append(out, {TextOf(parts)...});
  return out;
}

// Hashes any kind of string, so that look-ups need no std::string.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};
using TextSet = std::unordered_set<std::string, TextHash, std::equal_to<>>;
template <class Value>
using TextMap = std::unordered_map<std::string, Value, TextHash, std::equal_to<>>;

}  // namespace jixiao
