// Sums up the records that a filter takes in: counts, scores, grades and findings by group.
#pragma once

#include "archiving/store/search_store.h"
#include "common/scope.h"

#include "jixiao/archiving/v1/record_search_service.pb.h"

#include <absl/status/status.h>

namespace jixiao::archiving::search {

// Sums up what lies in `scope`, and fills `response` except for its index state, which is in `state`. The request must
// be valid. Memory: eight bytes for each score.
absl::Status Summarize(const SearchReader& index, const v1::SummarizeRecordsRequest& request, const Scope& scope,
                       v1::SummarizeRecordsResponse& response, SearchState& state);

}  // namespace jixiao::archiving::search
