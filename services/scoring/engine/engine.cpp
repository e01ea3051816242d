#include "scoring/engine/engine.h"

#include "common/text.h"
#include "scoring/checks/checks.h"
#include "scoring/engine/execution.h"
#include "scoring/engine/line.h"
#include "scoring/engine/points.h"
#include "scoring/engine/reading.h"

#include <absl/cleanup/cleanup.h>

#include <algorithm>
#include <vector>

namespace jixiao::scoring {
namespace {

using evaluation::v1::Scorecard;
using evaluation::v1::ScoreLine;

constexpr std::string_view kFundsGroup = "预算执行";
constexpr std::string_view kOtherGroup = "其他指标";

// Which weight each line is scored on.
struct Weights {
  evaluation::v1::ScoreKind kind = evaluation::v1::SCORE_KIND_NOT_SCORABLE;
  std::optional<Decimal> funds;
  std::vector<std::optional<Decimal>> indicators;
};

// A weight below 0 is a finding (RANGE) and can give nothing.
std::optional<Decimal> Usable(const std::optional<Decimal>& weight) {
  return weight ? std::optional(std::max(*weight, Decimal())) : std::nullopt;
}

// Whether the execution rate has its points among the indicators.
bool HasExecutionRow(const FormReading& reading) {
  return std::ranges::any_of(reading.indicators, [](const IndicatorReading& row) { return row.IsExecutionRate(); });
}

// The form's own weights. Where the funds line prints none, the rule set's stands in if it fits beside the indicators'.
Weights FormWeights(const FormReading& reading, const Rules& rules) {
  Weights weights{evaluation::v1::SCORE_KIND_SCORED, std::nullopt, {}};
  Decimal sum;
  for (const IndicatorReading& row : reading.indicators) {
    weights.indicators.push_back(Usable(row.weight));
    sum += row.weight.value_or(Decimal());
  }
  if (reading.total_fund != nullptr && reading.total_fund->weight)
    weights.funds = Usable(reading.total_fund->weight);
  else if (!reading.funds.empty() && !rules.execution_weight.IsZero() &&
           sum + rules.execution_weight == rules.total_weight && !HasExecutionRow(reading))
    weights.funds = rules.execution_weight;
  return weights;
}

// Splits `total` into `n` shares at the rules' places that add up exactly; the first ones are a unit larger where
// needed.
std::vector<Decimal> SplitEvenly(const Decimal& total, std::size_t n, int places) {
  const Decimal count(static_cast<std::int64_t>(n));
  const Decimal unit = Decimal::Scaled(1, places);
  Decimal share = Decimal::MulDiv(total, Decimal(1), count, places).value_or(Decimal());
  if (Decimal::Mul(share, count) > total) share = share - unit;  // rounded up: cut off instead
  std::vector<Decimal> shares(n, share);
  Decimal rest = total - *Decimal::Mul(share, count);
  for (std::size_t i = 0; i < n && rest >= unit; ++i) {
    shares[i] += unit;
    rest = rest - unit;
  }
  return shares;
}

// Rows that share the points of a class, or the funds line, which has no rows.
struct Share {
  Decimal weight;
  std::vector<std::size_t> rows;
};

// The points that all rows of a class stand under: 产出指标(40分).
std::optional<Decimal> PointsAbove(const FormReading& reading, const Share& share) {
  const std::string_view heading = reading.indicators[share.rows.front()].level1;
  const bool same =
      std::ranges::all_of(share.rows, [&](std::size_t row) { return reading.indicators[row].level1 == heading; });
  return same ? PointsInHeading(heading) : std::nullopt;
}

// What the form prints for the execution, when that leaves points for the indicators.
std::optional<Decimal> PrintedForExecution(const FormReading& reading, const Rules& rules) {
  const std::optional<Decimal> printed =
      reading.total_fund != nullptr ? Usable(reading.total_fund->weight) : std::nullopt;
  return printed && !printed->IsZero() && *printed < rules.total_weight ? printed : std::nullopt;
}

// The scores as weights, where each row has one and they fill what the execution's points leave: then all are full.
std::optional<Weights> FullScores(const FormReading& reading, const Decimal& execution, const Rules& rules) {
  Weights weights{evaluation::v1::SCORE_KIND_REFERENCE, execution, {}};
  Decimal sum = execution;
  for (const IndicatorReading& row : reading.indicators) {
    if (!row.IsEmpty() && (!IsScorable(row) || !row.score || *row.score <= Decimal())) return std::nullopt;
    weights.indicators.push_back(row.score);
    sum += row.score.value_or(Decimal());
  }
  return sum == rules.total_weight ? std::optional(std::move(weights)) : std::nullopt;
}

// The classes that have rows to score, each with its points by the rules, or by its heading where all have one that
// fits beside the `execution`'s.
std::vector<Share> SharesOf(const FormReading& reading, const Decimal& execution, const Rules& rules) {
  std::vector<Share> shares;
  std::int64_t scorable = 0;
  Share unknown{Decimal(), {}};
  for (std::size_t i = 0; i < reading.indicators.size(); ++i) {
    const IndicatorReading& row = reading.indicators[i];
    if (!IsScorable(row)) continue;
    ++scorable;
    const CompiledClass* c = row.indicator_class;
    if (c == nullptr || c->weight.IsZero()) unknown.rows.push_back(i);
  }
  for (const CompiledClass& c : rules.classes) {
    Share share{c.weight, {}};
    for (std::size_t i = 0; i < reading.indicators.size(); ++i)
      if (reading.indicators[i].indicator_class == &c && IsScorable(reading.indicators[i])) share.rows.push_back(i);
    if (!share.rows.empty() && !share.weight.IsZero()) shares.push_back(std::move(share));
  }
  if (!unknown.rows.empty()) {
    // Rows of no class that the split knows: as much as an average scorable row of the indicators' points.
    unknown.weight =
        Decimal::MulDiv(rules.total_weight - rules.execution_weight,
                        Decimal(static_cast<std::int64_t>(unknown.rows.size())), Decimal(scorable), rules.places)
            .value_or(Decimal());
    shares.push_back(std::move(unknown));
  }
  std::vector<Decimal> printed;
  for (const Share& share : shares)
    if (const auto points = PointsAbove(reading, share); points && !points->IsZero()) printed.push_back(*points);
  // One heading above several classes gives them its points together: only points that add up are the classes' own.
  Decimal sum = execution;
  for (const Decimal& points : printed) sum += points;
  if (printed.size() == shares.size() && sum == rules.total_weight)
    for (std::size_t i = 0; i < shares.size(); ++i) shares[i].weight = printed[i];
  return shares;
}

// For a form without weights: what it prints for the execution, and for the rest the rule set's own split over the
// lines that can be scored; classes that the form lacks leave their points to the others.
Weights ReferenceWeights(const FormReading& reading, const Rules& rules) {
  const std::optional<Decimal> printed = PrintedForExecution(reading, rules);
  if (printed)
    if (std::optional<Weights> full = FullScores(reading, *printed, rules)) return *std::move(full);
  Weights weights;
  weights.indicators.resize(reading.indicators.size());
  std::vector<Share> shares = SharesOf(reading, printed.value_or(rules.execution_weight), rules);
  if (shares.empty()) return weights;
  const Execution execution = ExecutionOf(reading);
  const bool executed =
      execution.budget && execution.executed && !execution.budget->IsZero() && !rules.execution_weight.IsZero();
  if (executed && !printed) shares.insert(shares.begin(), {rules.execution_weight, {}});
  Decimal present;
  for (const Share& share : shares) present += share.weight;
  if (present.IsZero()) return weights;
  Decimal total = rules.total_weight;
  if (executed && printed) {
    weights.funds = printed;
    total = total - *printed;
  }
  weights.kind = evaluation::v1::SCORE_KIND_REFERENCE;
  Decimal given;
  for (std::size_t s = 0; s < shares.size(); ++s) {
    // The last class takes what rounding left, so that the reference always counts to the full total.
    const Decimal points = s + 1 == shares.size()
                               ? total - given
                               : Decimal::MulDiv(shares[s].weight, total, present, rules.places).value_or(Decimal());
    given += points;
    if (shares[s].rows.empty()) {
      weights.funds = points;
      continue;
    }
    const std::vector<Decimal> each = SplitEvenly(points, shares[s].rows.size(), rules.places);
    for (std::size_t k = 0; k < each.size(); ++k) weights.indicators[shares[s].rows[k]] = each[k];
  }
  return weights;
}

// Whether a form tells nothing of what was done, in any of its rows.
bool IsUnfilled(const FormReading& reading) {
  const auto unfilled = [](const IndicatorReading& row) { return row.IsUnfilled(); };
  return std::ranges::any_of(reading.indicators, unfilled) &&
         std::ranges::all_of(reading.indicators,
                             [&](const IndicatorReading& row) { return row.IsEmpty() || unfilled(row); });
}

// Adds lines up: the card's totals, its groups and how much rests on what.
class Totals {
 public:
  Totals(const Rules& rules, Scorecard& card) : rules_(rules), card_(card) {}

