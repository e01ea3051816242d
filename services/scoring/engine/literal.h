// Reads the cells of a form as people write them: `≥50个`, `95%以上`, `不少于4次`, `2021年1月底前`, `30万元`,
// full-width digits, 三次, 百分之九十五, blanks and `/`. What a cell does not say is never guessed: it stays text. The
// functions keep no state and may be called from any thread.
#pragma once

#include "common/decimal.h"

#include <absl/container/inlined_vector.h>

#include <optional>
#include <string>
#include <string_view>

namespace jixiao::scoring {

// The operator of a quantity (指标性质).
enum class Comparison { kNone, kAtLeast, kMoreThan, kAtMost, kLessThan, kEqual, kBetween };

// What a quantity measures. Only quantities of one dimension can be compared.
enum class Dimension {
  kNone,   // a bare number
  kRatio,  // 百分比
  kMoney,  // 元, 万元, 亿元
  kCount,  // 个, 次, 人 and every other classifier
  kLength,
  kArea,
  kVolume,
  kMass,
  kTime,
  kPer,      // a compound such as 元/人·月
  kUnknown,  // followed by a word that is no known unit
};

// A unit of measurement as written after a number.
struct Unit {
  Dimension dimension = Dimension::kNone;
  // What it counts, normalised: "人" for 人, 名 and 位; "元" for all money; the whole compound for kPer.
  std::string base;
  // Value in base units = number × factor.
  Decimal factor{1};

  // `number` of this unit in base units; nothing when that is beyond all reckoning.
  std::optional<Decimal> InBase(const Decimal& number) const;

  friend bool operator==(const Unit&, const Unit&) = default;
};

// One number with its operator and unit.
struct Quantity {
  Comparison comparison = Comparison::kNone;
  Decimal number;              // as written
  std::optional<Decimal> end;  // upper end of a range
  bool approximate = false;    // 余, 左右, 约
  Unit unit;
  // The unit as written, without spaces; but 个月 for 月 and 个季度 for 季度, which alone are dates, and %, ‰ for
  // 百分之, 千分之.
  std::string unit_text;

  // The number in base units.
  Decimal Value() const;
  // Operator, number and unit for people: "≥ 50 个". Read again, it is the same quantity, except for one of
  // Dimension::kUnknown, which measures nothing.
  std::string ToString() const;
  // The same with this operator instead of its own.
  void AppendTo(std::string& out, Comparison shown) const;
};

// A stretch of days as year·10000 + month·100 + day; year 0 where the cell does not name one. Several dates of a cell
// span one period.
struct Period {
  int first = 0;
  int last = 0;
};

// What a cell says.
struct Literal {
  // The text folded: half-width, one form for each operator, no spaces.
  std::string text;
  // Whether a digit or a numeral stands in the text.
  bool figures = false;
  absl::InlinedVector<Quantity, 2> quantities;
  std::optional<Period> period;
  // The cell has nothing to say: it is empty or holds only a mark such as - or /, a placeholder (≥**%) or a unit.
  bool blank = false;
  // A run of digits, commas and points that is no number, such as `7,00.0,77`, or a number beyond all reckoning.
  bool malformed = false;
};

// Reads a target or actual cell. `fiscal_year` completes dates without a year. Linear in the length of the cell.
Literal ReadLiteral(std::string_view cell, int fiscal_year);
// The same into `literal`, whatever it held.
void ReadLiteral(std::string_view cell, int fiscal_year, Literal& literal);

// Folds a cell: full-width to half-width, spaces and soft breaks out, one form for each operator and separator.
std::string Fold(std::string_view cell);

// Reads an operator that an indicator's name carries for a bare target, such as `公猪舍(≥**平方米)`.
Comparison ComparisonInName(std::string_view name);

// A cell of points or weight: `10`, `10.00`, `22.5分`. Nothing for a blank, a mark or other text.
std::optional<Decimal> ReadPoints(std::string_view cell);

// A cell of money in 万元: a number without unit is in `ten_thousand_yuan` ? 万元 : 元. Nothing for a blank or a
// malformed cell.
std::optional<Decimal> ReadAmount(std::string_view cell, bool ten_thousand_yuan);
// The same of a quantity of money; 300万 is one. Nothing when the result cannot be held.
std::optional<Decimal> AmountOf(const Quantity& quantity);

// A cell of a rate: `86%`, `0.958`, `99.92`, `86%%`.
struct Rate {
  Decimal number;          // as written
  int decimals = 0;        // as written
  bool percent = false;    // a percent sign stands behind it
  bool malformed = false;  // more than one percent sign

  // In percent. Without a sign, `1` may mean 1 % or 100 %: the reading nearer to `expected` (in percent) is taken.
  Decimal Percent(const std::optional<Decimal>& expected) const;
  // Half a unit of the last printed digit, in percentage points, as read against `expected`.
  Decimal Precision(const std::optional<Decimal>& expected) const;
};
std::optional<Rate> ReadRate(std::string_view cell);

// The points printed in a heading such as `产出指标(50分)`.
std::optional<Decimal> PointsInHeading(std::string_view heading);

}  // namespace jixiao::scoring
