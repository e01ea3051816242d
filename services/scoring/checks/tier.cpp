// TIER (10): the score of a row with a stated tier lies in the tier's interval; where the profile asks for it, a row
// without a number states a tier; a choice that was never made (好坏, 高中低) is no actual value. Fires: 部分达成 with
// 9 of 10 points; 好坏 against 定性 好坏. Must not: 达成 with exactly 80 % of the weight.
//
// A tier answers no figure (mild: the figure may be known elsewhere). Fires: ≥95% and 1000件 against 达成预期指标. Must
// not: 100% against it, which is what it says.

#include "common/text.h"
#include "scoring/checks/catalogue.h"
#include "scoring/engine/line.h"

#include <algorithm>
#include <vector>

namespace jixiao::scoring {
namespace {

// What of the target a tier can't answer; nullptr for none.
const Quantity* FigureAskedBy(const Literal& target) {
  const auto asked = std::find_if(target.quantities.begin(), target.quantities.end(), [](const Quantity& q) {
    return q.unit.dimension != Dimension::kUnknown &&
           !(q.unit.dimension == Dimension::kRatio && q.number == Decimal(100));
  });
  return asked == target.quantities.end() ? nullptr : &*asked;
}

// All rows of the kind at once: where the platform offers only tiers, they are many.
void CheckFigures(const CheckInput& input, FindingSink& findings) {
  std::vector<const IndicatorReading*> rows;
  for (const IndicatorReading& row : input.reading.indicators)
    if (row.tier != nullptr && FigureAskedBy(row.target) != nullptr) rows.push_back(&row);
  if (rows.empty()) return;
  std::string list;
  for (const IndicatorReading* row : rows) Append(list, list.empty() ? "" : ",", row->index);
  const IndicatorReading& first = *rows.front();
  const std::string target = FigureAskedBy(first.target)->ToString();
  findings.AddMild(evaluation::v1::SEVERITY_WARNING, first.Path("actual"),
                   Cat("“", first.Name(), "”指标值 ", target, "，实际完成值“", TruncateUtf8(first.actual.text, 60),
                       "”是档次，没有数字，无从核对", rows.size() > 1 ? Cat("；同样的共 ", rows.size(), " 项") : ""),
                   {{"target", target}, {"actual", std::string(TruncateUtf8(first.actual.text, 60))}, {"rows", list}});
}

}  // namespace

void Tier(const CheckInput& input, FindingSink& findings) {
  CheckFigures(input, findings);
  for (const IndicatorReading& row : input.reading.indicators) {
    if (row.tier != nullptr && row.weight && row.score) {
      const auto [low, high] = TierRange(*row.tier, *row.weight, input.rules);
      if (*row.score >= low && *row.score <= high) continue;
      const int places = input.rules.places;
      findings.Add(row.Path("score"),
                   Cat("“", row.Name(), "”自报“", row.tier->name, "”，得分应在 ", low.ToFixed(places), "～",
                       high.ToFixed(places), " 之间，填为 ", row.score->ToString()),
                   {{"tier", row.tier->name},
                    {"low", low.ToFixed(places)},
                    {"high", high.ToFixed(places)},
                    {"printed", row.score->ToString()}});
      continue;
    }
    if (row.tier == nullptr && input.rules.IsUnmadeChoice(row.actual.text)) {
      findings.AddMild(evaluation::v1::SEVERITY_WARNING, row.Path("actual"),
                       Cat("“", row.Name(), "”实际完成值“", row.actual.text, "”是选项本身，没有作出选择"),
                       {{"actual", row.actual.text}});
      continue;
    }
    const bool qualitative = row.target.quantities.empty() && !row.target.period && !row.target.blank;
    if (input.rules.tier_names_required && qualitative && row.tier == nullptr && !row.actual.blank)
      findings.Add(row.Path("actual"), Cat("“", row.Name(), "”为定性指标，实际完成值应为规定的档次名称"),
                   {{"actual", row.actual.text}});
  }
}

}  // namespace jixiao::scoring