  void Add(std::string_view group, const LineResult& result, ScoreLine& line) {
    line.set_basis(result.basis);
    if (result.weight) Print(*result.weight, *line.mutable_weight());
    if (result.computed) Print(*result.computed, *line.mutable_computed_score());
    if (result.declared) Print(*result.declared, *line.mutable_declared_score());
    const Decimal weight = result.weight.value_or(Decimal());
    weight_ += weight;
    computed_ += result.computed.value_or(Decimal());
    (result.basis == evaluation::v1::BASIS_COMPUTED ? by_figures_
     : result.basis == evaluation::v1::BASIS_BANDED ? by_tier_
                                                    : by_word_) += weight;
    Group& g = GroupNamed(group);
    g.weight += weight;
    g.computed += result.computed.value_or(Decimal());
    if (result.declared) g.declared = g.declared.value_or(Decimal()) + *result.declared;
  }

  // `unfilled`: nothing says what was done, so that the total says nothing of the project.
  void Finish(evaluation::v1::ScoreKind kind, const Execution& execution, bool unfilled) {
    const bool scorable = kind != evaluation::v1::SCORE_KIND_NOT_SCORABLE;
    for (const Group& g : groups_) {
      auto& out = *card_.add_groups();
      out.mutable_name()->assign(g.name);
      Print(g.weight, *out.mutable_weight());
      if (scorable) Print(g.computed, *out.mutable_computed_score());
      if (g.declared) Print(*g.declared, *out.mutable_declared_score());
    }
    Print(weight_, *card_.mutable_total_weight());
    Print(by_figures_, *card_.mutable_basis_weights()->mutable_computed());
    Print(by_tier_, *card_.mutable_basis_weights()->mutable_banded());
    Print(by_word_, *card_.mutable_basis_weights()->mutable_declared());
    if (!scorable) return;
    // Caps and grades are for the form's own points: a reference has neither, and a part of a form has no grade. Where
    // the weights count to more than the total, the grade is that of the share: 150.20 of 170 is 88.35 of 100.
    const bool scored = kind == evaluation::v1::SCORE_KIND_SCORED;
    const Decimal total = scored ? computed_ + Cap(execution) : computed_;
    Print(total, *card_.mutable_computed_total());
    if (!scored || unfilled || weight_ < rules_.total_weight) return;
    const Decimal graded = weight_ > rules_.total_weight + rules_.points_error
                               ? Decimal::MulDiv(total, rules_.total_weight, weight_, rules_.places).value_or(total)
                               : total;
    if (const CompiledGrade* grade = rules_.GradeOf(graded)) card_.set_grade(grade->name);
  }

