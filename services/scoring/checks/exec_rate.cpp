// EXEC_RATE (2): the printed execution rate is executed ÷ budget, within the precision it is printed with; and the
// amounts that it rests on are numbers. Fires: document 000, 110.76 of 16.2 printed as 100 %; 0.958 for 27.8 of 29
// (cut, not rounded); `7,00.0,77`. Must not: 26.23 of 30 printed as 87 %, a bare 20 for 10 of 50, 0 for 0 of 1.8.
#include "common/text.h"
#include "scoring/checks/catalogue.h"

#include <algorithm>

namespace jixiao::scoring {
namespace {

void CheckAmount(const FundReading& fund, std::string_view cell, std::string_view title, const std::string& text,
                 bool readable, FindingSink& findings) {
  if (readable || text.empty() || Fold(text).find_first_of("0123456789") == std::string::npos) return;
  findings.Add(fund.Path(cell), Cat("“", fund.name, "”", title, "书写有误，不是数字：", TruncateUtf8(text, 60)),
               {{"printed", std::string(TruncateUtf8(text, 60))}});
}

}  // namespace

void ExecRate(const CheckInput& input, FindingSink& findings) {
  for (const FundReading& fund : input.reading.funds) {
    CheckAmount(fund, "initial_budget", "年初预算数", fund.line->initial_budget(), fund.initial_budget.has_value(),
                findings);
    CheckAmount(fund, "full_year_budget", "全年预算数", fund.line->full_year_budget(), fund.budget.has_value(),
                findings);
    CheckAmount(fund, "executed", "全年执行数", fund.line->executed(), fund.executed.has_value(), findings);
    if (!fund.rate) continue;
    if (fund.rate->malformed) {
      findings.Add(fund.Path("execution_rate"), Cat("执行率书写有误：", fund.line->execution_rate()),
                   {{"printed", fund.line->execution_rate()}});
      continue;
    }
    if (!fund.budget || !fund.executed || fund.budget->IsZero()) continue;
    const auto expected = Decimal::MulDiv(*fund.executed, Decimal(100), *fund.budget, 6);
    if (!expected) continue;
    const Decimal printed = fund.rate->Percent(expected);
    const Decimal tolerance = std::max(input.rules.percentage_tolerance, fund.rate->Precision(expected));
    if ((printed - *expected).Abs() <= tolerance) continue;
    const std::string computed = expected->ToFixed(2) + "%";
    findings.Add(fund.Path("execution_rate"),
                 Cat("执行率填为 ", fund.line->execution_rate(), "，按 ", fund.executed->ToString(), " ÷ ",
                     fund.budget->ToString(), " 应为 ", computed),
                 {{"printed", fund.line->execution_rate()},
                  {"computed", computed},
                  {"executed", fund.executed->ToString()},
                  {"budget", fund.budget->ToString()}});
  }
  ExecRateText(input, findings);
}

}  // namespace jixiao::scoring
