#include "intake/import/box_table.h"

#include "common/text.h"

#include <algorithm>
#include <map>

namespace jixiao::importing {
namespace {

bool IsDash(char32_t c) {
  return c == U'─' || c == U'━' || c == U'═';
}
bool IsFrame(char32_t c) {
  return c >= 0x2500 && c <= 0x257F;
}

// A line cut at its vertical strokes.
struct Stretch {
  std::size_t from = 0, to = 0;  // terminal columns of the strokes around it
  std::string text;
  bool border = false;
};

std::vector<Stretch> Cut(std::string_view line, std::size_t frame_width) {
  std::vector<Stretch> out;
  std::size_t column = 0;
  bool inside = false, dashes = false;
  Stretch current;
  while (!line.empty()) {
    const std::string_view before = line;
    const char32_t c = TakeUtf8(line);
    const std::string_view bytes = before.substr(0, before.size() - line.size());
    if (IsFrame(c) && !IsDash(c)) {  // a bar, a corner or a crossing
      if (inside) {
        current.to = column;
        current.border = dashes;
        out.push_back(std::move(current));
      }
      current = {};
      current.from = column;
      inside = true;
      dashes = false;
    } else if (IsDash(c)) {
      dashes = true;
    } else {
      current.text += bytes;
    }
    column += IsFrame(c) ? frame_width : DisplayWidth(bytes);
  }
  return out;
}

std::string Trim(const std::string& text) {
  std::string_view rest = text;
  while (rest.starts_with(' ') || rest.starts_with("　")) rest.remove_prefix(rest.starts_with(' ') ? 1 : 3);
  while (rest.ends_with(' ') || rest.ends_with("　")) rest.remove_suffix(rest.ends_with(' ') ? 1 : 3);
  return std::string(rest);
}

}  // namespace

bool IsBoxLine(std::string_view line) {
  std::size_t strokes = 0, upright = 0;
  while (!line.empty()) {
    const char32_t c = TakeUtf8(line);
    if (!IsFrame(c)) continue;
    ++strokes;
    if (!IsDash(c)) ++upright;
  }
  return strokes >= 2 && upright >= 1;
}

std::vector<BoxCell> ReadBoxTable(std::span<const std::string> lines) {
  // Frame characters are one column wide on some systems and two on others: right is what lets more strokes meet.
  std::vector<std::vector<Stretch>> cut;
  std::vector<std::size_t> bars;
  for (const std::size_t frame_width : {1, 2}) {
    std::vector<std::vector<Stretch>> pieces;
    std::vector<std::size_t> strokes, merged;
    for (const std::string& line : lines) {
      pieces.push_back(Cut(line, frame_width));
      for (const Stretch& piece : pieces.back()) {
        strokes.push_back(piece.from);
        strokes.push_back(piece.to);
      }
    }
    std::sort(strokes.begin(), strokes.end());
    // Strokes one column apart are one.
    for (const std::size_t stroke : strokes)
      if (merged.empty() || stroke > merged.back() + 1) merged.push_back(stroke);
    if (frame_width == 1 || merged.size() < bars.size()) {
      cut = std::move(pieces);
      bars = std::move(merged);
    }
  }
  const auto index = [&](std::size_t stroke) {
    const auto above = std::upper_bound(bars.begin(), bars.end(), stroke);
    return static_cast<int>(above - bars.begin()) - 1;
  };
  std::vector<BoxCell> out;
  std::map<int, std::size_t> open;  // by first column
  int row = 0;
  bool fresh = true;  // nothing since the last border
  for (std::size_t i = 0; i < cut.size(); ++i) {
    const bool has_border =
        std::any_of(cut[i].begin(), cut[i].end(), [](const Stretch& piece) { return piece.border; });
    if (has_border && !fresh) {
      ++row;
      fresh = true;
    }
    for (const Stretch& piece : cut[i]) {
      const int from = index(piece.from), to = index(piece.to);
      if (piece.border) {
        // Ends every cell above this stretch.
        std::erase_if(open, [&](const auto& entry) { return entry.first >= from && entry.first < to; });
        continue;
      }
      const std::string text = Trim(piece.text);
      const auto found = open.find(from);
      if (found != open.end()) {
        BoxCell& cell = out[found->second];
        if (!text.empty()) Append(cell.text, cell.text.empty() ? "" : "\n", text);
        if (!has_border) cell.rows = row - cell.row + 1;
      } else if (!has_border) {
        open[from] = out.size();
        out.push_back({text, row, from, 1, std::max(1, to - from), static_cast<int>(i)});
      }
    }
    if (!has_border) fresh = false;
  }
  std::stable_sort(out.begin(), out.end(), [](const BoxCell& a, const BoxCell& b) {
    return std::pair(a.row, a.column) < std::pair(b.row, b.column);
  });
  return out;
}

}  // namespace jixiao::importing
