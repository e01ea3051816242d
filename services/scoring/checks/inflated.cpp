// INFLATED (13): (S/Smax − E/Emax) ÷ (S/Smax) stays within the limit; S the indicators' declared score, E the
// execution's. The red light that real platforms use against inflated scores. Where no row has points, rows that are
// all complete stand for full points, and the execution rate for the execution's. Fires: full indicator points beside
// an execution rate of 62 %; nineteen rows complete beside 20 %. Must not: 96 of 100 beside 98 %; rows without points
// of which one is missed; a rate that ZERO_EXEC_DONE is for.

#include "common/text.h"
#include "scoring/checks/catalogue.h"
#include "scoring/checks/rows.h"
#include "scoring/engine/line.h"

namespace jixiao::scoring {
namespace {

// A form whose rows have no points.
void CheckUnscored(const CheckInput& input, FindingSink& findings) {
  const Execution e = ExecutionOf(input.reading);
  if (!e.budget || !e.executed || *e.budget <= Decimal()) return;
  const auto idle = Decimal::Mul(*e.budget, input.rules.idle_rate);
  const auto rate = Decimal::MulDiv(*e.executed, Decimal(100), *e.budget, 2);
  const auto limit = Decimal::Mul(input.rules.inflated_share, Decimal(100));
  if (!idle || *e.executed < *idle || !rate || !limit || Decimal(100) - *rate <= *limit) return;
  const int rows = RowsIfAllDone(input.reading);
  if (rows < 2) return;  // one row tells little of a project
  const std::string gap = (Decimal(100) - *rate).ToFixed(2) + "%";
  findings.Add(
      "indicators",
      Cat("可比的 ", rows, " 项产出、效益和满意度指标全部填为完成，预算执行率只有 ", rate->ToFixed(2), "%，偏离 ", gap,
          "，超过 ", limit->ToString(), "%"),
      {{"rows", Cat(rows)}, {"execution", rate->ToFixed(2) + "%"}, {"gap", gap}, {"limit", limit->ToString() + "%"}});
}

}  // namespace

void Inflated(const CheckInput& input, FindingSink& findings) {
  const FormReading& reading = input.reading;
  Decimal score;
  Decimal weight;
  for (const IndicatorReading& row : reading.indicators) {
    if (!row.weight || !row.score) continue;
    score += *row.score;
    weight += *row.weight;
  }
  if (weight.IsZero()) return CheckUnscored(input, findings);
  const FundReading* fund = reading.total_fund;
  if (fund == nullptr || weight <= Decimal() || score <= Decimal()) return;
  const Decimal execution_weight = fund->weight.value_or(input.rules.execution_weight);
  const Execution e = ExecutionOf(reading);
  // The score of a total that is 0 above parts that are not is as wrong as the total: FUND_PARTS.
  std::optional<Decimal> execution = e.budget == fund->budget ? fund->score : std::nullopt;
  if (!execution && e.budget && e.executed)
    execution = ExecutionPoints(*e.budget, *e.executed, execution_weight, input.rules);
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
