// Cells of one number: points, amounts, rates, and the points in a heading.
#include "scoring/engine/literal.h"
#include "scoring/engine/literal/fold.h"
#include "scoring/engine/literal/number.h"
#include "scoring/engine/literal/units.h"
#include "scoring/engine/literal/words.h"

#include <algorithm>

namespace jixiao::scoring {

using literal::Folded;
using literal::IsDigit;
using literal::ReadRun;
using literal::Run;
using literal::Take;
using literal::TakeSignedNumber;

namespace {

// What stands in a pair of brackets around all of `text`; else `text`.
std::string_view Unbracketed(std::string_view text) {
  return text.starts_with('(') && text.ends_with(')') ? text.substr(1, text.size() - 2) : text;
}

// A cell of nothing but a number, as most of these cells are: it folds to itself.
std::optional<Run> PlainNumber(std::string_view cell) {
  if (cell.empty() || !IsDigit(cell[0])) return std::nullopt;
  const Run run = ReadRun(cell);
  return run.number && run.length == cell.size() ? std::optional(run) : std::nullopt;
}

}  // namespace

std::optional<Decimal> ReadPoints(std::string_view cell) {
  if (cell.empty()) return std::nullopt;
  if (const auto plain = PlainNumber(cell)) return plain->number;
  const Folded folded(cell);
  std::string_view text = Unbracketed(folded.text());
  const auto points = TakeSignedNumber(text);
  Take(text, "分");
  return text.empty() ? points : std::nullopt;
}

std::optional<Decimal> ReadAmount(std::string_view cell, bool ten_thousand_yuan) {
  if (cell.empty()) return std::nullopt;
  if (const auto plain = PlainNumber(cell); plain && ten_thousand_yuan) return plain->number;
  std::string folded = Fold(cell);
  // A full-width comma between digits groups them here: an amount has no clauses.
  for (std::size_t i = 1; i + 1 < folded.size(); ++i)
    if (folded[i] == ';' && IsDigit(folded[i - 1]) && IsDigit(folded[i + 1])) folded[i] = ',';
  std::string_view text = folded;
  const auto number = TakeSignedNumber(text);
  if (!number) return std::nullopt;
  text = Unbracketed(text);
  if (text.empty() ? ten_thousand_yuan : text == "万元") return number;
  Decimal factor(1);
  if (!text.empty()) {
    if (const std::int64_t multiplier = literal::TakeMultiplier(text); multiplier != 0) factor = Decimal(multiplier);
    if (!text.empty()) {
      const literal::UnitWord* unit = literal::TakeUnitWord(text);
      if (unit == nullptr || unit->base != "元" || !text.empty()) return std::nullopt;
      factor = Decimal::Mul(factor, unit->factor).value_or(factor);
    }
  }
  return Decimal::MulDiv(*number, factor, Decimal(10000), Decimal::kMaxScale);
}

std::optional<Decimal> AmountOf(const Quantity& quantity) {
  return Decimal::MulDiv(quantity.Value(), Decimal(1), Decimal(10000), Decimal::kMaxScale);
}

std::optional<Rate> ReadRate(std::string_view cell) {
  if (cell.empty()) return std::nullopt;
  Rate rate;
  rate.percent = cell.ends_with('%');
  if (const auto plain = PlainNumber(cell.substr(0, cell.size() - (rate.percent ? 1 : 0)))) {
    rate.number = *plain->number;
    rate.decimals = plain->decimals;
    return rate;
  }
  const Folded folded(cell);
  std::string_view text = folded.text();
  const auto number = TakeSignedNumber(text, &rate.decimals);
  if (!number) return std::nullopt;
  rate.number = *number;
  rate.percent = Take(text, "%");
  while (Take(text, "%")) rate.malformed = true;
  if (!text.empty()) return std::nullopt;
  return rate;
}

Decimal Rate::Percent(const std::optional<Decimal>& expected) const {
  if (percent || !expected) return number;
  const Decimal hundredfold = Decimal::Mul(number, Decimal(100)).value_or(number);
  return (hundredfold - *expected).Abs() < (number - *expected).Abs() ? hundredfold : number;
}

Decimal Rate::Precision(const std::optional<Decimal>& expected) const {
  const bool fraction = Percent(expected) != number;
  const int places = std::max(0, fraction ? decimals - 2 : decimals);
  return Decimal::Scaled(5, std::min(places + 1, Decimal::kMaxScale));
}

std::optional<Decimal> PointsInHeading(std::string_view heading) {
  const Folded folded(heading);
  const std::string_view text = folded.text();
  const std::size_t end = text.rfind("分)");
  if (end == std::string_view::npos) return std::nullopt;
  const std::size_t open = text.rfind('(', end);
  if (open == std::string_view::npos) return std::nullopt;
  return Decimal::Parse(text.substr(open + 1, end - open - 1));
}

}  // namespace jixiao::scoring
