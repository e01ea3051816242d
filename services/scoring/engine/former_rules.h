// Rule sets are published for good, also those of a release whose messages had fewer fields: what they meant then is
// said here in today's fields.
#pragma once

#include "jixiao/scoring/v1/rule_set.pb.h"

namespace jixiao::scoring {

// Whether a rule set was written before over-fulfilment, equality, ranges and dates had rules of their own.
bool IsFormer(const v1::RuleSet& rule_set);

// The same rules in today's fields; for compiling only, its digest is another one.
v1::RuleSet InTodaysFields(v1::RuleSet former);

}  // namespace jixiao::scoring
