// What a replica must know before it can serve, besides the rule sets' own bytes: which are published, and what the
// store keeps beside them. It goes through Redis, sealed, and lies in the snapshot.
#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::scoring {

struct Index {
  std::int64_t position = 0;         // the store's, of the last change in here
  std::int64_t confirmed_at = 0;     // when the store last said so, in microseconds since 1970
  std::vector<std::string> digests;  // of the published rule sets, in the order of publication
  std::string annex;                 // see Changes::annex

  bool operator==(const Index&) const = default;
};

std::string EncodeIndex(const Index& index);
// DATA_LOSS (INDEX_DAMAGED) when the bytes are not what EncodeIndex writes.
absl::StatusOr<Index> DecodeIndex(std::string_view bytes);

// The encoded index with an HMAC-SHA256 of it before it. Digests vouch for rule sets, but which of them are published
// decides scores, too: whoever can write to Redis must not have a say in that. Who only replays an old index hides
// later publications from a replica that cannot reach the store, until the index is too old to be believed.
std::string SealIndex(const Index& index, std::string_view secret);
// UNAUTHENTICATED (INDEX_NOT_SEALED) when the seal is not of this secret.
absl::StatusOr<Index> OpenIndex(std::string_view sealed, std::string_view secret);

// The secret in a file, without white space around it. INVALID_ARGUMENT (SECRET_TOO_SHORT) under 16 bytes; NOT_FOUND
// when there is no such file.
absl::StatusOr<std::string> ReadSecret(const std::string& path);

// Bytes with their length before them, one after the other; Take answers nothing when they are cut short.
void PutBytes(std::string& out, std::string_view bytes);
void PutNumber(std::string& out, std::int64_t number);
std::optional<std::string_view> TakeBytes(std::string_view& in);
std::optional<std::int64_t> TakeNumber(std::string_view& in);

}  // namespace jixiao::scoring
