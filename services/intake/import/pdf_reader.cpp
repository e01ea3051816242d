#include "intake/import/pdf_reader.h"

#include "common/errors.h"
#include "common/text.h"
#include "intake/import/converter.h"
#include "intake/import/drawn_table.h"
#include "intake/import/folding.h"
#include "intake/import/pdf_trace.h"
#include "intake/import/printed_text.h"
#include "intake/import/vocabulary.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <optional>
#include <utility>
#include <variant>

namespace jixiao::importing {
namespace {

constexpr double kSameEdge = 4;  // points: edges of a table on two pages that are one

// Glyphs that were painted one behind the other: a word, a figure, a line.
using Run = std::span<const Glyph>;

std::vector<Run> RunsOf(std::span<const Glyph> glyphs) {
  constexpr double kApart = 0.35;  // of the size
  std::vector<Run> out;
  std::size_t begin = 0;
  for (std::size_t i = 1; i <= glyphs.size(); ++i) {
    if (i < glyphs.size()) {
      const Glyph &before = glyphs[i - 1], &glyph = glyphs[i];
      const double gap = glyph.left - before.right;
      if (glyph.piece == before.piece && std::abs(glyph.baseline - before.baseline) < glyph.size / 10 &&
          std::abs(gap) < kApart * glyph.size)
        continue;
    }
    out.push_back(glyphs.subspan(begin, i - begin));
    begin = i;
  }
  return out;
}

struct PrintedCell {
  double left = 0, right = 0;  // of its borders
  int row = 0, rows = 1;
  std::vector<PrintedLine> lines;
  LineRoom room;

  bool IsEmpty() const { return lines.empty(); }
  int end() const { return row + rows; }
  std::string Text() const { return TextOf(lines, room); }
};

using Texts = std::vector<std::string>;  // of the cells of a row that are not empty

// A table of a page, or of several when it goes on.
struct PrintedTable {
  double left = 0, right = 0;
  int rows = 0;
  std::vector<double> xs;
  std::vector<PrintedCell> cells;   // by row, then from left to right, page after page
  std::vector<std::size_t> bottom;  // of `cells`, those in the last row
  std::vector<Texts> headers;       // rows that name columns and may stand again on the next page

  // After cells were added, of which the first has the index `from`.
  void FindBottom(std::size_t from) {
    std::erase_if(bottom, [this](std::size_t i) { return cells[i].end() != rows; });
    for (std::size_t i = from; i < cells.size(); ++i)
      if (cells[i].end() == rows) bottom.push_back(i);
  }
};

bool SameColumns(const PrintedCell& a, const PrintedCell& b) {
  return std::abs(a.left - b.left) <= kSameEdge && std::abs(a.right - b.right) <= kSameEdge;
}

// The margin between border and text that the cells of a table have: what is left beside their longest lines. Cells of
// short lines leave more, and one cell may leave nothing.
double MarginIn(const std::vector<PrintedCell>& cells) {
  constexpr double kUsual = 2;
  constexpr double kMost = 0.6;  // of the size
  std::vector<double> margins;
  for (const PrintedCell& cell : cells) {
    if (cell.lines.size() < 2) continue;
    double margin = kMost * cell.lines.front().size;
    for (const PrintedLine& line : cell.lines)
      margin = std::min({margin, line.left - cell.left, cell.right - line.right});
    margins.push_back(std::max(margin, 0.0));
  }
  if (margins.empty()) return kUsual;
  const auto low = margins.begin() + static_cast<std::ptrdiff_t>(margins.size() / 8);
  std::nth_element(margins.begin(), low, margins.end());
  return *low;
}

// A table with its text: `glyphs` are those of each cell.
PrintedTable Fill(const DrawnTable& drawn, std::span<const std::vector<Glyph>> glyphs) {
  PrintedTable out;
  out.left = drawn.left();
  out.right = drawn.right();
  out.rows = static_cast<int>(drawn.ys.size()) - 1;
  out.xs = drawn.xs;
  for (std::size_t i = 0; i < drawn.cells.size(); ++i) {
    const DrawnCell& cell = drawn.cells[i];
    PrintedCell& printed = out.cells.emplace_back();
    printed.left = drawn.xs[static_cast<std::size_t>(cell.column)];
    printed.right = drawn.xs[static_cast<std::size_t>(cell.column) + static_cast<std::size_t>(cell.columns)];
    printed.row = cell.row;
    printed.rows = cell.rows;
    printed.lines = LinesOf(glyphs[i]);
  }
  const double margin = MarginIn(out.cells);
  for (PrintedCell& cell : out.cells) cell.room = {cell.left + margin, cell.right - margin};
  return out;
}

// Something on a page, and how far down.
struct Item {
  double top = 0;
  std::variant<PrintedLine, PrintedTable> what;

