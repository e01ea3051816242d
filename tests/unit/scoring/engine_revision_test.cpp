// Cards do not change under the number of an engine revision: one digest over those of all samples by all rule sets.
#include "common/digest.h"

#include <gtest/gtest.h>

#include <string>

#include "support.h"

namespace jixiao::scoring {
namespace {

using namespace support;

TEST(EngineRevision, StandsForTheseCards) {
  std::string cards;
  const auto all = ReadRuleSetFolder((SourceFolder() / "services/scoring/rulesets").string());
  ASSERT_TRUE(all.ok()) << all.status();
  for (const v1::RuleSet& source : *all) {
    const std::shared_ptr<const Rules> rules = Compiled(source);
    for (const auto& file : JsonFilesIn(SourceFolder() / "deploy/local/samples")) {
      Scorecard card = ScoreOf(FormFromFile(file), *rules);
      EXPECT_EQ(card.engine_revision(), kEngineRevision);
      card.clear_rule_set();
      cards += CanonicalEncode(card).value();
    }
  }
  EXPECT_EQ(DigestOf(cards), "sha256:dc54821c71597a52573f84a4e4f4506d27e1771103e7d4876b308e2ee701fc61")
      << "Cards have changed. By the engine: raise kEngineRevision and put the new digest "
         "here. By a rule set alone: only "
         "the digest.";
}

}  // namespace
}  // namespace jixiao::scoring
