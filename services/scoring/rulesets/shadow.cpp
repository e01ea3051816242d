#include "scoring/rulesets/shadow.h"

#include <algorithm>

namespace jixiao::scoring {
namespace {

using evaluation::v1::Finding;
using evaluation::v1::Scorecard;

// Pairs are as many as labels were set; more than this are a script's, and not worth the memory.
constexpr std::size_t kMaxPairs = 1000;

// The same finding may be worded with other figures by other rules.
bool SameFindings(const Scorecard& a, const Scorecard& b) {
  return std::equal(a.findings().begin(), a.findings().end(), b.findings().begin(), b.findings().end(),
                    [](const Finding& x, const Finding& y) {
                      return x.code() == y.code() && x.severity() == y.severity() && x.path() == y.path();
                    });
}

}  // namespace

void ShadowCounts::Count(const Scorecard& in_force, const Scorecard& shadow) {
  const bool other_total = in_force.computed_total() != shadow.computed_total();
  const bool other_grade = in_force.grade() != shadow.grade();
  const bool other_findings = !SameFindings(in_force, shadow);
  const std::lock_guard lock(mutex_);
  std::pair<std::string, std::string> pair(in_force.rule_set().digest(), shadow.rule_set().digest());
  auto found = counts_.find(pair);
  if (found == counts_.end()) {
    if (counts_.size() >= kMaxPairs) return;
    v1::ShadowCount count;
    count.set_stable_digest(pair.first);
    count.set_shadow_digest(pair.second);
    found = counts_.emplace(std::move(pair), std::move(count)).first;
  }
  v1::ShadowCount& count = found->second;
  count.set_forms(count.forms() + 1);
  if (other_total) count.set_totals(count.totals() + 1);
  if (other_grade) count.set_grades(count.grades() + 1);
  if (other_findings) count.set_findings(count.findings() + 1);
}

std::vector<v1::ShadowCount> ShadowCounts::All() const {
  const std::lock_guard lock(mutex_);
  std::vector<v1::ShadowCount> all;
  for (const auto& [pair, count] : counts_) all.push_back(count);
  return all;
}

}  // namespace jixiao::scoring
