// Web pages, also those that systems export and call .xls or .doc.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>

namespace jixiao::importing {

// Whether `bytes` are a page or a part of one. XML of office programs is none.
bool IsWebPage(std::string_view bytes);

// The page in UTF-8 with a byte order mark and without any word of another encoding: LibreOffice believes what a page
// says, and reads one that says nothing as Western European. What the bytes are counts more than what is said of them;
// a page that says it is neither UTF-8 nor GB, or that is damaged, is left as it is when it says what it is.
// INVALID_ARGUMENT (DOCUMENT_UNREADABLE) when the bytes are no text.
absl::StatusOr<std::string> PageInUtf8(std::string_view bytes);

}  // namespace jixiao::importing
