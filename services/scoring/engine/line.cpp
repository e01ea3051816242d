#include "scoring/engine/line.h"

#include "common/text.h"

#include <algorithm>

namespace jixiao::scoring {
namespace {

using evaluation::v1::ScoreLine;

// Points for people: at the rules' places, or exactly where a form's own points have more.
std::string Points(const Decimal& points, const Rules& rules) {
  return points.ToFixed(std::max(rules.places, points.scale()));
}

Decimal Clamp(const Decimal& value, const Decimal& low, const Decimal& high) {
  return std::max(low, std::min(value, high));
}

// Declared points as they count: between 0 and the weight, rounded by the rules unless they are the whole weight.
Decimal Counted(const Decimal& declared, const Decimal& weight, const Rules& rules) {
  return declared >= weight ? weight : Clamp(declared.Rounded(rules.places), Decimal(), weight);
}

// `share` of `weight`, rounded by the rules; never more than the weight.
Decimal ShareOf(const Decimal& weight, const Decimal& share, const Rules& rules) {
  if (share >= Decimal(1)) return weight;
  return std::min(Decimal::MulDiv(weight, share, Decimal(1), rules.places).value_or(Decimal()), weight);
}

// The share that the first band at or below `rate` gives.
const CompiledBand* BandOf(const std::vector<CompiledBand>& bands, const Decimal& numerator,
                           const Decimal& denominator) {
  for (const CompiledBand& band : bands) {
    // rate >= at_least, without dividing
    const auto bound = Decimal::Mul(band.at_least, denominator);
    if (bound && numerator >= *bound) return &band;
  }
  return nullptr;
}

// What a missed or met pair gives, and how the arithmetic reads.
struct Points_ {
  std::optional<Decimal> points;
  std::string_view method;
  std::string arithmetic;
};

Points_ PairPoints(const Pair& pair, const Decimal& w, const Rules& rules) {
  const std::string full = Cat("达到指标值，得满分 ", Points(w, rules), " 分");
  const bool upper =
      pair.IsUpperBound() || (pair.comparison == Comparison::kEqual && (pair.b > pair.a || pair.a.IsZero()));
  if (pair.comparison == Comparison::kBetween)
    return {pair.met ? w : Decimal(), "RANGE", pair.met ? full : std::string("不在指标值范围内，得 0 分")};
  const v1::ShortfallMethod how = upper ? rules.at_most : rules.at_least;
  const std::string_view method = pair.comparison == Comparison::kEqual ? std::string_view("EQUAL")
                                  : how == v1::SHORTFALL_METHOD_RATIO   ? (upper ? "AT_MOST_RATIO" : "AT_LEAST_RATIO")
                                  : how == v1::SHORTFALL_METHOD_RATIO_ABOVE_PASS
                                      ? (upper ? "AT_MOST_RATIO_ABOVE_PASS" : "AT_LEAST_RATIO_ABOVE_PASS")
                                  : how == v1::SHORTFALL_METHOD_LINEAR_EXCESS
                                      ? std::string_view("AT_MOST_LINEAR_EXCESS")
                                      : std::string_view("ALL_OR_NOTHING");
  if (pair.met) return {w, method, full};
  if (pair.b.IsNegative()) return {Decimal(), method, "实际完成值为负数，得 0 分"};
  // Degree of achievement as numerator ÷ denominator, at most 1.
  const Decimal numerator = upper ? pair.a : pair.b;
  const Decimal denominator = upper ? pair.b : pair.a;
  // As written, or both in the base unit where the units differ.
  const bool as_written = Decimal::Mul(pair.a, pair.actual.number) == Decimal::Mul(pair.b, pair.target.number);
  const std::string target = (as_written ? pair.target.number : pair.a).ToString();
  const std::string actual = (as_written ? pair.actual.number : pair.b).ToString();
  const std::string& n = upper ? target : actual;
  const std::string& d = upper ? actual : target;
  switch (how) {
    case v1::SHORTFALL_METHOD_RATIO: {
      const auto points = Decimal::MulDiv(w, numerator, denominator, rules.places);
      if (!points || points->IsNegative()) return {Decimal(), method, "得 0 分"};
      return {std::min(*points, w), method,
              Cat(upper ? "超过上限，按比例计分：" : "未达到指标值，按比例计分：", n, " ÷ ", d, " × ", w.ToString(),
                  " = ", Points(*points, rules), " 分")};
    }
    case v1::SHORTFALL_METHOD_RATIO_ABOVE_PASS: {
      const auto pass = Decimal::MulDiv(denominator, rules.pass_threshold, Decimal(1), Decimal::kMaxScale);
      const std::string threshold = Cat((*Decimal::Mul(rules.pass_threshold, Decimal(100))).ToString(), "%");
      if (!pass || numerator < *pass) return {Decimal(), method, Cat("完成率低于 ", threshold, "，得 0 分")};
      const auto points = Decimal::MulDiv(w, numerator - *pass, denominator - *pass, rules.places);
      if (!points) return {Decimal(), method, "得 0 分"};
      return {std::min(*points, w), method,
              Cat("未达到指标值，(", n, " ÷ ", d, " − ", threshold, ") ÷ (1 − ", threshold, ") × ", w.ToString(), " = ",
                  Points(*points, rules), " 分")};
    }
    case v1::SHORTFALL_METHOD_LINEAR_EXCESS: {
      const Decimal twice = pair.a + pair.a;
      if (pair.b >= twice) return {Decimal(), method, "达到上限的两倍或以上，得 0 分"};
      const auto points = Decimal::MulDiv(w, twice - pair.b, pair.a, rules.places);
      if (!points) return {Decimal(), method, "得 0 分"};
      return {
          std::min(*points, w), method,
          Cat("超过上限，(1 − (", d, " − ", n, ") ÷ ", n, ") × ", w.ToString(), " = ", Points(*points, rules), " 分")};
    }
    default:
      return {Decimal(), method, "未达到指标值，得 0 分"};
  }
}

// The measured rate of a satisfaction row, when the rules score it by bands.
const Pair* BandedSatisfaction(const IndicatorReading& row, const Rules& rules) {
  const bool applies = !rules.satisfaction_bands.empty() && row.indicator_class != nullptr &&
                       row.indicator_class->indicator_class == v1::INDICATOR_CLASS_SATISFACTION &&
                       row.measure.pairs.size() == 1;
  if (!applies) return nullptr;
  const Pair& pair = row.measure.pairs.front();
  return pair.target.unit.dimension == Dimension::kRatio || pair.actual.unit.dimension == Dimension::kRatio ? &pair
                                                                                                            : nullptr;
}

Points_ FigurePoints(const IndicatorReading& row, const Decimal& w, const Rules& rules) {
  if (row.measure.kind == Measure::Kind::kDeadline)
    return {
        row.measure.on_time ? w : Decimal(), "DEADLINE",
        row.measure.on_time ? Cat("按期完成，得满分 ", Points(w, rules), " 分") : std::string("晚于规定时限，得 0 分")};
  if (const Pair* pair = BandedSatisfaction(row, rules)) {
    const CompiledBand* band = BandOf(rules.satisfaction_bands, pair->b, Decimal(100));
    const Decimal share = band == nullptr ? Decimal() : band->share;
    const Decimal points = ShareOf(w, share, rules);
    return {points, "SATISFACTION_BANDS",
            Cat("满意度 ", pair->b.ToString(), "%，按档次得分值的 ", Decimal::Mul(share, Decimal(100))->ToString(),
                "%，即 ", Points(points, rules), " 分")};
  }
  return PairPoints(row.measure.Worst(), w, rules);
}

std::string Achievement(const IndicatorReading& row) {
  const Measure& measure = row.measure;
  if (measure.kind == Measure::Kind::kDeadline) return measure.on_time ? "100.00%" : "0.00%";
  if (measure.kind != Measure::Kind::kFigures) return {};
  const Pair& pair = measure.Worst();
  if (pair.comparison == Comparison::kBetween) return pair.met ? "100.00%" : "0.00%";
  if (pair.IsUpperBound()) {
    if (pair.met) return "100.00%";
    const auto percent = Decimal::MulDiv(pair.a, Decimal(100), pair.b, 2);
    return percent ? percent->ToFixed(2) + "%" : std::string();
  }
  if (pair.a.IsZero()) return pair.met ? "100.00%" : "0.00%";
  const auto percent = pair.Percent();
  return percent ? percent->ToFixed(2) + "%" : std::string();
}

// Target and actual value as they were understood.
void DescribeMeasure(const IndicatorReading& row, ScoreLine& line) {
  constexpr std::size_t kShown = 120;
  const Measure& measure = row.measure;
  if (measure.kind == Measure::Kind::kFigures) {
    std::string criterion;
    std::string observation;
    for (const Pair& pair : measure.pairs) {
      Quantity shown = pair.target;
      if (shown.comparison == Comparison::kNone) shown.comparison = pair.comparison;
      Append(criterion, criterion.empty() ? "" : "；", shown.ToString());
      Append(observation, observation.empty() ? "" : "；", pair.actual.ToString());
    }
    line.set_criterion(std::move(criterion));
    line.set_observation(std::move(observation));
  } else {
    line.set_criterion(std::string(TruncateUtf8(row.target.text, kShown)));
    line.set_observation(std::string(TruncateUtf8(row.actual.text, kShown)));
  }
  line.set_achievement(Achievement(row));
}

std::string Intro(const IndicatorReading& row, const ScoreLine& line) {
  if (row.measure.kind == Measure::Kind::kFigures && row.measure.pairs.size() > 1)
    return Cat("指标值 ", line.criterion(), "；实际完成 ", line.observation(), "；按完成程度最低的一项（",
               row.measure.Worst().target.ToString(), "，实际 ", row.measure.Worst().actual.ToString(), "）计分：");
  return Cat("指标值 ", line.criterion(), "，实际完成 ", line.observation(), "：");
}

LineResult Declared(const IndicatorReading& row, const std::optional<Decimal>& weight, bool reference,
                    const Rules& rules, ScoreLine& line) {
  LineResult result{evaluation::v1::BASIS_DECLARED, weight, std::nullopt, row.score};
  line.set_method("DECLARED");
  const std::string why = row.measure.copied ? "实际完成值照抄了指标值（连同运算符），没有可比的实际数值"
                          : row.measure.conflict ? "实际完成值与指标值单位不同，不能比较"
                          : row.target.malformed || row.actual.malformed ? "数字书写有误，无法识别"
                          : row.actual.blank                             ? "未填实际完成值"
                          : row.target.blank                             ? "未填指标值"
                          : row.measure.kind == Measure::Kind::kFigures ? "指标值中的数量未全部有对应的实际数值"
                                                                        : "指标值与实际完成值没有可比的数值";
  if (!weight) {
    line.set_explanation(Cat(why, "；本行未列分值，不计分"));
    return result;
  }
  std::optional<Decimal> claimed =
      row.completion ? std::optional(row.completion->Percent(Decimal(100))) : row.claimed_completion;
  if (!reference && row.score) {
    result.computed = Counted(*row.score, *weight, rules);
    line.set_explanation(Cat(why, "；按自评得分 ", Points(*row.score, rules), " 分认定"));
  } else if (claimed) {
    const Decimal capped = Clamp(*claimed, Decimal(), Decimal(100));
    result.computed = Decimal::MulDiv(*weight, capped, Decimal(100), rules.places);
    line.set_explanation(Cat(why, "；按自报完成率 ", claimed->ToString(), "% × ", weight->ToString(), " 分认定"));
  } else {
    result.computed = Decimal();
    line.set_explanation(Cat(why, "，也没有自评得分，计 0 分"));
  }
  return result;
}

LineResult Banded(const IndicatorReading& row, const std::optional<Decimal>& weight, bool reference, const Rules& rules,
                  ScoreLine& line) {
  LineResult result{evaluation::v1::BASIS_BANDED, weight, std::nullopt, row.score};
  line.set_method("TIER");
  if (!weight) {
    line.set_explanation(Cat("自报档次“", row.tier->name, "”；本行未列分值，不计分"));
    return result;
  }
  const auto [low, high] = TierRange(*row.tier, *weight, rules);
  line.set_score_low(Points(low, rules));
  line.set_score_high(Points(high, rules));
  const std::string range =
      Cat("自报档次“", row.tier->name, "”，得分应在 ", line.score_low(), "～", line.score_high(), " 分之间");
  if (reference || !row.score) {
    result.computed = low;
    line.set_explanation(
        Cat(range, "；", reference ? "参考分" : "未填自评得分，", "取下限 ", Points(low, rules), " 分"));
  } else {
    const bool within = *row.score >= low && *row.score <= high;
    result.computed = Clamp(Counted(*row.score, *weight, rules), low, high);
    line.set_explanation(within ? Cat(range, "；自评得分 ", Points(*row.score, rules), " 分在区间内")
                                : Cat(range, "；自评得分 ", Points(*row.score, rules), " 分不在区间内，按 ",
                                      Points(*result.computed, rules), " 分认定"));
  }
  return result;
}

}  // namespace

Execution ExecutionOf(const FormReading& reading) {
  if (reading.total_fund != nullptr) return {reading.total_fund->budget, reading.total_fund->executed};
  Execution sum;
  for (const FundReading& fund : reading.funds) {
    // Rows without a total: only a complete column can be added up.
    if (!fund.budget || !fund.executed) return {};
    sum.budget = sum.budget.value_or(Decimal()) + *fund.budget;
    sum.executed = sum.executed.value_or(Decimal()) + *fund.executed;
  }
  return sum;
}

std::pair<Decimal, Decimal> TierRange(const CompiledTier& tier, const Decimal& weight, const Rules& rules) {
  const int places = std::max(rules.places, weight.scale());  // no form's weight is finer than its own points
  const Decimal low = Decimal::MulDiv(weight, tier.at_least, Decimal(1), places).value_or(Decimal());
  Decimal high = Decimal::MulDiv(weight, tier.at_most, Decimal(1), places).value_or(weight);
  if (!tier.at_most_included) high = std::max(low, high - Decimal::Scaled(1, places));
  return {low, high};
}

std::optional<Decimal> ExecutionPoints(const Decimal& budget, const Decimal& executed, const Decimal& weight,
                                       const Rules& rules) {
  if (budget <= Decimal()) return std::nullopt;
  if (rules.execution_method == v1::EXECUTION_METHOD_BANDS) {
    const CompiledBand* band = BandOf(rules.execution_bands, executed, budget);
    return ShareOf(weight, band == nullptr ? Decimal() : band->share, rules);
  }
  if (executed >= budget) return weight;
  const auto points = Decimal::MulDiv(weight, executed, budget, rules.places);
  if (!points) return std::nullopt;
  return Clamp(*points, Decimal(), weight);
}

std::optional<Decimal> RulePoints(const IndicatorReading& row, const Decimal& weight, const Rules& rules) {
  if (row.tier != nullptr || row.measure.kind == Measure::Kind::kNothing || !row.measure.complete) return std::nullopt;
  return FigurePoints(row, weight, rules).points;
}

bool IsScorable(const IndicatorReading& row) {
  return row.tier != nullptr || (row.measure.kind != Measure::Kind::kNothing && row.measure.complete) ||
         row.completion || row.claimed_completion;
}

LineResult ScoreFunds(const FormReading& reading, const Decimal& weight, const Rules& rules, ScoreLine& line) {
  const FundReading* total = reading.total_fund;
  const std::optional<Decimal> declared = total != nullptr ? total->score : std::nullopt;
  LineResult result{evaluation::v1::BASIS_COMPUTED, weight, std::nullopt, declared};
  const Execution e = ExecutionOf(reading);
  line.set_path("funds");
  line.set_method(rules.execution_method == v1::EXECUTION_METHOD_BANDS ? "EXECUTION_BANDS" : "EXECUTION_RATIO");
  if (e.budget) line.set_criterion(Cat("全年预算数 ", e.budget->ToString(), " 万元"));
  if (e.executed) line.set_observation(Cat("全年执行数 ", e.executed->ToString(), " 万元"));
  result.computed = e.budget && e.executed ? ExecutionPoints(*e.budget, *e.executed, weight, rules) : std::nullopt;
  if (result.computed) {
    const auto rate = Decimal::MulDiv(*e.executed, Decimal(100), *e.budget, 2);
    if (rate) line.set_achievement(rate->ToFixed(2) + "%");
    std::string text =
        Cat("执行率 = ", e.executed->ToString(), " ÷ ", e.budget->ToString(), rate ? " = " : "", line.achievement());
    if (rules.execution_method == v1::EXECUTION_METHOD_BANDS)
      Append(text, "，按档次得 ", Points(*result.computed, rules), " 分（满分 ", weight.ToString(), " 分）");
    else if (*e.executed > *e.budget)
      Append(text, "，超过 100%，按满分 ", Points(weight, rules), " 分计");
    else
      Append(text, "，得分 = ", weight.ToString(), " × 执行率 = ", Points(*result.computed, rules), " 分");
    line.set_explanation(std::move(text));
    return result;
  }
  result.basis = evaluation::v1::BASIS_DECLARED;
  const std::string why = !e.budget     ? "未填全年预算数"
                          : !e.executed ? "未填全年执行数"
                                        : "全年预算数为 0，执行率不能计算";
  result.computed = declared ? Counted(*declared, weight, rules) : Decimal();
  line.set_method("DECLARED");
  line.set_explanation(declared ? Cat(why, "；按自评得分 ", Points(*declared, rules), " 分认定")
                                : Cat(why, "，也没有自评得分，计 0 分"));
  return result;
}

LineResult ScoreIndicator(const IndicatorReading& row, const std::optional<Decimal>& weight, bool reference,
                          const Rules& rules, ScoreLine& line) {
  line.set_path(Cat("indicators[", row.index, "]"));
  DescribeMeasure(row, line);
  if (row.tier != nullptr) return Banded(row, weight, reference, rules, line);
  if (row.measure.kind == Measure::Kind::kNothing || !row.measure.complete)
    return Declared(row, weight, reference, rules, line);
  const Points_ points = FigurePoints(row, weight.value_or(Decimal()), rules);
  line.set_method(std::string(points.method));
  LineResult result{evaluation::v1::BASIS_COMPUTED, weight, std::nullopt, row.score};
  if (!weight) {
    line.set_explanation(Cat(Intro(row, line), line.achievement().empty() ? "" : "完成程度 ", line.achievement(),
                             "；本行未列分值，不计分"));
    return result;
  }
  result.computed = points.points;
  line.set_explanation(Intro(row, line) + points.arithmetic);
  return result;
}

}  // namespace jixiao::scoring
