#include "intake/import/run_text.h"

#include "common/text.h"
#include "intake/import/folding.h"
#include "intake/import/values.h"
#include "intake/import/vocabulary.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace jixiao::importing {
namespace {

constexpr std::size_t kLeastLabels = 8;
constexpr std::size_t kLeastText = 200;      // bytes: a form is longer
constexpr std::size_t kMostText = 1u << 20;  // of all paragraphs that are looked at: what is behind is left as it is

bool IsGap(char32_t c) {
  return c == ' ' || c == '\t' || c == '\n' || c == 0x3000 || c == 0xA0;
}

std::vector<std::string> Words(std::string_view text) {
  std::vector<std::string> out;
  bool open = false;
  while (!text.empty()) {
    const std::string_view rest = text;
    const char32_t c = TakeUtf8(text);
    if (IsGap(c)) {
      open = false;
      continue;
    }
    if (!open) out.emplace_back();
    open = true;
    out.back().append(rest.substr(0, rest.size() - text.size()));
  }
  return out;
}

bool OpensBracket(std::string_view word) {
  const auto last = [&](std::string_view narrow, std::string_view wide) {
    const std::size_t a = word.rfind(narrow), b = word.rfind(wide);
    return a == std::string_view::npos ? b : b == std::string_view::npos ? a : std::max(a, b);
  };
  const std::size_t open = last("(", "（"), close = last(")", "）");
  return open != std::string_view::npos && (close == std::string_view::npos || close < open);
}

// 新建道路( ≥**公里 ): blanks inside of brackets, which soon close, divide no cells.
void JoinBrackets(std::vector<std::string>& words) {
  constexpr std::size_t kMostWords = 4;
  constexpr std::size_t kLongest = 90;  // bytes in brackets
  std::vector<std::string> out;
  out.reserve(words.size());
  for (std::size_t i = 0, next = 0; i < words.size(); i = next) {
    next = i + 1;
    std::string whole = words[i];
    for (std::size_t k = i; OpensBracket(whole) && ++k < words.size() && k <= i + kMostWords &&
                            whole.size() <= words[i].size() + kLongest;) {
      whole += words[k];
      next = k + 1;
    }
    if (OpensBracket(whole)) whole = words[i], next = i + 1;  // it does not close soon
    out.push_back(std::move(whole));
  }
  words = std::move(out);
}

// The words that belong to cells: between blanks, but for those in brackets.
std::vector<std::string> PartsOf(std::string_view text) {
  std::vector<std::string> words = Words(text);
  JoinBrackets(words);
  return words;
}

// ≥, 大于等于: the figure follows.
bool IsComparison(std::string_view word) {
  const std::string folded = Fold(word);
  return !folded.empty() && ComparisonLength(folded) == folded.size();
}

bool IsDigitFirst(std::string_view word) {
  return !word.empty() && word[0] >= '0' && word[0] <= '9';
}

bool IsDigitLast(std::string_view word) {
  return !word.empty() && word.back() >= '0' && word.back() <= '9';
}

bool IsOneHan(std::string_view word) {
  if (word.empty()) return false;
  const char32_t c = TakeUtf8(word);
  return word.empty() && IsHan(c);
}

// Ends as the name of a level does whose 指标 got apart from it: 经济效益, 服务对象满意度.
bool LacksIndicator(std::string_view word) {
  static constexpr std::string_view kEnds[] = {"产出", "效益", "满意度", "数量", "质量", "时效", "成本", "影响"};
  return std::any_of(std::begin(kEnds), std::end(kEnds), [&](std::string_view end) { return word.ends_with(end); });
}

// Whether `next` belongs to the cell that ends with `cell`, whose last word was `last`.
bool GoesOn(std::string_view cell, std::string_view last, std::string_view next) {
  if (IsComparison(last)) return IsDigitFirst(next);
  if (next.starts_with("(") || next.starts_with("（")) return !last.empty() && !IsDigitFirst(last);
  if (IsMeasure(next)) return IsDigitLast(last);
  if (next == "指标" && (cell == "一级" || cell == "二级" || cell == "三级")) return true;
  if (next == "指标" || next.starts_with("指标(") || next.starts_with("指标（")) return LacksIndicator(cell);
  constexpr std::size_t kLongestLabel = 120;  // bytes; what is longer is no name that broke
  const bool label = cell.size() + next.size() <= kLongestLabel;
  if (label && (cell.ends_with("和") || cell.ends_with("及")) && ReadLabel(Cat(cell, next)).roles.Has(Role::kDeviation))
    return true;
  if (next.starts_with("及") && ReadLabel(cell).roles.Has(Role::kDeviation)) return true;
  if (AreHalvesOfLevel(cell, next)) return true;
  // 产 出 指 标: letter by letter, until that is whole; but 是 否, 高 中 are two values.
  if (cell.ends_with("指标") && LevelOf(cell) != 0) return false;
  return IsOneHan(last) && IsOneHan(next) && !IsMeasure(last) && !(IsVerdict(last) && IsVerdict(next));
}

// The cells of one paragraph: what stands between blanks, put together again where it is one.
std::vector<std::string> CellsOf(std::string_view text) {
  std::vector<std::string> cells;
  std::string last;
  for (std::string& word : PartsOf(text)) {
    const bool joined = !cells.empty() && GoesOn(cells.back(), last, word);
    last = word;
    if (joined)
      cells.back() += word;
    else
      cells.push_back(std::move(word));
  }
  return cells;
}

// Whether these are the cells of a form: labels as words of their own, those of the indicator table among them.
class FormLabels {
 public:
  void Count(std::string_view cell) {
    constexpr std::size_t kLongestLabel = 60;
    if (cell.size() > kLongestLabel) return;
    const Roles roles = ReadLabel(cell).roles;
    labels_ += roles.empty() ? 0 : 1;
    levels_ += roles.HasAny(Role::kLevel1 | Role::kLevel2 | Roles(Role::kLevel3)) ? 1 : 0;
  }
  bool AreOfForm() const { return labels_ >= kLeastLabels && levels_ >= 2; }

