// COMPLETION_RATE (17): a printed completion is what the figures give, and is written as a number.
// Any reading of the row's figures will do: B ÷ A uncapped or at most 100 %, the mirror for upper bounds, the mean of
// several. Fires: 18万元 of 18万元 with 0; 9,623 of 9,696 printed as 100 %; `86%%`. Must not: 26.23 of 30万元 at 87 %.
#include "common/text.h"
#include "scoring/checks/catalogue.h"

#include <absl/container/inlined_vector.h>

#include <algorithm>

namespace jixiao::scoring {
namespace {

using Percents = absl::InlinedVector<Decimal, 8>;

// Completions in percent that the figures allow.
Percents Readings(const Measure& measure) {
  const Decimal kFull(100);
  Percents readings;
  if (measure.kind == Measure::Kind::kDeadline) {
    if (measure.on_time) readings.push_back(kFull);  // how complete a late row is no figure says
    return readings;
  }
  if (measure.kind == Measure::Kind::kAnswer) return {measure.agrees ? kFull : Decimal()};
  Decimal sum;
  for (const Pair& pair : measure.pairs) {
    if (pair.met && (pair.IsUpperBound() || pair.a.IsZero() || pair.comparison == Comparison::kBetween))
      readings.push_back(kFull);
    if (const auto ratio = Decimal::MulDiv(pair.b, kFull, pair.a, 6)) {
      readings.push_back(*ratio);
      readings.push_back(std::min(*ratio, kFull));
      sum += std::min(*ratio, kFull);
    }
    if (pair.met) readings.push_back(kFull);  // 686 of about 700
    if (pair.IsUpperBound())
      if (const auto inverse = Decimal::MulDiv(pair.a, kFull, pair.b, 6)) readings.push_back(*inverse);
  }
  if (const auto mean = Decimal::MulDiv(
          sum, Decimal(1), Decimal(static_cast<std::int64_t>(std::max<std::size_t>(1, measure.pairs.size()))), 6))
    readings.push_back(*mean);
  return readings;
}

}  // namespace

void CompletionRate(const CheckInput& input, FindingSink& findings) {
  for (const IndicatorReading& row : input.reading.indicators) {
    if (!row.completion) continue;
    if (row.completion->malformed) {
      findings.Add(row.Path("completion_rate"), Cat("“", row.Name(), "”完成率书写有误：", row.row->completion_rate()),
                   {{"printed", row.row->completion_rate()}});
      continue;
    }
    if (row.measure.kind == Measure::Kind::kNothing || !row.measure.complete) continue;
    const Percents readings = Readings(row.measure);
    const bool fits = std::any_of(readings.begin(), readings.end(), [&](const Decimal& expected) {
      return (row.completion->Percent(expected) - expected).Abs() <=
             std::max(input.rules.percentage_tolerance, row.completion->Precision(expected));
    });
    if (fits || readings.empty()) continue;
    const std::string computed = readings.front().ToFixed(2) + "%";
    findings.Add(row.Path("completion_rate"),
                 Cat("“", row.Name(), "”完成率填为 ", row.row->completion_rate(), "，指标值 ", row.row->target(),
                     "，实际完成 ", row.row->actual(), "，应为 ", computed),
                 {{"printed", row.row->completion_rate()},
                  {"computed", computed},
                  {"target", row.row->target()},
                  {"actual", row.row->actual()}});
  }
}

}  // namespace jixiao::scoring
