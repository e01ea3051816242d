#include "intake/import/text_reader.h"

#include "common/errors.h"
#include "common/text.h"
#include "intake/import/box_table.h"
#include "intake/import/folding.h"
#include "intake/import/line_list.h"
#include "intake/import/report.h"
#include "intake/import/vocabulary.h"

#include <algorithm>
#include <map>
#include <vector>

namespace jixiao::importing {
namespace {

bool Blank(std::string_view text) {
  while (!text.empty()) {
    const char32_t c = TakeUtf8(text);
    if (c != ' ' && c != '\t' && c != '\n' && c != 0x3000 && c != 0xA0) return false;
  }
  return true;
}

// What converters leave behind for pictures and bookmarks.
std::string WithoutMarks(std::string_view line) {
  std::string out(line);
  for (const std::string_view mark : {"[bookmark:", "[image:"}) {
    for (std::size_t at = out.find(mark); at != std::string::npos; at = out.find(mark, at)) {
      const std::size_t end = out.find(']', at);
      if (end == std::string::npos) break;
      out.erase(at, end + 1 - at);
    }
  }
  return out;
}

std::vector<std::string> Lines(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    out.push_back(WithoutMarks(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string_view WithoutBlanksBehind(std::string_view line) {
  return line.substr(0, line.find_last_not_of(" \t\r") + 1);
}

// A page's table as text with a bar behind each cell, and each cell on a line of its own: the bars say nothing, nor do
// lines of bars only, which stand for merged cells.
void DropBarsBehindCells(std::vector<std::string>& lines) {
  constexpr std::size_t kLeast = 12;
  std::size_t filled = 0, ended = 0;
  for (const std::string& line : lines) {
    const std::string_view text = WithoutBlanksBehind(line);
    if (text.find_first_not_of("| ") == std::string_view::npos) continue;
    ++filled;
    ended += text.find('|') == text.size() - 1;
  }
  if (ended < kLeast || ended * 10 < filled * 6) return;
  for (std::string& line : lines) {
    const std::string_view text = WithoutBlanksBehind(line);
    if (text.find_first_not_of("| ") == std::string_view::npos)
      line.clear();
    else if (text.find('|') == text.size() - 1)
      line.resize(WithoutBlanksBehind(text.substr(0, text.size() - 1)).size());
  }
}

class TextReader {
 public:
  TextReader(std::string_view text, const Limits& limits) : lines_(Lines(text)), limits_(limits) {
    DropBarsBehindCells(lines_);
  }

  absl::StatusOr<Document> Read(bool csv) {
    out_.media_type = csv ? "text/csv" : "text/plain";
    if (csv || MostlyCommas()) {
      RETURN_IF_ERROR(Separated(BestDelimiter(), lines_.size()));
      return std::move(out_);
    }
    const bool cells_on_lines = CellsOnLines();
    while (at_ < lines_.size() && status_.ok()) {
      const std::string& line = lines_[at_];
      if (IsDumpHere()) {
        Dump();
      } else if (IsBoxLine(line)) {
        Box();
      } else if (IsPipe(line)) {
        Pipes();
      } else if (cells_on_lines && line.starts_with('\t')) {
        TabCells();
      } else if (!Blank(line) && (Trimmed(line).find('\t') != std::string_view::npos || OpensQuotedCell(at_))) {
        const std::size_t end = EndOfTabbed();
        status_.Update(Separated('\t', end));
      } else {
        Paragraph(line, at_++);
      }
    }
    RETURN_IF_ERROR(status_);
    RebuildFromLines(out_);
    return std::move(out_);
  }

 private:
  static std::string_view Trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
  }

  bool Count(const Cell& cell) {
    if (++cells_ > limits_.cells)
      status_.Update(InvalidField("DOCUMENT_TOO_LARGE", "content", Cat("段落与单元格超过 ", limits_.cells, " 个")));
    if (cell.text.size() > limits_.cell_bytes)
      status_.Update(
          InvalidField("DOCUMENT_TOO_LARGE", "content", Cat("第 ", cell.place.paragraph, " 行的单元格过长")));
    return status_.ok();
  }

  void Paragraph(std::string text, std::size_t line) {
    if (Blank(text)) return;
    Block block;
    block.paragraph.text = std::move(text);
    block.paragraph.place.paragraph = static_cast<int>(line) + 1;
    if (Count(block.paragraph)) out_.blocks.push_back(std::move(block));
  }

  Grid& NewGrid(Layout layout) {
    ++tables_;
    out_.blocks.emplace_back().is_grid = true;
    out_.blocks.back().grid.layout = layout;
    return out_.blocks.back().grid;
  }

  Cell* Add(Grid& grid, int row, int column, std::string text, std::size_t line) {
    Cell cell;
    cell.text = std::move(text);
    cell.row = row;
    cell.column = column;
    cell.place = {"", tables_, row + 1, column + 1, static_cast<int>(line) + 1};
    if (!Count(cell)) return nullptr;
    grid.cells.push_back(std::move(cell));
    return &grid.cells.back();
  }

  // ------------------------------------------------------------------------------------------ separated values

  static std::size_t CountOf(std::string_view text, char c) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), c));
  }

