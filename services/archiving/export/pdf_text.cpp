#include "archiving/export/pdf_text.h"

#include "common/text.h"

#include <cstdio>

namespace jixiao::archiving::exporting {
namespace {

// The official form is set in 宋体; Noto Serif is its like in Debian. What it lacks is looked for in all other fonts.
constexpr char kFamily[] = "Noto Serif CJK SC, Noto Sans CJK SC, Source Han Serif SC, WenQuanYi Zen Hei, serif";
constexpr double kTextSize = 9;
constexpr double kTitleSize = 15;
constexpr double kNoteSize = 8;

double SizeOf(Style style) {
  return style == Style::kTitle ? kTitleSize : style == Style::kNote ? kNoteSize : kTextSize;
}

bool IsCentred(Style style) {
  return style != Style::kText && style != Style::kSection && style != Style::kNote;
}

double Points(int pango_units) {
  return static_cast<double>(pango_units) / PANGO_SCALE;
}

// 〔U+2A6D6〕 in place of each unknown character.
std::string WithoutUnknown(std::string_view text, const std::set<char32_t>& unknown) {
  std::string out;
  while (!text.empty()) {
    const std::string_view before = text;
    const char32_t c = TakeUtf8(text);
    if (unknown.count(c) == 0) {
      out.append(before.substr(0, before.size() - text.size()));
      continue;
    }
    char code[16];
    std::snprintf(code, sizeof code, "U+%04X", static_cast<unsigned>(c));
    Append(out, "〔", code, "〕");
  }
  return out;
}

// What PDF and Pango would make something else of: other control characters are blanks.
std::string Printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out.push_back((byte < 0x20 && c != '\n') || byte == 0x7F ? ' ' : c);
  }
  return out;
}

}  // namespace

std::set<char32_t> UnknownIn(PangoLayout* layout) {
  std::set<char32_t> unknown;
  if (pango_layout_get_unknown_glyphs_count(layout) == 0) return unknown;
  for (GSList* at = pango_layout_get_lines_readonly(layout); at != nullptr; at = at->next)
    for (GSList* run_at = static_cast<PangoLayoutLine*>(at->data)->runs; run_at != nullptr; run_at = run_at->next) {
      const PangoGlyphString* const glyphs = static_cast<PangoLayoutRun*>(run_at->data)->glyphs;
      for (int i = 0; i < glyphs->num_glyphs; ++i) {
        const PangoGlyph glyph = glyphs->glyphs[i].glyph;
        if (glyph != PANGO_GLYPH_EMPTY && (glyph & PANGO_GLYPH_UNKNOWN_FLAG) != 0)
          unknown.insert(static_cast<char32_t>(glyph & ~PANGO_GLYPH_UNKNOWN_FLAG));
      }
    }
  return unknown;
}

Owned<PangoLayout> TextSetter::Make(std::string_view text, Style style, double width) const {
  Owned<PangoLayout> layout(pango_cairo_create_layout(cairo_));
  PangoFontDescription* const font = pango_font_description_from_string(kFamily);
  pango_font_description_set_absolute_size(font, SizeOf(style) * PANGO_SCALE);
  if (style == Style::kTitle || style == Style::kSection) pango_font_description_set_weight(font, PANGO_WEIGHT_BOLD);
  pango_layout_set_font_description(layout.get(), font);
  pango_font_description_free(font);
  pango_context_set_language(pango_layout_get_context(layout.get()), pango_language_from_string("zh-cn"));
  pango_layout_set_width(layout.get(), static_cast<int>(width * PANGO_SCALE));
  pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
  pango_layout_set_auto_dir(layout.get(), FALSE);
  pango_layout_set_alignment(layout.get(), IsCentred(style) ? PANGO_ALIGN_CENTER : PANGO_ALIGN_LEFT);
  pango_layout_set_text(layout.get(), text.data(), static_cast<int>(text.size()));
  return layout;
}

LaidText TextSetter::Lay(std::string_view text, Style style, double width) {
  LaidText laid;
  if (text.empty()) return laid;
  const std::string printable = Printable(text);
  laid.layout = Make(printable, style, width);
  if (const std::set<char32_t> unknown = UnknownIn(laid.layout.get()); !unknown.empty()) {
    missing_.insert(unknown.begin(), unknown.end());
    laid.layout = Make(WithoutUnknown(printable, unknown), style, width);
  }
  PangoLayoutIter* const at = pango_layout_get_iter(laid.layout.get());
  do {
    int top = 0;
    int bottom = 0;
    pango_layout_iter_get_line_yrange(at, &top, &bottom);
    PangoRectangle logical;
    pango_layout_iter_get_line_extents(at, nullptr, &logical);
    TextLine line;
    line.line = pango_layout_iter_get_line_readonly(at);
    line.height = Points(bottom - top);
    line.baseline = Points(pango_layout_iter_get_baseline(at) - top);
    line.left = Points(logical.x);
    laid.height += line.height;
    laid.lines.push_back(line);
  } while (pango_layout_iter_next_line(at));
  pango_layout_iter_free(at);
  return laid;
}

}  // namespace jixiao::archiving::exporting
