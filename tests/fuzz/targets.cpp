#include "fuzz/targets.h"

#include "support/paths.h"

namespace jixiao::fuzz {

std::span<const Target> AllTargets() {
  static constexpr Target kTargets[] = {
      {"cell", ReadCell}, {"rule_set", ReadRuleSet},  {"form", ScoreForm}, {"canonical", Canonical},
      {"note", Note},     {"document", ReadDocument},
  };
  return kTargets;
}

std::string SourceFolder() {
  return jixiao::paths::Source();
}

}  // namespace jixiao::fuzz
