// EXEC_RATE (2): the printed execution rate is executed ÷ budget, within the precision it is printed with; and the
// amounts that it rests on are numbers. Fires: document 000, 110.76 of 16.2 printed as 100 %; 0.958 for 27.8 of 29
// (cut, not rounded); `7,00.0,77`; 100 % of a budget of 0. Must not: 26.23 of 30 printed as 87 %, a bare 20 for 10 of
// 50, 0 for 0 of 1.8.
//
// The same of an indicator that is the execution rate: fires on 预算执行率 =98% where 2,798.30 of 2,960 were spent.
#include "common/text.h"
#include "scoring/checks/catalogue.h"
#include "scoring/checks/text/roles.h"
#include "scoring/engine/execution.h"

#include <algorithm>

namespace jixiao::scoring {
namespace {

void CheckAmount(const FundReading& fund, std::string_view cell, std::string_view title, const std::string& text,
                 bool readable, FindingSink& findings) {
  if (readable || text.empty() || Fold(text).find_first_of("0123456789") == std::string::npos) return;
  findings.Add(fund.Path(cell), Cat("“", fund.name, "”", title, "书写有误，不是数字：", TruncateUtf8(text, 60)),
               {{"printed", std::string(TruncateUtf8(text, 60))}});
}

void CheckRate(std::string path, std::string_view what, std::string_view printed, const Rate& rate,
               const Decimal& budget, const Decimal& executed, const Rules& rules, FindingSink& findings) {
  if (budget.IsZero()) {
    if (executed.IsZero() || rate.number.IsZero()) return;
    return findings.Add(
        std::move(path),
        Cat("全年预算数为 0，全年执行数 ", executed.ToString(), "，执行率无法计算，", what, "填为 ", printed),
        {{"printed", std::string(printed)},
         {"computed", ""},
         {"executed", executed.ToString()},
         {"budget", budget.ToString()}});
  }
  const auto expected = Decimal::MulDiv(executed, Decimal(100), budget, 6);
  if (!expected) return;
  const Decimal tolerance = std::max(rules.percentage_tolerance, rate.Precision(expected));
  if ((rate.Percent(expected) - *expected).Abs() <= tolerance) return;
  const std::string computed = expected->ToFixed(2) + "%";
  findings.Add(std::move(path),
               Cat(what, "填为 ", printed, "，按 ", executed.ToString(), " ÷ ", budget.ToString(), " 应为 ", computed),
               {{"printed", std::string(printed)},
                {"computed", computed},
                {"executed", executed.ToString()},
                {"budget", budget.ToString()}});
}

// Indicators that are the execution rate, against the funds of the form: the total's, or those of any of its rows.
void CheckIndicators(const CheckInput& input, FindingSink& findings) {
  constexpr std::size_t kReadOfName = 512;
  const Execution e = ExecutionOf(input.reading);
  if (!e.budget || !e.executed || e.budget->IsZero()) return;
  for (const IndicatorReading& row : input.reading.indicators) {
    if (row.actual.quantities.size() != 1 || row.actual.quantities.front().unit.dimension != Dimension::kRatio ||
        !NamesExecutionRate(input.text.Level3(row, kReadOfName), input.rules))
      continue;
    std::string_view printed = row.actual.text;
    if (printed.starts_with('=')) printed.remove_prefix(1);
    const auto rate = ReadRate(printed);
    const auto is_rate_of = [&](const FundReading& fund) {
      const auto percent = fund.ExecutionPercent();
      return percent && (rate->number - *percent).Abs() <= rate->Precision(percent);
    };
    const auto& funds = input.reading.funds;
    if (rate && rate->percent && !rate->malformed && std::none_of(funds.begin(), funds.end(), is_rate_of))
      CheckRate(row.Path("actual"), Cat("“", row.Name(), "”实际完成值"), printed, *rate, *e.budget, *e.executed,
                input.rules, findings);
  }
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
    if (fund.budget && fund.executed)
      CheckRate(fund.Path("execution_rate"), "执行率", fund.line->execution_rate(), *fund.rate, *fund.budget,
                *fund.executed, input.rules, findings);
  }
  CheckIndicators(input, findings);
  ExecRateText(input, findings);
}

}  // namespace jixiao::scoring
