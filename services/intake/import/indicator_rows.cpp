#include "intake/import/indicator_rows.h"

#include "common/text.h"
#include "intake/import/folding.h"
#include "intake/import/vocabulary.h"

#include <algorithm>

namespace jixiao::importing {

bool IsNamePlaceholder(std::string_view text) {
  std::string key = Fold(text);
  if (key.starts_with("指标")) {
    key.erase(0, std::string_view("指标").size());
    while (!key.empty() && key.front() >= '0' && key.front() <= '9') key.erase(0, 1);
    for (const std::string_view number : {"一", "二", "三", "四", "五", "六", "七", "八", "九", "n", "N"})
      if (key.starts_with(number)) key.erase(0, number.size());
    for (const std::string_view mark : {":", ".", "、"})
      if (key.starts_with(mark)) key.erase(0, mark.size());
    if (key.empty()) return true;
  }
  if (key.empty()) return false;
  std::string_view rest = key;
  while (!rest.empty()) {
    const char32_t c = TakeUtf8(rest);
    if (c != U'…' && c != U'.' && c != U'。' && c != U'⋯') return false;
  }
  return Utf8Length(key) >= 1 && key != "。";
}

bool IsSubtotal(std::string_view text) {
  const std::string folded = Fold(text);
  if (Utf8Length(folded) > 12) return false;
  return folded == "小计" || folded == "合计" || folded == "分项合计" || folded.ends_with("小计") ||
         (folded.ends_with("合计") && Contains(folded, "指标"));
}

bool IsSubtotalRow(const Row& row) {
  bool named = false;
  for (const Cell* cell : row.filled) {
    if (IsSubtotal(cell->text))
      named = true;
    else if (!IsFigure(cell->text) && LevelOf(cell->text) == 0)
      return false;
  }
  return named;
}

bool SumsUpAll(const Row& row) {
  return std::any_of(row.filled.begin(), row.filled.end(), [](const Cell* cell) {
    const std::string folded = Fold(cell->text);
    return folded == "100" || folded == "100分" || folded == "100.00" || folded == "100.0";
  });
}

bool IsOfThePage(const Row& row) {
  if (row.filled.size() != 1) return false;
  const std::string folded = Fold(row.filled.front()->text);
  for (const std::string_view word : {"注:", "备注:", "说明:", "填表说明", "填报说明", "注1"})
    if (folded.starts_with(word)) return true;
  if (folded.empty() || folded.size() > 40) return false;
  std::string rest = folded;
  for (const std::string_view word : {"第", "页", "共", "/", "-", "—"})
    for (std::size_t at = rest.find(word); at != std::string::npos; at = rest.find(word)) rest.erase(at, word.size());
  return rest != folded && rest.size() <= 4 && !rest.empty() &&
         rest.find_first_not_of("0123456789") == std::string::npos;
}

std::vector<std::string> LinesOf(std::string_view text, std::size_t count) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (lines.size() != count) std::erase_if(lines, [](const std::string& line) { return IsBlank(line); });
  return lines;
}

void TakeOffNumbers(std::vector<std::string>& lines) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  std::vector<std::string> rests;
  bool certain = false;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::string_view rest = lines[i];
    const auto take = [&rest](std::string_view word) {
      if (!rest.starts_with(word)) return false;
      rest.remove_prefix(word.size());
      return true;
    };
    const bool bracket = take("(") || take("（");
    if (!take(Cat(i + 1))) return;
    const bool dot = !bracket && (take(".") || take("．"));
    if (!dot && !take(")") && !take("）") && (bracket || !take("、"))) return;
    while (take(" ") || take("　")) {
    }
    if (rest.empty()) return;
    const std::size_t end = std::min(rest.find_first_not_of("0123456789"), rest.size());
    const bool decimals = end + 1 < rest.size() && rest[end] == '.' && digit(rest[end + 1]);
    certain = certain || !dot || !digit(rest[0]) || decimals;
    rests.emplace_back(rest);
  }
  if (certain) lines.swap(rests);
}

std::size_t IndicatorsIn(const Row& row, const std::vector<const Column*>& assigned) {
  constexpr std::size_t kMost = 20;
  std::size_t weights = 0;
  bool values = false;
  for (std::size_t i = 0; i < row.cells.size(); ++i)
    if (assigned[i] != nullptr && assigned[i]->role == Role::kWeight && weights == 0) {
      const std::vector<std::string> lines = LinesOf(row.cells[i]->text, 0);
      const auto is_weight = [](const std::string& line) { return IsNumber(line) && !Fold(line).starts_with('0'); };
      if (lines.size() < 2 || lines.size() > kMost || !std::all_of(lines.begin(), lines.end(), is_weight)) return 1;
      weights = lines.size();
    }
  if (weights == 0) return 1;
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    if (assigned[i] == nullptr || IsBlank(row.cells[i]->text)) continue;
    const Role role = assigned[i]->role;
    const std::size_t lines = LinesOf(row.cells[i]->text, weights).size();
    if (role == Role::kScore && lines != weights) return 1;
    values =
        values || ((role == Role::kTarget || role == Role::kActual || role == Role::kTargetFigure) && lines == weights);
  }
  return values ? weights : 1;
}

}  // namespace jixiao::importing
