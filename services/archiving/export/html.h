// The sheets as one HTML page that needs nothing else: styles inside, A4 when printed.
#pragma once

#include "archiving/export/sheet.h"

#include <string>
#include <string_view>
#include <vector>

namespace jixiao::archiving::exporting {

// Equal sheets give equal bytes. All text is escaped.
std::string ToHtml(const std::vector<Sheet>& sheets, std::string_view title);

// `text` with the characters that mean something in HTML and XML escaped; control characters that XML forbids are left
// out.
std::string EscapeXml(std::string_view text);

}  // namespace jixiao::archiving::exporting