 private:
  std::size_t labels_ = 0, levels_ = 0;
};

bool AreOfForm(const std::vector<std::string>& cells) {
  FormLabels labels;
  for (const std::string& cell : cells) labels.Count(cell);
  return labels.AreOfForm();
}

// Whether a block has no shape that could be trusted: text, or a table made of bars.
bool IsLoose(const Block& block) {
  return !block.is_grid || block.grid.layout == Layout::kLoose;
}

// The words of a line, and where they stand.
std::vector<Cell> WordsOf(const Cell& line) {
  std::vector<Cell> out;
  for (std::string& word : PartsOf(line.text)) {
    if (word.find_first_not_of('|') == std::string::npos) continue;  // what is left of an empty row of bars
    Cell& cell = out.emplace_back();
    cell.text = std::move(word);
    cell.place = line.place;
  }
  return out;
}

// 年度 实际 分值, and on the next line 指标值 完成值: a header whose cells broke. Whether `lower` consists of second
// halves, one for each head of `upper` that says nothing by itself; then they are joined.
bool JoinHeader(std::vector<Cell>& upper, const std::vector<Cell>& lower) {
  constexpr Roles kLevels = Role::kLevel1 | Role::kLevel2 | Roles(Role::kLevel3);
  constexpr Roles kValues = Role::kTarget | Role::kTargetFigure | Roles(Role::kActual) | Roles(Role::kDeviation);
  constexpr std::size_t kMost = 4;  // heads that broke
  const auto levels = std::count_if(upper.begin(), upper.end(),
                                    [&](const Cell& cell) { return ReadLabel(cell.text).roles.HasAny(kLevels); });
  if (levels < 2 || lower.empty() || lower.size() > kMost) return false;
  std::vector<std::size_t> heads;
  std::size_t at = 0;
  for (const Cell& half : lower) {
    for (; at < upper.size(); ++at)
      if (!ReadLabel(upper[at].text).roles.HasAny(kLevels | kValues | Roles(Role::kWeight) | Roles(Role::kScore)) &&
          ReadLabel(Cat(upper[at].text, half.text)).roles.HasAny(kValues))
        break;
    if (at == upper.size()) return false;
    heads.push_back(at++);
  }
  for (std::size_t i = 0; i < heads.size(); ++i) upper[heads[i]].Join(lower[i]);
  return true;
}

// Adds the words of a line as cells, or to the cell that goes on with them.
void Put(const std::vector<Cell>& line, std::string& last, Document& out) {
  bool first = true;  // of the line: a figure of the line before does not go on with it
  for (const Cell& word : line) {
    const bool joined = !out.blocks.empty() && GoesOn(out.blocks.back().paragraph.text, last, word.text) &&
                        !(first && IsMeasure(word.text));
    if (!joined) {
      out.blocks.emplace_back().paragraph = word;
    } else if (Cell& open = out.blocks.back().paragraph; first) {
      open.Join(word);
    } else {
      open.text += word.text;
      if (!open.parts.empty()) open.parts.back().text += word.text;
    }
    last = word.text;
    first = false;
  }
}

// All paragraphs as cells, where each line holds some of a form: a page's table copied as text. The lines end cells
// too, but for a name that breaks in its cell. Tables made of bars, which could not be read as such, give their cells.
std::optional<Document> SplitLines(const Document& document) {
  Document out;
  out.media_type = document.media_type;
  out.template_hint = document.template_hint;
  std::string last;
  std::vector<Cell> line;  // its words wait for the line below
  std::size_t read = 0;
  for (const Block& block : document.blocks) {
    if (block.is_grid) Put(std::exchange(line, {}), last, out);
    for (const Cell& cell : block.grid.cells) {
      read += cell.text.size();
      if (read > kMostText) return std::nullopt;
      if (!cell.covered && cell.text.find_first_not_of("| \t\n") != std::string::npos && !Words(cell.text).empty())
        out.blocks.emplace_back().paragraph = cell;
    }
    if (block.is_grid) {
      last.clear();
      continue;
    }
    read += block.paragraph.text.size();
    if (read > kMostText) return std::nullopt;
    if (JoinHeader(line, WordsOf(block.paragraph))) continue;
    Put(std::exchange(line, WordsOf(block.paragraph)), last, out);
  }
  Put(line, last, out);
  FormLabels labels;
  for (const Block& block : out.blocks) labels.Count(block.paragraph.text);
  return labels.AreOfForm() ? std::optional(std::move(out)) : std::nullopt;
}

}  // namespace

std::optional<Document> SplitRunText(const Document& document) {
  const auto is_grid = [](const Block& block) { return block.is_grid; };
  if (std::any_of(document.blocks.begin(), document.blocks.end(), is_grid))
    return std::ranges::all_of(document.blocks, IsLoose) ? SplitLines(document) : std::nullopt;
  Document out;
  out.media_type = document.media_type;
  out.template_hint = document.template_hint;
  bool any = false;
  std::size_t read = 0;
  for (const Block& block : document.blocks) {
    const std::string& text = block.paragraph.text;
    if (text.size() >= kLeastText && read + text.size() <= kMostText) {
      read += text.size();
      const std::vector<std::string> cells = CellsOf(text);
      if (AreOfForm(cells)) {
        any = true;
        for (const std::string& cell : cells) {
          Block& part = out.blocks.emplace_back();
          part.paragraph.text = cell;
          part.paragraph.place = block.paragraph.place;
        }
        continue;
      }
    }
    out.blocks.push_back(block);
  }
  return any ? std::optional(std::move(out)) : SplitLines(document);
}

}  // namespace jixiao::importing
