// A record in one of the forms that people open.
#pragma once

#include "archiving/export/document.h"

#include <absl/status/statusor.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::archiving::exporting {

// How the files beside the parts of packages are written (form.html, metadata.xml, .json): the next number with every
// change of a byte of them, so that a verifier compares only with what it would write itself.
// tests/unit/archiving/bag_forgery_test.cpp holds their digest.
inline constexpr int kRenderingRevision = 1;

enum class Format { kXlsx, kHtml, kPdf, kJson };
// Nothing for a word that is none of xlsx, html, pdf, json.
std::optional<Format> FormatNamed(std::string_view name);

struct Rendered {
  std::string bytes;
  std::vector<char32_t> missing;  // of a PDF: characters that no font has
};
absl::StatusOr<Rendered> Render(const Document& document, Format format);

// A name for files: `text` without what file systems or shells take otherwise, at most 80 bytes; "record" when nothing
// remains. Letters, digits, Chinese characters, '-', '_' and '.' stay, but no '.' at the front.
std::string FileName(std::string_view text);

}  // namespace jixiao::archiving::exporting
