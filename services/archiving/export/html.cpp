#include "archiving/export/html.h"

#include "common/text.h"

#include <algorithm>

namespace jixiao::archiving::exporting {
namespace {

constexpr std::string_view kStyles = R"(
@page { size: A4; margin: 15mm; }
body { font-family: "Noto Serif CJK SC", "Source Han Serif SC", SimSun, serif; font-size: 10.5pt; color: #000; margin: 1em auto; max-width: 190mm; }
table { border-collapse: collapse; width: 100%; table-layout: fixed; }
td, th { border: 1px solid #000; padding: 2px 4px; white-space: pre-wrap; overflow-wrap: anywhere; font-weight: normal; vertical-align: middle; }
.title { border: 0; text-align: center; font-size: 16pt; font-weight: bold; }
.caption { border: 0; text-align: center; }
.label, .head, .figure { text-align: center; }
.label, .head { background: #f2f2f2; }
.section { font-weight: bold; background: #e6e6e6; }
.note { border: 0; font-size: 9pt; }
.page { break-before: page; margin-top: 2em; }
tr { break-inside: avoid; }
@media print { body { margin: 0; max-width: none; } }
)";

std::string_view ClassOf(Style style) {
  switch (style) {
    case Style::kTitle:
      return "title";
    case Style::kCaption:
      return "caption";
    case Style::kLabel:
      return "label";
    case Style::kHead:
      return "head";
    case Style::kFigure:
      return "figure";
    case Style::kSection:
      return "section";
    case Style::kNote:
      return "note";
    case Style::kText:
      break;
  }
  return "text";
}

void WriteSheet(const Sheet& sheet, std::string& out) {
  Append(out, "<table", sheet.page_before ? " class=\"page\"" : "", ">\n<colgroup>");
  int all = 0;
  for (const int width : sheet.widths) all += width;
  for (const int width : sheet.widths) Append(out, "<col style=\"width:", (width * 1000 / all + 5) / 10, "%\">");
  out += "</colgroup>\n";
  auto cell = sheet.cells.begin();
  for (int row = 0; row < sheet.rows; ++row) {
    out += "<tr>";
    for (; cell != sheet.cells.end() && cell->row == row; ++cell) {
      const std::string_view tag = cell->style == Style::kHead || cell->style == Style::kLabel ? "th" : "td";
      Append(out, "<", tag, " class=\"", ClassOf(cell->style), "\"");
      if (cell->columns > 1) Append(out, " colspan=\"", cell->columns, "\"");
      if (cell->rows > 1) Append(out, " rowspan=\"", cell->rows, "\"");
      Append(out, ">", EscapeXml(cell->text), "</", tag, ">");
    }
    out += "</tr>\n";
  }
  out += "</table>\n";
}

}  // namespace

std::string EscapeXml(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::string_view before = text;
    const char32_t c = TakeUtf8(text);
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7F || c == 0xFFFE || c == 0xFFFF) break;
        out.append(before.substr(0, before.size() - text.size()));
    }
  }
  return out;
}

std::string ToHtml(const std::vector<Sheet>& sheets, std::string_view title) {
  std::string out = "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n";
  // No script, no picture, no font from anywhere.
  out += "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n";
  Append(out, "<title>", EscapeXml(title), "</title>\n<style>", kStyles, "</style>\n</head>\n<body>\n");
  for (const Sheet& sheet : sheets) WriteSheet(sheet, out);
  out += "</body>\n</html>\n";
  return out;
}

}  // namespace jixiao::archiving::exporting
