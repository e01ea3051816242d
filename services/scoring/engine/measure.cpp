#include "scoring/engine/measure.h"

#include "scoring/engine/literal/comparison.h"
#include "scoring/engine/literal/fold.h"
#include "scoring/engine/shortfall.h"
#include "scoring/engine/word_list.h"

#include <absl/container/inlined_vector.h>

#include <algorithm>
#include <map>

namespace jixiao::scoring {
namespace {

// A cell of more figures than this is prose: what belongs to what cannot be told.
constexpr std::size_t kMostQuantities = 32;

enum class Fit { kComparable, kIncomparable, kConflict };

// 元/人·天 against 元, 次/年 against 次: the short way of writing the same unit.
bool Shortens(const Unit& compound, const Unit& simple) {
  return compound.dimension == Dimension::kPer && compound.base.starts_with(simple.base + "/");
}

// Whether two units can be set side by side when each cell holds only one quantity.
Fit FitOf(const Unit& a, const Unit& b) {
  if (a.dimension == Dimension::kNone || b.dimension == Dimension::kNone) return Fit::kComparable;
  if (a.dimension == b.dimension) {
    // Classifiers vary freely (50个 and 50家); other bases of one dimension (亩, 平方米) would need a conversion.
    return a.base == b.base || a.dimension == Dimension::kCount ? Fit::kComparable : Fit::kIncomparable;
  }
  if (Shortens(a, b) || Shortens(b, a)) return Fit::kComparable;
  return Fit::kConflict;
}

// `number` in base units of `unit`; the scanner lets no number through that has none.
Decimal InBase(const Decimal& number, const Unit& unit) {
  return unit.InBase(number).value_or(number);
}

// How a target is judged that states no operator itself.
struct Unstated {
  Comparison in_name = Comparison::kNone;  // the name's, for a row of one quantity
  bool lower_is_better = false;            // by the words of the name
  bool is_cost = false;
  bool names_rate = false;
  bool is_timing = false;
  bool names_time = false;  // 完成时限(月): the number is one of time
};

// 20万元, 300元/亩; among costs also 200万 and, unless the name says that it is a rate, a number without a unit.
bool IsCostAmount(const Unit& unit, bool names_rate) {
  if (unit.dimension == Dimension::kNone) return unit.factor >= Decimal(10000) || !names_rate;
  return unit.dimension == Dimension::kMoney || (unit.dimension == Dimension::kPer && unit.base.starts_with("元"));
}

Comparison EffectiveComparison(const Quantity& target, const Unstated& unstated) {
  if (target.comparison != Comparison::kNone) return target.comparison;
  if (unstated.in_name != Comparison::kNone) return unstated.in_name;
  if (target.number.IsZero() || unstated.lower_is_better) return Comparison::kAtMost;
  const bool limit = (unstated.is_cost && IsCostAmount(target.unit, unstated.names_rate)) ||
                     (unstated.is_timing && (target.unit.dimension == Dimension::kTime ||
                                             (unstated.names_time && target.unit.dimension == Dimension::kNone)));
  return limit ? Comparison::kAtMost : Comparison::kAtLeast;
}

bool IsMet(const Pair& pair, const Rules& rules) {
  // What is only about a number is met when it comes near it.
  const auto near = [&](const Decimal& bound) {
    if (!pair.target.approximate && !pair.actual.approximate) return Decimal();
    return Decimal::MulDiv(bound.Abs(), rules.approximate_slack, Decimal(1), Decimal::kMaxScale).value_or(Decimal());
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
      if (rules.equal != v1::EQUAL_METHOD_AS_LIMIT) return (pair.b - pair.a).Abs() <= near(pair.a);
      return pair.a.IsZero() ? pair.b <= pair.a : pair.b >= pair.a - near(pair.a);
    case Comparison::kBetween:
      return pair.b >= pair.a && pair.b <= pair.end.value_or(pair.a);
  }
  return false;
}

void AddPair(const Quantity& target, const Quantity& actual, const Unstated& unstated, const Rules& rules,
             std::vector<Pair>& pairs) {
  Pair& pair = pairs.emplace_back();
  pair.target = target;
  pair.actual = actual;
  pair.comparison = EffectiveComparison(target, unstated);
  pair.stated = target.comparison != Comparison::kNone || unstated.in_name != Comparison::kNone;
  // What has no unit takes it from the other side: 100 against 95%, 30万元 against 26.23.
  const auto bare = [](const Unit& unit) { return unit.dimension == Dimension::kNone && unit.factor == Decimal(1); };
  const bool target_bare = bare(target.unit) && actual.unit.dimension != Dimension::kNone;
  const Unit& unit = target_bare ? actual.unit : target.unit;
  pair.a = InBase(target.number, unit);
  if (target.end) pair.end = InBase(*target.end, unit);
  pair.b = InBase(actual.number, bare(actual.unit) ? target.unit : actual.unit);
  // 0.95 against ≥90%: a share written as a fraction. Below 50 % both readings are possible, so it is left as written.
  const bool share =
      target.unit.dimension == Dimension::kRatio && actual.unit.dimension == Dimension::kNone && !pair.IsUpperBound();
  if (share && pair.a >= Decimal(50) && pair.b > Decimal(0) && pair.b <= Decimal(1))
    pair.b = *Decimal::MulDiv(pair.b, Decimal(100), Decimal(1), Decimal::kMaxScale);
  pair.met = IsMet(pair, rules);
}

// Whether `a` earns less than `b`; what a person must decide comes before all. Where both earn the same, whether it is
// less achieved.
bool IsWorse(const Pair& a, const Pair& b, const Rules& rules) {
  if (a.met != b.met) return b.met;
  const Decimal kLeftToAPerson(-1);
  const Decimal earned_a = EarnedShare(a, rules).value_or(kLeftToAPerson);
  const Decimal earned_b = EarnedShare(b, rules).value_or(kLeftToAPerson);
  if (earned_a != earned_b) return earned_a < earned_b;
  const auto degree = [](const Pair& pair) {
    if (pair.met) return Decimal(100);
    if (pair.comparison == Comparison::kBetween) return Decimal();
    const bool over = pair.IsUpperBound() || pair.b > pair.a;
    return Decimal::MulDiv(over ? pair.a : pair.b, Decimal(100), over ? pair.b : pair.a, 6).value_or(Decimal());
  };
  return degree(a) < degree(b);
}

// The quantities of a target that can be met: numbers that name something (58小镇) are none.
using Quantities = absl::InlinedVector<const Quantity*, 4>;
Quantities Measurable(const Literal& literal) {
  Quantities out;
  for (const Quantity& q : literal.quantities)
    if (q.unit.dimension != Dimension::kUnknown) out.push_back(&q);
  return out;
}

bool ClaimsCompletion(const Literal& actual) {
  return actual.quantities.size() == 1 && actual.quantities.front().unit.dimension == Dimension::kRatio &&
         actual.text.find("完成") != std::string::npos;
}

bool HasOperator(const Quantity& quantity) {
  return quantity.comparison != Comparison::kNone && quantity.comparison != Comparison::kBetween;
}

// An actual value with an operator is nearly always the target pasted; the unit may have got lost on the way.
bool IsPasted(const IndicatorReading& row, const Quantities& targets, const Quantities& actuals) {
  if (std::none_of(actuals.begin(), actuals.end(), [](const Quantity* q) { return HasOperator(*q); })) return false;
  if (row.actual.text == row.target.text) return true;
  return targets.size() == 1 && actuals.size() == 1 && targets.front()->comparison == actuals.front()->comparison &&
         targets.front()->number == actuals.front()->number;
}

// Several quantities: those of a unit belong together in order, where both cells have as many of it.
void PairByUnit(IndicatorReading& row, const Quantities& targets, const Quantities& actuals, const Unstated& unstated,
                const Rules& rules) {
  struct Group {
    std::size_t targets = 0;
    std::vector<const Quantity*> actuals;
    std::size_t next = 0;
  };
  std::map<std::pair<Dimension, std::string_view>, Group> groups;
  const auto group_of = [&](const Quantity* q) -> Group& { return groups[{q->unit.dimension, q->unit.base}]; };
  for (const Quantity* target : targets) ++group_of(target).targets;
  for (const Quantity* actual : actuals) group_of(actual).actuals.push_back(actual);
  for (const Quantity* target : targets) {
    Group& group = group_of(target);
    if (group.targets == group.actuals.size())
      AddPair(*target, *group.actuals[group.next++], unstated, rules, row.measure.pairs);
  }
  row.measure.complete = row.measure.pairs.size() == targets.size();
}

// 任务完成时限(月), 建设工期(天): the unit of a bare number, in its name.
bool NamesTime(std::string_view name) {
  constexpr std::string_view kLimits[] = {"时限", "工期", "期限", "完成时间", "办理时间", "周期"};
  const auto is_limit = [&](std::string_view limit) { return FindWord(name, limit) != std::string_view::npos; };
  if (!name.ends_with(')') || std::ranges::none_of(kLimits, is_limit)) return false;
  name.remove_suffix(1);
  const std::size_t open = name.rfind('(');
  if (open == std::string_view::npos) return false;
  constexpr std::string_view kUnits[] = {"月", "个月", "天", "日", "工作日", "周", "年", "小时", "分钟"};
  return std::ranges::find(kUnits, name.substr(open + 1)) != std::ranges::end(kUnits);
}

Unstated UnstatedOf(const IndicatorReading& row, const Quantities& targets, const Rules& rules) {
  Unstated unstated;
  unstated.is_cost = row.is_cost;
  unstated.is_timing = row.is_timing;
  if (std::any_of(targets.begin(), targets.end(),
                  [](const Quantity* q) { return q->comparison == Comparison::kNone; })) {
    const literal::Folded name(row.row->level3());
    if (targets.size() == 1) unstated.in_name = literal::OperatorInName(name.text());
    unstated.lower_is_better = rules.LowerIsBetter(name.text());
    unstated.names_time = row.is_timing && NamesTime(name.text());
    unstated.names_rate = row.is_cost && FindWord(name.text(), "率") != std::string_view::npos;
  }
  return unstated;
}

// 未发生 against at most so many: the figure is 0.
void CompareWithNone(IndicatorReading& row, const Quantities& targets, const Rules& rules) {
  if (targets.size() != 1 || !row.actual.quantities.empty() || !rules.IsNone(row.actual.text)) return;
  const Quantity& target = *targets.front();
  const Unstated unstated = UnstatedOf(row, targets, rules);
  const Comparison comparison = EffectiveComparison(target, unstated);
  const bool bounded = comparison == Comparison::kAtMost || comparison == Comparison::kLessThan ||
                       (comparison == Comparison::kEqual && target.number.IsZero());
  const Dimension dimension = target.unit.dimension;
  if (!bounded || (dimension != Dimension::kCount && dimension != Dimension::kNone && dimension != Dimension::kRatio))
    return;
  Quantity none;
  none.unit = target.unit;
  none.unit_text = target.unit_text;
  AddPair(target, none, unstated, rules, row.measure.pairs);
  row.measure.complete = true;
  row.measure.kind = Measure::Kind::kFigures;
}

void CompareFigures(IndicatorReading& row, const Rules& rules) {
  Measure& measure = row.measure;
  const Quantities targets = Measurable(row.target);
  if (targets.empty()) return;
  const Quantities actuals = Measurable(row.actual);
  if (actuals.empty()) return CompareWithNone(row, targets, rules);
  if (targets.size() > kMostQuantities || actuals.size() > kMostQuantities) return;
  if (IsPasted(row, targets, actuals)) {
    measure.copied = true;
    // "= 100%" says how much it is, pasted or not; "≥ 95%" leaves that open.
    if (!std::all_of(actuals.begin(), actuals.end(),
                     [](const Quantity* q) { return q->comparison == Comparison::kEqual; }))
      return;
  }
  const Unstated unstated = UnstatedOf(row, targets, rules);
  if (targets.size() == 1 && actuals.size() == 1) {
    const Quantity& target = *targets.front();
    const Quantity& actual = *actuals.front();
    switch (FitOf(target.unit, actual.unit)) {
      case Fit::kComparable:
        AddPair(target, actual, unstated, rules, measure.pairs);
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
    PairByUnit(row, targets, actuals, unstated, rules);
  }
  if (measure.pairs.empty()) return;
  measure.kind = Measure::Kind::kFigures;
  for (std::size_t i = 1; i < measure.pairs.size(); ++i)
    if (IsWorse(measure.pairs[i], measure.pairs[measure.worst], rules)) measure.worst = i;
}

// What a folded cell answers: yes, no, or neither.
std::optional<bool> AnswerIn(const std::string& folded, const Rules& rules) {
  constexpr std::size_t kLongest = 64;  // a whole text answers nothing
  if (folded.empty() || folded.size() > kLongest) return std::nullopt;
  const std::string words = WithoutPunctuation(folded);
  const auto is_one_of = [&](const std::vector<std::string>& list) {
    return std::find(list.begin(), list.end(), words) != list.end();
  };
  if (is_one_of(rules.words.yes)) return true;
  if (is_one_of(rules.words.no)) return false;
  return std::nullopt;
}

void CompareAnswers(IndicatorReading& row, const Rules& rules) {
  const std::optional<bool> target = AnswerIn(row.target.text, rules);
  const std::optional<bool> actual = AnswerIn(row.actual.text, rules);
  if (!target || !actual) return;
  // 无 as a target may be a no or an empty cell: against a yes that cannot be told.
  if (*actual && rules.IsFiller(row.target.text)) return;
  row.measure.kind = Measure::Kind::kAnswer;
  row.measure.complete = true;
  row.measure.agrees = *target == *actual;
}

}  // namespace

void CompareRow(IndicatorReading& row, const Rules& rules) {
  row.measure.Clear();
  row.claimed_completion.reset();
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
  if (row.measure.kind == Measure::Kind::kNothing && rules.yes_no != v1::SHORTFALL_METHOD_DECLARED)
    CompareAnswers(row, rules);
}

}  // namespace jixiao::scoring
