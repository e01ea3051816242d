// The fixity register: for each part of each record what its digests are, when it was last found whole, and what was
// found instead when it was not. The leaf's commitment is what decides; the digests say what is different.
#pragma once

#include "archiving/export/digests.h"
#include "archiving/store/archive_store.h"

#include "jixiao/archiving/v1/archive_entry.pb.h"

#include <absl/status/statusor.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::archiving {

// The leaf stands in the register like a part.
inline constexpr std::string_view kLeafPart = "leaf";
inline constexpr std::int64_t kMaxFailures = 100;

struct VerifiedPart {
  RegisteredPart row;        // as it is to be registered now
  bool was_damaged = false;  // by the register, before
};

struct VerifiedRecord {
  std::vector<VerifiedPart> parts;
  std::int64_t bytes = 0;
  bool exists = true;  // false: there is no row of the record, and nothing can be registered of it
};

// Re-reads and re-hashes all that is kept of a record. Damage, also what cannot be read, is an answer: a row with a
// failure. `rule_set`: the same from call to call, because most records share one.
absl::StatusOr<VerifiedRecord> VerifyFixity(const ArchiveReader& archive, std::int64_t index, std::int64_t now,
                                            exporting::RepeatedDigests& rule_set);

// What a failure says.
v1::FixityFailure FailureOf(const RegisteredPart& row);

// Every way in which the register does not say what is kept, in Chinese.
std::vector<std::string> RegisterFaults(const std::vector<RegisteredPart>& rows, std::string_view leaf,
                                        const std::vector<Part>& parts);

}  // namespace jixiao::archiving
