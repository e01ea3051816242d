#include "archiving/record/record.h"

#include "archiving/record/calls.h"
#include "archiving/record/transfer.h"
#include "common/canonical.h"
#include "common/digest.h"
#include "common/errors.h"
#include "common/random.h"
#include "common/text.h"

#include "jixiao/archiving/v1/archive_entry.pb.h"

#include <algorithm>
#include <charconv>
#include <set>

namespace jixiao::archiving {
namespace {

constexpr std::string_view kNamePrefix = "records/";
constexpr std::size_t kSaltBytes = 32;

void PutLength(std::string& out, std::uint64_t length) {
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(length >> shift));
}

void PutWithLength(std::string& out, std::string_view text) {
  PutLength(out, text.size());
  out.append(text);
}

std::string HashString(std::string_view first, std::string_view second = {}) {
  const auto hash = Sha256(first, second);
  return std::string(reinterpret_cast<const char*>(hash.data()), hash.size());
}

// What a commitment covers, up to the content.
std::string CommitmentHead(const Part& part) {
  std::string text = "jixiao-part-v1\n";
  PutWithLength(text, part.name);
  PutWithLength(text, part.media_type);
  PutWithLength(text, part.salt);
  PutLength(text, part.content.size());
  return text;
}

const Part* Find(const std::vector<Part>& parts, std::string_view name) {
  const auto found = std::find_if(parts.begin(), parts.end(), [&](const Part& part) { return part.name == name; });
  return found == parts.end() ? nullptr : &*found;
}

template <class Message>
absl::Status Decode(const std::vector<Part>& parts, std::string_view name, Message& message) {
  const Part* part = Find(parts, name);
  if (part == nullptr)
    return Error(absl::StatusCode::kDataLoss, "ARCHIVE_DAMAGED", Cat("the part ", name, " is missing"));
  return CanonicalDecode(part->content, message);
}

bool IsErased(std::span<const Erased> erased, std::string_view name) {
  return std::any_of(erased.begin(), erased.end(), [&](const Erased& gone) { return gone.part == name; });
}

// Faults between leaf and parts.
void CheckCommitments(const v1::RecordLeaf& leaf, const std::vector<Part>& parts, std::span<const Erased> erased,
                      std::vector<std::string>& faults) {
  for (const v1::PartCommitment& committed : leaf.parts()) {
    const Part* part = Find(parts, committed.name());
    if (IsErased(erased, committed.name())) {
      if (part != nullptr) faults.push_back(Cat("部件 ", committed.name(), " 标为已销毁，却仍有内容"));
      continue;
    }
    if (part == nullptr)
      faults.push_back(Cat("部件 ", committed.name(), " 缺失"));
    else if (part->media_type != committed.media_type() ||
             static_cast<std::int64_t>(part->content.size()) != committed.size())
      faults.push_back(Cat("部件 ", committed.name(), " 的类型或大小与日志叶子所记不符"));
    else if (Commitment(*part) != committed.commitment())
      faults.push_back(Cat("部件 ", committed.name(), " 的内容、类型或盐值与日志叶子中的承诺不符"));
  }
  std::set<std::string_view> names;
  for (const v1::PartCommitment& committed : leaf.parts())
    if (!names.insert(committed.name()).second) faults.push_back(Cat("日志叶子中有两个部件 ", committed.name()));
  names.clear();
  for (const Part& part : parts) {
    if (!names.insert(part.name).second) faults.push_back(Cat("有两个部件 ", part.name));
    const bool known = std::any_of(leaf.parts().begin(), leaf.parts().end(),
                                   [&](const v1::PartCommitment& c) { return c.name() == part.name; });
    if (!known) faults.push_back(Cat("部件 ", part.name, " 不在日志叶子中"));
  }
}

// Faults of an entry of the archive itself.
void CheckEntry(std::string_view key, const std::vector<Part>& parts, std::vector<std::string>& faults) {
  v1::ArchiveEntry entry;
  if (!Decode(parts, kEntryPart, entry).ok()) faults.push_back("归档系统登记 entry 不是完整的规范编码");
  if (parts.size() != 1) faults.push_back("归档系统登记只能有 entry 一个部件");
  if (!key.starts_with(kEntryKeyPrefix)) faults.push_back("归档系统登记的键不以 archive/ 开头");
  if (entry.has_calls() && key != CallsKeyOf(entry.calls())) faults.push_back("审计日志的键与其内容不符");
}

// Faults between the parts themselves.
void CheckContents(const std::vector<Part>& parts, std::span<const Erased> erased, std::vector<std::string>& faults) {
  evaluation::v1::SelfEvaluation form;
  evaluation::v1::Scorecard card;
  scoring::v1::RuleSet rule_set;
  if (!IsErased(erased, kFormPart) && !Decode(parts, kFormPart, form).ok())
    faults.push_back("自评表不是完整的规范编码");
  const bool card_ok = Decode(parts, kScorecardPart, card).ok();
  const bool rules_ok = Decode(parts, kRuleSetPart, rule_set).ok();
  if (!card_ok && !IsErased(erased, kScorecardPart)) faults.push_back("评分卡不是完整的规范编码");
  if (!rules_ok && !IsErased(erased, kRuleSetPart)) faults.push_back("评分规则不是完整的规范编码");
  v1::RetentionDecision retention;
  if (Find(parts, kRetentionPart) != nullptr && !Decode(parts, kRetentionPart, retention).ok())
    faults.push_back("保管期限 retention 不是完整的规范编码");
  v1::Provenance provenance;
  if (Find(parts, kProvenancePart) != nullptr && !Decode(parts, kProvenancePart, provenance).ok())
    faults.push_back("报送经过 provenance 不是完整的规范编码");
  const Part* rules = Find(parts, kRuleSetPart);
  if (card_ok && rules_ok && card.rule_set().digest() != DigestOf(rules->content))
    faults.push_back("评分卡所记的规则摘要与所存规则不符");
  if (Find(parts, kReviewPart) == nullptr) return;
  intake::v1::ReviewRecord review;
  if (!Decode(parts, kReviewPart, review).ok()) {
    faults.push_back("审核记录 review 不是完整的规范编码");
    return;
  }
  const Part* form_part = Find(parts, kFormPart);
  const Part* card_part = Find(parts, kScorecardPart);
  if (form_part != nullptr && review.form_digest() != DigestOf(form_part->content))
    faults.push_back("审核记录 review 所记的表单摘要与所存自评表不符");
  if (card_part != nullptr && review.scorecard_digest() != DigestOf(card_part->content))
    faults.push_back("审核记录 review 所记的评分卡摘要与所存评分卡不符");
}

}  // namespace

