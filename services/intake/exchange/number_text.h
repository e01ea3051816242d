// JSON whose numbers keep their digits.
#pragma once

#include <absl/status/statusor.h>
#include <nlohmann/json.hpp>

#include <string_view>

namespace jixiao::exchange {

// Parses JSON with every number as the string of its own digits: 16.20 stays "16.20", which a double would not keep.
// INVALID_ARGUMENT (MESSAGE_UNREADABLE) with the place when it is no JSON, nests more than 16 deep, or names a field of
// an object twice.
absl::StatusOr<nlohmann::json> ParseKeepingDigits(std::string_view text);

}  // namespace jixiao::exchange
