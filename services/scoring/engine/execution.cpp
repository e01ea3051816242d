#include "scoring/engine/execution.h"

#include "common/text.h"
#include "scoring/engine/line.h"
#include "scoring/engine/points.h"

#include <algorithm>
#include <vector>

namespace jixiao::scoring {
namespace {

// The execution rate as it becomes points: a fraction, exact unless the rules round the rate first.
struct ExecutionRate {
  Decimal numerator;
  Decimal denominator;
};

// `budget` is above 0.
ExecutionRate RateOf(const Decimal& budget, const Decimal& executed, const Rules& rules) {
  if (rules.rate_places)
    if (const auto percent = Decimal::MulDiv(executed, Decimal(100), budget, *rules.rate_places))
      return {*percent, Decimal(100)};
  return {executed, budget};
}

// How the points follow from the rate, behind "执行率 = … = 86.20%".
void AppendArithmetic(std::string& out, const ExecutionRate& rate, const Decimal& points, const Decimal& weight,
                      const Rules& rules) {
  if (rules.execution_method == v1::EXECUTION_METHOD_BANDS)
    return Append(out, "，按档次得 ", PointsText(points, rules), " 分（满分 ", weight, " 分）");
  if (rate.numerator > rate.denominator) return Append(out, "，超过 100%，按满分 ", PointsText(weight, rules), " 分计");
  const std::string factor = rules.rate_places ? rate.numerator.ToFixed(*rules.rate_places) + "%" : "执行率";
  Append(out, "，得分 = ", weight, " × ", factor, " = ", PointsText(points, rules), " 分");
}

// The four books of China's budget (预算法 §5): a row with such a name says which of them the row above comes from.
bool NamesBudget(std::string_view name) {
  constexpr std::string_view kBudgets[] = {"一般公共预算", "政府性基金", "国有资本经营", "社会保险基金"};
  return name.starts_with("其中") ||
         std::ranges::any_of(kBudgets, [&](std::string_view budget) { return name.starts_with(budget); });
}

bool IsBlankOrZero(const std::optional<Decimal>& amount) {
  return !amount || amount->IsZero();
}

// What the parts of a total add up to that was left blank or 0 above them; nothing where they have no money either, or
// one does not say what was spent of its own.
std::optional<Execution> OfTheParts(const FormReading& reading) {
  const FundReading& total = *reading.total_fund;
  if (!IsBlankOrZero(total.budget) || !IsBlankOrZero(total.executed)) return std::nullopt;
  std::vector<const FundReading*> parts;
  for (const FundReading& fund : reading.funds) {
    if (fund.heads_split && !parts.empty()) break;  // the same money once more
    if (fund.is_part && !fund.names_split && !IsBlankOrZero(fund.budget)) parts.push_back(&fund);
  }
  if (parts.empty()) return std::nullopt;
  Execution sum{Decimal(), Decimal()};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (!parts[i]->executed) return std::nullopt;
    *sum.budget += *parts[i]->budget;
    *sum.executed += *parts[i]->executed;
    i = LastChildOf(parts, i, &FundReading::budget);
  }
  return sum;
}

}  // namespace

std::size_t LastChildOf(std::span<const FundReading* const> parts, std::size_t i,
                        std::optional<Decimal> FundReading::*column) {
  const Decimal own = (parts[i]->*column).value_or(Decimal());
  Decimal children;
  for (std::size_t k = i + 1; k < parts.size() && !own.IsZero(); ++k) {
    children += (parts[k]->*column).value_or(Decimal());
    if (children == own && (k > i + 1 || NamesBudget(parts[k]->name))) return k;
  }
  return i;
}

Execution ExecutionOf(const FormReading& reading) {
  if (reading.total_fund != nullptr) {
    if (const auto parts = OfTheParts(reading)) return *parts;
    return {reading.total_fund->budget, reading.total_fund->executed};
  }
  Execution sum;
  for (const FundReading& fund : reading.funds) {
    // Rows without a total: only a complete column can be added up.
    if (!fund.budget || !fund.executed) return {};
    sum.budget = sum.budget.value_or(Decimal()) + *fund.budget;
    sum.executed = sum.executed.value_or(Decimal()) + *fund.executed;
  }
  return sum;
}

