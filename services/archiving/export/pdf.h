// The sheets as a PDF for print and signature: A4, heads of tables repeated on each page, fonts embedded.
//
// Pango and cairo: Pango breaks Chinese lines as people do and finds a font for every character, cairo's PDF embeds
// subsets of those fonts and keeps the text readable for machines, and Debian maintains both. libhpdf embeds TrueType
// only (the CJK fonts of Debian are OpenType/CFF), breaks no lines, and knows nothing beyond the first plane.
#pragma once

#include "archiving/export/sheet.h"

#include <absl/status/statusor.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::archiving::exporting {

struct Pdf {
  std::string bytes;
  // Characters for which no installed font has a glyph. In the pages stands 〔U+XXXX〕 in their place.
  std::vector<char32_t> missing;
};

// `created` (microseconds since 1970) is the document's date. The same sheets give the same bytes with the same fonts.
// FAILED_PRECONDITION (FONT_MISSING) when no font with Chinese characters is installed. Not thread-safe with itself on
// one font map: calls are serialised inside.
absl::StatusOr<Pdf> ToPdf(const std::vector<Sheet>& sheets, std::string_view title, std::int64_t created);

}  // namespace jixiao::archiving::exporting