  bool MostlyCommas() const {
    std::size_t filled = 0, with = 0, sentences = 0;
    for (const std::string& line : lines_) {
      if (Blank(line)) continue;
      ++filled;
      if (CountOf(line, ',') >= 3) ++with;
      sentences += line.find("。") != std::string::npos;
    }
    return filled >= 4 && with * 10 >= filled * 7 && sentences * 2 < filled;  // prose has commas too
  }

  char BestDelimiter() const {
    std::size_t best = 0;
    char out = ',';
    for (const char c : {',', '\t', ';', '|'}) {
      std::size_t count = 0;
      for (const std::string& line : lines_) count += CountOf(line, c);
      if (count > best) best = count, out = c;
    }
    return out;
  }

  // Whether a quoted cell begins at the front of line `i` and ends some lines below it, before a tab.
  bool OpensQuotedCell(std::size_t i) const {
    constexpr std::size_t kMost = 10;  // lines of one cell
    if (!lines_[i].starts_with('"') || CountOf(lines_[i], '"') % 2 == 0) return false;
    for (std::size_t k = i + 1; k < lines_.size() && k <= i + kMost; ++k)
      if (CountOf(lines_[k], '"') % 2 == 1) return lines_[k].find("\"\t") != std::string::npos;
    return false;
  }

  // Lines with a tab inside follow each other; quoted cells may run over several lines.
  std::size_t EndOfTabbed() const {
    std::size_t end = at_;
    for (std::size_t i = at_; i < lines_.size(); ++i) {
      if (lines_[i].find('\t') != std::string::npos || OpensQuotedCell(i)) {
        end = i + 1;
      } else {
        // Still inside of a quoted cell when the quotes so far do not match.
        std::size_t quotes = 0;
        for (std::size_t j = at_; j < end; ++j) quotes += CountOf(lines_[j], '"');
        if (quotes % 2 == 0 || i - end > 20) break;
        end = i + 1;
      }
      if (end - at_ > 5000) break;  // a region of its own again: quote counting stays linear enough
    }
    return end;
  }

  // Cells by `delimiter` up to line `end`, quoting by RFC 4180.
  absl::Status Separated(char delimiter, std::size_t end) {
    Grid& grid = NewGrid(delimiter == '\t' ? Layout::kLoose : Layout::kExact);
    int row = 0;
    while (at_ < end && status_.ok()) {
      int column = 0;
      std::size_t i = 0;
      while (status_.ok()) {
        std::string cell;
        const std::size_t line = at_;
        if (i < lines_[at_].size() && lines_[at_][i] == '"') {
          ++i;
          bool closed = false;
          while (!closed) {
            const std::string& current = lines_[at_];
            while (i < current.size()) {
              if (current[i] == '"' && i + 1 < current.size() && current[i + 1] == '"') {
                cell += '"';
                i += 2;
              } else if (current[i] == '"') {
                closed = true;
                ++i;
                break;
              } else {
                cell += current[i++];
              }
            }
            if (closed || at_ + 1 >= end) break;
            if (cell.size() > limits_.cell_bytes) break;
            cell += '\n';
            ++at_;
            i = 0;
          }
        }
        const std::string& current = lines_[at_];
        const std::size_t stop = std::min(current.find(delimiter, i), current.size());
        cell += current.substr(i, stop - i);
        if (!Blank(cell) || delimiter == '\t') Add(grid, row, column, std::move(cell), line);
        ++column;
        if (stop >= current.size()) break;
        i = stop + 1;
      }
      ++at_;
      ++row;
    }
    return status_;
  }

  // ------------------------------------------------------------------------------------------ pipes and boxes

  static bool IsPipe(std::string_view line) {
    const std::string_view trimmed = Trimmed(line);
    return CountOf(trimmed, '|') >= 2 || (trimmed.starts_with('|') && trimmed.size() > 1) ||
           (trimmed.starts_with("+-") && trimmed.ends_with("-+"));
  }

  // So many lines say what a table is like; all of them, at every table again, would cost the square of a text.
  std::size_t EndOfLook() const { return std::min(lines_.size(), at_ + 120); }

