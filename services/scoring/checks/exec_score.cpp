// EXEC_SCORE (3): the printed execution score is what the rule set's execution rule gives on the printed weight.
// Fires: 37.24 of 43.2 on 10 points printed as 9 (8.62); 0 of 10 above parts that were spent; 10 points beside a weight
// of 100, which is the weight's fault; mildly, a weight without points among rows that have them. Document 000 does
// not, because more than 100 % gives full points. Points that only a part prints may be those of its own money. Must
// not: a form that prints no weight for the line, because its points may follow another province's split; 6 of 10
// beside a printed 60% for 59.6.
#include "common/text.h"
#include "scoring/checks/catalogue.h"
#include "scoring/engine/line.h"

#include <algorithm>

namespace jixiao::scoring {
namespace {

// What the form prints for the execution: points, and the money that they are of.
struct Printed {
  Decimal score;
  Decimal weight;
  Decimal budget;
  Decimal executed;
  std::optional<Rate> rate;  // as printed beside them
};

// Whether the points follow from the rate as it is printed, rounded: 6 of 10 beside 60% for 59.6.
bool FollowsFromPrintedRate(const Printed& printed, const Rules& rules) {
  const auto exact = Decimal::MulDiv(printed.executed, Decimal(100), printed.budget, 6);
  if (!exact || !printed.rate || printed.rate->malformed) return false;
  const Decimal percent = printed.rate->Percent(exact);
  const auto points = ExecutionPoints(Decimal(100), percent, printed.weight, rules);
  return (percent - *exact).Abs() <= printed.rate->Precision(exact) && points && *points == printed.score;
}

// Amounts are in 万元, and a form in 元 has others: there the unit is said.
std::string MoneyText(const Decimal& amount, const evaluation::v1::SelfEvaluation& form) {
  return Cat(amount.ToString(), form.amount_unit() == evaluation::v1::AMOUNT_UNIT_YUAN ? " 万元" : "");
}

void Compare(const Printed& printed, const std::string& row, const CheckInput& input, FindingSink& findings) {
  const Rules& rules = input.rules;
  const auto expected = ExecutionPoints(printed.budget, printed.executed, printed.weight, rules);
  if (!expected) return;
  const Decimal difference = (printed.score - *expected).Abs();
  if (difference <= rules.points_warning || FollowsFromPrintedRate(printed, rules)) return;
  const std::string points = expected->ToFixed(rules.places);
  const FindingSink::Evidence evidence = {{"printed", printed.score.ToString()},
                                          {"computed", points},
                                          {"weight", printed.weight.ToString()},
                                          {"executed", printed.executed.ToString()},
                                          {"budget", printed.budget.ToString()}};
  const evaluation::v1::SelfEvaluation& form = *input.reading.form;
  const std::string why = printed.budget.IsZero()
                              ? std::string("全年预算数为 0，按规则")
                              : Cat("按 ", MoneyText(printed.executed, form), " ÷ ", MoneyText(printed.budget, form),
                                    " 和分值 ", printed.weight.ToString(), " ");
  // The points of the rules' own weight, beside the whole form's 100 in its place.
  const auto meant = ExecutionPoints(printed.budget, printed.executed, rules.execution_weight, rules);
  if (printed.weight == rules.total_weight && meant && (printed.score - *meant).Abs() <= rules.points_warning)
    return findings.Add(
        Cat(row, "weight"),
        Cat("执行率的分值填为 ", printed.weight.ToString(), "，得分 ", printed.score.ToString(), " 是按分值 ",
            rules.execution_weight.ToString(), " 计算的，分值应为 ", rules.execution_weight.ToString()),
        evidence);
  std::string message = Cat("执行率得分填为 ", printed.score.ToString(), "，", why, "应为 ", points);
  if (difference > rules.points_error)
    findings.Add(Cat(row, "score"), std::move(message), evidence);
  else
    findings.AddMild(evaluation::v1::SEVERITY_WARNING, Cat(row, "score"), std::move(message), evidence);
}

// Whether a part of the funds, or a row called 预算执行率, has the points.
bool ScoresExecutionElsewhere(const FormReading& reading) {
  return std::ranges::any_of(reading.funds, [](const FundReading& fund) { return fund.score.has_value(); }) ||
         std::ranges::any_of(reading.indicators, [](const IndicatorReading& row) { return row.IsExecutionRate(); });
}

// Whether the form gives points to most of its indicators.
bool HasScores(const FormReading& reading) {
  constexpr std::size_t kLeast = 3;  // rows
  std::size_t scored = 0;
  std::size_t rows = 0;
  for (const IndicatorReading& row : reading.indicators) {
    scored += row.weight && row.score ? 1 : 0;
    rows += row.IsEmpty() ? 0 : 1;
  }
  return scored >= kLeast && 2 * scored > rows;
}

}  // namespace

void ExecScore(const CheckInput& input, FindingSink& findings) {
  const FundReading* fund = input.reading.total_fund;
  const Execution e = ExecutionOf(input.reading);
  if (fund != nullptr && fund->weight && fund->score) {
    // Points that a part prints may be those of its own money.
    const FundReading& printed = fund->points_from != nullptr ? *fund->points_from : *fund;
    const bool own = fund->points_from != nullptr && printed.budget && printed.executed;
    const auto& budget = own ? printed.budget : e.budget;
    const auto& executed = own ? printed.executed : e.executed;
    if (budget && executed)
      Compare({*fund->score, *fund->weight, *budget, *executed, printed.rate}, printed.Path(""), input, findings);
  } else if (fund != nullptr && fund->weight && !fund->weight->IsZero() && e.budget && e.executed &&
             !e.budget->IsZero() && HasScores(input.reading) && !ScoresExecutionElsewhere(input.reading)) {
    findings.AddMild(evaluation::v1::SEVERITY_WARNING, fund->Path("score"),
                     Cat("执行率分值 ", fund->weight->ToString(), "，没有填得分"),
                     {{"weight", fund->weight->ToString()}});
  }
  for (const IndicatorReading& row : input.reading.indicators)
    if (row.score && e.budget && e.executed && row.IsExecutionRate())
      Compare({*row.score, *row.weight, *e.budget, *e.executed, std::nullopt}, row.Path(""), input, findings);
}

}  // namespace jixiao::scoring
