#include "scoring/engine/former_rules.h"

#include <string>

namespace jixiao::scoring {

bool IsFormer(const v1::RuleSet& rule_set) {
  const v1::QuantitativeRule& q = rule_set.quantitative();
  return q.range_and_date() != v1::SHORTFALL_METHOD_UNSPECIFIED && q.range() == v1::SHORTFALL_METHOD_UNSPECIFIED &&
         q.date() == v1::SHORTFALL_METHOD_UNSPECIFIED && q.equal() == v1::EQUAL_METHOD_UNSPECIFIED;
}

v1::RuleSet InTodaysFields(v1::RuleSet former) {
  v1::QuantitativeRule& q = *former.mutable_quantitative();
  q.set_equal(q.equal_is_exact() ? v1::EQUAL_METHOD_EXACT : v1::EQUAL_METHOD_AS_LIMIT);
  q.set_range(q.range_and_date());
  q.set_date(q.range_and_date());
  q.set_yes_no(v1::SHORTFALL_METHOD_DECLARED);
  former.mutable_execution()->set_zero_budget(v1::ZERO_BUDGET_METHOD_DECLARED);
  former.mutable_qualitative()->set_outside(v1::OUTSIDE_TIER_CLAMP);
  v1::CheckLimits& limits = *former.mutable_limits();
  q.mutable_over_fulfilment()->set_flag_from(limits.over_target_flag());
  q.mutable_over_fulfilment()->set_reason_from(limits.over_target_reason());
  // Of checks that did not exist then, so that they are off: any value will do.
  for (std::string* const unused :
       {limits.mutable_rollup_tolerance(), limits.mutable_perfect_total(), limits.mutable_perfect_rate(),
        limits.mutable_lone_weight(), limits.mutable_same_rows_share(), limits.mutable_batch_high_total(),
        limits.mutable_batch_high_share()})
    if (unused->empty()) *unused = "0";
  return former;
}

}  // namespace jixiao::scoring