 private:
  // What the execution rate's cap takes off the sum of the lines: 0 or less.
  Decimal Cap(const Execution& execution) {
    const CompiledTotalCap* cap = TotalCapOf(execution, rules_);
    if (cap == nullptr || computed_ <= cap->total_at_most) return {};
    const Decimal points = cap->total_at_most - computed_;
    auto& adjustment = *card_.add_adjustments();
    adjustment.set_method("TOTAL_CAP");
    Print(points, *adjustment.mutable_points());
    adjustment.set_explanation(Cat("执行率 ", *execution.executed, " ÷ ", *execution.budget, " = ",
                                   card_.execution_rate(), "，低于 ", PercentText(cap->rate_below), "，总分不超过 ",
                                   cap->total_at_most, " 分：各项合计 ", PointsText(computed_, rules_), " 分，扣 ",
                                   PointsText(-points, rules_), " 分"));
    return points;
  }

  struct Group {
    std::string_view name;
    Decimal weight;
    Decimal computed;
    std::optional<Decimal> declared;
  };

  // Sums of what is printed stay sums.
  void Print(const Decimal& points, std::string& out) const { out.append(PointsText(points, rules_).text()); }

  Group& GroupNamed(std::string_view name) {
    const auto found = std::find_if(groups_.begin(), groups_.end(), [&](const Group& g) {
      return g.name.data() == name.data() || g.name == name;  // mostly the very same text
    });
    return found != groups_.end() ? *found : groups_.emplace_back(Group{name, {}, {}, {}});
  }