  // How many bars the lines from here on have, where most have as many; 0 where they do not agree.
  std::size_t BarsOfRows() const {
    constexpr std::size_t kLeast = 4;
    std::map<std::size_t, std::size_t> lines_with;
    std::size_t lines = 0;
    for (std::size_t i = at_; i < EndOfLook() && !Blank(lines_[i]); ++i, ++lines) ++lines_with[CountOf(lines_[i], '|')];
    const auto most = std::ranges::max_element(lines_with, {}, [](const auto& entry) { return entry.second; });
    const bool agreed = most != lines_with.end() && most->first >= kLeast && most->second >= kLeast;
    return agreed && most->second * 3 >= lines ? most->first : 0;
  }

  // Text taken from a web page has the merged cells that it left out in a row at its end, one bar each: what is left
  // stands in its order, but not in its place.
  bool LeavesOutMergedCells() const {
    constexpr int kLeast = 3;
    int rows = 0;
    for (std::size_t i = at_; i < EndOfLook() && !Blank(lines_[i]); ++i) {
      const std::string_view line = Trimmed(lines_[i]);
      rows += !line.starts_with('|') && line.ends_with("||") ? 1 : 0;
    }
    return rows >= kLeast;
  }

  // Whether a line begins a row of its own, and does not go on with the last cell of the line above: a total, a class,
  // or words behind a figure.
  static bool BeginsRow(std::string_view above, std::string_view line) {
    const std::string_view last = Trimmed(above.substr(above.rfind('|') + 1));
    const std::string_view first = Trimmed(line.substr(0, line.find('|')));
    if (last.empty() || first.empty()) return false;
    if (LevelOf(first) != 0 || ReadLabel(first).roles.HasAny(Role::kTotal | Role::kTotalScore)) return true;
    return IsNumber(last) && !IsFigure(first) && !IsMeasure(first);
  }

  // How many lines from here on are one row: more than one where a cell breaks, and all of them together have as many
  // bars as other rows. 0 behind the table.
  std::size_t LinesOfRow(std::size_t bars) const {
    constexpr std::size_t kMost = 10;
    std::size_t count = CountOf(lines_[at_], '|');
    std::size_t lines = 1;
    while (count < bars && lines < kMost && at_ + lines < lines_.size() && !Blank(lines_[at_ + lines])) {
      const std::string& next = lines_[at_ + lines];
      if (count == 0 && !Trimmed(next).starts_with('|')) break;
      if (BeginsRow(lines_[at_ + lines - 1], next)) break;
      count += CountOf(next, '|');
      ++lines;
    }
    if (lines > 1 && count == bars) return lines;
    return IsPipe(lines_[at_]) ? 1 : 0;
  }

  void Pipes() {
    Grid& grid = NewGrid(Layout::kLoose);
    const std::size_t bars = BarsOfRows();
    const bool merged = bars > 0 && LeavesOutMergedCells();
    int row = 0;
    std::string joined;
    for (std::size_t lines = 0; at_ < lines_.size() && status_.ok(); at_ += lines) {
      lines = LinesOfRow(bars);
      if (lines == 0) break;
      std::string_view line = Trimmed(lines_[at_]);
      if (lines > 1) {
        joined.clear();
        for (std::size_t i = at_; i < at_ + lines; ++i) joined += lines_[i];
        line = Trimmed(joined);
      }
      if (line.find_first_not_of("|-:+= ") == std::string_view::npos && line.find('-') != std::string_view::npos)
        continue;
      if (line.starts_with('|')) line.remove_prefix(1);
      if (merged) line = line.substr(0, line.find_last_not_of("| ") + 1);
      if (line.ends_with('|')) line.remove_suffix(1);
      int column = 0;
      while (true) {
        const std::size_t end = std::min(line.find('|'), line.size());
        std::string cell(Trimmed(line.substr(0, end)));
        for (std::size_t br = cell.find("<br"); br != std::string::npos; br = cell.find("<br"))
          cell.replace(br, std::min(cell.find('>', br), cell.size() - 1) - br + 1, "\n");
        Add(grid, row, column++, std::move(cell), at_);
        if (end == line.size()) break;
        line.remove_prefix(end + 1);
      }
      ++row;
    }
  }

  void Box() {
    const std::size_t first = at_;
    while (at_ < lines_.size() && IsBoxLine(lines_[at_])) ++at_;
    if (at_ == first) {
      Paragraph(lines_[at_], at_);
      ++at_;
      return;
    }
    Grid& grid = NewGrid(Layout::kExact);
    for (BoxCell& cell : ReadBoxTable({lines_.begin() + static_cast<std::ptrdiff_t>(first),
                                       lines_.begin() + static_cast<std::ptrdiff_t>(at_)})) {
      Cell* added = Add(grid, cell.row, cell.column, std::move(cell.text), first + static_cast<std::size_t>(cell.line));
      if (added == nullptr) return;
      added->rows = cell.rows;
      added->columns = cell.columns;
    }
  }

