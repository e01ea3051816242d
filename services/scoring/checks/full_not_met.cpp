// FULL_NOT_MET (5): a target that is not met has neither full points nor a printed completion of 100 %.
// Fires: 9,623 of 9,696 members and 319 of 321 branches printed as 100 %; 4,604 of ≥4,754 with 5 of 5 points; 5,830
// against ≤5,300 with full points; 建设中 against 1. Must not: 26.23 of a bare 30万元 cost target, 686 of about 700, a
// bare target that is exceeded.
//
// Nor has a row full points that says nothing of what was done (mild: it may be written elsewhere). Fires: six rows
// with neither target nor actual value and 10 of 10 points each. Must not: a row whose completion is stated; one that
// stands above rows without points, which have its values; 财务制度 below 项目管理, which is judged by criteria.
//
// Nor has it full points when a figure with its operator is answered in words alone (mild: the figure may be known
// elsewhere). Fires: ≤30万元 against 完成, ≥80% against 均通过省级验收. Must not: =100% against 已完成, 2次 against
// 已完成100%.
//
// Nor has it full points when it answers the target with its opposite, also by rules that leave words to people (mild,
// for there they do). Fires: 是 against 否, 达标 against 不达标. Must not: 否 against 否; 无 against 是, where 无 may
// be an empty cell; 有 against 否, which answer two questions.
#include "common/text.h"
#include "scoring/checks/catalogue.h"
#include "scoring/checks/rows.h"

#include <algorithm>

