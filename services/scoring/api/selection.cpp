#include "scoring/api/selection.h"

#include "common/canonical.h"
#include "common/digest.h"
#include "common/errors.h"
#include "common/text.h"

#include <charconv>

namespace jixiao::scoring {
namespace {

using evaluation::v1::SelfEvaluation;

absl::Status InvalidDigest(std::string_view field) {
  return InvalidField("RULE_SET_INVALID", Cat(field, ".digest"), "is not sha256: and 64 hexadecimal digits");
}

// The digest that all labels of this name point to.
absl::StatusOr<std::string> DigestOfLabel(const Labels& labels, const std::string& name, std::string_view field) {
  const LabelScopes* scopes = labels.Named(name);
  if (scopes == nullptr) return RuleSetNotFound(Cat(field, ".label"), name);
  const std::vector<std::string> digests = scopes->Digests();
  if (digests.size() > 1)
    return InvalidField("RULE_SET_INVALID", Cat(field, ".label"),
                        Cat(name, " points to ", digests.size(),
                            " rule sets, by region and year; name one of them by ID@REVISION or digest"));
  return digests.front();
}

// What a label says to a form when the catalogue lacks its rule set.
std::string MissingDigest(const Labels& labels, const SelfEvaluation& form, std::string_view name) {
  const LabelScopes* scopes = labels.Named(name);
  const v1::Label* label = scopes == nullptr ? nullptr : scopes->First(form.region_code(), form.fiscal_year());
  return label == nullptr ? "" : label->digest();
}

}  // namespace

absl::Status RuleSetNotFound(std::string_view field, std::string_view value) {
  return Error(absl::StatusCode::kNotFound, "RULE_SET_NOT_FOUND",
               Cat(field, ": there is no rule set ", TruncateUtf8(value, 100),
                   "; `jixiao rules list` shows those that are published"),
               {{"field", std::string(field)}});
}

std::optional<Selection> SelectKnown(const Catalogue& catalogue, const SelfEvaluation& form,
                                     const v1::RuleSetSelector& selector) {
  Selection selection;
  switch (selector.by_case()) {
    case v1::RuleSetSelector::kId:
      selection = {catalogue.ById(selector.id()), Cat("由调用方按编号指定：", selector.id())};
      break;
    case v1::RuleSetSelector::kDigest:
      selection = {catalogue.ByDigest(selector.digest()), "由调用方按摘要指定"};
      break;
    case v1::RuleSetSelector::kLabel:
      selection = catalogue.ByLabel(selector.label(), form);
      break;
    case v1::RuleSetSelector::BY_NOT_SET:
      selection = catalogue.Choose(form);
      break;
  }
  if (selection.rules == nullptr) return std::nullopt;
  return selection;
}

absl::StatusOr<Selection> Select(RuleBook& book, const SelfEvaluation& form, const v1::RuleSetSelector& selector,
                                 std::string_view field) {
  if (auto known = SelectKnown(*book.catalogue(), form, selector)) return *std::move(known);
  if (selector.by_case() == v1::RuleSetSelector::kDigest) {
    if (!IsDigest(selector.digest())) return InvalidDigest(field);
    ASSIGN_OR_RETURN(std::shared_ptr<const Rules> rules, book.Load(selector.digest()));
    return Selection{std::move(rules), "由调用方按摘要指定"};
  }
  // Perhaps another replica has just published it.
  RETURN_IF_ERROR(book.Refresh());
  if (auto found = SelectKnown(*book.catalogue(), form, selector)) return *std::move(found);
  if (selector.by_case() == v1::RuleSetSelector::kId) return RuleSetNotFound(Cat(field, ".id"), selector.id());
  // Perhaps this replica knows the label before the rule set that it points to.
  const bool by_label = selector.by_case() == v1::RuleSetSelector::kLabel;
  const std::string_view name = by_label ? std::string_view(selector.label()) : kStable;
  if (const std::string digest = MissingDigest(book.catalogue()->labels(), form, name); !digest.empty()) {
    RETURN_IF_ERROR(book.Load(digest).status());
    if (auto found = SelectKnown(*book.catalogue(), form, selector)) return *std::move(found);
  }
  return by_label ? RuleSetNotFound(Cat(field, ".label"), selector.label())
                  : RuleSetNotFound(field, "for the form's region, year and kind");
}

std::optional<std::pair<std::string, int>> ParseRevisionName(std::string_view name) {
  const std::size_t at = name.find('@');
  if (at == std::string_view::npos || at == 0) return std::nullopt;
  const std::string_view digits = name.substr(at + 1);
  int revision = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), revision);
  if (error != std::errc() || end != digits.data() + digits.size() || revision < 1) return std::nullopt;
  return std::pair(std::string(name.substr(0, at)), revision);
}

absl::StatusOr<v1::RuleSet> ReadDraft(const StoredDraft& draft) {
  v1::RuleSet content;
  RETURN_IF_ERROR(CanonicalDecode(draft.document, content));
  return content;
}

v1::RuleSetState StateOf(const Catalogue& catalogue, const Rules& rules) {
  return catalogue.IsRetired(rules.digest()) ? v1::RULE_SET_STATE_RETIRED : v1::RULE_SET_STATE_PUBLISHED;
}

absl::StatusOr<FoundRuleSet> FindRuleSet(RuleBook& book, const v1::RuleSetSelector& selector, std::string_view field) {
  v1::RuleSetSelector plain = selector;
  switch (selector.by_case()) {
    case v1::RuleSetSelector::BY_NOT_SET:
      return InvalidField("RULE_SET_INVALID", std::string(field), "name a rule set by id, digest or label");
    case v1::RuleSetSelector::kLabel: {
      if (book.catalogue()->labels().Named(selector.label()) == nullptr) RETURN_IF_ERROR(book.Refresh());
      ASSIGN_OR_RETURN(const std::string digest, DigestOfLabel(book.catalogue()->labels(), selector.label(), field));
      plain.set_digest(digest);
      break;
    }
    case v1::RuleSetSelector::kId: {
      const auto name = ParseRevisionName(selector.id());
      if (!name || book.catalogue()->ById(selector.id()) != nullptr) break;
      ASSIGN_OR_RETURN(RuleSetStore* const store, book.Store());
      ASSIGN_OR_RETURN(const std::optional<StoredDraft> draft, store->FindDraft(name->first, name->second));
      if (!draft) break;
      FoundRuleSet found{{}, draft->etag, v1::RULE_SET_STATE_DRAFT, draft->etag};
      ASSIGN_OR_RETURN(found.content, ReadDraft(*draft));
      return found;
    }
    default:
      break;
  }
  ASSIGN_OR_RETURN(const Selection selection, Select(book, SelfEvaluation(), plain, field));
  const Rules& rules = *selection.rules;
  return FoundRuleSet{rules.source(), rules.digest(), StateOf(*book.catalogue(), rules), ""};
}

}  // namespace jixiao::scoring
