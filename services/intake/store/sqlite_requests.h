// The rows of table requests: the answers that repeats of a request get.
#pragma once

#include "common/store/sqlite.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace jixiao::intake {

// The answer to an earlier request of the same id; ALREADY_EXISTS (REQUEST_ID_REUSED) when that request said something
// else.
absl::StatusOr<std::optional<std::string>> EarlierAnswer(store::Database& db, std::string_view method,
                                                         std::string_view request_id, std::string_view digest);

absl::Status SaveAnswer(store::Database& db, std::string_view method, std::string_view request_id,
                        std::string_view digest, std::string_view answer, std::int64_t now);

}  // namespace jixiao::intake
