// PERFECT (20): a total that is nearly full does not stand beside a low execution rate, nor beside problems that the
// report itself names. Fires: document 000, 100 points and three problems; 100 points at a rate of 86 %. Must not: 100
// points with 存在的问题 "无", or without a report; a rate that cannot be computed.
#include "common/text.h"
#include "scoring/checks/catalogue.h"
#include "scoring/engine/line.h"

#include <algorithm>

namespace jixiao::scoring {

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
  if (!low && problems == sections.end()) return;
  std::string message = Cat("自评总分 ", total->ToString(), "，");
  if (low) Append(message, "而预算执行率只有 ", rate->ToFixed(2), "%");
  if (problems != sections.end()) Append(message, low ? "，且" : "而", "报告列有存在的问题");
  findings.Add("total_score", std::move(message),
               {{"total", total->ToString()},
                {"rate", rate ? rate->ToFixed(2) + "%" : ""},
                {"problems", problems != sections.end() ? Cat("report[", problems->report, "]") : ""}});
}

}  // namespace jixiao::scoring
