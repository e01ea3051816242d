// What a log signs: checkpoints (https://c2sp.org/tlog-checkpoint), which are signed notes (note.h) that state a tree's
// size and root.
//
//   example.com/log                                 origin: which log
//   20852163                                        size
//   CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=    root, base64
//                                                   (extension lines would come before this blank line)
//   — example.com/log Az3grlgtzPICa5OS8npVmf1M…     one line a signature
#pragma once

#include "archiving/log/merkle.h"
#include "archiving/log/note.h"

#include <absl/status/statusor.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::archiving::log {

struct Checkpoint {
  std::string origin;
  std::int64_t size = 0;
  Hash root{};
  std::vector<std::string> extensions;

  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

// The text of a checkpoint's note. ParseBody reads it back if no line is empty or has a newline in it, and `size` is
// not negative.
std::string FormatBody(const Checkpoint& checkpoint);

// Reads the text of a checkpoint's note. INVALID_ARGUMENT unless it is exactly what FormatBody writes for some
// checkpoint and a note may hold it (UTF-8 without control characters).
absl::StatusOr<Checkpoint> ParseBody(std::string_view text);

// The signed note of `checkpoint`. INVALID_ARGUMENT, and no signature, when OpenCheckpoint would not give back the same
// checkpoint. That it is consistent with everything signed before is for the caller to ensure.
absl::StatusOr<std::string> SignCheckpoint(const Checkpoint& checkpoint, const Signer& signer);

// The checkpoint in `note`, once the signature by `verifier` verifies and its origin is `origin`. Errors as of
// OpenNote; INVALID_ARGUMENT also for a text that is not a checkpoint or another log's.
absl::StatusOr<Checkpoint> OpenCheckpoint(std::string_view note, const Verifier& verifier, std::string_view origin);

}  // namespace jixiao::archiving::log
