// What the archive itself appends to its log: disposals, passes of the fixity register, the audit log.
#pragma once

#include "archiving/sequencing/sequencer.h"

#include "jixiao/archiving/v1/archive_entry.pb.h"

#include <absl/status/statusor.h>

#include <cstdint>
#include <string>

namespace jixiao::archiving {

// Appends `entry` under `key`, which begins with kEntryKeyPrefix, and waits until it is on disk: the index of its leaf.
// A repeat of the same entry gets the same index. Errors of Sequencer::Append and of its answer.
absl::StatusOr<std::int64_t> AppendEntry(Sequencer& sequencer, const std::string& key, const v1::ArchiveEntry& entry);

}  // namespace jixiao::archiving
