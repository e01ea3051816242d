// A record: what is archived together, and the leaf that commits to it.
#pragma once

#include "jixiao/archiving/v1/archiving_service.pb.h"
#include "jixiao/archiving/v1/record_leaf.pb.h"

#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::archiving {

inline constexpr std::string_view kFormPart = "form";
inline constexpr std::string_view kScorecardPart = "scorecard";
inline constexpr std::string_view kRuleSetPart = "rule_set";
inline constexpr std::string_view kSourcePart = "source";
inline constexpr std::string_view kOriginPart = "origin";          // only of records that came from another archive
inline constexpr std::string_view kReviewPart = "review";          // only of forms that were reviewed
inline constexpr std::string_view kProvenancePart = "provenance";  // what intake knows of its way here
inline constexpr std::string_view kRetentionPart = "retention";    // the archive's own decision: how long it is kept
inline constexpr std::string_view kEntryPart = "entry";            // the only part of what the archive itself appends
// Keys of such entries begin with this, and no others do.
inline constexpr std::string_view kEntryKeyPrefix = "archive/";

// One part with its exact bytes.
struct Part {
  std::string name;
  std::string media_type;
  std::string content;
  std::string salt;  // 32 random bytes
};

// A part with a fresh salt.
Part NewPart(std::string_view name, std::string_view media_type, std::string content);

// A part that was erased when its time was over, and the leaf of the entry that says so. Whoever passes one on has seen
// that entry; see erasure.h.
struct Erased {
  std::string part;
  std::int64_t entry = -1;

  friend bool operator==(const Erased&, const Erased&) = default;
};

// What lists and searches show of a record; always derivable from its parts.
struct Summary {
  std::string implementing_unit;
  std::string project_name;
  std::int32_t fiscal_year = 0;
  std::string region_code;
  std::string computed_total;
  std::string grade;

  friend bool operator==(const Summary&, const Summary&) = default;
};

// Resource name of the record at a leaf index, and back; -1 for any other text.
std::string RecordName(std::int64_t index);
std::int64_t RecordIndex(std::string_view name);

// The parts of a request with fresh salts, in the order of their names. `rule_set`: its canonical bytes, where the
// caller has them. INVALID_ARGUMENT when a message cannot be encoded.
absl::StatusOr<std::vector<Part>> PartsOf(const v1::ArchiveRecordRequest& request,
                                          std::optional<std::string> rule_set = std::nullopt);

// SHA-256 over names, media types and contents, without salts: equal exactly for equal requests. What stands
// beside the record (provenance, retention) does not count.
std::string ContentDigest(const std::vector<Part>& parts);
// What stands in its place once a part is erased: a digest without salt would let contents be guessed.
inline constexpr std::string_view kErasedDigest = "erased";

// What form and scorecard say.
Summary SummaryOf(const evaluation::v1::SelfEvaluation& form, const evaluation::v1::Scorecard& card);

// What the parts say; empty where it was erased, and for an entry of the archive itself. DATA_LOSS when one cannot be
// decoded.
absl::StatusOr<Summary> Summarize(const std::vector<Part>& parts, std::span<const Erased> erased = {});

// Whether the parts are those of an entry that the archive itself appended.
bool IsEntry(const std::vector<Part>& parts);

// The commitment of one part, and what it is the hash of; see record_leaf.proto.
std::string CommitmentText(const Part& part);
std::string Commitment(const Part& part);

// The exact bytes of the leaf: hashes all contents.
std::string LeafBytes(std::string_view key, std::int64_t archive_time_micros, const std::vector<Part>& parts);

// Every way in which `parts` are not what `leaf` commits to, in Chinese; empty when all is well.
std::vector<std::string> CommitmentFaults(std::string_view leaf, const std::vector<Part>& parts,
                                          std::span<const Erased> erased = {});

// The same, and in which they contradict each other, in Chinese; empty
// when all is well. Needs no key and trusts nobody, but that what is erased was erased by right.
std::vector<std::string> FaultsOf(std::string_view leaf, const std::vector<Part>& parts,
                                  std::span<const Erased> erased = {});

}  // namespace jixiao::archiving
