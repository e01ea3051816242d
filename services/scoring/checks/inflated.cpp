// INFLATED (13): (S/Smax − E/Emax) ÷ (S/Smax) stays within the limit; S the indicators' declared score, E the
// execution's. The red light that real platforms use against inflated scores. Fires: full indicator points beside an
// execution rate of 62 %. Must not: forms without weights, 96 of 100 beside 98 %.

#include "common/text.h"
#include "scoring/checks/catalogue.h"
#include "scoring/engine/line.h"

namespace jixiao::scoring {

void Inflated(const CheckInput& input, FindingSink& findings) {
  const FormReading& reading = input.reading;
  Decimal score;
  Decimal weight;
  for (const IndicatorReading& row : reading.indicators) {
    if (!row.weight || !row.score) continue;
    score += *row.score;
    weight += *row.weight;
  }
  const FundReading* fund = reading.total_fund;
  if (fund == nullptr || weight <= Decimal() || score <= Decimal()) return;
  const Decimal execution_weight = fund->weight.value_or(input.rules.execution_weight);
  std::optional<Decimal> execution = fund->score;
  if (!execution && fund->budget && fund->executed)
    execution = ExecutionPoints(*fund->budget, *fund->executed, execution_weight, input.rules);
  if (!execution || execution_weight <= Decimal()) return;
  const auto share = Decimal::MulDiv(score, Decimal(100), weight, 2);
  const auto execution_share = Decimal::MulDiv(*execution, Decimal(100), execution_weight, 2);
  if (!share || !execution_share || share->IsZero()) return;
  const auto gap = Decimal::MulDiv(*share - *execution_share, Decimal(100), *share, 2);
  const auto limit = Decimal::Mul(input.rules.inflated_share, Decimal(100));
  if (!gap || !limit || *gap <= *limit) return;
  findings.Add("indicators",
               Cat("指标得分率 ", share->ToFixed(2), "%（", score.ToString(), "/", weight.ToString(),
                   "），预算执行得分率 ", execution_share->ToFixed(2), "%（", execution->ToString(), "/",
                   execution_weight.ToString(), "），偏离 ", gap->ToFixed(2), "%，超过 ", limit->ToString(), "%"),
               {{"indicators", share->ToFixed(2) + "%"},
                {"execution", execution_share->ToFixed(2) + "%"},
                {"gap", gap->ToFixed(2) + "%"},
                {"limit", limit->ToString() + "%"}});
}

}  // namespace jixiao::scoring
