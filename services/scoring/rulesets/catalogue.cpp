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

evaluation::v1::FormKind KindOf(const evaluation::v1::SelfEvaluation& form) {
  return form.kind() == evaluation::v1::FORM_KIND_UNSPECIFIED ? evaluation::v1::FORM_KIND_PROJECT : form.kind();
}

bool Takes(const v1::RuleSet& set, evaluation::v1::FormKind kind) {
  return set.form_kinds().empty() ||
         std::find(set.form_kinds().begin(), set.form_kinds().end(), kind) != set.form_kinds().end();
}

bool Covers(const v1::RuleSet& set, std::string_view region, evaluation::v1::FormKind kind) {
  return set.default_for_scope() && region.starts_with(set.region_code()) && Takes(set, kind);
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
                     const std::vector<std::shared_ptr<const Rules>>& unlisted, Annex annex)
    : retired_(annex.retired.begin(), annex.retired.end()),
      labels_(std::make_shared<const Labels>(std::move(annex.labels))) {
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
  for (auto after = by_name_.upper_bound({std::string(id), revision}); after != by_name_.begin();) {
    --after;
    if (after->first.first != id) return nullptr;
    if (!IsRetired(after->second->digest())) return after->second;
  }
  return nullptr;
}

std::shared_ptr<const Rules> Catalogue::ByDigest(std::string_view digest) const {
  const auto found = by_digest_.find(digest);
  return found == by_digest_.end() ? nullptr : found->second;
}

Selection Catalogue::ByScopes(const LabelScopes& scopes, const evaluation::v1::SelfEvaluation& form) const {
  std::shared_ptr<const Rules> rules;
  const auto kind = KindOf(form);
  const v1::Label* label = scopes.First(form.region_code(), form.fiscal_year(), [&](const v1::Label& candidate) {
    rules = ByDigest(candidate.digest());
    return rules == nullptr || Takes(rules->source(), kind);
  });
  if (label == nullptr) return {};
  return {std::move(rules), Cat("由标签 ", label->name(), " 选定", ScopeText(*label))};
}

Selection Catalogue::Choose(const evaluation::v1::SelfEvaluation& form) const {
  if (labels_->stable() != nullptr) {
    Selection selection = ByScopes(*labels_->stable(), form);
    if (!selection.selected_by.empty()) return selection;
  }
  return ForForm(form);
}

Selection Catalogue::ByLabel(std::string_view name, const evaluation::v1::SelfEvaluation& form) const {
  const LabelScopes* scopes = labels_->Named(name);
  const v1::Label* label = scopes == nullptr ? nullptr : scopes->First(form.region_code(), form.fiscal_year());
  if (label == nullptr) return {};
  return {ByDigest(label->digest()), Cat("由调用方按标签指定：", name, ScopeText(*label))};
}

Selection Catalogue::ForForm(const evaluation::v1::SelfEvaluation& form) const {
  const auto kind = KindOf(form);
  const std::shared_ptr<const Rules>* best = nullptr;
  // Nearest in years; then the narrowest region; then the rules that start last; then the latest revision.
  using Rank = std::tuple<int, int, int, int>;
  Rank best_rank{INT_MIN, 0, 0, 0};
  for (const auto& [name, rules] : by_name_) {
    const v1::RuleSet& set = rules->source();
    if (!Covers(set, form.region_code(), kind) || IsRetired(rules->digest())) continue;
    const Rank rank{-YearsAway(set, form.fiscal_year()), static_cast<int>(set.region_code().size()),
                    set.first_fiscal_year(), set.revision()};
    if (best == nullptr || rank > best_rank) {
      best = &rules;
      best_rank = rank;
    }
  }
  if (best == nullptr) return {};
  std::string reason =
      Cat("按区划", form.region_code().empty() ? std::string("（未填）") : " " + form.region_code(), "、年度",
          form.fiscal_year() == 0 ? std::string("（未填）") : Cat(" ", form.fiscal_year()), "、表种 ", NameOf(kind),
          " 选定，适用范围：", (*best)->source().region_code().empty() ? "全国" : (*best)->source().region_code());
  if (std::get<0>(best_rank) != 0 && form.fiscal_year() != 0)
    Append(reason, "；该年度没有对应规则，采用年度最接近的一套");
  return {*best, std::move(reason)};
}

std::vector<std::shared_ptr<const Rules>> Catalogue::All() const {
  std::vector<std::shared_ptr<const Rules>> all;
  for (const auto& [name, rules] : by_name_) all.push_back(rules);
  return all;
}

}  // namespace jixiao::scoring