std::optional<Decimal> ExecutionPoints(const Decimal& budget, const Decimal& executed, const Decimal& weight,
                                       const Rules& rules) {
  if (budget <= Decimal())
    return rules.zero_budget == v1::ZERO_BUDGET_METHOD_ZERO ? std::optional(Decimal()) : std::nullopt;
  const ExecutionRate rate = RateOf(budget, executed, rules);
  if (rules.execution_method == v1::EXECUTION_METHOD_BANDS) {
    const CompiledBand* band = BandOf(rules.execution_bands, rate.numerator, rate.denominator);
    return PartOf(weight, band == nullptr ? Decimal() : band->share, Decimal(1), rules);
  }
  if (rate.numerator >= rate.denominator) return weight;
  const auto points = Decimal::MulDiv(weight, rate.numerator, rate.denominator, rules.places);
  if (!points) return std::nullopt;
  return std::clamp(*points, Decimal(), weight);
}

const CompiledTotalCap* TotalCapOf(const Execution& execution, const Rules& rules) {
  if (rules.total_caps.empty() || !execution.budget || !execution.executed || *execution.budget <= Decimal())
    return nullptr;
  const ExecutionRate rate = RateOf(*execution.budget, *execution.executed, rules);
  for (const CompiledTotalCap& cap : rules.total_caps) {
    const auto bound = Decimal::Mul(cap.rate_below, rate.denominator);
    if (bound && rate.numerator < *bound) return &cap;
  }
  return nullptr;
}

LineResult ScoreExecution(const Execution& e, const Decimal& weight, const std::optional<Decimal>& declared,
                          const Rules& rules, evaluation::v1::ScoreLine& line) {
  LineResult result{evaluation::v1::BASIS_COMPUTED, weight, std::nullopt, declared};
  line.set_method(rules.execution_method == v1::EXECUTION_METHOD_BANDS ? "EXECUTION_BANDS" : "EXECUTION_RATIO");
  if (e.budget) Append(*line.mutable_criterion(), "全年预算数 ", *e.budget, " 万元");
  if (e.executed) Append(*line.mutable_observation(), "全年执行数 ", *e.executed, " 万元");
  result.computed = e.budget && e.executed ? ExecutionPoints(*e.budget, *e.executed, weight, rules) : std::nullopt;
  if (result.computed) {
    line.set_authority(rules.source().execution().authority());
    if (*e.budget <= Decimal()) {
      line.set_method("ZERO_BUDGET");
      line.set_explanation(
          Cat("全年预算数为 0，执行率不能计算，按规则得 ", PointsText(*result.computed, rules), " 分"));
      return result;
    }
    const auto percent = Decimal::MulDiv(*e.executed, Decimal(100), *e.budget, 2);
    if (percent) Append(*line.mutable_achievement(), Piece(*percent, 2), "%");
    std::string& text = *line.mutable_explanation();
    Append(text, "执行率 = ", *e.executed, " ÷ ", *e.budget, percent ? " = " : "", line.achievement());
    AppendArithmetic(text, RateOf(*e.budget, *e.executed, rules), *result.computed, weight, rules);
    return result;
  }
  result.basis = evaluation::v1::BASIS_DECLARED;
  const std::string_view why = !e.budget     ? "未填全年预算数"
                               : !e.executed ? "未填全年执行数"
                                             : "全年预算数为 0，执行率不能计算";
  result.computed = declared ? CountedPoints(*declared, weight, rules) : Decimal();
  line.set_method("DECLARED");
  line.set_explanation(declared ? Cat(why, "；按自评得分 ", PointsText(*declared, rules), " 分认定")
                                : Cat(why, "，也没有自评得分，计 0 分"));
  return result;
}

}  // namespace jixiao::scoring