namespace jixiao::scoring {
namespace {

// What a row claims that only a target that is met can give.
enum class Claim { kNone, kFullPoints, kCompletion };

Claim ClaimOf(const IndicatorReading& row) {
  const bool scored = row.weight && row.score;
  if (scored) return *row.score >= *row.weight && !row.weight->IsZero() ? Claim::kFullPoints : Claim::kNone;
  const bool complete =
      row.completion && !row.completion->malformed && row.completion->Percent(Decimal(100)) >= Decimal(100);
  return complete ? Claim::kCompletion : Claim::kNone;
}

// 得满分 5 分, 完成率填为 100%
std::string ClaimText(const IndicatorReading& row, Claim claim) {
  return claim == Claim::kFullPoints ? Cat("得满分 ", row.score->ToString(), " 分")
                                     : Cat("完成率填为 ", row.row->completion_rate());
}

// `contrast` joins what was reached with the claim.
void AddPair(const IndicatorReading& row, const Pair& pair, std::string_view contrast, const std::string& claim,
             FindingSink& findings) {
  Quantity target = pair.target;
  if (target.comparison == Comparison::kNone && pair.IsUpperBound()) target.comparison = pair.comparison;
  const auto percent = pair.Percent();
  const std::string ratio = percent ? percent->ToFixed(2) + "%" : std::string();
  std::string message = Cat("“", row.Name(), "”指标值 ", target.ToString(), "，实际完成 ", pair.actual.ToString(),
                            ratio.empty() ? "" : Cat("（", ratio, "）"),
                            pair.IsUpperBound() ? "，超出上限，" : "，未达到指标值，", contrast, claim);
  const FindingSink::Evidence evidence = {
      {"target", pair.target.ToString()}, {"actual", pair.actual.ToString()}, {"ratio", ratio}, {"claim", claim}};
  // Where the upper bound is only read off the class, the contradiction is likely but not written.
  if (pair.IsUpperBound() && !pair.stated)
    findings.AddMild(evaluation::v1::SEVERITY_WARNING, row.Path("actual"), std::move(message), evidence);
  else
    findings.Add(row.Path("actual"), std::move(message), evidence);
}

// Whether a row is judged by criteria that the form does not print: 财务制度 below 项目管理 has no target to meet.
bool IsJudgedByCriteria(const IndicatorReading& row) {
  return row.target.blank && row.indicator_class != nullptr &&
         (row.indicator_class->indicator_class == v1::INDICATOR_CLASS_PROCESS ||
          row.indicator_class->indicator_class == v1::INDICATOR_CLASS_DECISION);
}

bool SaysNothing(const IndicatorReading& row) {
  return row.actual.blank && !row.IsExecutionRate() && !row.completion && !row.claimed_completion &&
         !IsJudgedByCriteria(row) && ClaimOf(row) == Claim::kFullPoints;
}

// Full points for rows without any actual value. Where no row has one, the form has no column for it: said once.
void CheckSilentRows(const FormReading& reading, FindingSink& findings) {
  const auto& rows = reading.indicators;
  const auto is_silent = [&](const IndicatorReading& row) {
    return SaysNothing(row) && RowsUnder(reading, row).empty();
  };
  const auto silent = std::count_if(rows.begin(), rows.end(), is_silent);
  if (silent == 0) return;
  if (silent > 1 && std::all_of(rows.begin(), rows.end(), [](const IndicatorReading& row) { return row.actual.blank; }))
    return findings.AddMild(evaluation::v1::SEVERITY_WARNING, "indicators",
                            Cat("各项指标都没有填实际完成值，其中 ", silent, " 项得满分"),
                            {{"rows", std::to_string(silent)}});
  for (const IndicatorReading& row : rows) {
    if (!is_silent(row)) continue;
    const std::string claim = ClaimText(row, Claim::kFullPoints);
    findings.AddMild(evaluation::v1::SEVERITY_WARNING, row.Path("actual"),
                     Cat("“", row.Name(), "”没有填", row.target.blank ? "指标值和" : "", "实际完成值，却", claim),
                     {{"target", row.target.text}, {"actual", ""}, {"claim", claim}});
  }
}

// Full points for a row whose own rows, which have none, miss their targets.
void CheckRowsUnder(const FormReading& reading, const IndicatorReading& row, FindingSink& findings) {
  if (ClaimOf(row) != Claim::kFullPoints) return;
  for (const IndicatorReading& under : RowsUnder(reading, row))
    for (const Pair& pair : under.measure.pairs)
      if (!pair.met) AddPair(under, pair, Cat("而“", row.Name(), "”却"), ClaimText(row, Claim::kFullPoints), findings);
}

// Full points for words where the target asks for a figure.
void CheckWords(const IndicatorReading& row, FindingSink& findings) {
  const Quantity* const asked = FigureAnsweredInWords(row);
  if (asked == nullptr || ClaimOf(row) != Claim::kFullPoints) return;
  const std::string claim = ClaimText(row, Claim::kFullPoints);
  findings.AddMild(evaluation::v1::SEVERITY_WARNING, row.Path("actual"),
                   Cat("“", row.Name(), "”指标值 ", asked->ToString(), "，实际完成值“", Quoted(row.row->actual()),
                       "”没有数字，无从核对，却", claim),
                   {{"target", asked->ToString()}, {"actual", row.actual.text}, {"claim", claim}});
}

// Full points for what is not done by its own words.
void CheckNotDone(const IndicatorReading& row, FindingSink& findings) {
  const Claim what = row.target.blank ? Claim::kNone : ClaimOf(row);
  if (what == Claim::kNone) return;
  const std::string claim = ClaimText(row, what);
  findings.Add(row.Path("actual"),
               Cat("“", row.Name(), "”指标值“", Quoted(row.row->target()), "”，实际完成值“", Quoted(row.row->actual()),
                   "”说明尚未完成，却", claim),
               {{"target", row.target.text}, {"actual", row.actual.text}, {"claim", claim}});
}

// Whether a text is one of a list of words.
bool IsOneOf(const std::vector<std::string>& words, std::string_view text) {
  return std::ranges::find(words, text) != words.end();
}

// Whether one of two answers denies the other: 是 and 否, 合格 and 不合格. 未完成 is CheckNotDone's.
bool IsOpposite(std::string_view yes, std::string_view no, const Rules& rules) {
  if (!IsOneOf(rules.words.yes, yes) || !IsOneOf(rules.words.no, no)) return false;
  return (yes == "是" && no == "否") || (no.size() > yes.size() && no.ends_with(yes));
}

// Full points for the opposite of the target, where the rules do not judge words.
void CheckOpposite(const IndicatorReading& row, const Rules& rules, FindingSink& findings) {
  constexpr std::size_t kLongest = 30;
  const std::string_view target = row.target.text;
  const std::string_view actual = row.actual.text;
  if (row.measure.kind != Measure::Kind::kNothing || target.size() > kLongest || actual.size() > kLongest ||
      target == actual || target.empty() || actual.empty())
    return;
  const Claim what = ClaimOf(row);
  if (what == Claim::kNone || !(IsOpposite(target, actual, rules) || IsOpposite(actual, target, rules))) return;
  const std::string claim = ClaimText(row, what);
  findings.AddMild(evaluation::v1::SEVERITY_WARNING, row.Path("actual"),
                   Cat("“", row.Name(), "”指标值“", Quoted(row.row->target()), "”，实际“", Quoted(row.row->actual()),
                       "”，与指标值相反，却", claim),
                   {{"target", row.target.text}, {"actual", row.actual.text}, {"claim", claim}});
}

}  // namespace

void FullNotMet(const CheckInput& input, FindingSink& findings) {
  CheckSilentRows(input.reading, findings);
  for (const IndicatorReading& row : input.reading.indicators) {
    if (SaysNotDone(row, input.rules)) {
      CheckNotDone(row, findings);
      continue;
    }
    CheckWords(row, findings);
    CheckOpposite(row, input.rules, findings);
    CheckRowsUnder(input.reading, row, findings);
    const bool late = row.measure.kind == Measure::Kind::kDeadline && !row.measure.on_time;
    const bool disagrees = row.measure.kind == Measure::Kind::kAnswer && !row.measure.agrees;
    const bool missed = std::any_of(row.measure.pairs.begin(), row.measure.pairs.end(), [](auto& p) { return !p.met; });
    if (!late && !disagrees && !missed) continue;
    const Claim what = ClaimOf(row);
    if (what == Claim::kNone) continue;
    const std::string claim = ClaimText(row, what);
    if (late) {
      findings.Add(row.Path("actual"),
                   Cat("“", row.Name(), "”时限 ", Quoted(row.row->target()), "，实际 ", Quoted(row.row->actual()),
                       "，已逾期，却", claim),
                   {{"target", row.target.text}, {"actual", row.actual.text}, {"claim", claim}});
      continue;
    }
    if (disagrees) {
      findings.Add(row.Path("actual"),
                   Cat("“", row.Name(), "”指标值“", Quoted(row.row->target()), "”，实际“", Quoted(row.row->actual()),
                       "”，未达到指标值，却", claim),
                   {{"target", row.target.text}, {"actual", row.actual.text}, {"claim", claim}});
      continue;
    }
    for (const Pair& pair : row.measure.pairs)
      if (!pair.met) AddPair(row, pair, "却", claim, findings);
  }
}

}  // namespace jixiao::scoring
