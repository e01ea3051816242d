// How the tests of literals tell what was understood of a cell.
#pragma once

#include "common/text.h"
#include "scoring/engine/literal.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace jixiao::scoring {

inline Decimal D(std::string_view text) {
  return Decimal::Parse(text).value();
}

inline std::string_view Sign(Comparison comparison) {
  switch (comparison) {
    case Comparison::kAtLeast:
      return ">= ";
    case Comparison::kMoreThan:
      return "> ";
    case Comparison::kAtMost:
      return "<= ";
    case Comparison::kLessThan:
      return "< ";
    case Comparison::kEqual:
      return "= ";
    case Comparison::kBetween:
      return "in ";
    case Comparison::kNone:
      break;
  }
  return "";
}

// ">= 50 个", "in 85~95 %", "约 20 人次 x10000", "?58 小": everything that was understood of a quantity.
inline std::string Describe(const Quantity& q) {
  std::string text = q.unit.dimension == Dimension::kUnknown ? "?" : "";
  Append(text, Sign(q.comparison), q.approximate ? "约 " : "", q.number.ToString());
  if (q.end) Append(text, "~", q.end->ToString());
  if (!q.unit.base.empty()) Append(text, " ", q.unit.base);
  if (q.unit.factor != Decimal(1)) Append(text, " x", q.unit.factor.ToString());
  return text;
}

// The quantities, then "@first..last" for a date, and "blank" or "malformed".
inline std::string Describe(std::string_view cell, int fiscal_year = 2021) {
  const Literal literal = ReadLiteral(cell, fiscal_year);
  std::string text;
  const auto add = [&](std::string_view part) { Append(text, text.empty() ? "" : " | ", part); };
  for (const Quantity& q : literal.quantities) add(Describe(q));
  if (literal.period) add(Cat("@", literal.period->first, "..", literal.period->last));
  if (literal.blank) add("blank");
  if (literal.malformed) add("malformed");
  return text;
}

struct Case {
  std::string_view cell;
  std::string_view meaning;
};

// What is shown of a quantity reads as the same quantity; a number that only names something measures nothing to show.
inline void ExpectShownAsRead(const Quantity& q) {
  if (q.unit.dimension == Dimension::kUnknown) return;
  const std::string shown = q.ToString();
  const Literal again = ReadLiteral(shown, 2021);
  ASSERT_EQ(again.quantities.size(), 1u) << shown;
  EXPECT_EQ(Describe(again.quantities[0]), Describe(q)) << shown;
  EXPECT_EQ(again.quantities[0].ToString(), shown);
  EXPECT_FALSE(again.period) << shown;
}

template <std::size_t N>
void ExpectMeanings(const Case (&cases)[N], int fiscal_year = 2021) {
  for (const Case& c : cases) {
    EXPECT_EQ(Describe(c.cell, fiscal_year), c.meaning) << "\"" << c.cell << "\"";
    for (const Quantity& q : ReadLiteral(c.cell, fiscal_year).quantities) ExpectShownAsRead(q);
  }
}

}  // namespace jixiao::scoring
