// How a rule set is named on the command line.
#pragma once

#include "cli/commands.h"

#include "jixiao/scoring/v1/scoring_service.grpc.pb.h"

#include <absl/status/statusor.h>

#include <string>

namespace jixiao::cli {

// A digest, ID@REVISION, an id, or, when the server has no rule set of that id, a label. Empty text is an empty
// selector. Asks the server only for names that may be labels.
absl::StatusOr<scoring::v1::RuleSetSelector> SelectorOf(const Global& global, scoring::v1::ScoringService::Stub& stub,
                                                        const std::string& text);

// The digest that `text` names: published, retired, or a draft by ID@REVISION.
absl::StatusOr<std::string> DigestNamed(const Global& global, scoring::v1::ScoringService::Stub& stub,
                                        const std::string& text);

}  // namespace jixiao::cli
