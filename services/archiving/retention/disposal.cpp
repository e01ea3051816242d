#include "archiving/retention/disposal.h"

#include "archiving/record/erasure.h"
#include "common/canonical.h"
#include "common/digest.h"
#include "common/errors.h"
#include "common/text.h"
#include "common/time.h"

#include <algorithm>

namespace jixiao::archiving {
namespace {

constexpr std::string_view kPrefix = "disposals/";
constexpr std::int64_t kScan = 2000;  // records that one page of due ones looks at

absl::Status WrongState(const v1::Disposal& disposal) {
  return Error(absl::StatusCode::kFailedPrecondition, "DISPOSAL_STATE",
               Cat(disposal.name(), " is ", v1::DisposalState_Name(disposal.state())),
               {{"state", v1::DisposalState_Name(disposal.state())}});
}

absl::Status SameActor(const v1::DisposalApproval& word) {
  return Error(absl::StatusCode::kFailedPrecondition, "SAME_ACTOR",
               Cat("actor: ", word.actor().name(), " has proposed or approved it already; another person is needed"),
               {{"actor", word.actor().name()}});
}

// A form that was kept before there were decisions.
absl::StatusOr<v1::RetentionDecision> DecideNow(const std::vector<Part>& parts, const RetentionPolicy& policy) {
  evaluation::v1::SelfEvaluation form;
  evaluation::v1::Scorecard card;
  intake::v1::ReviewRecord review;
  bool reviewed = false;
  for (const Part& part : parts) {
    if (part.name == kFormPart) RETURN_IF_ERROR(CanonicalDecode(part.content, form));
    if (part.name == kScorecardPart) RETURN_IF_ERROR(CanonicalDecode(part.content, card));
    if (part.name == kReviewPart) {
      reviewed = true;
      RETURN_IF_ERROR(CanonicalDecode(part.content, review));
    }
  }
  return policy.Decide(form, card, reviewed ? &review : nullptr);
}

bool IsLeft(std::string_view part) {
  return part == kRuleSetPart || part == kRetentionPart;
}

}  // namespace

absl::StatusOr<std::optional<v1::RetentionDecision>> RetentionOf(const ArchiveReader& archive,
                                                                 const RetentionPolicy& policy, std::int64_t index) {
  ASSIGN_OR_RETURN(const std::optional<Part> kept, archive.PartNamed(index, kRetentionPart));
  if (kept) {
    v1::RetentionDecision decision;
    RETURN_IF_ERROR(CanonicalDecode(kept->content, decision));
    return decision;
  }
  ASSIGN_OR_RETURN(const std::vector<Part> parts, archive.Parts(index));
  if (IsEntry(parts) || std::none_of(parts.begin(), parts.end(), [](const Part& p) { return p.name == kFormPart; }))
    return std::nullopt;
  ASSIGN_OR_RETURN(v1::RetentionDecision decision, DecideNow(parts, policy));
  return decision;
}

absl::StatusOr<DuePage> DueRecords(const ArchiveReader& archive, const RetentionPolicy& policy,
                                   std::string_view class_name, std::int64_t first, std::int64_t most,
                                   std::int64_t now) {
  DuePage page;
  ASSIGN_OR_RETURN(std::vector<StoredRecord> records, archive.Records(first, kScan + 1));
  for (std::size_t i = 0; i < records.size(); ++i) {
    StoredRecord& record = records[i];
    if (i == kScan || page.records.size() == static_cast<std::size_t>(most)) {
      page.next = record.index;
      break;
    }
    ASSIGN_OR_RETURN(const std::vector<Erased> erased, archive.custody().Erasures(record.index));
    if (!erased.empty() || record.key.starts_with(kEntryKeyPrefix)) continue;
    ASSIGN_OR_RETURN(std::optional<v1::RetentionDecision> decision, RetentionOf(archive, policy, record.index));
    if (!decision || (!class_name.empty() && decision->class_name() != class_name)) continue;
    const std::optional<std::int64_t> end = RetentionEnd(*decision, record.archive_time);
    if (end && *end <= now) page.records.push_back({std::move(record), *std::move(decision), *end});
  }
  return page;
}

absl::StatusOr<v1::DisposalItem> ItemFor(const ArchiveReader& archive, const RetentionPolicy& policy,
                                         std::int64_t index, const std::vector<std::string>& parts, std::int64_t now) {
  ASSIGN_OR_RETURN(const std::optional<StoredRecord> record, archive.Record(index));
  if (!record)
    return Error(absl::StatusCode::kNotFound, "RECORD_NOT_FOUND", Cat("records: there is no ", RecordName(index)));
  ASSIGN_OR_RETURN(const std::optional<v1::RetentionDecision> decision, RetentionOf(archive, policy, index));
  const std::optional<std::int64_t> end =
      decision ? RetentionEnd(*decision, record->archive_time) : std::optional<std::int64_t>();
  if (!end || *end > now)
    return Error(absl::StatusCode::kFailedPrecondition, "RETENTION_NOT_ENDED",
                 Cat("records: ", RecordName(index), " is kept ",
                     end ? Cat("until ", FormatUtc(*end)) : std::string("for ever or has no form any more")),
                 {{"record", RecordName(index)}, {"retention_end", end ? FormatUtc(*end) : std::string()}});
  v1::DisposalItem item;
  item.set_index(index);
  item.set_class_name(decision->class_name());
  item.set_rule(decision->rule());
  *item.mutable_retention_end_time() = ToTimestamp(*end);
  ASSIGN_OR_RETURN(const std::vector<Part> there, archive.Parts(index));
  for (const Part& part : there) {
    const bool chosen =
        parts.empty() ? !IsLeft(part.name) : std::find(parts.begin(), parts.end(), part.name) != parts.end();
    if (chosen) item.add_parts(part.name);
  }
  for (const std::string& name : parts)
    if (std::find(item.parts().begin(), item.parts().end(), name) == item.parts().end())
      return InvalidField("DISPOSAL_INVALID", "parts", Cat(RecordName(index), " has no part ", TruncateUtf8(name, 60)));
  if (item.parts().empty())
    return InvalidField("DISPOSAL_INVALID", "records", Cat(RecordName(index), " has nothing left to erase"));
  return item;
}

absl::StatusOr<v1::DisposalApproval> WordOf(const intake::v1::Actor& actor, const std::string& reason,
                                            std::int64_t now) {
  std::vector<FieldViolation> faults;
  std::string name = actor.name();
  const auto space = [](char c) { return c == ' ' || c == '\t' || c == '\n'; };
  while (!name.empty() && space(name.back())) name.pop_back();
  name.erase(0, static_cast<std::size_t>(std::find_if_not(name.begin(), name.end(), space) - name.begin()));
  if (NameKey(name).empty() || Utf8Length(name) > 100) faults.push_back({"actor.name", "1 to 100 characters"});
  if (Utf8Length(actor.organization()) > 200) faults.push_back({"actor.organization", "at most 200 characters"});
  if (actor.role() == intake::v1::ACTOR_ROLE_SYSTEM) faults.push_back({"actor.role", "nobody acts as the system"});
  if (reason.empty() || Utf8Length(reason) > kMostDisposalText) faults.push_back({"reason", "1 to 2,000 characters"});
  if (!faults.empty()) return InvalidFields("DISPOSAL_INVALID", "who and why must be said", faults);
  v1::DisposalApproval word;
  *word.mutable_actor() = actor;
  word.mutable_actor()->set_name(name);
  word.set_reason(reason);
  *word.mutable_time() = ToTimestamp(now);
  return word;
}

absl::Status Approve(v1::Disposal& disposal, v1::DisposalApproval word) {
  if (disposal.state() != v1::DISPOSAL_STATE_PROPOSED) return WrongState(disposal);
  const std::string name = NameKey(word.actor().name());
  if (NameKey(disposal.proposal().actor().name()) == name) return SameActor(word);
  for (const v1::DisposalApproval& other : disposal.approvals())
    if (NameKey(other.actor().name()) == name) return SameActor(word);
  *disposal.add_approvals() = std::move(word);
  if (static_cast<std::size_t>(disposal.approvals_size()) >= kApprovals)
    disposal.set_state(v1::DISPOSAL_STATE_APPROVED);
  return absl::OkStatus();
}

absl::Status Withdraw(v1::Disposal& disposal, v1::DisposalApproval word) {
  if (disposal.state() != v1::DISPOSAL_STATE_PROPOSED && disposal.state() != v1::DISPOSAL_STATE_APPROVED)
    return WrongState(disposal);
  *disposal.mutable_withdrawal() = std::move(word);
  disposal.set_state(v1::DISPOSAL_STATE_WITHDRAWN);
  return absl::OkStatus();
}

absl::Status Execute(v1::Disposal& disposal, v1::DisposalApproval word) {
  if (disposal.state() != v1::DISPOSAL_STATE_APPROVED) return WrongState(disposal);
  std::set<std::string> people{NameKey(disposal.proposal().actor().name())};
  for (const v1::DisposalApproval& approval : disposal.approvals())
    if (!people.insert(NameKey(approval.actor().name())).second) return SameActor(approval);
  *disposal.mutable_execution() = std::move(word);
  disposal.set_state(v1::DISPOSAL_STATE_EXECUTING);
  return absl::OkStatus();
}

std::string DisposalId(std::string_view name) {
  if (!name.starts_with(kPrefix)) return {};
  name.remove_prefix(kPrefix.size());
  const bool plain = !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  });
  return plain ? std::string(name) : std::string();
}