std::string RecordName(std::int64_t index) {
  return Cat(kNamePrefix, index);
}

std::int64_t RecordIndex(std::string_view name) {
  if (!name.starts_with(kNamePrefix)) return -1;
  name.remove_prefix(kNamePrefix.size());
  std::int64_t index = -1;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), index);
  return error == std::errc() && end == name.data() + name.size() ? index : -1;
}

Part NewPart(std::string_view name, std::string_view media_type, std::string content) {
  return {std::string(name), std::string(media_type), std::move(content), RandomBytes(kSaltBytes)};
}

absl::StatusOr<std::vector<Part>> PartsOf(const v1::ArchiveRecordRequest& request,
                                          std::optional<std::string> rule_set) {
  std::vector<Part> parts;
  const auto add = [&](std::string_view name, std::string_view media_type, std::string content) {
    parts.push_back(NewPart(name, media_type, std::move(content)));
  };
  ASSIGN_OR_RETURN(std::string form, CanonicalEncode(request.form()));
  if (!rule_set) {
    ASSIGN_OR_RETURN(rule_set, CanonicalEncode(request.rule_set()));
  }
  ASSIGN_OR_RETURN(std::string scorecard, CanonicalEncode(request.scorecard()));
  add(kFormPart, kCanonicalMediaType, std::move(form));
  if (request.has_transfer()) {
    ASSIGN_OR_RETURN(std::string origin, CanonicalEncode(request.transfer()));
    add(kOriginPart, kCanonicalMediaType, std::move(origin));
  }
  if (request.has_provenance()) {
    ASSIGN_OR_RETURN(std::string provenance, CanonicalEncode(request.provenance()));
    add(kProvenancePart, kCanonicalMediaType, std::move(provenance));
  }
  if (request.has_review()) {
    ASSIGN_OR_RETURN(std::string review, CanonicalEncode(request.review()));
    add(kReviewPart, kCanonicalMediaType, std::move(review));
  }
  add(kRuleSetPart, kCanonicalMediaType, *std::move(rule_set));
  add(kScorecardPart, kCanonicalMediaType, std::move(scorecard));
  if (!request.source_document().empty()) {
    const std::string& type = request.form().source().media_type();
    add(kSourcePart, type.empty() ? std::string_view("application/octet-stream") : std::string_view(type),
        request.source_document());
  }
  return parts;
}

