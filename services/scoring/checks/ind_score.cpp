// IND_SCORE (6): where the operator is written and every figure has its counterpart, the printed score is what the rule
// gives; a row that the rules leave to a person is named for review. Fires: "= 95 %" reached with 95 but 27 of 30
// points; ≥100% at 95% with full points; mildly, 35 against ≤30 where the rules take the declared score. Must not:
// dates, stated tiers, rows whose text only contains numbers.
//
// A bare target may be meant as a floor or as a ceiling. One that is met exactly, or not reached, has one score for
// each: what fits neither is named mildly. Fires: 90 % reached with 60 %, 10 of 20 points (13.33 or 20); 95 % reached
// with 95 %, 27 of 30; 10 of 20 for a date that was missed. Must not: a bare target that is exceeded, whose points a
// reviewer may have lowered; sentences with a number in them.
#include "common/text.h"
#include "scoring/checks/catalogue.h"
#include "scoring/checks/rows.h"
#include "scoring/engine/shortfall.h"

#include <algorithm>

namespace jixiao::scoring {
namespace {

// The cell that turns red on deployed systems.
void AskForReview(const IndicatorReading& row, const Award& award, FindingSink& findings) {
  const bool figures = row.measure.kind == Measure::Kind::kFigures;
  const std::string target = figures ? row.measure.Worst().target.ToString() : row.target.text;
  const std::string actual = figures ? row.measure.Worst().actual.ToString() : row.actual.text;
  const std::string score = row.score ? row.score->ToString() : "";
  findings.AddMild(
      evaluation::v1::SEVERITY_WARNING, row.Path("score"),
      Cat("“", row.Name(), "”指标值 ", target, "，实际完成 ", actual, "，", award.arithmetic,
          score.empty() ? "；没有自评得分" : Cat("；自评 ", score, " 分"), "（分值 ", row.weight->ToString(), "）"),
      {{"printed", score}, {"weight", row.weight->ToString()}, {"target", target}, {"actual", actual}});
}

bool IsStated(const Pair& pair) {
  return pair.stated;
}

// Whether a cell is hardly more than one quantity: 95%, 完成8676人.
bool IsOneFigure(const Literal& cell) {
  constexpr std::size_t kRoom = 9;  // bytes of words around it
  if (cell.quantities.size() != 1) return false;
  const Quantity& q = cell.quantities.front();
  return cell.text.size() <= q.number.ToString().size() + q.unit_text.size() + kRoom;
}

// Whether a score on a bare target says something that no reading of the target explains. Not when the target is
// exceeded, nor for what is read as a ceiling and stays below it: as a floor it may have earned less.
bool IsTelling(const IndicatorReading& row) {
  if (row.measure.pairs.size() != 1 || !IsOneFigure(row.target) || !IsOneFigure(row.actual)) return false;
  const Pair& pair = row.measure.Worst();
  if (pair.b > pair.a || (pair.IsUpperBound() && pair.b < pair.a)) return false;
  return *row.score != *row.weight;  // full points are a ceiling's that is kept
}

// Some of the points for what came too late, where the rules give none. All of them are FULL_NOT_MET's.
void CheckLate(const IndicatorReading& row, const Rules& rules, FindingSink& findings) {
  if (row.measure.kind != Measure::Kind::kDeadline || row.measure.on_time || !row.score || *row.score <= Decimal() ||
      *row.score >= *row.weight)
    return;
  const std::optional<Award> award = AwardFor(row, *row.weight, rules);
  if (!award || !award->points) return;
  const std::string points = award->points->ToFixed(rules.places);
  findings.AddMild(
      evaluation::v1::SEVERITY_WARNING, row.Path("score"),
      Cat("“", row.Name(), "”时限 ", Quoted(row.row->target()), "，实际 ", Quoted(row.row->actual()), "，已逾期，分值 ",
          row.weight->ToString(), "，按规则应得 ", points, " 分，填为 ", row.score->ToString(), " 分"),
      {{"printed", row.score->ToString()},
       {"computed", points},
       {"weight", row.weight->ToString()},
       {"target", row.target.text},
       {"actual", row.actual.text}});
}

}  // namespace

void IndScore(const CheckInput& input, FindingSink& findings) {
  for (const IndicatorReading& row : input.reading.indicators) {
    if (!row.weight) continue;
    CheckLate(row, input.rules, findings);
    const bool review = IsLeftToAPerson(row, input.rules);
    if (!review && (!row.score || row.measure.kind != Measure::Kind::kFigures)) continue;
    const bool stated = std::all_of(row.measure.pairs.begin(), row.measure.pairs.end(), IsStated);
    if (!review && !stated && !IsTelling(row)) continue;
    const std::optional<Award> award = AwardFor(row, *row.weight, input.rules);
    if (!award) continue;
    if (!award->points) {
      AskForReview(row, *award, findings);
      continue;
    }
    const Decimal& expected = *award->points;
    const Decimal difference = (*row.score - expected).Abs();
    if (difference <= (stated ? input.rules.points_warning : input.rules.points_error)) continue;
    const std::string points = expected.ToFixed(input.rules.places);
    const Pair& pair = row.measure.Worst();
    std::string message = Cat(
        "“", row.Name(), "”指标值 ", pair.target.ToString(), "，实际完成 ", pair.actual.ToString(), "，分值 ",
        row.weight->ToString(), "，按规则应得 ", points, " 分",
        stated || expected == *row.weight ? std::string() : Cat("（指标值若是上限则 ", row.weight->ToString(), " 分）"),
        "，填为 ", row.score->ToString(), " 分");
    const FindingSink::Evidence evidence = {{"printed", row.score->ToString()},
                                            {"computed", points},
                                            {"weight", row.weight->ToString()},
                                            {"target", pair.target.ToString()},
                                            {"actual", pair.actual.ToString()}};
    if (stated && difference > input.rules.points_error)
      findings.Add(row.Path("score"), std::move(message), evidence);
    else
      findings.AddMild(evaluation::v1::SEVERITY_WARNING, row.Path("score"), std::move(message), evidence);
  }
}

}  // namespace jixiao::scoring
