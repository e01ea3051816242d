#include "scoring/engine/literal/number.h"

#include "common/text.h"
#include "scoring/engine/literal/words.h"

#include <algorithm>
#include <cstdint>
#include <string>

namespace jixiao::scoring::literal {
namespace {

// Spreadsheets print binary fractions (71.43000000000001, 71.42999999999999): of more decimals than this only as many
// digits mean something as a binary fraction keeps.
constexpr std::size_t kPlainDecimals = 6;
constexpr std::size_t kSignificant = 15;

// A plain number that fits in 64 bits, which nearly all do; its length is 0 when the run is something else.
Run ReadPlainRun(std::string_view text) {
  constexpr std::size_t kIntegerDigits = 12;
  std::size_t n = 0;
  std::uint64_t value = 0;  // up to 19 digits, before it is seen that one is too many
  const auto take = [&] { value = value * 10 + static_cast<unsigned char>(text[n++] - '0'); };
  while (n < text.size() && n <= kIntegerDigits && IsDigit(text[n])) take();
  if (n == 0 || n > kIntegerDigits) return {};
  int decimals = 0;
  if (n + 1 < text.size() && text[n] == '.' && IsDigit(text[n + 1])) {
    const std::size_t start = ++n;
    while (n < text.size() && n - start <= kPlainDecimals && IsDigit(text[n])) take();
    if (n - start > kPlainDecimals) return {};
    decimals = static_cast<int>(n - start);
  }
  if (n < text.size() && (text[n] == ',' || text[n] == '.')) return {};
  int scale = decimals;
  while (scale > 0 && value % 10 == 0) {
    value /= 10;
    --scale;
  }
  return {Decimal::Scaled(static_cast<std::int64_t>(value), scale), n, decimals};
}

// Takes the commas out of `integer`: one to three digits, then groups of exactly three. Nothing when they stand
// elsewhere.
std::optional<std::string> Ungrouped(std::string_view integer) {
  std::size_t group = integer.find(',');
  if (group == std::string_view::npos) return std::string(integer);
  if (group == 0 || group > 3) return std::nullopt;
  std::string digits(integer.substr(0, group));
  while (group < integer.size()) {
    const std::string_view next = integer.substr(group + 1, 3);
    if (next.size() != 3 || next.find(',') != std::string_view::npos) return std::nullopt;
    digits += next;
    group += 4;
    if (group < integer.size() && integer[group] != ',') return std::nullopt;
  }
  return digits;
}

}  // namespace

Run ReadRun(std::string_view text) {
  Run run = ReadPlainRun(text);
  if (run.length != 0) return run;
  std::size_t end = 0;
  while (end < text.size() && (IsDigit(text[end]) || text[end] == ',' || text[end] == '.')) ++end;
  while (end > 0 && !IsDigit(text[end - 1])) --end;
  run.length = end;
  const std::string_view raw = text.substr(0, end);
  const std::size_t point = std::min(raw.find('.'), raw.size());
  std::string_view decimals = point < raw.size() ? raw.substr(point + 1) : std::string_view();
  if (decimals.find_first_of(".,") != std::string_view::npos) return run;
  std::optional<std::string> digits = Ungrouped(raw.substr(0, point));
  if (!digits) return run;
  if (digits->empty() && !decimals.empty()) *digits = "0";  // .5
  run.decimals = static_cast<int>(decimals.size());
  const std::size_t significant = digits->size() - std::min(digits->find_first_not_of('0'), digits->size());
  const std::size_t kept = decimals.size() <= kPlainDecimals
                               ? decimals.size()
                               : std::clamp(kSignificant - std::min(significant, kSignificant), kPlainDecimals,
                                            std::size_t{Decimal::kMaxScale});
  const bool up = decimals.size() > kept && decimals[kept] >= '5';
  decimals = decimals.substr(0, kept);
  if (!decimals.empty()) Append(*digits, ".", decimals);
  run.number = Decimal::Parse(*digits);
  if (!run.number || !up) return run;
  *run.number += Decimal::Scaled(1, static_cast<int>(kept));
  // 999999999999999.9999999 has become too long to be written down again.
  constexpr std::int64_t kBeyond = 1'000'000'000'000'000;
  if (*run.number >= Decimal(kBeyond)) run.number.reset();
  return run;
}

std::optional<Decimal> TakeSignedNumber(std::string_view& text, int* decimals) {
  const bool negative = Take(text, "-");
  Take(text, "¥") || Take(text, "￥");
  const Run run = ReadRun(text);
  text.remove_prefix(run.length);
  if (decimals != nullptr) *decimals = run.decimals;
  if (!run.number) return std::nullopt;
  return negative ? -*run.number : *run.number;
}

}  // namespace jixiao::scoring::literal
