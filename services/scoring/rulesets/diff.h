// How two rule sets differ, field by field.
#pragma once

#include "jixiao/scoring/v1/rule_set.pb.h"
#include "jixiao/scoring/v1/scoring_service.pb.h"

#include <vector>

namespace jixiao::scoring {

// The changes in the order of the fields, one for each value; none exactly when the two are equal. List entries go by
// their own key ("checks[ECHO].severity", "classes[产出指标].weight"), words of a list by themselves
// ("vocabulary.fillers[暂无]"), entries without a key by their index. A list whose entries only stand in another order
// is one change of the list.
std::vector<v1::FieldChange> Diff(const v1::RuleSet& from, const v1::RuleSet& to);

}  // namespace jixiao::scoring
