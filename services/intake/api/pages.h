// Page sizes and page tokens of lists.
#pragma once

#include "intake/store/campaign_store.h"

#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace jixiao::intake {

// The page size that was asked for, 50 when none was. INVALID_ARGUMENT (PAGE_INVALID) outside of 0 to `most`.
absl::StatusOr<std::int64_t> PageSize(std::int32_t asked, std::int32_t most);

// A token for `place` in the list that `filter` selects, and back. INVALID_ARGUMENT (PAGE_INVALID) for a token of
// another list.
std::string PageToken(const std::optional<ListPlace>& place, std::string_view filter);
absl::StatusOr<std::optional<ListPlace>> PlaceOf(const std::string& token, std::string_view filter);

}  // namespace jixiao::intake
