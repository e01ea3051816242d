// COST_NOT_LE (24): a cost is bounded from above, and an actual cost above it does not pass without a word.
// Fires: 成本指标 "≥30万元"; 289.53万元 against a bare 281.34万元 without score or reason (document 003). Must not:
// 成本节约率≥5%; 补助标准 ≥500元/人, which is a floor by its nature; a cost overrun that lost points; one that
// FULL_NOT_MET has named.
//
// Nor does one cost pass all that was spent. Fires: 713万元 of a project that had and spent 372.29万元; as a hint, a
// cost of the whole budget, 150万元 of 150万元, where 125.25万元 were spent. Must not: a unit price, a cost that equals
// the spending.
#include "common/text.h"
#include "scoring/checks/catalogue.h"
#include "scoring/engine/execution.h"

#include <algorithm>

namespace jixiao::scoring {
namespace {

constexpr std::size_t kReadOfName = 512;

bool IsMoney(const Quantity& quantity) {
  return quantity.unit.dimension == Dimension::kMoney ||
         (quantity.unit.dimension == Dimension::kPer && quantity.unit.base.starts_with("元"));
}

bool IsNamed(const evaluation::v1::Scorecard& card, const std::string& path) {
  return std::any_of(card.findings().begin(), card.findings().end(), [&](const evaluation::v1::Finding& finding) {
    return finding.code() == "FULL_NOT_MET" && finding.path() == path;
  });
}

// A cost in money that is more than the project had and spent.
void CheckAgainstFunds(const IndicatorReading& row, const Execution& e, const Rules& rules, FindingSink& findings) {
  if (!e.budget || !e.executed || *e.executed <= Decimal() || row.actual.quantities.size() != 1) return;
  const Quantity& actual = row.actual.quantities.front();
  if (actual.unit.dimension != Dimension::kMoney || actual.comparison != Comparison::kNone) return;
  const auto cost = AmountOf(actual);
  const Decimal most = std::max(*e.budget, *e.executed);
  if (cost && *cost == *e.budget && *e.executed + rules.amount_tolerance < *e.budget)
    return findings.AddMild(
        evaluation::v1::SEVERITY_INFO, row.Path("actual"),
        Cat("成本指标“", row.Name(), "”实际 ", actual.ToString(), " 等于全年预算数，而全年执行数为 ",
            e.executed->ToString(), " 万元"),
        {{"actual", actual.ToString()}, {"budget", e.budget->ToString()}, {"executed", e.executed->ToString()}});
  if (!cost || *cost <= most + rules.amount_tolerance) return;
  findings.Add(row.Path("actual"),
               Cat("成本指标“", row.Name(), "”实际 ", actual.ToString(), "，超过项目全年预算数 ", e.budget->ToString(),
                   " 万元和全年执行数 ", e.executed->ToString(), " 万元"),
               {{"actual", actual.ToString()}, {"budget", e.budget->ToString()}, {"executed", e.executed->ToString()}});
}

}  // namespace

void CostNotLe(const CheckInput& input, FindingSink& findings) {
  const Execution e = ExecutionOf(input.reading);
  for (const IndicatorReading& row : input.reading.indicators) {
    if (!row.is_cost) continue;
    CheckAgainstFunds(row, e, input.rules, findings);
    const auto floor = std::find_if(row.target.quantities.begin(), row.target.quantities.end(), [](const Quantity& q) {
      return IsMoney(q) && (q.comparison == Comparison::kAtLeast || q.comparison == Comparison::kMoreThan);
    });
    // What may well be "at least" among costs.
    const auto is_floor = [&] { return input.rules.words.floor_names.IsIn(input.text.Level3(row, kReadOfName)); };
    if (floor != row.target.quantities.end() && !is_floor()) {
      findings.Add(row.Path("target"),
                   Cat("成本指标“", row.Name(), "”的指标值 ", floor->ToString(), " 是下限，成本应规定上限（≤）"),
                   {{"target", floor->ToString()}});
      continue;
    }
    const bool points_lost = row.weight && row.score && *row.score < *row.weight;
    if (points_lost || !row.reason_blank) continue;
    for (const Pair& pair : row.measure.pairs) {
      if (!IsMoney(pair.target) || pair.b <= pair.a || pair.met || !pair.IsUpperBound()) continue;
      if (IsNamed(input.card, row.Path("actual"))) break;
      const auto percent = pair.Percent();
      findings.Add(
          row.Path("actual"),
          Cat("成本指标“", row.Name(), "”实际 ", pair.actual.ToString(), " 超过指标值 ", pair.target.ToString(),
              percent ? Cat("（", percent->ToFixed(2), "%）") : std::string(), "，未说明原因"),
          {{"target", pair.target.ToString()}, {"actual", pair.actual.ToString()}});
    }
  }
}

}  // namespace jixiao::scoring
