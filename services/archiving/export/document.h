// An archived record taken apart: what every export is written from, and nothing else is.
#pragma once

#include "archiving/record/record.h"

#include "jixiao/archiving/v1/archiving_service.pb.h"
#include "jixiao/evaluation/v1/evaluation.pb.h"
#include "jixiao/evaluation/v1/scorecard.pb.h"
#include "jixiao/scoring/v1/rule_set.pb.h"

#include <absl/status/statusor.h>

#include <string>
#include <string_view>

namespace jixiao::archiving::exporting {

struct Document {
  v1::GetRecordResponse record;  // as the archive gave it
  v1::RecordLeaf leaf;
  evaluation::v1::SelfEvaluation form;
  evaluation::v1::Scorecard card;
  scoring::v1::RuleSet rule_set;

  // Nullptr when there is no such part.
  const v1::RecordPart* Part(std::string_view name) const;
};

// The parts as the record library takes them.
std::vector<archiving::Part> PartsOf(const v1::GetRecordResponse& record);

// Decodes the parts. DATA_LOSS (ARCHIVE_DAMAGED) when one is missing, cannot be decoded, or is not what the leaf
// commits to: nothing is exported that does not verify.
absl::StatusOr<Document> Open(v1::GetRecordResponse record);

}  // namespace jixiao::archiving::exporting
