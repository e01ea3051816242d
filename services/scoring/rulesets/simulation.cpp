#include "scoring/rulesets/simulation.h"

#include "common/text.h"

#include <algorithm>
#include <optional>
#include <string_view>

namespace jixiao::scoring {
namespace {

using evaluation::v1::Scorecard;
using evaluation::v1::SelfEvaluation;

constexpr std::size_t kMovers = 10;
constexpr std::size_t kRegionDigits = 2;
constexpr std::size_t kMaxName = 200;  // bytes of a name in a report

// Upper bounds, inclusive, of all buckets but the last. No move lies between -kLeastMove and 0, so that the bucket
// up to 0 holds the forms that did not move.
constexpr std::array<Decimal, 10> kBounds{Decimal(-10),
                                          Decimal(-5),
                                          Decimal(-2),
                                          Decimal::Scaled(-5, 1),
                                          Decimal::Scaled(-1, 4),
                                          Decimal(0),
                                          Decimal::Scaled(5, 1),
                                          Decimal(2),
                                          Decimal(5),
                                          Decimal(10)};

std::size_t BucketOf(const Decimal& move) {
  return static_cast<std::size_t>(
      std::find_if(kBounds.begin(), kBounds.end(), [&](const Decimal& bound) { return move <= bound; }) -
      kBounds.begin());
}

std::string Points(const Decimal& points) {
  return points.ToFixed(std::max(2, points.scale()));
}

std::set<std::string_view> CodesOf(const Scorecard& card) {
  std::set<std::string_view> codes;
  for (const auto& finding : card.findings()) codes.insert(finding.code());
  return codes;
}

const evaluation::v1::ScoreGroup* GroupNamed(const Scorecard& card, std::string_view name) {
  for (const auto& group : card.groups())
    if (group.name() == name) return &group;
  return nullptr;
}

Decimal PointsOf(const evaluation::v1::ScoreGroup* group) {
  return group == nullptr ? Decimal() : Decimal::Parse(group->computed_score()).value_or(Decimal());
}

}  // namespace

void SimulationTally::Group::Add(const Decimal& before, const Decimal& after) {
  ++forms;
  moved += before == after ? 0 : 1;
  from += before;
  to += after;
}

void SimulationTally::Group::Fill(const std::string& name, v1::MoveGroup& out) const {
  out.set_name(name);
  out.set_forms(forms);
  out.set_moved(moved);
  out.set_from_points(Points(from));
  out.set_to_points(Points(to));
}

void SimulationTally::AddUnscored(const SelfEvaluation& form) {
  ++not_scorable_;
  years_.insert(form.fiscal_year());
}

void SimulationTally::Add(const SelfEvaluation& form, const Scorecard& from, const Scorecard& to) {
  AddFindings(from, to);
  const std::optional<Decimal> before = Decimal::Parse(from.computed_total());
  const std::optional<Decimal> after = Decimal::Parse(to.computed_total());
  if (!before || !after) return AddUnscored(form);
  years_.insert(form.fiscal_year());
  ++forms_;
  const Decimal move = *after - *before;
  ++histogram_[BucketOf(move)];
  ++grades_[{from.grade(), to.grade()}];
  regions_[form.region_code().substr(0, kRegionDigits)].Add(*before, *after);
  AddClasses(from, to);
  if (move.IsZero()) return;
  ++moved_;
  AddMover(form, from, to, move.Abs());
}

void SimulationTally::AddFindings(const Scorecard& from, const Scorecard& to) {
  for (const std::string_view code : CodesOf(from)) ++findings_[std::string(code)].first;
  for (const std::string_view code : CodesOf(to)) ++findings_[std::string(code)].second;
}

void SimulationTally::AddClasses(const Scorecard& from, const Scorecard& to) {
  const auto add = [&](const std::string& name) {
    auto found = std::find_if(classes_.begin(), classes_.end(), [&](const auto& entry) { return entry.first == name; });
    if (found == classes_.end()) found = classes_.insert(classes_.end(), {name, Group()});
    found->second.Add(PointsOf(GroupNamed(from, name)), PointsOf(GroupNamed(to, name)));
  };
  for (const auto& group : from.groups()) add(group.name());
  for (const auto& group : to.groups())
    if (GroupNamed(from, group.name()) == nullptr) add(group.name());
}

void SimulationTally::AddMover(const SelfEvaluation& form, const Scorecard& from, const Scorecard& to,
                               const Decimal& distance) {
  // After those that moved as far: of equals, the earlier form stays.
  const auto place =
      std::find_if(movers_.begin(), movers_.end(), [&](const Move& other) { return other.distance < distance; });
  if (place == movers_.end() && movers_.size() == kMovers) return;
  v1::Mover mover;
  const std::string& name = form.project_name().empty() ? form.title() : form.project_name();
  mover.set_project_name(std::string(TruncateUtf8(name, kMaxName)));
  mover.set_unit_name(std::string(TruncateUtf8(form.implementing_unit().name(), kMaxName)));
  mover.set_region_code(form.region_code());
  mover.set_from_total(from.computed_total());
  mover.set_to_total(to.computed_total());
  movers_.insert(place, {distance, std::move(mover)});
  if (movers_.size() > kMovers) movers_.pop_back();
}

void SimulationTally::Fill(v1::Simulation& out) const {
  out.set_forms(forms_);
  out.set_refused(refused_);
  out.set_not_scorable(not_scorable_);
  out.set_moved(moved_);
  for (std::size_t i = 0; i < histogram_.size(); ++i) {
    v1::MoveBucket& bucket = *out.add_histogram();
    if (i > 0) bucket.set_above(kBounds[i - 1].ToString());
    if (i < kBounds.size()) bucket.set_up_to(kBounds[i].ToString());
    bucket.set_forms(histogram_[i]);
  }
  for (const auto& [way, forms] : grades_) {
    v1::GradeMove& move = *out.add_grades();
    move.set_from(way.first);
    move.set_to(way.second);
    move.set_forms(forms);
  }
  for (const auto& [code, counts] : findings_) {
    v1::FindingMove& move = *out.add_findings();
    move.set_code(code);
    move.set_from(counts.first);
    move.set_to(counts.second);
  }
  for (const Move& move : movers_) *out.add_movers() = move.mover;
  for (const auto& [name, group] : regions_) group.Fill(name, *out.add_regions());
  for (const auto& [name, group] : classes_) group.Fill(name, *out.add_classes());
  for (const int year : years_) out.add_fiscal_years(year);
}

}  // namespace jixiao::scoring
