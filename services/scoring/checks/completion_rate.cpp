// COMPLETION_RATE (17): a printed completion is what the figures give, and is written as a number.
// Any reading of the row's figures will do: B ÷ A uncapped or at most 100 %, the mirror for upper bounds, the mean of
// several. Fires: 18万元 of 18万元 with 0; 9,623 of 9,696 printed as 100 %; `86%%`. Must not: 26.23 of 30万元 at 87 %.
#include "common/text.h"
#include "scoring/checks/catalogue.h"

#include <algorithm>
#include <optional>

namespace jixiao::scoring {
namespace {

// Sets the completions that the figures allow beside the printed one, until one fits. Nothing is kept of those that do
// not but the first, which a finding names.
class Fit {
 public:
  Fit(const Rate& printed, const Decimal& tolerance) : printed_(printed), tolerance_(tolerance) {}

  // Whether the printed completion is `expected`, in percent.
  bool Is(const Decimal& expected) {
    if (!first_) first_ = expected;
    return (printed_.Percent(expected) - expected).Abs() <= std::max(tolerance_, printed_.Precision(expected));
  }
  bool Is(const std::optional<Decimal>& expected) { return expected && Is(*expected); }

  // Nothing when the figures allow no completion at all.
  const std::optional<Decimal>& first() const { return first_; }

 private:
  const Rate& printed_;
  const Decimal tolerance_;
  std::optional<Decimal> first_;
};

bool FitsFigures(const Measure& measure, Fit& fit) {
  const Decimal kFull(100);
  Decimal sum;
  for (const Pair& pair : measure.pairs) {
    if (pair.met && (pair.IsUpperBound() || pair.a.IsZero() || pair.comparison == Comparison::kBetween) &&
        fit.Is(kFull))
      return true;
    const auto ratio = Decimal::MulDiv(pair.b, kFull, pair.a, 6);
    if (ratio) {
      const Decimal capped = std::min(*ratio, kFull);
      if (fit.Is(ratio) || fit.Is(capped)) return true;
      sum += capped;
    }
    if (pair.met && fit.Is(kFull)) return true;  // 686 of about 700
    if (pair.IsUpperBound() && fit.Is(Decimal::MulDiv(pair.a, kFull, pair.b, 6))) return true;
  }
  const Decimal count(static_cast<std::int64_t>(std::max<std::size_t>(1, measure.pairs.size())));
  return fit.Is(Decimal::MulDiv(sum, Decimal(1), count, 6));
}

bool Fits(const Measure& measure, Fit& fit) {
  if (measure.kind == Measure::Kind::kAnswer) return fit.Is(measure.agrees ? Decimal(100) : Decimal());
  if (measure.kind != Measure::Kind::kDeadline) return FitsFigures(measure, fit);
  return measure.on_time && fit.Is(Decimal(100));  // how complete a late row is no figure says
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
    Fit fit(*row.completion, input.rules.percentage_tolerance);
    if (Fits(row.measure, fit) || !fit.first()) continue;
    const std::string computed = fit.first()->ToFixed(2) + "%";
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
