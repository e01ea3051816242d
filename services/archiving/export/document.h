// An archived record taken apart: what every export is written from, and nothing else is.
#pragma once

#include "archiving/record/record.h"

#include "jixiao/archiving/v1/archive_entry.pb.h"
#include "jixiao/archiving/v1/archiving_service.pb.h"
#include "jixiao/evaluation/v1/evaluation.pb.h"
#include "jixiao/evaluation/v1/scorecard.pb.h"
#include "jixiao/scoring/v1/rule_set.pb.h"

#include <absl/status/statusor.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::archiving::exporting {

struct Document {
  v1::GetRecordResponse record;  // as the archive gave it
  v1::RecordLeaf leaf;
  evaluation::v1::SelfEvaluation form;
  evaluation::v1::Scorecard card;
  scoring::v1::RuleSet rule_set;
  std::vector<Erased> erased;                      // parts that are gone: what they said is empty here
  std::optional<v1::RetentionDecision> retention;  // nothing in records of before there were decisions

  // Nullptr when there is no such part.
  const v1::RecordPart* Part(std::string_view name) const;
};

// The parts as the record library takes them.
std::vector<archiving::Part> PartsOf(const v1::GetRecordResponse& record);

// Decodes the parts. DATA_LOSS (ARCHIVE_DAMAGED) when one is missing, cannot be decoded, or is not what the leaf
// commits to: nothing is exported that does not verify. FAILED_PRECONDITION (PART_ERASED) when form, scorecard or rule
// set was erased; (NOT_A_FORM) for an entry of the archive itself.
absl::StatusOr<Document> Open(v1::GetRecordResponse record);

// The same for those who can do without what was erased.
absl::StatusOr<Document> OpenWhatIsLeft(v1::GetRecordResponse record);

}  // namespace jixiao::archiving::exporting
