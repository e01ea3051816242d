// Rule sets of the release before over-fulfilment, equality, ranges and dates had rules of their own still score.
#include "scoring/engine/former_rules.h"

#include <gtest/gtest.h>

#include "unit/scoring/support.h"

namespace jixiao::scoring {
namespace {

using support::RuleSetOf;

// The national rules as that release had them.
v1::RuleSet Former() {
  v1::RuleSet set = RuleSetOf("cn-national-2020");
  set.set_revision(1);
  set.clear_cases();
  v1::QuantitativeRule& q = *set.mutable_quantitative();
  set.mutable_limits()->set_over_target_flag(q.over_fulfilment().flag_from());
  set.mutable_limits()->set_over_target_reason(q.over_fulfilment().reason_from());
  q.clear_over_fulfilment();
  q.clear_equal();
  q.clear_range();
  q.clear_date();
  q.clear_yes_no();
  q.set_range_and_date(v1::SHORTFALL_METHOD_ZERO);
  set.mutable_execution()->clear_zero_budget();
  set.mutable_qualitative()->clear_outside();
  for (const char* field : {"rollup_tolerance", "perfect_total", "perfect_rate", "lone_weight", "same_rows_share",
                            "batch_high_total", "batch_high_share"})
    set.limits().GetReflection()->ClearField(set.mutable_limits(),
                                             set.limits().GetDescriptor()->FindFieldByName(field));
  return set;
}

TEST(FormerRules, CompileToWhatTheyMeantAndKeepTheirDigest) {
  const v1::RuleSet former = Former();
  ASSERT_TRUE(IsFormer(former));
  const auto rules = Rules::Compile(former);
  ASSERT_TRUE(rules.ok()) << rules.status();
  EXPECT_EQ((*rules)->digest(), *CanonicalDigest(former));
  EXPECT_EQ((*rules)->source().SerializeAsString(), former.SerializeAsString()) << "what was published stays";
  EXPECT_EQ((*rules)->equal, v1::EQUAL_METHOD_AS_LIMIT);
  EXPECT_EQ((*rules)->range, v1::SHORTFALL_METHOD_ZERO);
  EXPECT_EQ((*rules)->date, v1::SHORTFALL_METHOD_ZERO);
  EXPECT_EQ((*rules)->zero_budget, v1::ZERO_BUDGET_METHOD_DECLARED);
  EXPECT_EQ((*rules)->over_fulfilment.flag_from, Decimal::Scaled(12, 1));
  v1::RuleSet exact = former;
  exact.mutable_quantitative()->set_equal_is_exact(true);
  EXPECT_EQ((*Rules::Compile(exact))->equal, v1::EQUAL_METHOD_EXACT);
}

TEST(FormerRules, TodaysSetsAreNone) {
  const v1::RuleSet today = RuleSetOf("cn-national-2020");
  EXPECT_FALSE(IsFormer(today));
  v1::RuleSet incomplete = today;
  incomplete.mutable_quantitative()->clear_range();
  EXPECT_FALSE(IsFormer(incomplete));
  EXPECT_FALSE(Rules::Compile(incomplete).ok());
}

}  // namespace
}  // namespace jixiao::scoring
