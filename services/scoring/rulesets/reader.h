// Reads rule sets from their YAML files (services/scoring/rulesets/*.yaml): the fields of v1::RuleSet by their proto
// names, plus `parent`, which names another file's id whose fields are taken over where the child is silent.
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
