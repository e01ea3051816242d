// SUM_WEIGHT (1): the weights of execution and indicators add up to the profile's total, and those of a section to its
// heading. Only when every row carries a weight: a form without the column is not wrong. Rows that repeat their
// children's points (15.0 above 5.0 + 5.0 + 5.0) count once. Fires: document 000, 10 + 50 + 40 + 10 = 110. Must not: 4
// × 22.5 = 90 beside an execution line of 10.
//
// Execution has its points once, on the total row of the funds. Fires mildly: 其中:本年财政拨款 with the 10 points of
// the total row again; indicators that have all 100 points themselves, by their weights or, without any, by their
// scores. Must not: 5 and 5 points on the rows below 10; indicators of 100 of which one is the execution rate.

#include "common/text.h"
#include "scoring/checks/catalogue.h"
#include "scoring/checks/sums.h"

namespace jixiao::scoring {
namespace {

void CheckHeadings(const CheckInput& input, FindingSink& findings) {
  const auto& rows = input.reading.indicators;
  for (std::size_t i = 0; i < rows.size();) {
    std::size_t end = i;
    while (end < rows.size() && rows[end].level1 == rows[i].level1) ++end;
    const auto printed = PointsInHeading(rows[i].level1);
    const auto sums = WeightSums(std::span(rows).subspan(i, end - i));
    if (printed && sums && !sums->CanBe(*printed)) {
      findings.Add(rows[i].Path("level1"),
                   Cat("“", rows[i].level1, "”标明 ", printed->ToString(), " 分，所属指标分值合计 ",
                       sums->plain.ToString(), " 分"),
                   {{"heading", printed->ToString()}, {"sum", sums->plain.ToString()}});
    }
    i = end;
  }
}

void CheckFunds(const FormReading& reading, FindingSink& findings) {
  const FundReading* total = reading.total_fund;
  if (total == nullptr || !total->weight || *total->weight <= Decimal()) return;
  for (const FundReading& fund : reading.funds) {
    if (!fund.is_part || &fund == total->points_from || !fund.weight || *fund.weight != *total->weight) continue;
    findings.AddMild(
        evaluation::v1::SEVERITY_WARNING, fund.Path("weight"),
        Cat("“", fund.name, "”重复填写分值 ", fund.weight->ToString(), " 分",
            fund.score ? Cat("、得分 ", fund.score->ToString(), " 分") : std::string(), "；预算执行只在总额行计一次分"),
        {{"weight", fund.weight->ToString()}, {"score", fund.score ? fund.score->ToString() : ""}});
  }
}

// The points of the whole form on its indicators: the execution, which has some by the rules, has none.
void CheckExecutionLeftOut(const CheckInput& input, const std::optional<RowSums>& weights, FindingSink& findings) {
  const FormReading& reading = input.reading;
  const FundReading* fund = reading.total_fund;
  if (fund == nullptr || fund->weight || fund->score || input.rules.execution_weight <= Decimal()) return;
  // Without weights full scores tell as much.
  const auto sums = weights || reading.HasWeights() ? weights : ScoreSums(reading.indicators);
  if (!sums || !sums->CanBe(input.rules.total_weight)) return;
  for (const IndicatorReading& row : reading.indicators)
    if (NamesExecutionRate(input.text.Level3(row), input.rules) || NamesExecutionRate(row.level1, input.rules) ||
        NamesExecutionRate(row.level2, input.rules))
      return;
  findings.AddMild(
      evaluation::v1::SEVERITY_INFO, fund->Path("weight"),
      Cat("指标", weights ? "分值" : "得分", "合计已为 ", input.rules.total_weight.ToString(),
          " 分，预算执行没有计分，按规则应占 ", input.rules.execution_weight.ToString(), " 分"),
      {{"indicators", input.rules.total_weight.ToString()}, {"execution", input.rules.execution_weight.ToString()}});
}

}  // namespace

void SumWeight(const CheckInput& input, FindingSink& findings) {
  const FormReading& reading = input.reading;
  const auto sums = WeightSums(reading.indicators);
  if (sums) {
    const Decimal& total = input.rules.total_weight;
    const FundReading* fund = reading.total_fund;
    const std::optional<Decimal> execution = fund != nullptr ? fund->weight : std::nullopt;
    // Without a printed weight for execution, the indicators may leave room for it or not.
    const bool right = execution ? sums->CanBe(total - *execution)
                                 : sums->CanBe(total) || sums->CanBe(total - input.rules.execution_weight);
    if (!right) {
      const Decimal sum = sums->plain + execution.value_or(Decimal());
      std::string message = Cat("分值合计 ", sum.ToString(), " 分");
      if (execution) Append(message, "（预算执行 ", execution->ToString(), " + 指标 ", sums->plain.ToString(), "）");
      Append(message, "，应为 ", total.ToString(), " 分");
      const auto printed = ReadPoints(reading.form->total_weight());
      if (printed) Append(message, "；表内合计印为 ", printed->ToString(), " 分");
      findings.Add("total_weight", std::move(message),
                   {{"sum", sum.ToString()},
                    {"expected", total.ToString()},
                    {"indicators", sums->plain.ToString()},
                    {"execution", execution ? execution->ToString() : ""},
                    {"printed", printed ? printed->ToString() : ""}});
    }
  }
  CheckExecutionLeftOut(input, sums, findings);
  CheckFunds(reading, findings);
  CheckHeadings(input, findings);
}

}  // namespace jixiao::scoring
