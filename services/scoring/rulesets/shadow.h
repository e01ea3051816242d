// How often a shadow rule set differs from the one in force, counted in this process since its start.
#pragma once

#include "jixiao/evaluation/v1/scorecard.pb.h"
#include "jixiao/scoring/v1/scoring_service.pb.h"

#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace jixiao::scoring {

// Thread-safe; the lock is held for a few additions.
class ShadowCounts {
 public:
  // Counts a form by its card and the one of the shadow.
  void Count(const evaluation::v1::Scorecard& in_force, const evaluation::v1::Scorecard& shadow);

  // One for each pair of rule sets, by their digests.
  std::vector<v1::ShadowCount> All() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, v1::ShadowCount> counts_;
};

}  // namespace jixiao::scoring
