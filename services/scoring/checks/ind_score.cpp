// IND_SCORE (6): where the operator is written and every figure has its counterpart, the printed score is what the rule
// gives. Fires: "= 95 %" reached with 95 but 27 of 30 points; ≥100% at 95% with full points. Must not: bare targets
// (the operator is not known), dates, stated tiers, rows whose text only contains numbers.
#include "common/text.h"
#include "scoring/checks/catalogue.h"
#include "scoring/engine/line.h"

#include <algorithm>

namespace jixiao::scoring {

void IndScore(const CheckInput& input, FindingSink& findings) {
  for (const IndicatorReading& row : input.reading.indicators) {
    if (!row.weight || !row.score || row.measure.kind != Measure::Kind::kFigures || !row.measure.complete) continue;
    if (!std::all_of(row.measure.pairs.begin(), row.measure.pairs.end(), [](const Pair& pair) { return pair.stated; }))
      continue;
    const auto expected = RulePoints(row, *row.weight, input.rules);
    if (!expected) continue;
    const Decimal difference = (*row.score - *expected).Abs();
    if (difference <= input.rules.points_warning) continue;
    const std::string points = expected->ToFixed(input.rules.places);
    const Pair& pair = row.measure.Worst();
    std::string message =
        Cat("“", row.Name(), "”指标值 ", pair.target.ToString(), "，实际完成 ", pair.actual.ToString(), "，分值 ",
            row.weight->ToString(), "，按规则应得 ", points, " 分，填为 ", row.score->ToString(), " 分");
    const FindingSink::Evidence evidence = {{"printed", row.score->ToString()},
                                            {"computed", points},
                                            {"weight", row.weight->ToString()},
                                            {"target", pair.target.ToString()},
                                            {"actual", pair.actual.ToString()}};
    if (difference > input.rules.points_error)
      findings.Add(row.Path("score"), std::move(message), evidence);
    else
      findings.AddMild(evaluation::v1::SEVERITY_WARNING, row.Path("score"), std::move(message), evidence);
  }
}

}  // namespace jixiao::scoring
