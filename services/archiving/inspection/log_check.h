// The archive's whole self-examination: every stored byte re-read, every hash re-computed.
#pragma once

#include "archiving/log/checkpoint.h"
#include "archiving/store/archive_store.h"

#include <absl/status/statusor.h>

#include <cstdint>
#include <string>
#include <vector>

namespace jixiao::archiving {

struct Damage {
  std::int64_t index = -1;  // of the leaf concerned; -1 when it is not about one leaf
  std::string message;      // in Chinese
};

struct LogCheck {
  std::int64_t records = 0;
  std::int64_t bytes = 0;
  std::vector<Damage> damage;  // at most kMaxDamage
  std::string checkpoint;      // the newest signed tree head that verifies; empty when there is none
};

inline constexpr std::size_t kMaxDamage = 100;

// Checks records against leaves, leaves against nodes, nodes against each other, tree heads against both, against
// `verifier` and against the chain that they make. What the store cannot read because it is damaged is a finding; an
// error means that nothing could be said. Linear in the size of the archive; memory linear in the number of tree heads.
absl::StatusOr<LogCheck> CheckLog(const ArchiveReader& archive, const log::Verifier& verifier,
                                  const std::string& origin);

}  // namespace jixiao::archiving
