#include "intake/workflow/sampling.h"

#include "common/decimal.h"
#include "common/digest.h"
#include "common/text.h"
#include "intake/workflow/submission.h"
#include "scoring/engine/literal.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

namespace jixiao::intake {
namespace {

// A candidate with its place in the draw.
struct Drawn {
  const Candidate* candidate = nullptr;
  std::string order;
  Decimal risk;
};

std::string EntryOf(const Candidate& candidate) {
  return RevisionName(candidate.name, candidate.revision);
}

void PutMember(const Drawn& drawn, v1::Sample& sample) {
  v1::SampleMember& member = *sample.add_members();
  const Candidate& candidate = *drawn.candidate;
  member.set_submission(candidate.name);
  member.set_revision(candidate.revision);
  member.set_competent_department(candidate.competent_department);
  member.set_implementing_unit(candidate.implementing_unit);
  member.set_project_name(candidate.project_name);
  member.set_order(drawn.order);
  member.set_risk(candidate.risk);
  member.set_explanation(candidate.explanation);
}

Decimal PointsOf(const std::string& text) {
  return Decimal::Parse(text).value_or(Decimal());
}

// The largest amount of the funds table in 万元.
Decimal LargestAmount(const evaluation::v1::SelfEvaluation& form) {
  const bool ten_thousand = form.amount_unit() != evaluation::v1::AMOUNT_UNIT_YUAN;
  Decimal largest;
  for (const auto& line : form.funds())
    for (const std::string* cell : {&line.initial_budget(), &line.full_year_budget(), &line.executed()})
      if (const auto amount = scoring::ReadAmount(*cell, ten_thousand)) largest = std::max(largest, *amount);
  return largest;
}

const std::string& WeightOf(const v1::RiskWeights& weights, const evaluation::v1::Finding& finding) {
  if (const auto found = weights.codes().find(finding.code()); found != weights.codes().end()) return found->second;
  switch (finding.severity()) {
    case evaluation::v1::SEVERITY_ERROR:
      return weights.error();
    case evaluation::v1::SEVERITY_WARNING:
      return weights.warning();
    default:
      return weights.info();
  }
}

}  // namespace

std::string PopulationText(std::vector<Candidate>& candidates) {
  std::vector<std::pair<std::string, std::size_t>> entries;
  entries.reserve(candidates.size());
  for (std::size_t i = 0; i < candidates.size(); ++i) entries.emplace_back(EntryOf(candidates[i]), i);
  std::sort(entries.begin(), entries.end());  // by bytes, as `sort` does in the C locale
  std::vector<Candidate> sorted;
  sorted.reserve(candidates.size());
  std::string text;
  for (const auto& [entry, i] : entries) {
    Append(text, entry, "\n");
    sorted.push_back(std::move(candidates[i]));
  }
  candidates = std::move(sorted);
  return text;
}

std::string OrderOf(std::string_view seed, std::string_view entry) {
  constexpr std::size_t kPrefix = 7;  // "sha256:"
  return DigestOf(Cat(seed, "\n", entry)).substr(kPrefix);
}

std::vector<int> Shares(const std::vector<int>& sizes, int wanted) {
  std::vector<int> shares(sizes.size(), 0);
  std::int64_t total = 0;
  for (const int size : sizes) total += size;
  std::int64_t left = std::min<std::int64_t>(wanted, total);
  const auto filled = std::count_if(sizes.begin(), sizes.end(), [](int size) { return size > 0; });
  if (left >= filled) {
    for (std::size_t i = 0; i < sizes.size(); ++i) shares[i] = sizes[i] > 0 ? 1 : 0;
    left -= filled;
    total -= filled;
  }
  if (left == 0 || total == 0) return shares;
  std::vector<std::pair<std::int64_t, std::size_t>> remainders;  // in units of 1/total, and whose
  std::int64_t given = 0;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const std::int64_t part = left * (sizes[i] - shares[i]);
    remainders.emplace_back(part % total, i);
    shares[i] += static_cast<int>(part / total);
    given += part / total;
  }
  std::stable_sort(remainders.begin(), remainders.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  for (std::size_t i = 0; given < left; ++i, ++given) ++shares[remainders[i].second];
  return shares;
}

void Draw(const std::vector<Candidate>& population, v1::Sample& sample) {
  const bool by_risk = sample.method() == v1::SAMPLE_METHOD_RISK;
  std::map<std::string, std::vector<Drawn>> strata;  // one without a name unless by department
  for (const Candidate& candidate : population)
    strata[sample.by_department() ? candidate.competent_department : std::string()].push_back(
        {&candidate, OrderOf(sample.seed(), EntryOf(candidate)), PointsOf(candidate.risk)});
  const auto before = [by_risk](const Drawn& a, const Drawn& b) {
    if (by_risk && a.risk != b.risk) return a.risk > b.risk;
    return a.order < b.order;
  };
  std::vector<int> sizes;
  for (const auto& [department, all] : strata) sizes.push_back(static_cast<int>(all.size()));
  const std::vector<int> shares = Shares(sizes, sample.size());
  std::vector<Drawn> drawn;
  std::size_t next = 0;
  for (auto& [department, all] : strata) {
    const int share = shares[next++];
    std::sort(all.begin(), all.end(), before);
    drawn.insert(drawn.end(), all.begin(), all.begin() + share);
    if (!sample.by_department()) continue;
    v1::SampleStratum& stratum = *sample.add_strata();
    stratum.set_competent_department(department);
    stratum.set_population(static_cast<int>(all.size()));
    stratum.set_drawn(share);
  }
  std::sort(drawn.begin(), drawn.end(), before);
  for (const Drawn& one : drawn) PutMember(one, sample);
}

void PutRisk(const v1::RiskWeights& weights, const evaluation::v1::SelfEvaluation& form,
             const evaluation::v1::Scorecard& card, Candidate& candidate) {
  Decimal risk;
  std::string& why = candidate.explanation;
  why.clear();
  const auto add = [&](const Decimal& points, std::string_view what) {
    if (points.IsZero()) return;
    risk += points;
    Append(why, why.empty() ? "" : "；", what, " ", points.ToString());
  };
  std::map<std::string, int> times;  // findings by code
  std::map<std::string, Decimal> points;
  for (const auto& finding : card.findings()) {
    ++times[finding.code()];
    points[finding.code()] += PointsOf(WeightOf(weights, finding));
  }
  for (const auto& [code, sum] : points) add(sum, times[code] > 1 ? Cat(code, "×", times[code]) : code);
  const auto declared = Decimal::Parse(card.declared_total());
  const auto computed = Decimal::Parse(card.computed_total());
  // Of a reference score nothing was declared against.
  if (declared && computed && card.kind() == evaluation::v1::SCORE_KIND_SCORED) {
    const Decimal difference = (*declared - *computed).Abs();
    Decimal of_difference = Decimal::Mul(difference, PointsOf(weights.difference())).value_or(Decimal());
    if (const auto most = Decimal::Parse(weights.difference_at_most())) of_difference = std::min(of_difference, *most);
    add(of_difference, Cat("自评与核算相差 ", difference.ToString(), " 分"));
  }
  const Decimal amount = LargestAmount(form);
  Decimal of_amount;
  for (const auto& band : weights.amounts())
    if (amount >= PointsOf(band.at_least())) of_amount = PointsOf(band.points());
  add(of_amount, Cat("资金 ", amount.ToString(), " 万元"));
  candidate.risk = risk.ToString();
}

}  // namespace jixiao::intake
