// What a witness decides (https://c2sp.org/tlog-witness, add-checkpoint): whether a checkpoint continues the last one
// it has cosigned; and which cosignatures the log takes.
#pragma once

#include "archiving/log/checkpoint.h"

#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::archiving::log {

// The body of an add-checkpoint request:
//
//   old 20852014
//   PlRNCrwHpqhGrupue0L7g…      consistency proof
//                               blank line
//   example.com/log             checkpoint
//   …
struct AddCheckpoint {
  std::int64_t old_size = 0;
  std::vector<Hash> proof;
  std::string checkpoint;  // a signed note
};

std::string FormatAddCheckpoint(const AddCheckpoint& request);
// INVALID_ARGUMENT for anything that FormatAddCheckpoint does not write. The checkpoint is not looked at.
absl::StatusOr<AddCheckpoint> ParseAddCheckpoint(std::string_view text);

// The checkpoint that may be cosigned, once it is one of the log whose key is `log`, and continues `last`, the newest
// that the witness has cosigned. Keep it before a signature is handed out. What HTTP answers stands behind each:
//   UNAUTHENTICATED (CHECKPOINT_UNTRUSTED)        403: not signed by that key
//   INVALID_ARGUMENT (CHECKPOINT_INVALID)         400: malformed, another log's, or the old size is above the new one
//   ABORTED (WITNESS_ELSEWHERE)                   409: the old size is not that of `last`, which metadata["size"] gives
//   FAILED_PRECONDITION (CHECKPOINT_INCONSISTENT) 409, 422: it does not continue `last`: keep it, it proves a fork
absl::StatusOr<Checkpoint> Examine(const AddCheckpoint& request, const Verifier& log,
                                   const std::optional<Checkpoint>& last);

// A signature of a witness below a checkpoint.
struct Cosignature {
  std::string witness;  // its name
  std::string key;      // its verifier key: names may be shared
  std::string line;
};

// Of the signature lines `signatures`, those by `witnesses` below the log's own note `head`; others are passed over.
//   INVALID_ARGUMENT (COSIGNATURE_INVALID)   malformed, or of more than a day after `now`, in seconds since 1970
//   UNAUTHENTICATED (COSIGNATURE_INVALID)    one does not verify
//   PERMISSION_DENIED (WITNESS_UNKNOWN)      none is by one of them
absl::StatusOr<std::vector<Cosignature>> CosignaturesBelow(std::string_view head, std::string_view signatures,
                                                           std::span<const Verifier> witnesses, std::int64_t now);

}  // namespace jixiao::archiving::log