  const PrintedLine* line() const { return std::get_if<PrintedLine>(&what); }
};

struct Page {
  double width = 0, height = 0;
  std::vector<Item> items;
};

// Takes out what is struck out: a level stroke runs through its middle.
std::vector<Glyph> Standing(const PrintedPage& page) {
  constexpr double kFrom = 0.18, kTo = 0.48;  // of the size above the baseline
  std::vector<Stroke> level;
  for (const Stroke& stroke : page.strokes)
    if (!stroke.upright) level.push_back(stroke);
  std::sort(level.begin(), level.end(), [](const Stroke& a, const Stroke& b) { return a.at < b.at; });
  // More of them than any page has would take too long to look through, and strike out nothing.
  constexpr std::size_t kMostLevel = 6000;
  if (level.size() > kMostLevel) return page.glyphs;
  std::vector<Glyph> out;
  std::copy_if(page.glyphs.begin(), page.glyphs.end(), std::back_inserter(out), [&](const Glyph& glyph) {
    const double middle = (glyph.left + glyph.right) / 2;
    auto stroke = std::lower_bound(level.begin(), level.end(), glyph.baseline - kTo * glyph.size,
                                   [](const Stroke& s, double y) { return s.at < y; });
    for (; stroke != level.end() && stroke->at <= glyph.baseline - kFrom * glyph.size; ++stroke)
      if (stroke->from <= middle && middle <= stroke->to) return false;
    return true;
  });
  return out;
}

Page ItemsOf(const PrintedPage& printed) {
  constexpr double kMiddle = 0.35;  // of the size: the middle of a character is so far above its baseline
  Page out{printed.width, printed.height, {}};
  const std::vector<DrawnTable> tables = FindTables(printed.strokes);
  std::vector<std::vector<std::vector<Glyph>>> in(tables.size());
  for (std::size_t i = 0; i < tables.size(); ++i) in[i].resize(tables[i].cells.size());
  std::vector<Glyph> rest;
  const auto cell_at = [&](const Glyph& glyph) {
    const double x = (glyph.left + glyph.right) / 2, y = glyph.baseline - kMiddle * glyph.size;
    std::pair<std::ptrdiff_t, int> found{-1, -1};
    double smallest = 0;  // of a table in a cell of another
    for (std::size_t i = 0; i < tables.size(); ++i) {
      const int cell = tables[i].CellAt(x, y);
      const double area = (tables[i].right() - tables[i].left()) * (tables[i].bottom() - tables[i].top());
      if (cell < 0 || (found.first >= 0 && area >= smallest)) continue;
      found = {static_cast<std::ptrdiff_t>(i), cell};
      smallest = area;
    }
    return found;
  };
  const std::vector<Glyph> glyphs = Standing(printed);
  for (const Run run : RunsOf(glyphs)) {
    // What is too long for its cell runs on over the border: all of it belongs where it begins.
    const auto place = cell_at(run.front());
    auto& to =
        place.first < 0 ? rest : in[static_cast<std::size_t>(place.first)][static_cast<std::size_t>(place.second)];
    to.insert(to.end(), run.begin(), run.end());
  }
  for (std::size_t i = 0; i < tables.size(); ++i) out.items.push_back({tables[i].top(), Fill(tables[i], in[i])});
  for (PrintedLine& line : LinesOf(std::move(rest))) out.items.push_back({line.baseline, std::move(line)});
  std::stable_sort(out.items.begin(), out.items.end(), [](const Item& a, const Item& b) { return a.top < b.top; });
  return out;
}

// 3, - 3 -, 3 / 12, 第 3 页, 第3页 共12页
bool IsPageNumber(std::string_view text) {
  bool digit = false;
  while (!text.empty()) {
    const char32_t c = TakeUtf8(text);
    if (c >= U'0' && c <= U'9')
      digit = true;
    else if (std::u32string_view(U" -—–－·/.第页共，,").find(c) == std::u32string_view::npos)
      return false;
  }
  return digit;
}

// Takes out page numbers and running heads, which come between the rows of a table that goes on: lines at the upper and
// lower edge that stand on several pages. Titles of forms may do so, too, and stay with all that follows them.
void TakeOutFurniture(std::vector<Page>& pages) {
  constexpr double kMarginPart = 0.1;  // of the height, above and below
  using Key = std::pair<std::string, long>;
  const auto key = [](const PrintedLine& line) { return Key(line.text, std::lround(line.baseline)); };
  std::map<Key, int> seen;
  for (const Page& page : pages)
    for (const Item& item : page.items)
      if (const PrintedLine* line = item.line()) ++seen[key(*line)];
  const auto is_furniture = [&](const Page& page, const Item& item) {
    const PrintedLine* line = item.line();
    if (line == nullptr ||
        (line->baseline >= kMarginPart * page.height && line->baseline <= (1 - kMarginPart) * page.height))
      return false;
    if (IsPageNumber(line->text)) return true;
    for (const std::string_view word : {"表", "附", "绩效"})
      if (line->text.find(word) != std::string::npos) return false;
    return seen[key(*line)] > 1;
  };
  for (Page& page : pages) {
    const auto kept = [&](const Item& item) { return !is_furniture(page, item); };
    const auto last = std::find_if(page.items.rbegin(), page.items.rend(), kept).base();
    page.items.erase(last, page.items.end());
    page.items.erase(page.items.begin(), std::find_if(page.items.begin(), page.items.end(), kept));
  }
}

absl::Status TooLarge(const Limits& limits) {
  return InvalidField("DOCUMENT_TOO_LARGE", "content", Cat("段落与单元格超过 ", limits.cells, " 个，或文字过长"));
}

// Puts the pages' items into one document.
class Assembler {
 public:
  explicit Assembler(const Limits& limits) : limits_(limits) {}

