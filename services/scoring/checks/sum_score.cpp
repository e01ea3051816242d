// SUM_SCORE (4): the printed total is the sum of the printed scores, or the cap that the rules put on it.
// Fires: document 000, 110 against a printed 100; 98 where the indicators have all 100 points and their scores add up
// to
// 94. Must not: a form whose execution score is not printed (the difference may be that score), or one with rows that
// print none.

#include "common/text.h"
#include "scoring/checks/catalogue.h"
#include "scoring/checks/sums.h"
#include "scoring/engine/execution.h"

#include <algorithm>

namespace jixiao::scoring {

void SumScore(const CheckInput& input, FindingSink& findings) {
  const FormReading& reading = input.reading;
  const auto sums = ScoreSums(reading.indicators);
  if (!reading.declared_total || !sums) return;
  const FundReading* fund = reading.total_fund;
  const Decimal& total = *reading.declared_total;
  const std::optional<Decimal> execution = fund != nullptr ? fund->score : std::nullopt;
  const auto weights = WeightSums(reading.indicators);
  const bool full = weights && weights->CanBe(input.rules.total_weight);
  if (!execution && !full) {
    const Decimal room = total - sums->plain;
    const Decimal& weight = fund != nullptr && fund->weight ? *fund->weight : input.rules.execution_weight;
    if (!room.IsNegative() && room <= weight) return;
  }
  const Decimal sum = sums->plain + execution.value_or(Decimal());
  const CompiledTotalCap* cap = TotalCapOf(ExecutionOf(reading), input.rules);
  const auto gap = [&](const Decimal& of) {
    const Decimal plain = (total - of).Abs();
    return cap == nullptr ? plain : std::min(plain, (total - std::min(of, cap->total_at_most)).Abs());
  };
  const Decimal nearer = std::min(gap(sum), gap(sums->without_parents + execution.value_or(Decimal())));
  if (nearer <= input.rules.points_warning) return;
  std::string message = Cat("总分填为 ", total.ToString(), "，各项得分合计 ", sum.ToString());
  if (execution) Append(message, "（预算执行 ", execution->ToString(), " + 指标 ", sums->plain.ToString(), "）");
  const FindingSink::Evidence evidence = {{"printed", total.ToString()},
                                          {"sum", sum.ToString()},
                                          {"indicators", sums->plain.ToString()},
                                          {"execution", execution ? execution->ToString() : ""}};
  if (nearer > input.rules.points_error)
    findings.Add("total_score", std::move(message), evidence);
  else
    findings.AddMild(evaluation::v1::SEVERITY_WARNING, "total_score", std::move(message), evidence);
}

}  // namespace jixiao::scoring
