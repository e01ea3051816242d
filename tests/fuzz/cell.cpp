#include "common/text.h"
#include "scoring/engine/literal.h"

#include "fuzz/targets.h"

namespace jixiao::fuzz {
namespace {

using scoring::Literal;
using scoring::Quantity;

bool Same(const Quantity& a, const Quantity& b) {
  return a.comparison == b.comparison && a.number == b.number && a.end == b.end && a.approximate == b.approximate &&
         a.unit == b.unit && a.unit_text == b.unit_text;
}

bool Same(const Literal& a, const Literal& b) {
  const auto same_period = [&] {
    return a.period.has_value() == b.period.has_value() &&
           (!a.period || (a.period->first == b.period->first && a.period->last == b.period->last));
  };
  return a.text == b.text && a.blank == b.blank && a.malformed == b.malformed && same_period() &&
         std::equal(a.quantities.begin(), a.quantities.end(), b.quantities.begin(), b.quantities.end(),
                    [](const Quantity& x, const Quantity& y) { return Same(x, y); });
}

std::string CheckPeriod(const scoring::Period& period) {
  for (const int day : {period.first, period.last}) {
    const int month = day / 100 % 100;
    if (month < 1 || month > 12 || day % 100 < 1 || day % 100 > 31) return Cat("a period has the day ", day);
  }
  return period.first <= period.last ? "" : Cat("a period ends at ", period.last, " before ", period.first);
}

std::string CheckLiteral(std::string_view cell, int year) {
  const Literal literal = scoring::ReadLiteral(cell, year);
  if (!Same(literal, scoring::ReadLiteral(cell, year))) return "reading a cell twice gives two literals";
  if (!Same(literal, scoring::ReadLiteral(literal.text, year))) return "a folded cell reads otherwise than the cell";
  if (literal.blank && !literal.quantities.empty()) return "a blank cell has quantities";
  if (literal.quantities.size() > literal.text.size()) return "more quantities than characters";
  for (const Quantity& q : literal.quantities) {
    if (q.ToString().empty()) return "a quantity has no text";
    if (q.end && q.comparison != scoring::Comparison::kBetween) return "a range is not compared as one";
    if (q.comparison == scoring::Comparison::kBetween && (!q.end || *q.end < q.number)) return "a range has no end";
    if (!q.unit.InBase(q.number)) return "a quantity is beyond all reckoning";
    // See Quantity: units that are told otherwise than they are written.
    const bool told_otherwise =
        q.unit.dimension == scoring::Dimension::kRatio || q.unit_text == "个月" || q.unit_text == "个季度";
    if (!told_otherwise && literal.text.find(q.unit_text) == std::string::npos)
      return "a unit does not stand in its cell";
  }
  return literal.period ? CheckPeriod(*literal.period) : std::string();
}

std::string CheckFigures(std::string_view cell) {
  const auto points = scoring::ReadPoints(cell);
  if (points != scoring::ReadPoints(cell)) return "reading points twice gives two numbers";
  if (points && Decimal::Parse(points->ToString()) != points) return "points do not survive their own text";
  if (points && scoring::ReadPoints(points->ToString()) != points) return "points are not read from their own text";

  const auto ten_thousands = scoring::ReadAmount(cell, true);
  const auto yuan = scoring::ReadAmount(cell, false);
  if (ten_thousands.has_value() != yuan.has_value()) return "an amount is read in one unit only";
  if (yuan && *yuan != *ten_thousands &&
      *yuan != Decimal::MulDiv(*ten_thousands, Decimal(1), Decimal(10000), Decimal::kMaxScale))
    return "an amount in 元 is not a ten-thousandth of the same in 万元";

  const auto rate = scoring::ReadRate(cell);
  if (!rate) return {};
  if (rate->decimals < 0) return "a rate has fewer than no decimals";
  if (rate->percent && rate->Percent(Decimal(100)) != rate->number) return "a rate in percent is not what is written";
  for (const Decimal& expected : {Decimal(), Decimal(1), Decimal(100)}) {
    if (rate->Precision(expected) <= Decimal()) return "a rate has no precision";
    const Decimal percent = rate->Percent(expected);
    if (percent != rate->number && (percent - expected).Abs() >= (rate->number - expected).Abs())
      return "a rate was not read as the nearer of its meanings";
  }
  return {};
}

}  // namespace

std::string ReadCell(std::string_view bytes) {
  const std::string folded = scoring::Fold(bytes);
  if (!IsUtf8(bytes)) return {};  // no cell is; nothing is promised but an end
  if (!IsUtf8(folded)) return "folding breaks UTF-8";
  if (scoring::Fold(folded) != folded) return "folding a folded cell changes it";
  scoring::ComparisonInName(bytes);
  scoring::PointsInHeading(bytes);
  for (const int year : {0, 2021})
    if (std::string broken = CheckLiteral(bytes, year); !broken.empty()) return broken;
  return CheckFigures(bytes);
}

}  // namespace jixiao::fuzz
