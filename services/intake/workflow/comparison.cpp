#include "intake/workflow/comparison.h"

#include "common/decimal.h"
#include "common/errors.h"
#include "common/text.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <vector>

namespace jixiao::intake {
namespace {

using evaluation::v1::Scorecard;
using evaluation::v1::ScoreLine;

const v1::LineReview* LineAt(const v1::Review& review, const std::string& path) {
  const auto found =
      std::find_if(review.lines().begin(), review.lines().end(), [&](const auto& line) { return line.path() == path; });
  return found == review.lines().end() ? nullptr : &*found;
}

// `a` − `b` with two places; empty when one of them is.
std::string Difference(const std::string& a, const std::string& b) {
  const auto left = Decimal::Parse(a);
  const auto right = Decimal::Parse(b);
  return left && right ? (*left - *right).ToFixed(2) : std::string();
}

// What a line has without a reviewer.
const std::string& ScoreOf(const ScoreLine& line) {
  return line.computed_score().empty() ? line.declared_score() : line.computed_score();
}

std::string TitleOf(const std::string& path, const evaluation::v1::SelfEvaluation& form) {
  if (path == "funds") return "预算执行";
  constexpr std::string_view kRow = "indicators[";
  int row = -1;
  if (path.starts_with(kRow)) std::from_chars(path.data() + kRow.size(), path.data() + path.size(), row);
  if (row < 0 || row >= form.indicators_size()) return path;
  const auto& indicator = form.indicators(row);
  for (const std::string* name : {&indicator.level3(), &indicator.level2(), &indicator.level1()})
    if (!name->empty()) return *name;
  return path;
}

// The newest review of each reviewer, in the order of their first; the others.
struct Sorted {
  std::vector<const v1::Review*> newest;
  std::vector<const v1::Review*> earlier;
};

Sorted SortOut(std::span<const v1::Review> reviews) {
  Sorted sorted;
  for (const v1::Review& review : reviews) {
    const auto same = std::find_if(sorted.newest.begin(), sorted.newest.end(), [&](const v1::Review* other) {
      return other->reviewer().name() == review.reviewer().name() &&
             other->reviewer().organization() == review.reviewer().organization();
    });
    if (same == sorted.newest.end()) {
      sorted.newest.push_back(&review);
    } else {
      sorted.earlier.push_back(*same);
      *same = &review;
    }
  }
  return sorted;
}

}  // namespace

absl::Status CheckLines(const v1::Review& review, const Scorecard& card) {
  std::vector<FieldViolation> faults;
  std::set<std::string> seen;
  for (int i = 0; i < review.lines_size(); ++i) {
    const v1::LineReview& line = review.lines(i);
    const std::string at = Cat("review.lines[", i, "]");
    const auto scored = std::find_if(card.lines().begin(), card.lines().end(),
                                     [&](const ScoreLine& of) { return of.path() == line.path(); });
    if (scored == card.lines().end()) {
      faults.push_back({Cat(at, ".path"), "is no line of the scorecard"});
      continue;
    }
    if (!seen.insert(line.path()).second) faults.push_back({Cat(at, ".path"), "stands twice"});
    const auto score = Decimal::Parse(line.score());
    const auto weight = Decimal::Parse(scored->weight());
    const Decimal most = weight ? *weight : Decimal(100);
    if (!score || score->IsNegative() || *score > most || score->scale() > 2)
      faults.push_back(
          {Cat(at, ".score"), Cat("an exact decimal from 0 to ", most.ToString(), ", at most two places")});
    else if (const auto standing = Decimal::Parse(ScoreOf(*scored));
             (!standing || *standing != *score) && line.reason().empty())
      faults.push_back({Cat(at, ".reason"), "is required where the score is not the computed one"});
  }
  if (faults.empty()) return absl::OkStatus();
  return InvalidFields("REVIEW_INVALID", "the review cannot be recorded", faults);
}

std::string TotalBy(const v1::Review& review, const Scorecard& card) {
  std::optional<Decimal> total;
  for (const ScoreLine& line : card.lines()) {
    const v1::LineReview* const reviewed = LineAt(review, line.path());
    if (const auto score = Decimal::Parse(reviewed != nullptr ? reviewed->score() : ScoreOf(line)))
      total = total.value_or(Decimal()) + *score;
  }
  if (!total) return "";
  for (const auto& adjustment : card.adjustments())
    if (const auto points = Decimal::Parse(adjustment.points())) *total += *points;
  return total->ToFixed(2);
}

void Compare(const Scorecard& card, const evaluation::v1::SelfEvaluation& form, std::span<const v1::Review> reviews,
             v1::GetReviewResponse& out) {
  const Sorted sorted = SortOut(reviews);
  for (const v1::Review* review : sorted.newest) *out.add_reviews() = *review;
  for (const v1::Review* review : sorted.earlier) *out.add_earlier_reviews() = *review;
  const auto put = [&](v1::ScoreComparison& line, const auto& score_of) {
    line.set_computed_minus_declared(Difference(line.computed_score(), line.declared_score()));
    for (const v1::Review* review : sorted.newest) {
      v1::ReviewedScore& reviewed = *line.add_reviewed();
      reviewed.set_review(review->name());
      score_of(*review, reviewed);
      reviewed.set_minus_computed(Difference(reviewed.score(), line.computed_score()));
      reviewed.set_minus_declared(Difference(reviewed.score(), line.declared_score()));
    }
  };
  for (const ScoreLine& scored : card.lines()) {
    v1::ScoreComparison& line = *out.add_lines();
    line.set_path(scored.path());
    line.set_title(TitleOf(scored.path(), form));
    line.set_weight(scored.weight());
    line.set_declared_score(scored.declared_score());
    line.set_computed_score(scored.computed_score());
    put(line, [&](const v1::Review& review, v1::ReviewedScore& reviewed) {
      const v1::LineReview* const said = LineAt(review, scored.path());
      if (said == nullptr) return;
      reviewed.set_score(said->score());
      reviewed.set_reason(said->reason());
    });
  }
  v1::ScoreComparison& total = *out.add_lines();
  total.set_path("total");
  total.set_title("总分");
  total.set_weight(card.total_weight());
  total.set_declared_score(card.declared_total());
  total.set_computed_score(card.computed_total());
  put(total, [](const v1::Review& review, v1::ReviewedScore& reviewed) { reviewed.set_score(review.total()); });
}

}  // namespace jixiao::intake
