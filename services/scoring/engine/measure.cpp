#include "scoring/engine/measure.h"

#include <algorithm>

namespace jixiao::scoring {
namespace {

enum class Fit { kComparable, kIncomparable, kConflict };

// 元/人·天 against 元, 次/年 against 次: the short way of writing the same unit.
bool Shortens(const Unit& compound, const Unit& simple) {
  return compound.dimension == Dimension::kPer && compound.base.starts_with(simple.base + "/");
}

// Whether two units can be set side by side when each cell holds only one quantity.
Fit FitOf(const Unit& a, const Unit& b) {
  if (a.dimension == Dimension::kNone || b.dimension == Dimension::kNone) return Fit::kComparable;
  if (a.dimension == Dimension::kUnknown || b.dimension == Dimension::kUnknown)
    return a.base == b.base ? Fit::kComparable : Fit::kIncomparable;
  if (a.dimension == b.dimension) {
    // Classifiers vary freely (50个 and 50家); other bases of one dimension (亩, 平方米) would need a conversion.
    return a.base == b.base || a.dimension == Dimension::kCount ? Fit::kComparable : Fit::kIncomparable;
  }
  if (Shortens(a, b) || Shortens(b, a)) return Fit::kComparable;
  return Fit::kConflict;
}

bool SameUnit(const Unit& a, const Unit& b) {
  return a.dimension == b.dimension && a.base == b.base;
}

// The actual number in base units; a bare number is meant in the target's unit.
Decimal ValueIn(const Quantity& actual, const Unit& unit) {
  if (actual.unit.dimension != Dimension::kNone || actual.unit.factor != Decimal(1)) return actual.Value();
  return Decimal::Mul(actual.number, unit.factor).value_or(actual.number);
}

Comparison EffectiveComparison(const IndicatorReading& row, const Quantity& target, Comparison in_name,
                               const Rules& rules) {
  if (target.comparison != Comparison::kNone) return target.comparison;
  if (in_name != Comparison::kNone) return in_name;
  if (target.number.IsZero()) return Comparison::kAtMost;
  const std::string name = Fold(row.row->level3());
  if (rules.LowerIsBetter(name)) return Comparison::kAtMost;
  const bool money = target.unit.dimension == Dimension::kMoney ||
                     (target.unit.dimension == Dimension::kPer && target.unit.base.starts_with("元"));
  return row.is_cost && money ? Comparison::kAtMost : Comparison::kAtLeast;
}

bool IsMet(const Pair& pair, const Rules& rules) {
  // What is only about a number is met when it comes near it.
  const auto near = [&](const Decimal& bound) {
    if (!pair.target.approximate && !pair.actual.approximate) return Decimal();
    return Decimal::Mul(bound.Abs(), rules.approximate_slack).value_or(Decimal());
  };
  switch (pair.comparison) {
    case Comparison::kAtLeast:
    case Comparison::kNone:
      return pair.b >= pair.a - near(pair.a);
    case Comparison::kMoreThan:
      return pair.b > pair.a - near(pair.a);
    case Comparison::kAtMost:
      return pair.b <= pair.a + near(pair.a);
    case Comparison::kLessThan:
      return pair.b < pair.a + near(pair.a);
    case Comparison::kEqual:
      if (rules.equal_is_exact) return (pair.b - pair.a).Abs() <= near(pair.a);
      return pair.a.IsZero() ? pair.b <= pair.a : pair.b >= pair.a - near(pair.a);
    case Comparison::kBetween: {
      const Decimal end = Decimal::Mul(*pair.target.end, pair.target.unit.factor).value_or(*pair.target.end);
      return pair.b >= pair.a && pair.b <= end;
    }
  }
  return false;
}

Pair MakePair(const IndicatorReading& row, const Quantity& target, const Quantity& actual, Comparison in_name,
              const Rules& rules) {
  Pair pair;
  pair.target = target;
  pair.actual = actual;
  pair.a = target.Value();
  pair.b = ValueIn(actual, target.unit);
  pair.comparison = EffectiveComparison(row, target, in_name, rules);
  pair.stated = target.comparison != Comparison::kNone || in_name != Comparison::kNone;
  // A bare target takes its unit from the actual value: 100 against 95%.
  if (target.unit.dimension == Dimension::kNone && target.unit.factor == Decimal(1) &&
      actual.unit.dimension != Dimension::kNone)
    pair.a = Decimal::Mul(target.number, actual.unit.factor).value_or(target.number);
  // 0.95 against ≥90%: a share written as a fraction. Below 50 % both readings are possible, so it is left as written.
  const bool share =
      target.unit.dimension == Dimension::kRatio && actual.unit.dimension == Dimension::kNone && !pair.IsUpperBound();
  if (share && pair.a >= Decimal(50) && pair.b > Decimal(0) && pair.b <= Decimal(1))
    pair.b = *Decimal::Mul(pair.b, Decimal(100));
  pair.met = IsMet(pair, rules);
  return pair;
}

// Degree of achievement for finding the worst pair.
Decimal Degree(const Pair& pair) {
  if (pair.met) return Decimal(100);
  const auto degree = pair.IsUpperBound() ? Decimal::MulDiv(pair.a, Decimal(100), pair.b, 6)
                                          : Decimal::MulDiv(pair.b, Decimal(100), pair.a, 6);
  return degree.value_or(Decimal());
}

// The quantities of a target that can be met: numbers that name something (58小镇) are none.
std::vector<const Quantity*> Measurable(const Literal& literal) {
  std::vector<const Quantity*> out;
  for (const Quantity& q : literal.quantities)
    if (q.unit.dimension != Dimension::kUnknown) out.push_back(&q);
  return out;
}

bool ClaimsCompletion(const Literal& actual) {
  return actual.quantities.size() == 1 && actual.quantities.front().unit.dimension == Dimension::kRatio &&
         actual.text.find("完成") != std::string::npos;
}

void CompareFigures(IndicatorReading& row, const Rules& rules) {
  Measure& measure = row.measure;
  const std::vector<const Quantity*> targets = Measurable(row.target);
  const std::vector<const Quantity*> actuals = Measurable(row.actual);
  if (targets.empty() || actuals.empty()) return;
  const bool pasted =
      row.actual.text == row.target.text && std::any_of(actuals.begin(), actuals.end(), [](const Quantity* q) {
        return q->comparison != Comparison::kNone && q->comparison != Comparison::kBetween;
      });
  if (pasted) {
    measure.copied = true;
    return;
  }
  const Comparison in_name = targets.size() == 1 ? ComparisonInName(row.row->level3()) : Comparison::kNone;
  if (targets.size() == 1 && actuals.size() == 1) {
    const Quantity& target = *targets.front();
    const Quantity& actual = *actuals.front();
    switch (FitOf(target.unit, actual.unit)) {
      case Fit::kComparable:
        measure.pairs.push_back(MakePair(row, target, actual, in_name, rules));
        measure.complete = true;
        break;
      case Fit::kConflict:
        if (ClaimsCompletion(row.actual))
          row.claimed_completion = actual.number;
        else
          measure.conflict = {target, actual};
        break;
      case Fit::kIncomparable:
        break;
    }
  } else {
    std::vector<bool> taken(actuals.size(), false);
    for (const Quantity* target : targets) {
      for (std::size_t i = 0; i < actuals.size(); ++i) {
        if (taken[i] || !SameUnit(target->unit, actuals[i]->unit)) continue;
        taken[i] = true;
        measure.pairs.push_back(MakePair(row, *target, *actuals[i], in_name, rules));
        break;
      }
    }
    measure.complete = measure.pairs.size() == targets.size();
  }
  if (measure.pairs.empty()) return;
  measure.kind = Measure::Kind::kFigures;
  for (std::size_t i = 1; i < measure.pairs.size(); ++i)
    if (Degree(measure.pairs[i]) < Degree(measure.pairs[measure.worst])) measure.worst = i;
}

}  // namespace

void CompareRow(IndicatorReading& row, const Rules& rules) {
  if (row.tier != nullptr || row.target.malformed || row.actual.malformed) return;
  CompareFigures(row, rules);
  if (row.measure.kind == Measure::Kind::kNothing && row.target.period && row.actual.period &&
      Measurable(row.target).empty() && Measurable(row.actual).empty()) {
    row.measure.kind = Measure::Kind::kDeadline;
    row.measure.complete = true;
    // Late only when it surely is: a month named on both sides is in time. Where one side names no year, years are not
    // compared.
    const bool with_year = row.target.period->last >= 10000 && row.actual.period->first >= 10000;
    const auto day = [&](int date) { return with_year ? date : date % 10000; };
    row.measure.on_time = day(row.actual.period->first) <= day(row.target.period->last);
  }
}

}  // namespace jixiao::scoring
