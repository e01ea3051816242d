// Text of one cell, broken into lines by Pango.
#pragma once

#include "archiving/export/sheet.h"

#include <pango/pangocairo.h>

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::archiving::exporting {

struct Unref {
  void operator()(void* object) const { g_object_unref(object); }
};
template <class T>
using Owned = std::unique_ptr<T, Unref>;

// Measures in points, downwards.
struct TextLine {
  PangoLayoutLine* line = nullptr;  // lives with its layout
  double height = 0;
  double baseline = 0;  // below the line's top
  double left = 0;      // of the text within the cell
};

struct LaidText {
  Owned<PangoLayout> layout;
  std::vector<TextLine> lines;
  double height = 0;
};

// Lays out cells on one cairo context.
class TextSetter {
 public:
  explicit TextSetter(cairo_t* cairo) : cairo_(cairo) {}

  // `text` in a box `width` points wide. Characters without a glyph are replaced and noted.
  LaidText Lay(std::string_view text, Style style, double width);
  const std::set<char32_t>& missing() const { return missing_; }

 private:
  Owned<PangoLayout> Make(std::string_view text, Style style, double width) const;

  cairo_t* const cairo_;
  std::set<char32_t> missing_;
};

// The characters of a layout for which no font has a glyph.
std::set<char32_t> UnknownIn(PangoLayout* layout);

}  // namespace jixiao::archiving::exporting
