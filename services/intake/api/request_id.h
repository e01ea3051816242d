// What a request id may be.
#pragma once

#include <algorithm>
#include <string_view>

namespace jixiao::intake {

inline constexpr std::string_view kRequestIdRule = "1 to 128 letters, digits and ._:-; a UUID is best";

inline bool IsRequestId(std::string_view id) {
  return !id.empty() && id.size() <= 128 && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == ':' || c == '-';
  });
}

}  // namespace jixiao::intake
