#include "scoring/engine/line.h"

#include "common/text.h"
#include "scoring/engine/describe.h"
#include "scoring/engine/points.h"
#include "scoring/engine/shortfall.h"

#include <algorithm>

namespace jixiao::scoring {
namespace {

using evaluation::v1::ScoreLine;

// Why no figures of the row could be compared.
std::string_view WhyNothingCompares(const IndicatorReading& row) {
  if (row.measure.copied) return "实际完成值照抄了指标值（连同运算符），没有可比的实际数值";
  if (row.measure.conflict) return "实际完成值与指标值单位不同，不能比较";
  if (row.target.malformed || row.actual.malformed) return "数字书写有误，无法识别";
  if (row.actual.blank) return "未填实际完成值";
  if (row.target.blank) return "未填指标值";
  if (row.measure.kind == Measure::Kind::kFigures) return "指标值中的数量未全部有对应的实际数值";
  return "指标值与实际完成值没有可比的数值";
}

// The line of a row that no rule scores; its explanation says why already.
LineResult Declared(const IndicatorReading& row, const std::optional<Decimal>& weight, bool reference,
                    const Rules& rules, ScoreLine& line) {
  LineResult result{evaluation::v1::BASIS_DECLARED, weight, std::nullopt, row.score};
  std::string& text = *line.mutable_explanation();
  line.mutable_method()->assign("DECLARED");
  if (!weight) {
    text += "；本行未列分值，不计分";
    return result;
  }
  const std::optional<Decimal> claimed =
      row.completion ? std::optional(row.completion->Percent(Decimal(100))) : row.claimed_completion;
  if (!reference && row.score) {
    result.computed = CountedPoints(*row.score, *weight, rules);
    Append(text, "；按自评得分 ", PointsText(*row.score, rules), " 分认定");
  } else if (claimed) {
    const Decimal capped = std::clamp(*claimed, Decimal(), Decimal(100));
    result.computed = Decimal::MulDiv(*weight, capped, Decimal(100), rules.places);
    Append(text, "；按自报完成率 ", *claimed, "% × ", *weight, " 分认定");
  } else {
    result.computed = Decimal();
    text += "，也没有自评得分，计 0 分";
  }
  return result;
}

LineResult Banded(const IndicatorReading& row, const std::optional<Decimal>& weight, bool reference, const Rules& rules,
                  ScoreLine& line) {
  LineResult result{evaluation::v1::BASIS_BANDED, weight, std::nullopt, row.score};
  std::string& text = *line.mutable_explanation();
  line.mutable_method()->assign("TIER");
  Append(text, "自报档次“", row.tier->name, "”");
  if (!weight) {
    text += "；本行未列分值，不计分";
    return result;
  }
  line.set_authority(rules.source().qualitative().authority());
  const auto [low, high] = TierRange(*row.tier, *weight, rules);
  Append(*line.mutable_score_low(), PointsText(low, rules));
  Append(*line.mutable_score_high(), PointsText(high, rules));
  Append(text, "，得分应在 ", line.score_low(), "～", line.score_high(), " 分之间");
  if (reference || !row.score) {
    result.computed = low;
    Append(text, "；", reference ? "参考分" : "未填自评得分，", "取下限 ", PointsText(low, rules), " 分");
    return result;
  }
  Append(text, "；自评得分 ", PointsText(*row.score, rules), " 分");
  if (*row.score >= low && *row.score <= high) {
    result.computed = std::clamp(CountedPoints(*row.score, *weight, rules), low, high);
    text += "在区间内";
  } else if (rules.outside_tier == v1::OUTSIDE_TIER_ZERO) {
    result.computed = Decimal();
    text += "不在区间内，按规则计 0 分";
  } else {
    result.computed = std::clamp(CountedPoints(*row.score, *weight, rules), low, high);
    Append(text, "不在区间内，按 ", PointsText(*result.computed, rules), " 分认定");
  }
  return result;
}

// A row that the rules leave out: it keeps its line, so that nobody looks for it in vain.
LineResult LeftOut(const IndicatorReading& row, const Rules& rules, ScoreLine& line) {
  line.set_method("LEFT_OUT");
  line.set_authority(rules.source().quantitative().authority());
  line.clear_criterion();
  std::string& text = *line.mutable_explanation();
  text += "批复指标值 ";
  AppendExcerpt(text, row.row->approved_target());
  text += "，年度（调整后）指标值为空，按规则本行不计入评分";
  return {};
}

}  // namespace

std::pair<Decimal, Decimal> TierRange(const CompiledTier& tier, const Decimal& weight, const Rules& rules) {
  const int places = std::max(rules.places, weight.scale());  // no form's weight is finer than its own points
  const Decimal low = Decimal::MulDiv(weight, tier.at_least, Decimal(1), places).value_or(Decimal());
  Decimal high = Decimal::MulDiv(weight, tier.at_most, Decimal(1), places).value_or(weight);
  if (!tier.at_most_included) high = std::max(low, high - Decimal::Scaled(1, places));
  return {low, high};
}

std::optional<Decimal> RulePoints(const IndicatorReading& row, const Decimal& weight, const Rules& rules) {
  return IsJudged(row) ? Judge(row, weight, rules, nullptr).points : std::nullopt;
}

bool IsScorable(const IndicatorReading& row) {
  if (row.left_out) return false;
  return row.tier != nullptr || (row.measure.kind != Measure::Kind::kNothing && row.measure.complete) ||
         row.completion || row.claimed_completion;
}

LineResult ScoreIndicator(const IndicatorReading& row, const std::optional<Decimal>& weight, bool reference,
                          const Rules& rules, ScoreLine& line) {
  Append(*line.mutable_path(), "indicators[", row.index, "]");
  DescribeMeasure(row, rules, line);
  if (row.left_out) return LeftOut(row, rules, line);
  if (row.tier != nullptr) return Banded(row, weight, reference, rules, line);
  std::string& text = *line.mutable_explanation();
  if (!IsJudged(row)) {
    text += WhyNothingCompares(row);
    return Declared(row, weight, reference, rules, line);
  }
  AppendIntroduction(text, row, line);
  const std::size_t introduced = text.size();
  const Judgement judgement = Judge(row, weight.value_or(Decimal()), rules, &text);
  if (weight) line.mutable_authority()->assign(judgement.authority);
  if (!judgement.points) return Declared(row, weight, reference, rules, line);
  line.mutable_method()->assign(judgement.method);
  LineResult result{evaluation::v1::BASIS_COMPUTED, weight, std::nullopt, row.score};
  if (weight) {
    result.computed = judgement.points;
    return result;
  }
  text.resize(introduced);
  Append(text, line.achievement().empty() ? "" : "完成程度 ", line.achievement(), "；本行未列分值，不计分");
  return result;
}

}  // namespace jixiao::scoring
