// Samples for spot checks (抽查) that anyone can draw again: from the population's list and the seed for a random draw,
// from forms, scorecards and weights for one by risk.
#pragma once

#include "intake/workflow/review_policy.h"

#include "jixiao/evaluation/v1/evaluation.pb.h"
#include "jixiao/evaluation/v1/scorecard.pb.h"

#include <absl/status/status.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::intake {

// One submission that may be drawn.
struct Candidate {
  std::int64_t submission = 0;  // its id
  std::string name;
  int revision = 0;
  std::string competent_department;
  std::string implementing_unit;
  std::string project_name;
  std::string risk;         // points; only when drawn by risk
  std::string explanation;  // what they come from
};

// The population as text: submissions/ID/revisions/N LF for each, in the order of their bytes. Sorts `candidates` so.
std::string PopulationText(std::vector<Candidate>& candidates);

// SHA-256(seed LF entry) in lower-case hexadecimal.
std::string OrderOf(std::string_view seed, std::string_view entry);

// How many each of `sizes` gives of `wanted` (at most their sum): one each while there are enough, the rest in
// proportion to what is left in each, by the largest remainder; equal remainders go to the first.
std::vector<int> Shares(const std::vector<int>& sizes, int wanted);

// Draws by what `sample` says (method, seed, size, by_department) from the sorted population, and adds members and
// strata to it.
void Draw(const std::vector<Candidate>& population, v1::Sample& sample);

// Risk points of one form and what they come from, in Chinese.
void PutRisk(const v1::RiskWeights& weights, const evaluation::v1::SelfEvaluation& form,
             const evaluation::v1::Scorecard& card, Candidate& candidate);

}  // namespace jixiao::intake
