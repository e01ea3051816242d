// Rosters (应报名单): which units owe which projects, and which entry a submission is for.
#pragma once

#include "jixiao/evaluation/v1/evaluation.pb.h"
#include "jixiao/intake/v1/campaign.pb.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace jixiao::season {

using intake::v1::RosterEntry;
using intake::v1::RosterFault;
using intake::v1::RosterMatch;

inline constexpr std::size_t kMaxRosterEntries = 500'000;

// What an entry or a form is compared by.
struct RosterKey {
  std::string unit;
  std::string project;  // empty for department forms
  std::string code;     // of the project; empty without one

  friend bool operator==(const RosterKey&, const RosterKey&) = default;
};
RosterKey KeyOf(const RosterEntry& entry, evaluation::v1::FormKind kind);
RosterKey KeyOf(const evaluation::v1::SelfEvaluation& form);

// The key of a department or unit among its like: its name, because many lists give codes only now and then; its code
// when it has no name.
std::string GroupKey(const evaluation::v1::Organization& organization);

// What is wrong with a roster of a campaign, and what is doubtful: everything, each with its row.
struct RosterVerdict {
  std::vector<RosterFault> faults;
  std::vector<RosterFault> doubts;
};
RosterVerdict Check(std::span<const RosterEntry> entries, const intake::v1::Campaign& campaign);

// An entry that a submission may be for.
struct Candidate {
  std::int64_t entry = 0;
  RosterKey key;
};

// Which of `candidates` a form with this key is for. `candidates` are all entries of the campaign with the same code or
// with the same unit and project; entries with another code than the form's are passed over.
struct Match {
  RosterMatch match = intake::v1::ROSTER_MATCH_NONE;
  std::int64_t entry = 0;  // for matches by code and by names
};
Match Choose(const RosterKey& form, std::span<const Candidate> candidates);

std::string_view TitleOf(RosterMatch match);

}  // namespace jixiao::season
