// Small questions about UTF-8 text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace jixiao {

// Whether `text` is well-formed UTF-8 (no overlong forms, no surrogates, at most U+10FFFF).
bool IsUtf8(std::string_view text);

// The longest prefix of `text` that fits in `bytes` without cutting a character.
std::string_view TruncateUtf8(std::string_view text, std::size_t bytes);

// Number of characters in well-formed UTF-8.
std::size_t Utf8Length(std::string_view text);

// Decodes the character at the front of well-formed `text` and removes it. `text` must not be empty.
char32_t TakeUtf8(std::string_view& text);

// Terminal columns that `text` takes: East Asian wide characters count two.
std::size_t DisplayWidth(std::string_view text);

}  // namespace jixiao
