// Sheets to an .xlsx file.
#pragma once

#include "intake/template/sheet.h"

#include <absl/status/status.h>

#include <string>
#include <utility>
#include <vector>

namespace jixiao::forms {

// Writes the sheets with these custom properties to `path`; UNAVAILABLE (FILE_UNWRITABLE).
absl::Status WriteWorkbook(const std::vector<Sheet>& sheets, const std::string& title,
                           const std::vector<std::pair<std::string, std::string>>& properties, const std::string& path);

}  // namespace jixiao::forms
