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
  for (const v1::RuleSet& rules : ReadRuleSetFolder((SourceFolder() / "services/scoring/rulesets").string()).value()) {
    for (const auto& file : JsonFilesIn(SourceFolder() / "deploy/local/samples")) {
      Scorecard card = ScoreOf(FormFromFile(file), *Rules::Compile(rules).value());
      EXPECT_EQ(card.engine_revision(), kEngineRevision);
      card.clear_rule_set();
      cards += CanonicalEncode(card).value();
    }
  }
  EXPECT_EQ(DigestOf(cards), "x") << "Cards have changed. By the engine: raise kEngineRevision and put the new digest "
                                     "here. By a rule set alone: only "
                                     "the digest.";
}

}  // namespace
}  // namespace jixiao::scoring
