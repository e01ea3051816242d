// From a caller's selector to rules.
#pragma once

#include "scoring/rulesets/rule_book.h"

#include "jixiao/scoring/v1/scoring_service.pb.h"

#include <absl/status/statusor.h>

#include <optional>

namespace jixiao::scoring {

// The selection if the catalogue has it; never blocks.
std::optional<Selection> SelectKnown(const Catalogue& catalogue, const evaluation::v1::SelfEvaluation& form,
                                     const v1::RuleSetSelector& selector);

// The same, looking at Redis and the store when the catalogue does not have it. Blocks. NOT_FOUND (RULE_SET_NOT_FOUND)
// names the selector's field.
absl::StatusOr<Selection> Select(RuleBook& book, const evaluation::v1::SelfEvaluation& form,
                                 const v1::RuleSetSelector& selector);

}  // namespace jixiao::scoring
