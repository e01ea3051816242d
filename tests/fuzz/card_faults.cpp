#include "fuzz/card_faults.h"

#include "common/canonical.h"
#include "common/text.h"
#include "scoring/checks/checks.h"
#include "scoring/engine/engine.h"

namespace jixiao::fuzz {
namespace {

using evaluation::v1::Scorecard;
using evaluation::v1::ScoreLine;

// Sums of a card's lines as they are printed.
struct Sums {
  Decimal weight;
  Decimal computed;
};

// A text that must be a decimal; nothing, and `broken` says so, when it is none.
Decimal NumberOf(const std::string& text, std::string_view what, std::string& broken) {
  const auto number = Decimal::Parse(text);
  if (!number && broken.empty()) broken = Cat(what, " is no decimal: ", text);
  return number.value_or(Decimal());
}

std::string LineFaults(const ScoreLine& line, Sums& sums) {
  if (line.method().empty()) return "has no method";
  // A line that the rules leave out carries no score, and no other line may lack one.
  const bool left_out = line.method() == "LEFT_OUT";
  if ((line.basis() == evaluation::v1::BASIS_UNSPECIFIED) != left_out) return "rests on nothing";
  if (left_out && !(line.weight().empty() && line.computed_score().empty())) return "is left out and scored";
  if (line.explanation().empty()) return "has no explanation";
  if (line.weight().empty()) return line.computed_score().empty() ? "" : "has a score without a weight";
  std::string broken;
  const Decimal weight = NumberOf(line.weight(), "weight", broken);
  const Decimal score = NumberOf(line.computed_score(), "score", broken);
  if (!broken.empty()) return broken;
  if (score.IsNegative() || score > weight) return Cat("scores ", line.computed_score(), " of ", line.weight());
  sums.weight += weight;
  sums.computed += score;
  if (line.basis() != evaluation::v1::BASIS_BANDED) return {};
  const Decimal low = NumberOf(line.score_low(), "score_low", broken);
  const Decimal high = NumberOf(line.score_high(), "score_high", broken);
  if (!broken.empty()) return broken;
  return score < low || score > high ? "lies outside its tier" : "";
}

std::string SumFaults(const Scorecard& card, const Sums& sums) {
  std::string broken;
  const bool scorable = card.kind() != evaluation::v1::SCORE_KIND_NOT_SCORABLE;
  if (NumberOf(card.total_weight(), "total_weight", broken) != sums.weight) return "total_weight is not the lines' sum";
  const auto& basis = card.basis_weights();
  if (NumberOf(basis.computed(), "basis", broken) + NumberOf(basis.banded(), "basis", broken) +
          NumberOf(basis.declared(), "basis", broken) !=
      sums.weight)
    return "basis_weights do not add up";
  Sums groups;
  for (const auto& group : card.groups()) {
    groups.weight += NumberOf(group.weight(), "a group's weight", broken);
    if (scorable) groups.computed += NumberOf(group.computed_score(), "a group's score", broken);
  }
  if (groups.weight != sums.weight) return "the groups' weights do not add up";
  if (scorable && groups.computed != sums.computed) return "the groups' scores do not add up";
  if (!scorable) return card.computed_total().empty() ? broken : "a card that is not scorable has a total";
  Decimal total = sums.computed;
  for (const auto& adjustment : card.adjustments()) total += NumberOf(adjustment.points(), "an adjustment", broken);
  if (NumberOf(card.computed_total(), "computed_total", broken) != total)
    return Cat("computed_total is ", card.computed_total(), ", the lines and adjustments give ", total.ToString());
  if (total.IsNegative()) return "computed_total is negative";
  return broken;
}

}  // namespace

std::string CardFaults(const evaluation::v1::SelfEvaluation& form, const scoring::Rules& rules) {
  Scorecard card;
  scoring::Score(form, rules, "指定", card);
  const auto encoded = CanonicalEncode(card);
  if (!encoded.ok()) return Cat("a card cannot be encoded: ", std::string(encoded.status().message()));
  Scorecard again;
  scoring::Score(form, rules, "指定", again);
  if (const auto second = CanonicalEncode(again); !second.ok() || *second != *encoded)
    return "scoring twice gives two cards";
  Sums sums;
  for (const ScoreLine& line : card.lines())
    if (std::string broken = LineFaults(line, sums); !broken.empty()) return Cat("line ", line.path(), " ", broken);
  if (std::string broken = SumFaults(card, sums); !broken.empty()) return broken;
  for (const auto& finding : card.findings()) {
    if (scoring::FindCheck(finding.code()) == nullptr) return Cat("a finding of no check: ", finding.code());
    if (finding.path().empty() || finding.message().empty()) return Cat("a finding says nothing: ", finding.code());
  }
  return {};
}

}  // namespace jixiao::fuzz