  absl::StatusOr<Document> Assemble(std::vector<Page> pages) {
    std::map<long, LineRoom> rooms;  // of the text on pages of one width
    for (const Page& page : pages) {
      for (const Item& item : page.items) {
        const PrintedLine* line = item.line();
        if (line == nullptr) continue;
        const auto [room, fresh] = rooms.try_emplace(std::lround(page.width), LineRoom{line->left, line->right});
        room->second.left = std::min(room->second.left, line->left);
        room->second.right = std::max(room->second.right, line->right);
      }
    }
    for (Page& page : pages) {
      bool first = true;
      for (Item& item : page.items) {
        if (auto* line = std::get_if<PrintedLine>(&item.what))
          Take(std::move(*line), rooms[std::lround(page.width)], first);
        else
          Take(std::get<PrintedTable>(std::move(item.what)), first);
        first = false;
      }
    }
    RETURN_IF_ERROR(Finish());
    return std::move(document_);
  }

 private:
  // Paragraphs and tables that may still go on are kept back until something else comes.
  void Take(PrintedLine line, const LineRoom& room, bool on_new_page) {
    if (last_line_ && EndsIn(*last_line_, line, room, on_new_page)) {
      JoinLines(paragraph_, line.text);
    } else {
      Flush();
      paragraph_ = line.text;
    }
    last_line_ = std::move(line);
  }

