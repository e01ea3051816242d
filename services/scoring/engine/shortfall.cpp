#include "scoring/engine/shortfall.h"

#include "common/text.h"
#include "scoring/engine/points.h"

#include <algorithm>

namespace jixiao::scoring {
namespace {

using v1::SHORTFALL_METHOD_DECLARED;
using v1::SHORTFALL_METHOD_DEVIATION_BANDS;
using v1::SHORTFALL_METHOD_LINEAR_EXCESS;
using v1::SHORTFALL_METHOD_RATIO;
using v1::SHORTFALL_METHOD_RATIO_ABOVE_PASS;
using v1::SHORTFALL_METHOD_STEPS;
using v1::SHORTFALL_METHOD_ZERO;

constexpr int kSharePlaces = 9;
const Decimal kOne(1);
const Decimal kHundred(100);

// The rule that a missed pair is judged by.
v1::ShortfallMethod MethodFor(const Pair& pair, const Rules& rules) {
  if (pair.comparison == Comparison::kBetween) return rules.range;
  if (pair.comparison == Comparison::kEqual && rules.equal == v1::EQUAL_METHOD_EXACT) return SHORTFALL_METHOD_ZERO;
  if (pair.comparison == Comparison::kEqual && rules.equal == v1::EQUAL_METHOD_DECLARED)
    return SHORTFALL_METHOD_DECLARED;
  return pair.IsMissedFromAbove() ? rules.at_most : rules.at_least;
}

std::string_view NameOf(v1::ShortfallMethod method, const Pair& pair) {
  if (pair.comparison == Comparison::kEqual) return "EQUAL";
  if (pair.comparison == Comparison::kBetween) return "RANGE";
  const bool upper = pair.IsUpperBound();
  switch (method) {
    case SHORTFALL_METHOD_RATIO:
      return upper ? "AT_MOST_RATIO" : "AT_LEAST_RATIO";
    case SHORTFALL_METHOD_RATIO_ABOVE_PASS:
      return upper ? "AT_MOST_RATIO_ABOVE_PASS" : "AT_LEAST_RATIO_ABOVE_PASS";
    case SHORTFALL_METHOD_LINEAR_EXCESS:
      return "AT_MOST_LINEAR_EXCESS";
    case SHORTFALL_METHOD_STEPS:
      return upper ? "AT_MOST_STEPS" : "AT_LEAST_STEPS";
    case SHORTFALL_METHOD_DECLARED:
      return upper ? "AT_MOST_OR_DECLARED" : "AT_LEAST_OR_DECLARED";
    default:
      return "ALL_OR_NOTHING";
  }
}

// ----------------------------------------------------------------------------------------------------------- the parts

// The part of the weight that a missed pair earns: numerator ÷ denominator; nothing above 0 earns nothing.
struct Part {
  Decimal numerator;
  Decimal denominator{1};

