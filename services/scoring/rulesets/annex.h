// What every replica must know beside the rule sets themselves: which are retired, and where labels point. It goes with
// the index through Redis and the snapshot, and changes as a whole.
#pragma once

#include "jixiao/scoring/v1/scoring_service.pb.h"

#include <absl/status/statusor.h>

#include <string>
#include <string_view>
#include <vector>

namespace jixiao::scoring {

struct Annex {
  std::vector<std::string> retired;  // digests
  std::vector<v1::Label> labels;
};

// Equal annexes give equal bytes.
std::string EncodeAnnex(const Annex& annex);
// Empty bytes are an empty annex. DATA_LOSS (ANNEX_DAMAGED) when the bytes are not what EncodeAnnex writes.
absl::StatusOr<Annex> DecodeAnnex(std::string_view bytes);

}  // namespace jixiao::scoring