  static bool EndsIn(const PrintedLine& line, const PrintedLine& next, const LineRoom& room, bool on_new_page) {
    constexpr double kIndent = 1, kTitle = 4, kLineHeight = 2.6;  // of the size
    const double step = next.baseline - line.baseline;
    return std::abs(line.size - next.size) < 1 && next.left <= room.left + kIndent * next.size &&
           line.left <= room.left + kTitle * line.size && (on_new_page || step <= kLineHeight * line.size) &&
           GoesOn(line, next, room);
  }

  void Take(PrintedTable table, bool on_new_page) {
    if (on_new_page && table_ && !last_line_ && std::abs(table_->left - table.left) <= kSameEdge &&
        std::abs(table_->right - table.right) <= kSameEdge) {
      Continue(*table_, std::move(table));
      return;
    }
    Flush();
    table_ = std::move(table);
    table_->FindBottom(0);
    table_->headers = HeadersIn(RowsOf(*table_));
  }

  // The texts of each row.
  static std::vector<Texts> RowsOf(const PrintedTable& table) {
    std::vector<Texts> out(static_cast<std::size_t>(table.rows));
    for (const PrintedCell& cell : table.cells)
      if (!cell.IsEmpty()) out[static_cast<std::size_t>(cell.row)].push_back(cell.Text());
    return out;
  }

  // Names of columns and little else: a row of data may say the same words twice.
  static bool IsHeader(const Texts& row) {
    constexpr std::size_t kLeastCells = 3;
    const auto names = std::count_if(row.begin(), row.end(), [](const std::string& text) {
      return !ReadLabel(text).roles.empty() && LevelOf(text) == 0;
    });
    return row.size() >= kLeastCells && names * 3 >= static_cast<std::ptrdiff_t>(row.size()) * 2;
  }

  static std::vector<Texts> HeadersIn(const std::vector<Texts>& rows) {
    std::vector<Texts> out;
    std::copy_if(rows.begin(), rows.end(), std::back_inserter(out), IsHeader);
    return out;
  }

  // Rows at the top that stand in `above`, too: the heading, repeated on each page.
  static int RepeatedRows(const PrintedTable& above, const std::vector<Texts>& rows) {
    constexpr std::size_t kMost = 3;
    std::size_t count = 0;
    while (count < std::min(kMost, rows.size()) && IsHeader(rows[count]) &&
           std::find(above.headers.begin(), above.headers.end(), rows[count]) != above.headers.end())
      ++count;
    return static_cast<int>(count);
  }

  // Whether a merged cell was cut by the end of the page: its text stands on one of both. A cell of one row is merged
  // where others of its column are.
  static bool IsOneCell(const PrintedTable& above, const PrintedTable& table, const PrintedCell& upper,
                        const PrintedCell& lower) {
    if (upper.IsEmpty() == lower.IsEmpty()) return false;
    if (lower.IsEmpty()) return upper.rows + lower.rows > 2;
    if (upper.rows == 1 && LevelOf(lower.Text()) == 0) return false;
    const auto merged = [&](const PrintedCell& cell) {
      return cell.rows > 1 && !cell.IsEmpty() && SameColumns(cell, lower);
    };
    return std::any_of(above.cells.begin(), above.cells.end(), merged) ||
           std::any_of(table.cells.begin(), table.cells.end(), merged);
  }

  // A merged label that stands on each page.
  static bool IsLabelAgain(const PrintedCell& upper, const PrintedCell& lower) {
    if (upper.IsEmpty() || lower.IsEmpty()) return false;
    const std::string text = lower.Text();
    return (upper.rows > 1 || LevelOf(text) != 0) && !IsFigure(text) && text == upper.Text();
  }

