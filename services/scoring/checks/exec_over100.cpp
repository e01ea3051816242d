// EXEC_OVER100 (11): not more is spent than the budget, unless the profile allows it.
// Fires: document 000, 110.76 of 16.2; the department of document 003, 516.82 of 508.65. Must not: 12 of 12.

#include "common/text.h"
#include "scoring/checks/catalogue.h"

namespace jixiao::scoring {

void ExecOver100(const CheckInput& input, FindingSink& findings) {
  if (input.rules.over_budget_allowed) return;
  for (const FundReading& fund : input.reading.funds) {
    // A part's excess is FUND_PARTS'.
    if (fund.is_part || !fund.budget || !fund.executed || *fund.executed <= *fund.budget + input.rules.amount_tolerance)
      continue;
    const auto rate = fund.ExecutionPercent();
    const std::string percent = rate ? rate->ToFixed(2) + "%" : std::string();
    findings.Add(fund.Path("executed"),
                 Cat("执行数 ", fund.executed->ToString(), " 万元超过预算数 ", fund.budget->ToString(), " 万元",
                     percent.empty() ? "" : Cat("，执行率 ", percent)),
                 {{"executed", fund.executed->ToString()}, {"budget", fund.budget->ToString()}, {"rate", percent}});
  }
}

}  // namespace jixiao::scoring