  // ------------------------------------------------------------------------------------------ cells on lines of their
  // own

  // Whether lines that begin with a tab mostly hold one cell each.
  bool CellsOnLines() const {
    std::size_t leading = 0, single = 0;
    for (const std::string& line : lines_) {
      if (!line.starts_with('\t')) continue;
      ++leading;
      if (line.find('\t', 1) == std::string::npos) ++single;
    }
    return leading >= 4 && single * 10 >= leading * 8;
  }

  // Whether the cell goes on in a line that begins with a blank, or something was lost before it.
  static bool StartsAfterGap(std::string_view line) {
    if (!line.starts_with(' ')) return false;
    const std::string_view text = Trimmed(line);
    return IsLevelName(text) || text.ends_with("报告");
  }

  bool TabLineFollows(std::size_t from) const {
    for (std::size_t i = from; i < lines_.size() && i < from + 30; ++i) {
      if (lines_[i].starts_with('\t')) return true;
      if (Blank(lines_[i])) return false;
    }
    return false;
  }

  // Whether a line behind an empty last cell is rather the text below the table: a heading, or a long line.
  static bool EndsTable(std::string_view line) {
    Cell probe;
    probe.text = line;
    return Utf8Length(line) >= 10 || !SplitHeading(probe).heading.empty();
  }

  void TabCells() {
    Grid& grid = NewGrid(Layout::kLoose);
    int last_width = 0;  // cells of the row before
    int row = 0, column = 0, blanks = 0;
    Cell* cell = nullptr;
    for (; at_ < lines_.size() && status_.ok(); ++at_) {
      const std::string& line = lines_[at_];
      const bool gap = line.starts_with(' ') && line.find_first_not_of(' ') == line.find('\t') && !Blank(line);
      if (line.starts_with('\t') || gap) {
        if (blanks > 0 && cell != nullptr) {
          last_width = column;
          ++row;
          column = 0;
        }
        blanks = 0;
        std::string text = line.substr(line.find('\t') + 1);
        cell = Add(grid, row, column++, std::move(text), at_);
        if (cell != nullptr) cell->after_gap = gap;
      } else if (Blank(line)) {
        ++blanks;
      } else if (cell == nullptr) {
        return;
      } else if (StartsAfterGap(line)) {
        blanks = 0;
        cell = Add(grid, row, column++, std::string(Trimmed(line)), at_);
        if (cell != nullptr) cell->after_gap = true;
      } else if (blanks == 0) {
        Append(cell->text, "\n", line);
      } else {
        // An empty line inside of the cell, or the end of the table.
        const bool complete = column == last_width;
        const bool goes_on = IsBlank(cell->text) ? !complete || IsFigure(line) || IsLevelName(line) || !EndsTable(line)
                                                 : !complete && TabLineFollows(at_);
        if (!goes_on) return;
        Append(cell->text, std::string(static_cast<std::size_t>(blanks), '\n'), "\n", line);
        blanks = 0;
      }
    }
  }

  // ------------------------------------------------------------------------------------------ cells in brackets

  static bool OpensDump(std::string_view line) {
    line = Trimmed(line);
    return line == "(" || line == "（";
  }
  static bool TurnsDump(std::string_view line) {
    line = Trimmed(line);
    return (line.starts_with(')') || line.starts_with("）")) && (line.ends_with('(') || line.ends_with("（")) &&
           line.size() <= 12;
  }
  static bool ClosesDump(std::string_view line) {
    line = Trimmed(line);
    return line == ")" || line == "）";
  }

  bool IsDumpHere() const {
    if (!OpensDump(lines_[at_])) return false;
    std::size_t turns = 0;
    for (std::size_t i = at_ + 1; i < lines_.size() && i < at_ + 60; ++i)
      if (TurnsDump(lines_[i])) ++turns;
    return turns >= 3;
  }

  void Dump() {
    Grid& grid = NewGrid(Layout::kDump);
    int row = 0;
    Cell* cell = nullptr;
    for (; at_ < lines_.size() && status_.ok(); ++at_) {
      const std::string& line = lines_[at_];
      if (cell == nullptr || TurnsDump(line)) {
        cell = Add(grid, row++, 0, "", at_ + 1);
      } else if (ClosesDump(line)) {
        ++at_;
        return;
      } else {
        Append(cell->text, cell->text.empty() ? "" : "\n", line);
      }
    }
  }

  std::vector<std::string> lines_;
  const Limits& limits_;
  Document out_;
  absl::Status status_;
  std::size_t at_ = 0;
  std::size_t cells_ = 0;
  int tables_ = 0;
};

}  // namespace

absl::StatusOr<Document> ReadText(std::string_view text, bool csv, const Limits& limits) {
  return TextReader(text, limits).Read(csv);
}

}  // namespace jixiao::importing
