// The sheets as an Excel workbook.
#pragma once

#include "archiving/export/sheet.h"

#include <absl/status/statusor.h>

#include <cstdint>
#include <string>
#include <vector>

namespace jixiao::archiving::exporting {

// Every cell is text, so that what was written is what is read: no figure is rounded, no formula runs. Equal sheets and
// times give equal bytes. `created` (microseconds since 1970) is the document's date. Uses a temporary folder while it
// runs. UNAVAILABLE (FILE_UNWRITABLE) when there is no room for it.
absl::StatusOr<std::string> ToXlsx(const std::vector<Sheet>& sheets, std::int64_t created);

}  // namespace jixiao::archiving::exporting
