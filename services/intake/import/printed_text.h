// Text that was set on a page, put together again: glyphs to lines, lines to what the author typed. A line that ends
// because there was no room for more goes on in the next one; any other ends where the author ended it.
#pragma once

#include "intake/import/pdf_trace.h"

#include <span>
#include <string>
#include <vector>

namespace jixiao::importing {

struct PrintedLine {
  std::string text;
  double left = 0, right = 0;  // of what can be seen
  double baseline = 0;
  double size = 0;  // of its largest character
  // Width of what cannot be parted at its beginning: a word, a number, a character with the signs that follow it.
  double first_word = 0;
};

// Where lines begin and end: the borders of a cell without its margin, or those of the page's text.
struct LineRoom {
  double left = 0, right = 0;
};

// Lines from top to bottom, glyphs of each from left to right whatever the order in which they were painted.
std::vector<PrintedLine> LinesOf(std::vector<Glyph> glyphs);

// Whether `next` goes on with `line`, which had no room for the first word of it.
bool GoesOn(const PrintedLine& line, const PrintedLine& next, const LineRoom& room);

// `next` behind `line`, with the space that a break between Latin words stood for.
void JoinLines(std::string& line, std::string_view next);

// All lines, \n only where the author ended one.
std::string TextOf(std::span<const PrintedLine> lines, const LineRoom& room);

}  // namespace jixiao::importing
