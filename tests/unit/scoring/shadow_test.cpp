#include "scoring/rulesets/shadow.h"

#include <gtest/gtest.h>

namespace jixiao::scoring {
namespace {

using evaluation::v1::Scorecard;

Scorecard Card(const std::string& digest, const std::string& total, const std::string& grade,
               const std::vector<std::string>& findings = {}) {
  Scorecard card;
  card.mutable_rule_set()->set_digest(digest);
  card.set_computed_total(total);
  card.set_grade(grade);
  for (const std::string& code : findings) {
    auto& finding = *card.add_findings();
    finding.set_code(code);
    finding.set_path("funds");
    finding.set_message(digest);  // other rules, other words
  }
  return card;
}

TEST(Shadow, CountsWhatDiffersForEachPair) {
  ShadowCounts counts;
  EXPECT_TRUE(counts.All().empty());
  counts.Count(Card("a", "90.00", "优", {"ECHO"}), Card("b", "90.00", "优", {"ECHO"}));
  counts.Count(Card("a", "90.00", "优"), Card("b", "89.00", "良"));
  counts.Count(Card("a", "90.00", "优"), Card("b", "91.00", "优", {"ECHO"}));
  counts.Count(Card("a", "90.00", "优"), Card("c", "90.00", "优"));
  const auto all = counts.All();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].stable_digest(), "a");
  EXPECT_EQ(all[0].shadow_digest(), "b");
  EXPECT_EQ(all[0].forms(), 3);
  EXPECT_EQ(all[0].totals(), 2);
  EXPECT_EQ(all[0].grades(), 1);
  EXPECT_EQ(all[0].findings(), 1);
  EXPECT_EQ(all[1].forms(), 1);
  EXPECT_EQ(all[1].totals(), 0);
}

}  // namespace
}  // namespace jixiao::scoring
