// TARGET_CHANGED (30): target and weight are those approved with the budget, unless a record of the adjustment is
// named. Compared by meaning: another unit of the same amount or another way of writing is no change. Fires: approved
// ≥50个, on the form ≥40个; approved weight 10, on the form 20. Must not: 50个 for ≥50个; 0.5万元 for 5000元; any
// change with an adjustment; rows without an approved target.
#include "common/text.h"
#include "scoring/checks/catalogue.h"

#include <algorithm>

namespace jixiao::scoring {
namespace {

bool SameQuantity(const Quantity& a, const Quantity& b) {
  const bool operators_differ =
      a.comparison != b.comparison && a.comparison != Comparison::kNone && b.comparison != Comparison::kNone;
  if (operators_differ || a.end != b.end) return false;
  // A unit in a column of its own may have got lost on one side.
  const auto bare = [](const Quantity& q) {
    return q.unit.dimension == Dimension::kNone && q.unit.factor == Decimal(1);
  };
  if (bare(a) || bare(b)) return a.number == b.number;
  return a.unit.dimension == b.unit.dimension && a.Value() == b.Value();
}

enum class Change { kNone, kWording, kMeaning };

Change ChangeOf(const Literal& approved, const Literal& target) {
  if (WithoutPunctuation(approved.text) == WithoutPunctuation(target.text)) return Change::kNone;
  if (approved.quantities.size() != target.quantities.size()) return Change::kMeaning;
  if (!std::equal(approved.quantities.begin(), approved.quantities.end(), target.quantities.begin(), SameQuantity))
    return Change::kMeaning;
  const auto same_period = [](const Period& a, const Period& b) { return a.first == b.first && a.last == b.last; };
  if (approved.period.has_value() != target.period.has_value() ||
      (approved.period && !same_period(*approved.period, *target.period)))
    return Change::kMeaning;
  // Figures that mean the same may be written differently; of words, nobody can tell.
  return approved.quantities.empty() && !approved.period ? Change::kWording : Change::kNone;
}

void CheckTarget(const IndicatorReading& row, const Rules& rules, int fiscal_year, FindingSink& findings) {
  const Literal approved = ReadLiteral(row.row->approved_target(), fiscal_year);
  if (approved.blank || rules.IsFiller(approved.text)) return;
  // Some provinces leave out a row whose adjusted target is empty.
  if (row.target.blank && rules.skip_rows_without_target) return;
  const Change change = row.target.blank ? Change::kMeaning : ChangeOf(approved, row.target);
  if (change == Change::kNone) return;
  std::string message =
      Cat("“", row.Name(), "”批复指标值为“", TruncateUtf8(approved.text, 60), "”，表内为“",
          row.target.blank ? std::string_view("空") : TruncateUtf8(row.target.text, 60), "”，没有调整依据");
  const FindingSink::Evidence evidence = {{"approved", row.row->approved_target()}, {"target", row.row->target()}};
  if (change == Change::kWording)
    findings.AddMild(evaluation::v1::SEVERITY_WARNING, row.Path("target"), std::move(message), evidence);
  else
    findings.Add(row.Path("target"), std::move(message), evidence);
}

}  // namespace

void TargetChanged(const CheckInput& input, FindingSink& findings) {
  for (const IndicatorReading& row : input.reading.indicators) {
    const evaluation::v1::Indicator& cells = *row.row;
    if (cells.approved_target().empty() && cells.approved_weight().empty()) continue;
    const Literal adjustment = ReadLiteral(cells.adjustment(), 0);
    if (!adjustment.blank && !input.rules.IsFiller(adjustment.text)) continue;
    CheckTarget(row, input.rules, input.reading.form->fiscal_year(), findings);
    const auto approved = ReadPoints(cells.approved_weight());
    if (approved && row.weight && *approved != *row.weight)
      findings.Add(row.Path("weight"),
                   Cat("“", row.Name(), "”批复分值 ", approved->ToString(), "，表内为 ", row.weight->ToString(),
                       "，没有调整依据"),
                   {{"approved", approved->ToString()}, {"weight", row.weight->ToString()}});
  }
}

}  // namespace jixiao::scoring
