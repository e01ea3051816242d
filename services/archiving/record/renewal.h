// Hash renewal: a record under another hash function than the log's; see renewal.proto.
#pragma once

#include "archiving/log/checkpoint.h"
#include "archiving/record/record.h"

#include "jixiao/archiving/v1/renewal.pb.h"

#include <absl/status/statusor.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::archiving {

// The origin on an epoch's heads.
std::string EpochOrigin(std::string_view log_origin, std::int64_t number);

// The extension line of an epoch's heads.
std::string HashLine(log::TreeHash hash);

// The leaf of an epoch's tree for the record `index`: the exact bytes of its RenewalEntry. Parts without a salt, which
// were erased, are left out. INVALID_ARGUMENT when a part's name is no UTF-8.
absl::StatusOr<std::string> RenewalEntryBytes(log::TreeHash hash, std::int64_t index, std::string_view leaf,
                                              const std::vector<Part>& parts);

// What a renewal proves of a record.
struct RenewalCheck {
  std::vector<std::string> faults;  // in Chinese; empty when it proves
  std::int64_t number = 0;          // of the epoch
  std::string hash_function;
};

// Whether `proof` proves, under the key of the log `origin` and by nothing but the epoch's hash function, that the
// archive had this leaf and these parts; and whether the epoch's document holds a head of the log that the key signed.
// Trusts nobody.
RenewalCheck CheckRenewal(const v1::RenewalProof& proof, std::int64_t index, std::string_view leaf,
                          const std::vector<Part>& parts, const log::Verifier& verifier, std::string_view origin);

}  // namespace jixiao::archiving
