// NO_CONTENT (34): who says that there are no problems has none: no contradiction of severity ERROR on the form, no low
// execution rate, and no row whose written target is missed. Runs last, because it looks at what the other checks
// found. Fires: 存在的问题 "无" at a rate of 79 %; "无" beside 94.6 % against ≥95 %. Must not: "无" on a form in order;
// 其他需要说明的问题 "无", which asks for something else.
#include "common/text.h"
#include "scoring/checks/catalogue.h"
#include "scoring/engine/line.h"

#include <algorithm>

namespace jixiao::scoring {
namespace {

// Whether a row misses what its target says in so many words.
bool IsMissed(const IndicatorReading& row) {
  if (row.left_out) return false;
  if (row.measure.kind == Measure::Kind::kDeadline) return !row.measure.on_time;
  return std::ranges::any_of(row.measure.pairs, [](const Pair& pair) { return pair.stated && !pair.met; });
}

}  // namespace

void NoContent(const CheckInput& input, FindingSink& findings) {
  const std::vector<ProblemSection>& sections = input.text.problems();
  // One section that names a problem is an answer, whatever the others say.
  if (sections.empty() ||
      !std::all_of(sections.begin(), sections.end(), [](const ProblemSection& s) { return s.says_none; }))
    return;
  const auto errors = std::count_if(
      input.card.findings().begin(), input.card.findings().end(),
      [](const evaluation::v1::Finding& finding) { return finding.severity() == evaluation::v1::SEVERITY_ERROR; });
  const Execution e = ExecutionOf(input.reading);
  const auto limit = Decimal::Mul(input.rules.perfect_rate, Decimal(100));
  const auto rate =
      e.budget && e.executed ? Decimal::MulDiv(*e.executed, Decimal(100), *e.budget, 2) : std::optional<Decimal>();
  const bool low = rate && limit && *rate < *limit;
  const auto missed = std::ranges::count_if(input.reading.indicators, IsMissed);
  if (errors == 0 && !low && missed == 0) return;
  std::string message = "报告称没有存在的问题，而";
  if (low) Append(message, "预算执行率只有 ", rate->ToFixed(2), "%");
  if (errors > 0) Append(message, low ? "，且" : "", "本表查出 ", errors, " 处错误");
  if (errors == 0 && missed > 0) Append(message, low ? "，且" : "", "有 ", missed, " 项指标没有达到指标值");
  findings.Add(Cat("report[", sections.front().report, "].text"), std::move(message),
               {{"errors", Cat(errors)}, {"missed", Cat(missed)}, {"rate", rate ? rate->ToFixed(2) + "%" : ""}});
}

}  // namespace jixiao::scoring
