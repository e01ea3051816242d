#include "cli/table.h"

#include "common/text.h"

#include <algorithm>

namespace jixiao::cli {
namespace {

std::string Repeat(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

}  // namespace

std::string Fit(const std::string& text, std::size_t width) {
  std::string line;
  for (const char c : text) line.push_back(c == '\n' || c == '\r' || c == '\t' ? ' ' : c);
  if (DisplayWidth(line) <= width) return line;
  std::string_view rest = line;
  std::size_t used = 0;
  while (!rest.empty()) {
    std::string_view next = rest;
    TakeUtf8(next);
    const std::size_t step = DisplayWidth(rest.substr(0, rest.size() - next.size()));
    if (used + step > width - 1) break;
    used += step;
    rest = next;
  }
  return Cat(std::string_view(line).substr(0, line.size() - rest.size()), "…");
}

void Table::Add(std::vector<std::string> cells) {
  cells.resize(columns_.size());
  for (std::size_t i = 0; i < cells.size(); ++i) cells[i] = Fit(cells[i], columns_[i].max_width);
  rows_.push_back(std::move(cells));
}

void Table::Print(std::ostream& out) const {
  std::vector<std::size_t> shown;  // columns
  std::vector<std::size_t> widths(columns_.size());
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const bool filled = std::any_of(rows_.begin(), rows_.end(), [&](const auto& row) { return !row[i].empty(); });
    if (columns_[i].optional && !filled) continue;
    shown.push_back(i);
    widths[i] = DisplayWidth(columns_[i].title);
    for (const auto& row : rows_) widths[i] = std::max(widths[i], DisplayWidth(row[i]));
  }
  const auto line = [&](const auto& cell_of) {
    std::string text;
    for (const std::size_t i : shown) {
      const std::string& cell = cell_of(i);
      const std::string pad(widths[i] - DisplayWidth(cell), ' ');
      Append(text, text.empty() ? "" : "  ", columns_[i].align == Align::kRight ? pad + cell : cell + pad);
    }
    text.erase(text.find_last_not_of(' ') + 1);
    out << text << '\n';
  };
  line([&](std::size_t i) -> const std::string& { return columns_[i].title; });
  std::size_t total = 0;
  for (const std::size_t i : shown) total += widths[i] + 2;
  out << Repeat("─", total - 2) << '\n';
  for (const auto& row : rows_) line([&](std::size_t i) -> const std::string& { return row[i]; });
}

}  // namespace jixiao::cli
