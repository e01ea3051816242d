// .docx: paragraphs and tables in reading order, tracked changes accepted.
#pragma once

#include "intake/import/document.h"
#include "intake/import/limits.h"

#include <absl/status/statusor.h>

#include <string_view>

namespace jixiao::importing {

// INVALID_ARGUMENT (DOCUMENT_DAMAGED, DOCUMENT_TOO_LARGE, DOCUMENT_ENCRYPTED) says what is wrong in Chinese. What was
// deleted under change tracking is left out, what was inserted is taken; text boxes follow the paragraph they hang on;
// a table inside of a cell becomes a grid of its own after the table around it.
absl::StatusOr<Document> ReadDocx(std::string_view bytes, const Limits& limits);

}  // namespace jixiao::importing
