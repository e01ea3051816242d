// PERFECT (20): a total that is nearly full does not stand beside a low execution rate, nor beside problems that the
// report itself names; and a full one not beside any execution below 100 % whose points the form does not print. Fires:
// document 000, 100 points and three problems; 100 points at a rate of 86 %, or at 98.18 % without a score of the
// execution. Must not: 100 points with 存在的问题 "无", or without a report; a rate that cannot be computed; bands that
// give 98 % full points.
#include "common/text.h"
#include "scoring/checks/catalogue.h"
#include "scoring/engine/line.h"

#include <algorithm>

namespace jixiao::scoring {
namespace {

// What the execution earns by the rules, when that is less than full and the form, with a full total, prints no score
// for it. Where one is printed, EXEC_SCORE and SUM_SCORE see the difference.
std::optional<Decimal> LostUnseen(const CheckInput& input, const Execution& e) {
  const FundReading* fund = input.reading.total_fund;
  if (!e.budget || !e.executed || *e.budget <= Decimal() || (fund != nullptr && fund->score)) return std::nullopt;
  if (*input.reading.declared_total < input.rules.total_weight) return std::nullopt;
  const Decimal weight = fund != nullptr && fund->weight ? *fund->weight : input.rules.execution_weight;
  const auto points = ExecutionPoints(*e.budget, *e.executed, weight, input.rules);
  return points && *points < weight ? points : std::nullopt;
}

}  // namespace

void Perfect(const CheckInput& input, FindingSink& findings) {
  const auto& total = input.reading.declared_total;
  if (!total || *total < input.rules.perfect_total) return;
  const Execution e = ExecutionOf(input.reading);
  const auto limit = Decimal::Mul(input.rules.perfect_rate, Decimal(100));
  const auto rate =
      e.budget && e.executed ? Decimal::MulDiv(*e.executed, Decimal(100), *e.budget, 2) : std::optional<Decimal>();
  const bool low = rate && limit && *rate < *limit;
  const std::vector<ProblemSection>& sections = input.text.problems();
  const auto problems =
      std::find_if(sections.begin(), sections.end(), [](const ProblemSection& s) { return !s.says_none; });
  const std::optional<Decimal> lost = low || !rate ? std::nullopt : LostUnseen(input, e);
  if (!low && !lost && problems == sections.end()) return;
  std::string message = Cat("自评总分 ", total->ToString(), "，");
  if (low) Append(message, "而预算执行率只有 ", rate->ToFixed(2), "%");
  if (lost)
    Append(message, "而预算执行率 ", rate->ToFixed(2), "%，按规则只得 ", lost->ToFixed(input.rules.places), " 分");
  if (problems != sections.end()) Append(message, low || lost ? "，且" : "而", "报告列有存在的问题");
  findings.Add("total_score", std::move(message),
               {{"total", total->ToString()},
                {"rate", rate ? rate->ToFixed(2) + "%" : ""},
                {"problems", problems != sections.end() ? Cat("report[", problems->report, "]") : ""}});
}

}  // namespace jixiao::scoring
