// A proof that stands alone (https://c2sp.org/tlog-proof): that an entry is in a log, and who has seen the log.
//
//   c2sp.org/tlog-proof@v1
//   extra <base64>              optional: here the leaf's exact bytes, which hash to what is proven
//   index 73894
//   gSKyXoYZUgZ6jduWYrkDO…      the audit path, from the leaf up
//                               blank line
//   example.com/log             the checkpoint with its signatures and cosignatures
//   …
#pragma once

#include "archiving/log/merkle.h"

#include <absl/status/statusor.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::archiving::log {

inline constexpr std::string_view kLogProofHeader = "c2sp.org/tlog-proof@v1\n";

struct LogProof {
  std::string extra;  // bytes; empty for none. Not authenticated by itself
  std::int64_t index = 0;
  std::vector<Hash> path;
  std::string checkpoint;  // a signed note

  friend bool operator==(const LogProof&, const LogProof&) = default;
};

std::string FormatLogProof(const LogProof& proof);

// Reads what FormatLogProof writes, and nothing else: INVALID_ARGUMENT. The checkpoint is not looked at.
absl::StatusOr<LogProof> ParseLogProof(std::string_view text);

// Lines of base64 hashes up to an empty line, which is taken too. INVALID_ARGUMENT for anything else, and for more than
// 63 hashes.
absl::StatusOr<std::vector<Hash>> TakeHashLines(std::string_view& text);

}  // namespace jixiao::archiving::log
