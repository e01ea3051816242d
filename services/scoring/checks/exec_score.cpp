// EXEC_SCORE (3): the printed execution score is what the rule set's execution rule gives on the printed weight.
// Fires: 37.24 of 43.2 on 10 points printed as 9 (8.62); document 000 does not, because more than 100 % gives full
// points. Must not: a form that prints no weight for the line, because its points may follow another province's split.

#include "common/text.h"
#include "scoring/checks/catalogue.h"
#include "scoring/engine/line.h"

namespace jixiao::scoring {

void ExecScore(const CheckInput& input, FindingSink& findings) {
  const FundReading* fund = input.reading.total_fund;
  if (fund == nullptr || !fund->weight || !fund->score || !fund->budget || !fund->executed) return;
  const auto expected = ExecutionPoints(*fund->budget, *fund->executed, *fund->weight, input.rules);
  if (!expected) return;
  const Decimal difference = (*fund->score - *expected).Abs();
  if (difference <= input.rules.points_warning) return;
  const std::string points = expected->ToFixed(input.rules.places);
  const FindingSink::Evidence evidence = {{"printed", fund->score->ToString()},
                                          {"computed", points},
                                          {"weight", fund->weight->ToString()},
                                          {"executed", fund->executed->ToString()},
                                          {"budget", fund->budget->ToString()}};
  const std::string why = fund->budget->IsZero()
                              ? std::string("全年预算数为 0，按规则")
                              : Cat("按 ", fund->executed->ToString(), " ÷ ", fund->budget->ToString(), " 和分值 ",
                                    fund->weight->ToString(), " ");
  std::string message = Cat("执行率得分填为 ", fund->score->ToString(), "，", why, "应为 ", points);
  if (difference > input.rules.points_error)
    findings.Add(fund->Path("score"), std::move(message), evidence);
  else
    findings.AddMild(evaluation::v1::SEVERITY_WARNING, fund->Path("score"), std::move(message), evidence);
}

}  // namespace jixiao::scoring
