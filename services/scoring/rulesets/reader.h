// Reads rule sets from their YAML files (services/scoring/rulesets/*.yaml): the fields of v1::RuleSet by their proto
// names. `parent: ID` names another file whose content is taken over where the child is silent:
// - maps field by field, lists whole, but
// - `checks` and `classes` entry by entry: an entry of the child overrides the fields of the parent's entry with the
// same
//   `code` or `indicator_class`, and a new one is appended;
// - `cases` never: they state what the parent's own rules give.
// In what is read, `parent` is "ID@REVISION". A file that has it in this form already, such as one written out by
// `jixiao rules show`, is complete and takes nothing over.
#pragma once

#include "jixiao/scoring/v1/rule_set.pb.h"

#include <absl/status/statusor.h>

#include <string>
#include <string_view>
#include <vector>

namespace jixiao::scoring {

// One YAML document with its name for messages.
struct RuleSetDocument {
  std::string name;
  std::string text;
};

// Reads all documents, resolves parents among them, and answers with the flattened rule sets sorted by id.
// INVALID_ARGUMENT (RULE_SET_UNREADABLE) names the document and the place. The content is not judged here:
// Rules::Compile does that.
absl::StatusOr<std::vector<v1::RuleSet>> ReadRuleSets(const std::vector<RuleSetDocument>& documents);

// Reads every *.yaml file in `folder`.
absl::StatusOr<std::vector<v1::RuleSet>> ReadRuleSetFolder(const std::string& folder);

}  // namespace jixiao::scoring