  // Appends the rows of `table`. A row that was cut by the end of the page is one again: each of its texts goes on with
  // one above that had no room left. So are merged cells.
  static void Continue(PrintedTable& above, PrintedTable table) {
    const std::vector<Texts> rows = RowsOf(table);
    const int repeated = RepeatedRows(above, rows);
    constexpr std::size_t kMostHeaders = 30;
    if (above.headers.size() < kMostHeaders) {
      const std::vector<Texts> more = HeadersIn({rows.begin() + repeated, rows.end()});
      above.headers.insert(above.headers.end(), more.begin(), more.end());
    }
    std::erase_if(table.cells, [&](const PrintedCell& cell) { return cell.end() <= repeated; });
    for (PrintedCell& cell : table.cells) {
      const int end = cell.end() - repeated;
      cell.row = std::max(0, cell.row - repeated);
      cell.rows = end - cell.row;
    }
    table.rows -= repeated;
    if (table.rows <= 0) return;
    const auto cell_above = [&](const PrintedCell& cell) -> PrintedCell* {
      const auto found = std::find_if(above.bottom.begin(), above.bottom.end(),
                                      [&](std::size_t i) { return SameColumns(above.cells[i], cell); });
      return found == above.bottom.end() ? nullptr : &above.cells[*found];
    };
    bool any = false, cut = true;
    for (const PrintedCell& cell : table.cells) {
      if (cell.row > 0 || cell.IsEmpty()) continue;
      const PrintedCell* before = cell_above(cell);
      if (before != nullptr && IsLabelAgain(*before, cell)) continue;
      any = true;
      if (before == nullptr || before->IsEmpty() || !GoesOn(before->lines.back(), cell.lines.front(), cell.room) ||
          (IsFigure(before->Text()) && IsFigure(cell.Text())))
        cut = false;
    }
    cut = cut && any;
    const int offset = above.rows - (cut ? 1 : 0);
    std::vector<PrintedCell> rest;
    std::vector<std::pair<PrintedCell*, int>> ends;  // applied once each cell has found the one above it
    const PrintedTable& whole = table;
    for (PrintedCell& cell : table.cells) {
      PrintedCell* before = cell.row == 0 ? cell_above(cell) : nullptr;
      const bool merged = before != nullptr && (IsOneCell(above, whole, *before, cell) ||
                                                (before->rows + cell.rows > 2 && IsLabelAgain(*before, cell)));
      if (before != nullptr && (cut || merged)) {
        if (!IsLabelAgain(*before, cell))
          before->lines.insert(before->lines.end(), std::make_move_iterator(cell.lines.begin()),
                               std::make_move_iterator(cell.lines.end()));
        ends.emplace_back(before, offset + cell.end());
      } else {
        cell.row += offset;
        rest.push_back(std::move(cell));
      }
    }
    for (const auto& [cell, end] : ends) cell->rows = end - cell->row;
    const std::size_t added = above.cells.size();
    above.cells.insert(above.cells.end(), std::make_move_iterator(rest.begin()), std::make_move_iterator(rest.end()));
    above.rows = offset + table.rows;
    above.FindBottom(added);
    above.xs.insert(above.xs.end(), table.xs.begin(), table.xs.end());
  }

  void Flush() {
    if (last_line_) {
      Block& block = document_.blocks.emplace_back();
      block.paragraph.text = std::exchange(paragraph_, {});
      block.paragraph.place.paragraph = ++paragraphs_;
      Count(block.paragraph);
    }
    if (table_) PutGrid(*table_);
    last_line_.reset();
    table_.reset();
  }

