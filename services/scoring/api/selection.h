// From a caller's selector to rules.
#pragma once

#include "scoring/rulesets/rule_book.h"
#include "scoring/store/rule_set_store.h"

#include "jixiao/scoring/v1/scoring_service.pb.h"

#include <absl/status/statusor.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace jixiao::scoring {

// The selection if the catalogue has it; never blocks.
std::optional<Selection> SelectKnown(const Catalogue& catalogue, const evaluation::v1::SelfEvaluation& form,
                                     const v1::RuleSetSelector& selector);

// The same, looking at Redis and the store when the catalogue does not have it. Blocks. NOT_FOUND (RULE_SET_NOT_FOUND)
// names the selector, which stands in the field `field`.
absl::StatusOr<Selection> Select(RuleBook& book, const evaluation::v1::SelfEvaluation& form,
                                 const v1::RuleSetSelector& selector, std::string_view field = "rule_set");

// A rule set as it stands in its life.
struct FoundRuleSet {
  v1::RuleSet content;
  std::string digest;
  v1::RuleSetState state{};
  std::string etag;  // of a draft
};

// The one rule set that a selector names without a form: published, retired, or a draft by ID@REVISION. A label names
// one while all labels of its name point to the same. Blocks. INVALID_ARGUMENT (RULE_SET_INVALID), NOT_FOUND
// (RULE_SET_NOT_FOUND).
absl::StatusOr<FoundRuleSet> FindRuleSet(RuleBook& book, const v1::RuleSetSelector& selector, std::string_view field);

// Takes "ID@REVISION" apart; nothing when it is not of that form.
std::optional<std::pair<std::string, int>> ParseRevisionName(std::string_view name);

// A draft's content. DATA_LOSS when it cannot be read.
absl::StatusOr<v1::RuleSet> ReadDraft(const StoredDraft& draft);

// Where a published rule set stands in its life.
v1::RuleSetState StateOf(const Catalogue& catalogue, const Rules& rules);

absl::Status RuleSetNotFound(std::string_view field, std::string_view value);

}  // namespace jixiao::scoring
