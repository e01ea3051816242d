// Forms whose text arrives as running text: what is copied off a web page or out of a PDF has its cells one behind the
// other, with blanks between them, all on one line or a row a line.
#pragma once

#include "intake/import/document.h"

#include <optional>

namespace jixiao::importing {

// `document` with the paragraphs that hold a form cut into its cells, a paragraph each, for RebuildFromLines. Blanks
// within a cell (产 出 指 标, ≥ 50 个) join it again where its parts say so. Paragraphs in which the labels of a form
// do not stand as words of their own stay as they are; where no paragraph is a form by itself, all are cut, with tables
// that are only made of bars. Nothing when none is a form, or when the document has other tables. Linear, in the first
// MiB.
std::optional<Document> SplitRunText(const Document& document);

}  // namespace jixiao::importing