  bool IsNothing() const { return numerator <= Decimal() || denominator <= Decimal(); }
};

// Target over actual value or the reverse, whichever is at most 1; for a range, against its nearer end.
Part RatioPart(const Pair& pair) {
  if (pair.comparison == Comparison::kBetween && pair.b > pair.a) return {pair.end.value_or(pair.a), pair.b};
  if (pair.comparison == Comparison::kBetween) return {pair.b, pair.a};
  return pair.IsMissedFromAbove() ? Part{pair.a, pair.b} : Part{pair.b, pair.a};
}

// Nothing below the threshold.
std::optional<Part> AbovePassPart(const Pair& pair, const Decimal& threshold) {
  const Part ratio = RatioPart(pair);
  const auto pass = Decimal::MulDiv(ratio.denominator, threshold, kOne, Decimal::kMaxScale);
  if (!pass || ratio.numerator < *pass) return std::nullopt;
  return Part{ratio.numerator - *pass, ratio.denominator - *pass};
}

// How far the actual value stays behind the target, in steps begun; nothing where there is no step to measure by.
std::optional<Decimal> StepsBehind(const Pair& pair, const CompiledSteps& steps) {
  const Decimal behind = (pair.b - pair.a).Abs();
  const auto size =
      Decimal::MulDiv(pair.IsPercentage() ? kHundred : pair.a.Abs(), steps.step, kOne, Decimal::kMaxScale);
  if (!size || size->IsZero()) return std::nullopt;
  const auto whole = Decimal::MulDiv(behind, kOne, *size, 0);
  if (!whole) return std::nullopt;
  const auto covered = Decimal::Mul(*whole, *size);
  return covered && *covered >= behind ? *whole : *whole + kOne;  // rounded down: the last step has begun
}

Part StepsPart(const Pair& pair, const CompiledSteps& steps) {
  const auto count = StepsBehind(pair, steps);
  const auto off = count ? Decimal::Mul(*count, steps.share) : std::nullopt;
  return off && *off < kOne ? Part{kOne - *off, kOne} : Part{};
}

// The end of a range that the actual value is nearer to.
const Decimal& NearerEnd(const Pair& pair) {
  return pair.end && pair.b > pair.a ? *pair.end : pair.a;
}

// The band of |b − end| ÷ |end|; nullptr beyond all bands.
const CompiledDeviationBand* DeviationBandOf(const Pair& pair, const Rules& rules) {
  const Decimal& end = NearerEnd(pair);
  for (const CompiledDeviationBand& band : rules.deviation_bands) {
    const auto bound = Decimal::Mul(end.Abs(), band.at_most);
    if (bound && !end.IsZero() && (pair.b - end).Abs() <= *bound) return &band;
  }
  return nullptr;
}

// A negative actual value earns nothing, unless a range allows such values.
bool IsNegativeForNothing(const Pair& pair) {
  return pair.b.IsNegative() && !(pair.comparison == Comparison::kBetween && pair.a.IsNegative());
}

Part PartFor(v1::ShortfallMethod method, const Pair& pair, const Rules& rules) {
  switch (method) {
    case SHORTFALL_METHOD_RATIO:
      return RatioPart(pair);
    case SHORTFALL_METHOD_RATIO_ABOVE_PASS:
      return AbovePassPart(pair, rules.pass_threshold).value_or(Part{});
    case SHORTFALL_METHOD_LINEAR_EXCESS:
      return {pair.a + pair.a - pair.b, pair.a};
    case SHORTFALL_METHOD_STEPS:
      return rules.steps ? StepsPart(pair, *rules.steps) : Part{};
    case SHORTFALL_METHOD_DEVIATION_BANDS: {
      const CompiledDeviationBand* band = DeviationBandOf(pair, rules);
      return band == nullptr ? Part{} : Part{band->share, kOne};
    }
    default:
      return {};
  }
}

// ----------------------------------------------------------------------------------------------------------- the words

// The numbers of a pair as people read them: as written, or in the base unit where the two cells' units differ.
struct Shown {
  Decimal target;
  Decimal end;  // of a range; otherwise the target
  Decimal actual;
};

Shown NumbersOf(const Pair& pair) {
  const bool by_end = pair.end && pair.a.IsZero();
  const Decimal& base = by_end ? *pair.end : pair.a;
  const Decimal& written = by_end && pair.target.end ? *pair.target.end : pair.target.number;
  const bool as_written = Decimal::Mul(base, pair.actual.number) == Decimal::Mul(pair.b, written);
  if (as_written) return {pair.target.number, pair.target.end.value_or(pair.target.number), pair.actual.number};
  return {pair.a, pair.end.value_or(pair.a), pair.b};
}

// "扣分" by steps: how many of which size, and what is left.
void AppendSteps(std::string& out, const Pair& pair, const CompiledSteps& steps, const Decimal& w,
                 const Decimal& points, const Rules& rules) {
  const auto count = StepsBehind(pair, steps);
  const Shown shown = NumbersOf(pair);
  const Decimal behind = pair.IsPercentage() ? (pair.b - pair.a).Abs() : (shown.actual - shown.target).Abs();
  const bool above = pair.IsMissedFromAbove();
  if (!count) return Append(out, "指标值为 0，不能按比例分档，得 0 分");
  const bool as_written = shown.actual == pair.actual.number && !pair.target.unit_text.empty();
  const std::string unit = pair.IsPercentage() ? " 个百分点" : as_written ? " " + pair.target.unit_text : "";
  const std::string size = pair.IsPercentage() ? Cat(" ", Decimal::Mul(steps.step, kHundred)->ToString(), " 个百分点")
                                               : Cat("指标值的 ", PercentText(steps.step), " ");
  const std::string share = PercentText(steps.share);
  Append(out, above ? "超过指标值 " : "低于指标值 ", behind, unit, "，每", size, "扣分值的 ", share,
         "（不足一档按一档），共 ", *count, " 档");
  if (points.IsZero()) return Append(out, "，扣完为止，得 0 分");
  Append(out, "：", w, " × (1 − ", *count, " × ", share, ") = ", PointsText(points, rules), " 分");
}

void AppendRange(std::string& out, v1::ShortfallMethod method, const Pair& pair, const Decimal& w,
                 const Decimal& points, const Rules& rules) {
  const Shown shown = NumbersOf(pair);
  const bool above = pair.b > pair.a;
  const std::string end = (above ? shown.end : shown.target).ToString();
  const std::string actual = shown.actual.ToString();
  if (method == SHORTFALL_METHOD_RATIO && !points.IsZero())
    return Append(out, above ? "超出范围上限，按比例计分：" : "低于范围下限，按比例计分：", above ? end : actual, " ÷ ",
                  above ? actual : end, " × ", w, " = ", PointsText(points, rules), " 分");
  if (method == SHORTFALL_METHOD_DEVIATION_BANDS) {
    const Decimal& bound = NearerEnd(pair);
    const auto percent = Decimal::MulDiv((pair.b - bound).Abs(), kHundred, bound.Abs(), 2);
    if (!percent) return Append(out, "不在指标值范围内，得 0 分");
    Append(out, above ? "超出范围上限，偏离 |" : "低于范围下限，偏离 |", actual, " − ", end, "| ÷ ",
           bound.IsNegative() ? Cat("|", end, "|") : end, " = ", percent->ToString(), "%");
    const CompiledDeviationBand* band = DeviationBandOf(pair, rules);
    if (band == nullptr) return Append(out, "，超出各档，得 0 分");
    return Append(out, "，在 ", PercentText(band->at_most), " 以内的一档，得分值的 ", PercentText(band->share), "，即 ",
                  PointsText(points, rules), " 分");
  }
  Append(out, "不在指标值范围内，得 0 分");
}

void AppendArithmetic(std::string& out, v1::ShortfallMethod method, const Pair& pair, const Decimal& w,
                      const Decimal& points, const Rules& rules) {
  const bool upper = pair.IsMissedFromAbove();
  const Shown shown = NumbersOf(pair);
  const std::string n = (upper ? shown.target : shown.actual).ToString();
  const std::string d = (upper ? shown.actual : shown.target).ToString();
  switch (method) {
    case SHORTFALL_METHOD_RATIO:
      if (pair.a.IsNegative()) return Append(out, upper ? "超过上限，得 0 分" : "未达到指标值，得 0 分");
      return Append(out, upper ? "超过上限，按比例计分：" : "未达到指标值，按比例计分：", n, " ÷ ", d, " × ", w, " = ",
                    PointsText(points, rules), " 分");
    case SHORTFALL_METHOD_RATIO_ABOVE_PASS: {
      const std::string threshold = PercentText(rules.pass_threshold);
      if (!AbovePassPart(pair, rules.pass_threshold)) return Append(out, "完成率低于 ", threshold, "，得 0 分");
      return Append(out, "未达到指标值，(", n, " ÷ ", d, " − ", threshold, ") ÷ (1 − ", threshold, ") × ", w, " = ",
                    PointsText(points, rules), " 分");
    }
    case SHORTFALL_METHOD_LINEAR_EXCESS:
      if (pair.a <= Decimal()) return Append(out, "超过上限，得 0 分");
      if (pair.b >= pair.a + pair.a) return Append(out, "达到上限的两倍或以上，得 0 分");
      return Append(out, "超过上限，(1 − (", d, " − ", n, ") ÷ ", n, ") × ", w, " = ", PointsText(points, rules),
                    " 分");
    case SHORTFALL_METHOD_STEPS:
      return AppendSteps(out, pair, *rules.steps, w, points, rules);
    default:
      if (pair.comparison == Comparison::kEqual) return Append(out, "不等于指标值，得 0 分");
      return Append(out, upper ? "超过上限，得 0 分" : "未达到指标值，得 0 分");
  }
}

// Why a person decides: the cell that turns red on deployed systems.
std::string_view LeftToAPerson(const Pair& pair) {
  if (pair.comparison == Comparison::kBetween) return "不在指标值范围内，规则不自动计分，须人工复核";
  if (pair.comparison == Comparison::kEqual) return "不等于指标值，规则不自动计分，须人工复核";
  return pair.IsUpperBound() ? "超过上限，规则不自动计分，须人工复核" : "未达到指标值，规则不自动计分，须人工复核";
}

constexpr std::string_view kNegativeText = "实际完成值为负数，得 0 分";

void AppendFull(std::string& out, const Decimal& w, const Rules& rules) {
  Append(out, "达到指标值，得满分 ", PointsText(w, rules), " 分");
}

Judgement JudgePair(const Pair& pair, const Decimal& w, const Rules& rules, std::string* out) {
  const v1::ShortfallMethod method = MethodFor(pair, rules);
  Judgement judgement{w, NameOf(method, pair), rules.source().quantitative().authority()};
  if (pair.met) {
    if (out != nullptr) AppendFull(*out, w, rules);
  } else if (IsNegativeForNothing(pair)) {
    judgement.points = Decimal();
    if (out != nullptr) *out += kNegativeText;
  } else if (method == SHORTFALL_METHOD_DECLARED) {
    judgement.points = std::nullopt;
    judgement.method = "DECLARED";
    if (out != nullptr) *out += LeftToAPerson(pair);
  } else {
    const Part part = PartFor(method, pair, rules);
    judgement.points = part.IsNothing() ? Decimal() : PartOf(w, part.numerator, part.denominator, rules);
    if (out == nullptr) return judgement;
    if (pair.comparison == Comparison::kBetween)
      AppendRange(*out, method, pair, w, *judgement.points, rules);
    else
      AppendArithmetic(*out, method, pair, w, *judgement.points, rules);
  }
  return judgement;
}

// ------------------------------------------------------------------------------------------------- beyond single pairs

// What comes off a line whose actual value is far above an "at least" target.
void TakeOffForOverFulfilment(const IndicatorReading& row, const Rules& rules, Judgement& judgement, std::string* out) {
  const CompiledOverFulfilment& over = rules.over_fulfilment;
  if (!judgement.points || row.is_cost || (!over.deduct_from && over.reductions.empty())) return;
  const Pair* farthest = nullptr;
  std::optional<Decimal> multiple;
  for (const Pair& pair : row.measure.pairs) {
    if (!pair.IsLowerBound() || !pair.Reaches(kOne)) continue;
    const auto ratio = Decimal::MulDiv(pair.b, kOne, pair.a, kSharePlaces);
    if (farthest != nullptr && ratio && multiple && *ratio <= *multiple) continue;
    farthest = &pair;
    multiple = ratio;
  }
  if (farthest == nullptr) return;
  const std::string percent = out == nullptr ? std::string() : farthest->Percent().value_or(Decimal()).ToFixed(2) + "%";
  const CompiledReduction* reached = nullptr;
  for (const CompiledReduction& reduction : over.reductions)
    if (farthest->Reaches(reduction.from)) reached = &reduction;
  if (reached != nullptr && !reached->share.IsZero()) {
    const Decimal before = *judgement.points;
    judgement.points = PartOf(before, kOne - reached->share, kOne, rules);
    if (out != nullptr)
      Append(*out, "；实际为指标值的 ", percent, "，达到 ", PercentText(reached->from), "，按规则调减 ",
             PercentText(reached->share), "：", PointsText(before, rules), " × (1 − ", PercentText(reached->share),
             ") = ", PointsText(*judgement.points, rules), " 分");
  }
  if (over.deduct_from && farthest->Reaches(*over.deduct_from)) {
    const Decimal off = std::min(over.deduct_points, *judgement.points);
    judgement.points = *judgement.points - off;
    if (out != nullptr)
      Append(*out, "；实际为指标值的 ", percent, "，达到 ", PercentText(*over.deduct_from), "，属指标偏离，扣 ",
             PointsText(off, rules), " 分，得 ", PointsText(*judgement.points, rules), " 分");
  }
}

// The measured rate of a satisfaction row, where the rules score it in a way of its own.
const Pair* SatisfactionPair(const IndicatorReading& row, const Rules& rules) {
  const bool applies =
      (!rules.satisfaction_bands.empty() || rules.satisfaction_steps) && row.indicator_class != nullptr &&
      row.indicator_class->indicator_class == v1::INDICATOR_CLASS_SATISFACTION && row.measure.pairs.size() == 1;
  if (!applies) return nullptr;
  const Pair& pair = row.measure.pairs.front();
  const bool rate = pair.target.unit.dimension == Dimension::kRatio || pair.actual.unit.dimension == Dimension::kRatio;
  // Steps go down from a target that is to be reached.
  return rate && (!rules.satisfaction_steps || pair.IsLowerBound()) ? &pair : nullptr;
}

Judgement JudgeSatisfaction(const Pair& pair, const Decimal& w, const Rules& rules, std::string* out) {
  Judgement judgement{w, "SATISFACTION_BANDS", rules.source().satisfaction().authority()};
  if (rules.satisfaction_steps) {
    judgement.method = "SATISFACTION_STEPS";
    if (pair.met) {
      if (out != nullptr) AppendFull(*out, w, rules);
    } else if (IsNegativeForNothing(pair)) {
      judgement.points = Decimal();
      if (out != nullptr) *out += kNegativeText;
    } else {
      const Part part = StepsPart(pair, *rules.satisfaction_steps);
      judgement.points = part.IsNothing() ? Decimal() : PartOf(w, part.numerator, part.denominator, rules);
      if (out != nullptr) AppendSteps(*out, pair, *rules.satisfaction_steps, w, *judgement.points, rules);
    }
    return judgement;
  }
  const CompiledBand* band = BandOf(rules.satisfaction_bands, pair.b, kHundred);
  const Decimal share = band == nullptr ? Decimal() : band->share;
  judgement.points = PartOf(w, share, kOne, rules);
  if (out != nullptr)
    Append(*out, "满意度 ", pair.b, "%，按档次得分值的 ", PercentText(share), "，即 ",
           PointsText(*judgement.points, rules), " 分");
  return judgement;
}

Judgement JudgeDate(bool on_time, const Decimal& w, const Rules& rules, std::string* out) {
  Judgement judgement{w, "DEADLINE", rules.source().quantitative().authority()};
  if (on_time) {
    if (out != nullptr) Append(*out, "按期完成，得满分 ", PointsText(w, rules), " 分");
  } else if (rules.date == SHORTFALL_METHOD_DECLARED) {
    judgement.points = std::nullopt;
    judgement.method = "DECLARED";
    if (out != nullptr) *out += "晚于规定时限，规则不自动计分，须人工复核";
  } else {
    judgement.points = Decimal();
    if (out != nullptr) *out += "晚于规定时限，得 0 分";
  }
  return judgement;
}

Judgement JudgeAnswer(bool agrees, const Decimal& w, const Rules& rules, std::string* out) {
  if (out != nullptr && agrees)
    Append(*out, "与指标值一致，得满分 ", PointsText(w, rules), " 分");
  else if (out != nullptr)
    *out += "与指标值不一致，是否类指标得 0 分";
  return {agrees ? w : Decimal(), "YES_NO", rules.source().quantitative().authority()};
}

}  // namespace

std::optional<Decimal> EarnedShare(const Pair& pair, const Rules& rules) {
  if (pair.met) return kOne;
  const v1::ShortfallMethod method = MethodFor(pair, rules);
  if (IsNegativeForNothing(pair)) return Decimal();
  if (method == SHORTFALL_METHOD_DECLARED) return std::nullopt;
  const Part part = PartFor(method, pair, rules);
  if (part.IsNothing()) return Decimal();
  return std::min(Decimal::MulDiv(part.numerator, kOne, part.denominator, kSharePlaces).value_or(Decimal()), kOne);
}

bool IsLeftToAPerson(const IndicatorReading& row, const Rules& rules) {
  const Measure& measure = row.measure;
  if (row.tier != nullptr || !measure.complete) return false;
  if (measure.kind == Measure::Kind::kDeadline) return !measure.on_time && rules.date == SHORTFALL_METHOD_DECLARED;
  return measure.kind == Measure::Kind::kFigures && SatisfactionPair(row, rules) == nullptr &&
         !EarnedShare(measure.Worst(), rules);
}

bool IsJudged(const IndicatorReading& row) {
  return row.tier == nullptr && row.measure.kind != Measure::Kind::kNothing && row.measure.complete;
}

Judgement Judge(const IndicatorReading& row, const Decimal& weight, const Rules& rules, std::string* arithmetic) {
  const Measure& measure = row.measure;
  if (measure.kind == Measure::Kind::kDeadline) return JudgeDate(measure.on_time, weight, rules, arithmetic);
  if (measure.kind == Measure::Kind::kAnswer) return JudgeAnswer(measure.agrees, weight, rules, arithmetic);
  if (const Pair* pair = SatisfactionPair(row, rules)) return JudgeSatisfaction(*pair, weight, rules, arithmetic);
  Judgement judgement = JudgePair(measure.Worst(), weight, rules, arithmetic);
  TakeOffForOverFulfilment(row, rules, judgement, arithmetic);
  return judgement;
}

std::optional<Award> AwardFor(const IndicatorReading& row, const Decimal& weight, const Rules& rules) {
  if (!IsJudged(row)) return std::nullopt;
  Award award;
  static_cast<Judgement&>(award) = Judge(row, weight, rules, &award.arithmetic);
  return award;
}

}  // namespace jixiao::scoring