absl::StatusOr<StoredDisposal> ToStored(const v1::Disposal& disposal) {
  v1::Disposal kept = disposal;
  kept.clear_etag();
  StoredDisposal stored;
  stored.id = DisposalId(disposal.name());
  stored.state = disposal.state();
  stored.create_time = ToMicros(disposal.proposal().time());
  ASSIGN_OR_RETURN(stored.body, CanonicalEncode(kept));
  return stored;
}

absl::StatusOr<v1::Disposal> FromStored(const StoredDisposal& stored) {
  v1::Disposal disposal;
  RETURN_IF_ERROR(CanonicalDecode(stored.body, disposal));
  disposal.set_etag(DigestOf(stored.body).substr(7, 16));
  return disposal;
}

std::string EntryKeyOf(const v1::Disposal& disposal) {
  return Cat(kEntryKeyPrefix, disposal.name());
}

v1::ArchiveEntry EntryOf(const v1::Disposal& disposal) {
  v1::ArchiveEntry entry;
  v1::DisposalEntry& said = *entry.mutable_disposal();
  said.set_disposal(disposal.name());
  *said.mutable_proposal() = disposal.proposal();
  *said.mutable_approvals() = disposal.approvals();
  *said.mutable_execution() = disposal.execution();
  *said.mutable_items() = disposal.items();
  return entry;
}

}  // namespace jixiao::archiving
