#include "scoring/rulesets/catalogue.h"

#include <algorithm>
#include <charconv>
#include <climits>
#include <cstdlib>
#include <tuple>

namespace jixiao::scoring {
namespace {

std::string_view NameOf(evaluation::v1::FormKind kind) {
  switch (kind) {
    case evaluation::v1::FORM_KIND_DEPARTMENT:
      return "部门整体";
    case evaluation::v1::FORM_KIND_TRANSFER_PAYMENT:
      return "转移支付";
    default:
      return "项目";
  }
}

bool Covers(const v1::RuleSet& set, std::string_view region, evaluation::v1::FormKind kind) {
  if (!set.default_for_scope() || !region.starts_with(set.region_code())) return false;
  return set.form_kinds().empty() ||
         std::find(set.form_kinds().begin(), set.form_kinds().end(), kind) != set.form_kinds().end();
}

// How many years the rule set is away from `year`; 0 when it covers it. A form without a year is taken as of today's
// rules.
int YearsAway(const v1::RuleSet& set, int year) {
  if (year == 0) return set.last_fiscal_year() == 0 ? 0 : INT_MAX;
  if (year < set.first_fiscal_year()) return set.first_fiscal_year() - year;
  if (set.last_fiscal_year() != 0 && year > set.last_fiscal_year()) return year - set.last_fiscal_year();
  return 0;
}

}  // namespace

Catalogue::Catalogue(const std::vector<std::shared_ptr<const Rules>>& published,
                     const std::vector<std::shared_ptr<const Rules>>& unlisted) {
  for (const auto& rules : unlisted) by_digest_[rules->digest()] = rules;
  for (const auto& rules : published) {
    by_name_[{rules->source().id(), rules->source().revision()}] = rules;
    by_digest_[rules->digest()] = rules;
  }
}

std::shared_ptr<const Rules> Catalogue::ById(std::string_view id) const {
  int revision = INT_MAX;
  if (const std::size_t at = id.find('@'); at != std::string_view::npos) {
    const std::string_view digits = id.substr(at + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), revision);
    if (error != std::errc() || end != digits.data() + digits.size()) return nullptr;
    id = id.substr(0, at);
    const auto exact = by_name_.find({std::string(id), revision});
    return exact == by_name_.end() ? nullptr : exact->second;
  }
  const auto after = by_name_.upper_bound({std::string(id), revision});
  if (after == by_name_.begin()) return nullptr;
  const auto latest = std::prev(after);
  return latest->first.first == id ? latest->second : nullptr;
}

std::shared_ptr<const Rules> Catalogue::ByDigest(std::string_view digest) const {
  const auto found = by_digest_.find(digest);
  return found == by_digest_.end() ? nullptr : found->second;
}

Selection Catalogue::ForForm(const evaluation::v1::SelfEvaluation& form) const {
  const auto kind =
      form.kind() == evaluation::v1::FORM_KIND_UNSPECIFIED ? evaluation::v1::FORM_KIND_PROJECT : form.kind();
  std::shared_ptr<const Rules> best;
  // Nearest in years; then the narrowest region; then the rules that start last; then the latest revision.
  using Rank = std::tuple<int, int, int, int>;
  Rank best_rank{INT_MIN, 0, 0, 0};
  for (const auto& [name, rules] : by_name_) {
    const v1::RuleSet& set = rules->source();
    if (!Covers(set, form.region_code(), kind)) continue;
    const Rank rank{-YearsAway(set, form.fiscal_year()), static_cast<int>(set.region_code().size()),
                    set.first_fiscal_year(), set.revision()};
    if (best == nullptr || rank > best_rank) {
      best = rules;
      best_rank = rank;
    }
  }
  if (best == nullptr) return {};
  std::string reason =
      Cat("按区划", form.region_code().empty() ? std::string("（未填）") : " " + form.region_code(), "、年度",
          form.fiscal_year() == 0 ? std::string("（未填）") : Cat(" ", form.fiscal_year()), "、表种 ", NameOf(kind),
          " 选定，适用范围：", best->source().region_code().empty() ? "全国" : best->source().region_code());
  if (std::get<0>(best_rank) != 0 && form.fiscal_year() != 0)
    Append(reason, "；该年度没有对应规则，采用年度最接近的一套");
  return {std::move(best), std::move(reason)};
}

std::vector<std::shared_ptr<const Rules>> Catalogue::All() const {
  std::vector<std::shared_ptr<const Rules>> all;
  for (const auto& [name, rules] : by_name_) all.push_back(rules);
  return all;
}

}  // namespace jixiao::scoring
