// Plain texts: tables written with tabs, commas, pipes or box drawing; tables as Word's text export leaves them (each
// cell on lines of its own behind a tab, an empty line between rows); cell dumps in brackets; paragraphs.
#pragma once

#include "intake/import/document.h"
#include "intake/import/limits.h"

#include <absl/status/statusor.h>

#include <string_view>

namespace jixiao::importing {

// `text` is UTF-8 with \n (DecodeText). `csv`: the whole text is one grid of separated values with quoting by RFC 4180.
absl::StatusOr<Document> ReadText(std::string_view text, bool csv, const Limits& limits);

}  // namespace jixiao::importing
