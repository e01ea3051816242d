// What stands on the pages of a PDF, as `mutool draw -F trace` of MuPDF writes it: characters and straight strokes.
#pragma once

#include "intake/import/limits.h"

#include <absl/status/statusor.h>

#include <string>
#include <vector>

namespace jixiao::importing {

// Lengths are points (1/72 inch) from the upper left corner of the page; y grows downwards.
struct Glyph {
  char32_t character = 0;
  double left = 0, right = 0;
  double baseline = 0;
  double size = 0;  // of the font
  int piece = 0;    // glyphs that were written in one go have the same number
};

// A straight line along an axis: the border of a cell, or an underline.
struct Stroke {
  bool upright = false;
  double at = 0;            // x of an upright one, y of a level one
  double from = 0, to = 0;  // from ≤ to
};

struct PrintedPage {
  double width = 0, height = 0;
  std::vector<Glyph> glyphs;    // in the order in which they are painted
  std::vector<Stroke> strokes;  // thin filled rectangles, too, which is how office programs draw borders
  std::size_t unnamed = 0;      // glyphs of fonts that do not say which character they are
  bool pictured = false;        // a picture covers a good part of it: a scan, when there are no glyphs
};

// Characters that cannot be seen (text under a scanned picture), white strokes, slanted lines and slanted text
// (watermarks) are left out; a character without a name is U+FFFD.
// INVALID_ARGUMENT (DOCUMENT_DAMAGED, DOCUMENT_TOO_LARGE).
absl::StatusOr<std::vector<PrintedPage>> ReadPdfTrace(const std::string& trace, const Limits& limits);

}  // namespace jixiao::importing
