#include "scoring/api/selection.h"

#include "common/digest.h"
#include "common/errors.h"
#include "common/text.h"

namespace jixiao::scoring {
namespace {

absl::Status NotFound(std::string_view field, std::string_view value) {
  return Error(absl::StatusCode::kNotFound, "RULE_SET_NOT_FOUND",
               Cat(field, ": there is no rule set ", TruncateUtf8(value, 100),
                   "; `jixiao rules list` shows those that are published"),
               {{"field", std::string(field)}});
}

}  // namespace

std::optional<Selection> SelectKnown(const Catalogue& catalogue, const evaluation::v1::SelfEvaluation& form,
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
      break;
    case v1::RuleSetSelector::BY_NOT_SET:
      selection = catalogue.ForForm(form);
      break;
  }
  if (selection.rules == nullptr) return std::nullopt;
  return selection;
}

absl::StatusOr<Selection> Select(RuleBook& book, const evaluation::v1::SelfEvaluation& form,
                                 const v1::RuleSetSelector& selector) {
  if (auto known = SelectKnown(*book.catalogue(), form, selector)) return *std::move(known);
  switch (selector.by_case()) {
    case v1::RuleSetSelector::kDigest: {
      if (!IsDigest(selector.digest()))
        return InvalidField("RULE_SET_INVALID", "rule_set.digest", "is not sha256: and 64 hexadecimal digits");
      ASSIGN_OR_RETURN(std::shared_ptr<const Rules> rules, book.Load(selector.digest()));
      return Selection{std::move(rules), "由调用方按摘要指定"};
    }
    default: {
      // Perhaps another replica has just published it.
      RETURN_IF_ERROR(book.Refresh());
      if (auto found = SelectKnown(*book.catalogue(), form, selector)) return *std::move(found);
      if (selector.by_case() == v1::RuleSetSelector::kLabel) return NotFound("rule_set.label", selector.label());
      return selector.by_case() == v1::RuleSetSelector::kId
                 ? NotFound("rule_set.id", selector.id())
                 : NotFound("rule_set", "for the form's region, year and kind");
    }
  }
}

}  // namespace jixiao::scoring
