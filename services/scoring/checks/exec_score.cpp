// EXEC_SCORE (3): the printed execution score is what the rule set's execution rule gives on the printed weight.
// Fires: 37.24 of 43.2 on 10 points printed as 9 (8.62); document 000 does not, because more than 100 % gives full
// points. Points that only a part prints may be those of its own money. Must not: a form that prints no weight for the
// line, because its points may follow another province's split.

#include "common/text.h"
#include "scoring/checks/catalogue.h"
#include "scoring/engine/line.h"

namespace jixiao::scoring {
namespace {

// `score` on `weight`, printed at `path`.
void Compare(const Decimal& score, const Decimal& weight, const Decimal& budget, const Decimal& executed,
             std::string path, const Rules& rules, FindingSink& findings) {
  const auto expected = ExecutionPoints(budget, executed, weight, rules);
  if (!expected) return;
  const Decimal difference = (score - *expected).Abs();
  if (difference <= rules.points_warning) return;
  const std::string points = expected->ToFixed(rules.places);
  const FindingSink::Evidence evidence = {{"printed", score.ToString()},
                                          {"computed", points},
                                          {"weight", weight.ToString()},
                                          {"executed", executed.ToString()},
                                          {"budget", budget.ToString()}};
  const std::string why =
      budget.IsZero() ? std::string("全年预算数为 0，按规则")
                      : Cat("按 ", executed.ToString(), " ÷ ", budget.ToString(), " 和分值 ", weight.ToString(), " ");
  std::string message = Cat("执行率得分填为 ", score.ToString(), "，", why, "应为 ", points);
  if (difference > rules.points_error)
    findings.Add(std::move(path), std::move(message), evidence);
  else
    findings.AddMild(evaluation::v1::SEVERITY_WARNING, std::move(path), std::move(message), evidence);
}

}  // namespace

void ExecScore(const CheckInput& input, FindingSink& findings) {
  const FundReading* fund = input.reading.total_fund;
  if (fund != nullptr && fund->weight && fund->score) {
    // Points that a part prints may be those of its own money.
    const FundReading& printed = fund->points_from != nullptr ? *fund->points_from : *fund;
    const FundReading& money = printed.budget && printed.executed ? printed : *fund;
    if (money.budget && money.executed)
      Compare(*fund->score, *fund->weight, *money.budget, *money.executed, printed.Path("score"), input.rules,
              findings);
  }
  for (const IndicatorReading& row : input.reading.indicators) {
    if (!row.score || !row.IsExecutionRate()) continue;
    const Execution e = ExecutionOf(input.reading);
    if (e.budget && e.executed)
      Compare(*row.score, *row.weight, *e.budget, *e.executed, row.Path("score"), input.rules, findings);
  }
}

}  // namespace jixiao::scoring
