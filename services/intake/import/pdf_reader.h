// .pdf: the tables that are drawn on its pages and the text around them, in reading order.
#pragma once

#include "intake/import/document.h"
#include "intake/import/limits.h"

#include <absl/status/statusor.h>

#include <string>
#include <string_view>

namespace jixiao::importing {

// A PDF knows no tables: they are put together again from strokes and characters (DrawnTable, PrintedLine). Tables that
// go on over a page are one, page numbers and running heads are left out. Needs MuPDF's `mutool` (TracePdf in
// converter.h, whose errors it passes on). INVALID_ARGUMENT: DOCUMENT_UNREADABLE for scans and for fonts that do not
// say which characters they show, DOCUMENT_ENCRYPTED, DOCUMENT_DAMAGED, DOCUMENT_TOO_LARGE.
absl::StatusOr<Document> ReadPdf(std::string_view bytes, const Limits& limits);

// The same of what mutool wrote.
absl::StatusOr<Document> DocumentOfTrace(const std::string& trace, const Limits& limits);

}  // namespace jixiao::importing