  void PutGrid(PrintedTable& table) {
    Block& block = document_.blocks.emplace_back();
    block.is_grid = true;
    ++tables_;
    std::vector<double> edges;
    std::sort(table.xs.begin(), table.xs.end());
    for (const double x : table.xs)
      if (edges.empty() || x > edges.back() + kSameEdge) edges.push_back(x);
    const auto column_at = [&](double x) {
      return static_cast<int>(std::upper_bound(edges.begin(), edges.end(), x + kSameEdge / 100) - edges.begin()) - 1;
    };
    std::stable_sort(table.cells.begin(), table.cells.end(), [](const PrintedCell& a, const PrintedCell& b) {
      return std::pair(a.row, a.left) < std::pair(b.row, b.left);
    });
    for (const PrintedCell& printed : table.cells) {
      Cell& cell = block.grid.cells.emplace_back();
      cell.text = printed.Text();
      cell.row = printed.row;
      cell.rows = printed.rows;
      cell.column = column_at(printed.left);
      cell.columns = std::max(1, column_at(printed.right) - cell.column);
      cell.place = {"", tables_, cell.row + 1, cell.column + 1, 0};
      Count(cell);
    }
  }

  void Count(const Cell& cell) {
    if (++cells_ > limits_.cells || cell.text.size() > limits_.cell_bytes) too_large_ = true;
  }

  absl::Status Finish() {
    Flush();
    if (!too_large_) return absl::OkStatus();
    return TooLarge(limits_);
  }

  const Limits& limits_;
  Document document_;
  std::string paragraph_;
  std::optional<PrintedLine> last_line_;  // of `paragraph_`
  std::optional<PrintedTable> table_;
  std::size_t cells_ = 0;
  int paragraphs_ = 0;
  int tables_ = 0;
  bool too_large_ = false;
};

}  // namespace

absl::StatusOr<Document> DocumentOfTrace(const std::string& trace, const Limits& limits) {
  constexpr std::size_t kMostUnnamed = 20;  // one glyph in so many may be unknown: bullets and logos
  ASSIGN_OR_RETURN(const std::vector<PrintedPage> printed, ReadPdfTrace(trace, limits));
  std::size_t glyphs = 0, unnamed = 0;
  for (const PrintedPage& page : printed) {
    glyphs += page.glyphs.size();
    unnamed += page.unnamed;
  }
  if (unnamed * kMostUnnamed > glyphs)
    return InvalidField(
        "DOCUMENT_UNREADABLE", "content",
        "PDF 的字体没有说明各是什么字，读不出文字；请提供原来的 .docx、.xlsx，或用办公软件重新导出 PDF");
  std::vector<Page> pages;
  std::size_t cells = 0;
  for (const PrintedPage& page : printed) {
    pages.push_back(ItemsOf(page));
    for (const Item& item : pages.back().items)
      if (const auto* table = std::get_if<PrintedTable>(&item.what)) cells += table->cells.size();
    if (cells > limits.cells) return TooLarge(limits);
  }
  TakeOutFurniture(pages);
  // A number that was printed on a scan makes no text of it.
  std::vector<int> scans;
  for (std::size_t i = 0; i < pages.size(); ++i)
    if (pages[i].items.empty() && printed[i].pictured) scans.push_back(static_cast<int>(i) + 1);
  if (std::all_of(pages.begin(), pages.end(), [](const Page& page) { return page.items.empty(); }))
    return InvalidField("DOCUMENT_UNREADABLE", "content",
                        "PDF 里没有文字，像是扫描件或图片；请提供由办公软件导出的 PDF，或原来的 .docx、.xlsx");
  ASSIGN_OR_RETURN(Document document, Assembler(limits).Assemble(std::move(pages)));
  document.media_type = "application/pdf";
  document.scanned_pages = std::move(scans);
  return document;
}

absl::StatusOr<Document> ReadPdf(std::string_view bytes, const Limits& limits) {
  ASSIGN_OR_RETURN(const std::string trace, TracePdf(bytes, limits));
  return DocumentOfTrace(trace, limits);
}

}  // namespace jixiao::importing
