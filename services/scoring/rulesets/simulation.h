// How the scores of some forms move from one rule set to another, added up form by form.
#pragma once

#include "common/decimal.h"

#include "jixiao/evaluation/v1/evaluation.pb.h"
#include "jixiao/evaluation/v1/scorecard.pb.h"
#include "jixiao/scoring/v1/scoring_service.pb.h"

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace jixiao::scoring {

// Exact; keeps no form, so its size does not grow with their number. Equal forms in equal order give equal reports.
// Belongs to one thread at a time.
class SimulationTally {
 public:
  // Points that the smallest move has: a line rounds to at most four places.
  static constexpr Decimal kLeastMove = Decimal::Scaled(1, 4);

  // A form that breaks the contract.
  void Refuse() { ++refused_; }
  // A form for which one side has no rules.
  void AddUnscored(const evaluation::v1::SelfEvaluation& form);
  // A form by its two cards. Findings are counted of every form, all else of those to which both give a total.
  void Add(const evaluation::v1::SelfEvaluation& form, const evaluation::v1::Scorecard& from,
           const evaluation::v1::Scorecard& to);

  // Writes the counts; name, digests and time are the caller's.
  void Fill(v1::Simulation& out) const;

 private:
  struct Group {
    std::int64_t forms = 0;
    std::int64_t moved = 0;
    Decimal from;
    Decimal to;

    void Add(const Decimal& before, const Decimal& after);
    void Fill(const std::string& name, v1::MoveGroup& out) const;
  };
  struct Move {
    Decimal distance;
    v1::Mover mover;
  };

  void AddFindings(const evaluation::v1::Scorecard& from, const evaluation::v1::Scorecard& to);
  void AddClasses(const evaluation::v1::Scorecard& from, const evaluation::v1::Scorecard& to);
  void AddMover(const evaluation::v1::SelfEvaluation& form, const evaluation::v1::Scorecard& from,
                const evaluation::v1::Scorecard& to, const Decimal& distance);

  std::int64_t forms_ = 0;
  std::int64_t refused_ = 0;
  std::int64_t not_scorable_ = 0;
  std::int64_t moved_ = 0;
  std::array<std::int64_t, 11> histogram_{};
  std::map<std::pair<std::string, std::string>, std::int64_t> grades_;
  std::map<std::string, std::pair<std::int64_t, std::int64_t>> findings_;
  std::vector<Move> movers_;  // from the greatest distance
  std::map<std::string, Group> regions_;
  std::vector<std::pair<std::string, Group>> classes_;  // in the order in which they were met
  std::set<int> years_;
};

}  // namespace jixiao::scoring
