// FUND_PARTS (9): in each money column the parts add up to the total, and no part spends more than its own budget
// carries. Fires: a total of 0 above a part of 90; document 000, where a part with a budget of 0 spends 39.33 and one
// with 16.2 spends 71.43. Mildly: a difference that rounding the parts explains, 7165.32 above five that add up to
// 7165.29. A form that splits its money twice, 按收入性质分 and 按支出性质分, has two lists of parts. Must not: parts
// left blank, a part split once more into rows that add up to it, a 小计 among the rows that it adds up, 财政拨款 with
// 一般公共预算 of the same amount below it.
#include "common/text.h"
#include "scoring/checks/catalogue.h"
#include "scoring/engine/execution.h"

#include <algorithm>

namespace jixiao::scoring {
namespace {

struct Column {
  std::optional<Decimal> FundReading::*value;
  std::string_view cell;
  std::string_view title;
};

constexpr Column kColumns[] = {{&FundReading::initial_budget, "initial_budget", "年初预算数"},
                               {&FundReading::budget, "full_year_budget", "全年预算数"},
                               {&FundReading::executed, "executed", "全年执行数"}};

using Parts = std::vector<const FundReading*>;

// What the last digits of the parts and of the total leave open.
bool IsRounding(const Decimal& gap, const Decimal& total, const Parts& parts, const Column& column) {
  int places = total.scale();
  int count = 1;
  for (const FundReading* part : parts)
    if (const auto& value = part->*column.value; value && !value->IsZero()) {
      places = std::max(places, value->scale());
      ++count;
    }
  const auto open = Decimal::Mul(Decimal::Scaled(5, places + 1), Decimal(count));
  return count > 2 && places > 0 && open && gap <= *open;
}

Decimal At(const FundReading& row, const Column& column) {
  return (row.*column.value).value_or(Decimal());
}

// The parts without rows that split the row above them (其中 rows two levels down).
Decimal WithoutChildren(const Parts& parts, const Column& column) {
  Decimal sum;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    sum += At(*parts[i], column);
    i = LastChildOf(parts, i, column.value);
  }
  return sum;
}

// `heading`: what the list of parts is called, where a form has several.
void CheckColumn(const FundReading& total, std::string_view heading, const Parts& parts, const Column& column,
                 const Rules& rules, FindingSink& findings) {
  const bool any = std::any_of(parts.begin(), parts.end(),
                               [&](const FundReading* part) { return (part->*column.value).has_value(); });
  if (!any || !(total.*column.value)) return;
  const Decimal& printed = *(total.*column.value);
  Decimal sum;
  Decimal without_subtotals;
  for (const FundReading* part : parts) {
    sum += At(*part, column);
    if (!part->name.ends_with("小计")) without_subtotals += At(*part, column);
  }
  if ((sum - printed).Abs() <= rules.amount_tolerance) return;
  for (const Decimal& other : {without_subtotals, WithoutChildren(parts, column)})
    if ((other - printed).Abs() < (sum - printed).Abs()) sum = other;
  if ((sum - printed).Abs() <= rules.amount_tolerance) return;
  const Decimal gap = (sum - printed).Abs();
  const bool rounding = IsRounding(gap, printed, parts, column);
  std::string message =
      Cat(heading, heading.empty() ? "" : "，", column.title, "：总额 ", printed.ToString(), " 万元，分项合计 ",
          sum.ToString(), " 万元，相差 ", gap.ToString(), " 万元", rounding ? "，可能由四舍五入造成" : "");
  const FindingSink::Evidence evidence = {
      {"total", printed.ToString()}, {"parts", sum.ToString()}, {"column", std::string(column.title)}};
  // 其中 need not be exhaustive: less than the total is only a doubt where the form lists no row for the rest.
  const bool exhaustive = std::any_of(
      parts.begin(), parts.end(), [](const FundReading* part) { return part->name.find("其他") != std::string::npos; });
  if (rounding || (sum < printed && !exhaustive))
    findings.AddMild(evaluation::v1::SEVERITY_WARNING, total.Path(column.cell), std::move(message), evidence);
  else
    findings.Add(total.Path(column.cell), std::move(message), evidence);
}

}  // namespace

void FundParts(const CheckInput& input, FindingSink& findings) {
  const FundReading* total = input.reading.total_fund;
  if (total == nullptr) return;
  struct Split {
    std::string_view heading;
    Parts parts;
  };
  std::vector<Split> splits(1);
  Parts parts;
  for (const FundReading& fund : input.reading.funds) {
    if (!fund.is_part) continue;
    if (fund.heads_split) splits.push_back({std::string_view(fund.name).substr(0, fund.name.find(':')), {}});
    if (fund.names_split) continue;
    splits.back().parts.push_back(&fund);
    parts.push_back(&fund);
  }
  for (const Column& column : kColumns) {
    // Where a form has only the initial budget it was read as the full-year budget: one column, one finding.
    if (column.value == &FundReading::budget && total->line->full_year_budget().empty()) continue;
    for (const Split& split : splits) CheckColumn(*total, split.heading, split.parts, column, input.rules, findings);
  }
  for (const FundReading* part : parts) {
    if (!part->budget || !part->executed || *part->executed <= *part->budget + input.rules.amount_tolerance) continue;
    if (part->budget == total->budget && part->executed == total->executed)
      continue;  // the total's excess: EXEC_OVER100
    findings.Add(part->Path("executed"),
                 Cat("“", part->name, "”预算 ", part->budget->ToString(), " 万元，执行 ", part->executed->ToString(),
                     " 万元，分项预算不足以支撑其执行数"),
                 {{"budget", part->budget->ToString()}, {"executed", part->executed->ToString()}});
  }
}

}  // namespace jixiao::scoring