std::string ContentDigest(const std::vector<Part>& parts) {
  std::string text = "jixiao-record-v1\n";
  for (const Part& part : parts) {
    if (part.name == kRetentionPart || part.name == kProvenancePart) continue;
    PutWithLength(text, part.name);
    PutWithLength(text, part.media_type);
    PutWithLength(text, HashString(part.content));
  }
  return DigestOf(text);
}

bool IsEntry(const std::vector<Part>& parts) {
  return Find(parts, kEntryPart) != nullptr;
}

Summary SummaryOf(const evaluation::v1::SelfEvaluation& form, const evaluation::v1::Scorecard& card) {
  return {form.implementing_unit().name(), form.project_name(), form.fiscal_year(), form.region_code(),
          card.computed_total(),           card.grade()};
}

absl::StatusOr<Summary> Summarize(const std::vector<Part>& parts, std::span<const Erased> erased) {
  if (IsEntry(parts)) return Summary();
  evaluation::v1::SelfEvaluation form;
  evaluation::v1::Scorecard card;
  if (!IsErased(erased, kFormPart)) RETURN_IF_ERROR(Decode(parts, kFormPart, form));
  if (!IsErased(erased, kScorecardPart)) RETURN_IF_ERROR(Decode(parts, kScorecardPart, card));
  return SummaryOf(form, card);
}

std::string CommitmentText(const Part& part) {
  return CommitmentHead(part).append(part.content);
}

std::string Commitment(const Part& part) {
  return HashString(CommitmentHead(part), part.content);
}

std::string LeafBytes(std::string_view key, std::int64_t archive_time_micros, const std::vector<Part>& parts) {
  v1::RecordLeaf leaf;
  leaf.set_key(std::string(key));
  leaf.set_archive_time_micros(archive_time_micros);
  for (const Part& part : parts) {
    auto& committed = *leaf.add_parts();
    committed.set_name(part.name);
    committed.set_media_type(part.media_type);
    committed.set_size(static_cast<std::int64_t>(part.content.size()));
    committed.set_commitment(Commitment(part));
  }
  return CanonicalEncode(leaf).value();  // cannot fail: the message was made here
}

std::vector<std::string> CommitmentFaults(std::string_view leaf_bytes, const std::vector<Part>& parts,
                                          std::span<const Erased> erased) {
  v1::RecordLeaf leaf;
  if (!CanonicalDecode(leaf_bytes, leaf).ok()) return {"日志叶子不是完整的规范编码"};
  std::vector<std::string> faults;
  CheckCommitments(leaf, parts, erased, faults);
  for (const Erased& gone : erased)
    if (std::none_of(leaf.parts().begin(), leaf.parts().end(),
                     [&](const v1::PartCommitment& c) { return c.name() == gone.part; }))
      faults.push_back(Cat("标为已销毁的部件 ", gone.part, " 不在日志叶子中"));
  return faults;
}

std::vector<std::string> FaultsOf(std::string_view leaf_bytes, const std::vector<Part>& parts,
                                  std::span<const Erased> erased) {
  std::vector<std::string> faults = CommitmentFaults(leaf_bytes, parts, erased);
  v1::RecordLeaf leaf;
  if (!CanonicalDecode(leaf_bytes, leaf).ok()) return faults;
  if (IsEntry(parts)) {
    CheckEntry(leaf.key(), parts, faults);
    return faults;
  }
  if (leaf.key().starts_with(kEntryKeyPrefix)) faults.push_back("记录占用了归档系统登记的键");
  CheckContents(parts, erased, faults);
  // What came from another archive proves there only whole.
  if (Find(parts, kOriginPart) == nullptr || !erased.empty()) return faults;
  v1::TransferProof transfer;
  if (!Decode(parts, kOriginPart, transfer).ok())
    faults.push_back("移交来源 origin 不是完整的规范编码");
  else
    for (std::string& fault : TransferFaults(transfer, parts)) faults.push_back(std::move(fault));
  return faults;
}

}  // namespace jixiao::archiving