  const Rules& rules_;
  Scorecard& card_;
  std::vector<Group> groups_;
  Decimal weight_;
  Decimal computed_;
  Decimal by_figures_;
  Decimal by_tier_;
  Decimal by_word_;
};

// Clears a card. What every card has again is kept with its memory: Clear would delete it.
void Empty(Scorecard& card) {
  auto* const reference = card.unsafe_arena_release_rule_set();
  auto* const weights = card.unsafe_arena_release_basis_weights();
  card.Clear();
  if (reference != nullptr) reference->Clear();
  if (weights != nullptr) weights->Clear();
  card.unsafe_arena_set_allocated_rule_set(reference);
  card.unsafe_arena_set_allocated_basis_weights(weights);
}

}  // namespace

void Score(const evaluation::v1::SelfEvaluation& form, const Rules& rules, std::string_view selected_by,
           Scorecard& card) {
  Empty(card);
  auto& reference = *card.mutable_rule_set();
  reference.set_id(rules.source().id());
  reference.set_revision(rules.source().revision());
  reference.set_digest(rules.digest());
  reference.set_title(rules.source().title());
  reference.mutable_selected_by()->assign(selected_by);

  thread_local FormReading reading;  // for the memory of its rows only
  const absl::Cleanup forget = [] { reading.Clear(); };
  ReadForm(form, rules, reading);
  const Weights weights = reading.HasWeights() ? FormWeights(reading, rules) : ReferenceWeights(reading, rules);
  const bool is_reference = weights.kind == evaluation::v1::SCORE_KIND_REFERENCE;
  card.set_kind(weights.kind);
  card.set_engine_revision(kEngineRevision);

  const Execution execution = ExecutionOf(reading);
  if (execution.budget && execution.executed) {
    const auto rate = Decimal::MulDiv(*execution.executed, Decimal(100), *execution.budget, 2);
    if (rate) Append(*card.mutable_execution_rate(), Piece(*rate, 2), "%");
  }

  Totals totals(rules, card);
  if (weights.funds) {
    ScoreLine& line = *card.add_lines();
    line.mutable_path()->assign("funds");
    const std::optional<Decimal> declared = reading.total_fund != nullptr ? reading.total_fund->score : std::nullopt;
    const LineResult result = ScoreExecution(execution, *weights.funds, declared, rules, line);
    totals.Add(kFundsGroup, result, line);
  }
  for (std::size_t i = 0; i < reading.indicators.size(); ++i) {
    const IndicatorReading& row = reading.indicators[i];
    if (row.IsEmpty() && !row.left_out) continue;
    ScoreLine& line = *card.add_lines();
    const bool of_funds = row.IsExecutionRate() && execution.budget && execution.executed;
    if (of_funds) Append(*line.mutable_path(), "indicators[", row.index, "]");
    const LineResult result = of_funds ? ScoreExecution(execution, Usable(row.weight).value(), row.score, rules, line)
                                       : ScoreIndicator(row, weights.indicators[i], is_reference, rules, line);
    totals.Add(row.indicator_class != nullptr ? std::string_view(row.indicator_class->name) : kOtherGroup, result,
               line);
  }
  totals.Finish(weights.kind, execution, IsUnfilled(reading));
  if (reading.declared_total)
    card.set_declared_total(reading.declared_total->ToFixed(std::max(rules.places, reading.declared_total->scale())));
  card.set_declared_grade(reading.declared_grade_text);

  RunChecks(reading, rules, card);
}

}  // namespace jixiao::scoring
