// NO_REASON (8): points lost or a completion below 100 % come with a reason; where the rule set says so, a low
// execution rate and far over-fulfilment too. Fires: 9 of 10 with an empty reason or a filler (0, 无, /, 暂无); 26.23
// of 30万元 at 87 % without a word; 66 against ≥50 where a reason is due from 130 %; on a row with neither points nor
// completion, 94.6 % against ≥95 %, or mildly against a bare 95 %, or 11月底 against 10月底, or 建设中. Must not: full
// points with an empty reason, a reason that says anything.
#include "common/text.h"
#include "scoring/checks/catalogue.h"
#include "scoring/checks/rows.h"
#include "scoring/engine/line.h"

#include <algorithm>

namespace jixiao::scoring {
namespace {

// The pair that is so far above its target that the rules ask for a reason; nullptr for none.
const Pair* OverFulfilledWithoutReason(const IndicatorReading& row, const CompiledOverFulfilment& over) {
  if (!over.reason_required || row.is_cost) return nullptr;
  for (const Pair& pair : row.measure.pairs) {
    if (!pair.IsLowerBound()) continue;
    const bool from_zero = pair.a.IsZero() && over.reason_from_if_zero && pair.b >= *over.reason_from_if_zero;
    if (from_zero || (over.reason_from && pair.Reaches(*over.reason_from))) return &pair;
  }
  return nullptr;
}

// Whether a row says neither points nor completion.
bool ClaimsNothing(const IndicatorReading& row) {
  return !(row.weight && row.score) && !row.completion;
}

// Whether a date is missed on a row that claims nothing.
bool LateSilently(const IndicatorReading& row) {
  return ClaimsNothing(row) && row.measure.kind == Measure::Kind::kDeadline && !row.measure.on_time;
}

// The first pair that is missed on a row that claims nothing; nullptr for none. COST_NOT_LE is for costs.
const Pair* MissedSilently(const IndicatorReading& row) {
  if (!ClaimsNothing(row) || row.is_cost) return nullptr;
  const auto& pairs = row.measure.pairs;
  const auto missed = std::find_if(pairs.begin(), pairs.end(), [](const Pair& pair) { return !pair.met; });
  return missed == pairs.end() ? nullptr : &*missed;
}

}  // namespace

void NoReason(const CheckInput& input, FindingSink& findings) {
  const FormReading& reading = input.reading;
  for (const IndicatorReading& row : reading.indicators) {
    if (!row.reason_blank || row.IsEmpty()) continue;
    // Cut to two decimals before comparing, as deployed systems do: 9.996 of 10 loses nothing.
    if (row.weight && row.score && row.score->Truncated(2) < row.weight->Truncated(2)) {
      findings.Add(row.Path("deviation_reason"),
                   Cat("“", row.Name(), "”得 ", row.score->ToString(), " 分（分值 ", row.weight->ToString(),
                       "），未说明偏差原因和改进措施"),
                   {{"score", row.score->ToString()}, {"weight", row.weight->ToString()}});
    } else if (row.completion && !(row.weight && row.score) && row.completion->Percent(Decimal(100)) < Decimal(100)) {
      findings.Add(row.Path("deviation_reason"),
                   Cat("“", row.Name(), "”完成率 ", row.row->completion_rate(), "，未说明未完成原因和改进措施"),
                   {{"completion", row.row->completion_rate()}});
    } else if (LateSilently(row)) {
      findings.Add(row.Path("deviation_reason"),
                   Cat("“", row.Name(), "”时限 ", Quoted(row.row->target()), "，实际 ", Quoted(row.row->actual()),
                       "，已逾期，未说明偏差原因和改进措施"),
                   {{"target", row.target.text}, {"actual", row.actual.text}});
    } else if (ClaimsNothing(row) && !row.target.blank && SaysNotDone(row, input.rules)) {
      findings.Add(row.Path("deviation_reason"),
                   Cat("“", row.Name(), "”指标值“", Quoted(row.row->target()), "”，实际完成值“",
                       Quoted(row.row->actual()), "”说明尚未完成，未说明偏差原因和改进措施"),
                   {{"target", row.target.text}, {"actual", row.actual.text}});
    } else if (const Pair* missed = MissedSilently(row)) {
      std::string message =
          Cat("“", row.Name(), "”指标值 ", missed->target.ToString(), "，实际完成 ", missed->actual.ToString(),
              missed->IsUpperBound() ? "，超出上限" : "，未达到指标值", "，未说明偏差原因和改进措施");
      const FindingSink::Evidence evidence = {{"target", missed->target.ToString()},
                                              {"actual", missed->actual.ToString()}};
      if (missed->stated)
        findings.Add(row.Path("deviation_reason"), std::move(message), evidence);
      else
        findings.AddMild(evaluation::v1::SEVERITY_WARNING, row.Path("deviation_reason"), std::move(message), evidence);
    } else if (const Pair* pair = OverFulfilledWithoutReason(row, input.rules.over_fulfilment)) {
      const auto percent = pair->Percent();
      findings.Add(row.Path("deviation_reason"),
                   Cat("“", row.Name(), "”指标值 ", pair->target.ToString(), "，实际完成 ", pair->actual.ToString(),
                       percent ? Cat("，为指标值的 ", percent->ToFixed(2), "%") : "", "，超额较多，未说明原因"),
                   {{"target", pair->target.ToString()}, {"actual", pair->actual.ToString()}});
    }
  }
  if (!input.rules.reason_below_rate || reading.total_fund == nullptr) return;
  const auto rate = reading.total_fund->ExecutionPercent();
  const auto limit = Decimal::Mul(*input.rules.reason_below_rate, Decimal(100));
  const bool any_reason =
      !reading.form->report().empty() || std::any_of(reading.indicators.begin(), reading.indicators.end(),
                                                     [](const IndicatorReading& row) { return !row.reason_blank; });
  if (rate && limit && *rate < *limit && !any_reason)
    findings.Add(reading.total_fund->Path("execution_rate"),
                 Cat("执行率 ", rate->ToFixed(2), "% 低于 ", limit->ToString(), "%，未说明原因"),
                 {{"rate", rate->ToFixed(2) + "%"}, {"limit", limit->ToString() + "%"}});
}

}  // namespace jixiao::scoring
