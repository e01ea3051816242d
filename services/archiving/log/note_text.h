// What notes and checkpoints share in reading text.
#pragma once

#include "common/text.h"

#include <algorithm>
#include <optional>
#include <string_view>

namespace jixiao::archiving::log {

// Cuts the text before the first `separator` off the front of `rest`, and the separator; nothing when there is none.
inline std::optional<std::string_view> TakeUntil(char separator, std::string_view& rest) {
  const std::size_t end = rest.find(separator);
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view front = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return front;
}

// Why `text` can stand in no note: a text with anything else could never be signed. Null when it can.
inline const char* FaultOfCharacters(std::string_view text) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; };
  if (std::any_of(text.begin(), text.end(), is_control)) return "it has a control character";
  return IsUtf8(text) ? nullptr : "it is not UTF-8";
}

}  // namespace jixiao::archiving::log
