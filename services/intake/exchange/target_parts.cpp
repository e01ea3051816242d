#include "intake/exchange/target_parts.h"

#include "common/text.h"

#include <algorithm>
#include <span>
#include <utility>

namespace jixiao::exchange {
namespace {

constexpr std::string_view kQualitative = "6";

// How each sign is written first, then other ways to write it. The codes are those seen in deployed platforms, which
// list them as "1, 2 = >/≥; 3 = '='; 4, 5 = </≤": which of a pair is which rests on that order.
constexpr std::pair<std::string_view, std::string_view> kSigns[] = {
    {"1", ">"},  {"2", "≥"},  {"3", "="},  {"4", "<"}, {"5", "≤"}, {kQualitative, "定性"}, {"2", ">="}, {"5", "<="},
    {"1", "＞"}, {"3", "＝"}, {"4", "＜"}, {"2", "≧"}, {"5", "≦"},
};
constexpr std::size_t kPlainSigns = 5;  // those that stand in a cell

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

// Bytes of the figure at the front: 1,200.50.
std::size_t FigureLength(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size() && IsDigit(text[end])) ++end;
  if (end == 0) return 0;
  while (end + 3 < text.size() && text[end] == ',' &&
         std::all_of(text.begin() + end + 1, text.begin() + end + 4, IsDigit))
    end += 4;
  if (end + 1 < text.size() && text[end] == '.' && IsDigit(text[end + 1])) {
    ++end;
    while (end < text.size() && IsDigit(text[end])) ++end;
  }
  return end;
}

}  // namespace

std::string_view SignCode(std::string_view sign) {
  for (const auto& [code, written] : kSigns)
    if (sign == code || sign == written) return code;
  return {};
}

std::string Compose(const TargetParts& parts) {
  std::string_view sign;
  for (const auto& [code, written] : std::span(kSigns).first(kPlainSigns))
    if (parts.sign == code) sign = written;
  return Cat(sign, parts.value, parts.unit);
}

TargetParts Decompose(std::string_view cell) {
  TargetParts parts;
  for (const auto& [code, written] : std::span(kSigns).first(kPlainSigns))
    if (cell.starts_with(written)) {
      parts.sign = code;
      cell.remove_prefix(written.size());
      break;
    }
  const std::size_t figure = FigureLength(cell);
  const std::string_view rest = cell.substr(figure);
  constexpr std::size_t kLongestUnit = 8;  // characters
  if (figure > 0 && std::none_of(rest.begin(), rest.end(), IsDigit) && Utf8Length(rest) <= kLongestUnit) {
    parts.value = cell.substr(0, figure);
    parts.unit = rest;
    return parts;
  }
  if (parts.sign.empty() && figure == 0 && !cell.empty()) parts.sign = kQualitative;
  parts.value = cell;
  return parts;
}

}  // namespace jixiao::exchange
