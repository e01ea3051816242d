// .xlsx: every sheet as a grid, hidden ones too, each cell as displayed.
#pragma once

#include "intake/import/document.h"
#include "intake/import/limits.h"

#include <absl/status/statusor.h>

#include <string_view>

namespace jixiao::importing {

// INVALID_ARGUMENT (DOCUMENT_DAMAGED, DOCUMENT_TOO_LARGE, DOCUMENT_ENCRYPTED) says what is wrong in Chinese.
absl::StatusOr<Document> ReadXlsx(std::string_view bytes, const Limits& limits);

}  // namespace jixiao::importing
