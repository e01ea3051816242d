// Tree heads as a chain: each says under its signature how large the tree of the head before it was. A head that is
// taken out of the middle leaves a gap that nobody closes without the key.
//
// What it says stands on an extension line of the checkpoint, which every reader of the format passes over:
//
//   previous 17     the head before this one had 17 leaves; 0 for the first head of a log
#pragma once

#include "archiving/log/checkpoint.h"

#include <cstdint>
#include <optional>
#include <string>

namespace jixiao::archiving::log {

// The extension line for `size`, which must not be negative.
std::string PreviousLine(std::int64_t size);

// What `checkpoint` says of the head before it; nothing when it says nothing, like heads of before there was a chain,
// or says it wrongly or twice.
std::optional<std::int64_t> PreviousSize(const Checkpoint& checkpoint);

}  // namespace jixiao::archiving::log
