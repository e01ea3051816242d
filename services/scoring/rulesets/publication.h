// What a rule set must pass before it is published.
#pragma once

#include "scoring/engine/rules.h"

#include <absl/status/statusor.h>

#include <memory>
#include <vector>

namespace jixiao::scoring {

// Compiles the rule set and recomputes its cases. INVALID_ARGUMENT (RULE_SET_INVALID) with every field at fault.
absl::StatusOr<std::shared_ptr<const Rules>> CompileForPublication(v1::RuleSet rule_set);

// What CompileForPublication would refuse, field by field; empty when it would pass. Where the fields are more than
// one error can name, the last entry counts the rest.
std::vector<FieldViolation> PublicationFaults(const v1::RuleSet& rule_set);

}  // namespace jixiao::scoring
