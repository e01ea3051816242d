#include "archiving/inspection/fixity.h"

#include "archiving/log/merkle.h"
#include "common/canonical.h"
#include "common/encoding.h"
#include "common/errors.h"
#include "common/text.h"

#include <algorithm>

namespace jixiao::archiving {
namespace {

std::span<const std::uint8_t> Bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

bool IsDamage(const absl::Status& status) {
  return status.code() == absl::StatusCode::kDataLoss;
}

class Verification {
 public:
  Verification(const ArchiveReader& archive, std::int64_t index, std::int64_t now, exporting::RepeatedDigests& rule_set)
      : archive_(archive), index_(index), now_(now), rule_set_(rule_set) {}

  absl::StatusOr<VerifiedRecord> Run() {
    absl::StatusOr<std::vector<RegisteredPart>> registered = archive_.custody().Registered(index_);
    if (!registered.ok() && !IsDamage(registered.status())) return registered.status();
    if (registered.ok()) registered_ = *std::move(registered);
    const absl::StatusOr<std::optional<StoredRecord>> record = archive_.Record(index_);
    if (!record.ok() && !IsDamage(record.status())) return record.status();
    if (!record.ok() || !*record) {
      out_.exists = false;
      Add(kLeafPart, {}, 0, "", "missing", "记录读不出或缺失");
      return std::move(out_);
    }
    const std::string& leaf = (*record)->leaf;
    RETURN_IF_ERROR(CheckLeaf(leaf));
    v1::RecordLeaf committed;
    if (!CanonicalDecode(leaf, committed).ok()) return std::move(out_);  // the leaf is named
    ASSIGN_OR_RETURN(const std::vector<Erased> erased, archive_.custody().Erasures(index_));
    for (const v1::PartCommitment& part : committed.parts())
      if (std::none_of(erased.begin(), erased.end(), [&](const Erased& gone) { return gone.part == part.name(); }))
        RETURN_IF_ERROR(CheckPart(part));
    return std::move(out_);
  }

 private:
  const RegisteredPart* Known(std::string_view part) const {
    for (const RegisteredPart& row : registered_)
      if (row.part == part) return &row;
    return nullptr;
  }

  // A row for the register. Of a part that is damaged it keeps what was registered.
  void Add(std::string_view part, const exporting::Digests& digests, std::size_t size, std::string expected,
           std::string found, std::string message) {
    const RegisteredPart* known = Known(part);
    VerifiedPart& out = out_.parts.emplace_back();
    out.was_damaged = known != nullptr && !known->failure.empty();
    if (known != nullptr && !message.empty()) out.row = *known;
    out.row.index = index_;
    out.row.part = std::string(part);
    out.row.verify_time = now_;
    out.row.failure.clear();
    if (message.empty()) {
      out.row.size = static_cast<std::int64_t>(size);
      out.row.sha256 = digests.sha256;
      out.row.sm3 = digests.sm3;
      return;
    }
    v1::FixityFailure failure;
    failure.set_record(RecordName(index_));
    failure.set_part(std::string(part));
    failure.set_expected(std::move(expected));
    failure.set_found(std::move(found));
    failure.set_message(std::move(message));
    out.row.failure = CanonicalEncode(failure).value();  // cannot fail: made here
  }

  // Compares with the register once the bytes are known to be right, or names them by it when they are not.
  void Judge(std::string_view part, std::string_view content, bool right, std::string_view commitment,
             std::string_view computed) {
    const exporting::Digests digests = part == kRuleSetPart ? rule_set_.Of(content) : exporting::DigestsOf(content);
    const RegisteredPart* known = Known(part);
    const bool same = known == nullptr || known->sha256.empty() ||
                      (known->sha256 == digests.sha256 && known->sm3 == digests.sm3 &&
                       known->size == static_cast<std::int64_t>(content.size()));
    if (right && same) return Add(part, digests, content.size(), "", "", "");
    if (right)
      return Add(part, digests, content.size(), Cat("sha256:", known->sha256), Cat("sha256:", digests.sha256),
                 "内容与日志相符，固定性登记被改动");
    if (known != nullptr && !known->sha256.empty() && !same)
      return Add(part, digests, content.size(), Cat("sha256:", known->sha256), Cat("sha256:", digests.sha256),
                 "内容与固定性登记和日志都不符");
    Add(part, digests, content.size(), Cat("commitment:", commitment), Cat("commitment:", computed),
        "盐值、类型或内容与日志所记的承诺不符");
  }

  absl::Status CheckLeaf(const std::string& leaf) {
    out_.bytes += static_cast<std::int64_t>(leaf.size());
    const log::Hash hash = log::HashLeaf(Bytes(leaf));
    const absl::StatusOr<log::Hash> node = archive_.Node({0, index_});
    if (!node.ok() && !IsDamage(node.status())) return node.status();
    if (!node.ok()) {
      Add(kLeafPart, {}, 0, "", "missing", "日志节点读不出或缺失");
      return absl::OkStatus();
    }
    Judge(kLeafPart, leaf, hash == *node, Hex(*node), Hex(hash));
    return absl::OkStatus();
  }

  absl::Status CheckPart(const v1::PartCommitment& committed) {
    const absl::StatusOr<std::optional<Part>> part = archive_.PartNamed(index_, committed.name());
    if (!part.ok() && !IsDamage(part.status())) return part.status();
    const std::string wanted = Hex(Bytes(committed.commitment()));
    if (!part.ok() || !*part) {
      const RegisteredPart* known = Known(committed.name());
      Add(committed.name(), {}, 0,
          known != nullptr && !known->sha256.empty() ? Cat("sha256:", known->sha256) : Cat("commitment:", wanted),
          "missing", part.ok() ? "部件缺失" : "部件读不出");
      return absl::OkStatus();
    }
    out_.bytes += static_cast<std::int64_t>((*part)->content.size());
    const std::string computed = Commitment(**part);
    const bool right = computed == committed.commitment() && (*part)->media_type == committed.media_type() &&
                       static_cast<std::int64_t>((*part)->content.size()) == committed.size();
    Judge(committed.name(), (*part)->content, right, wanted, Hex(Bytes(computed)));
    return absl::OkStatus();
  }

  const ArchiveReader& archive_;
  const std::int64_t index_;
  const std::int64_t now_;
  exporting::RepeatedDigests& rule_set_;
  std::vector<RegisteredPart> registered_;
  VerifiedRecord out_;
};

}  // namespace

absl::StatusOr<VerifiedRecord> VerifyFixity(const ArchiveReader& archive, std::int64_t index, std::int64_t now,
                                            exporting::RepeatedDigests& rule_set) {
  return Verification(archive, index, now, rule_set).Run();
}

v1::FixityFailure FailureOf(const RegisteredPart& row) {
  v1::FixityFailure failure;
  if (!CanonicalDecode(row.failure, failure).ok()) {
    failure.set_record(RecordName(row.index));
    failure.set_part(row.part);
    failure.set_message("固定性登记中的失败记录读不出");
  }
  return failure;
}

std::vector<std::string> RegisterFaults(const std::vector<RegisteredPart>& rows, std::string_view leaf,
                                        const std::vector<Part>& parts) {
  std::vector<std::string> faults;
  for (const RegisteredPart& row : rows) {
    const auto part = std::find_if(parts.begin(), parts.end(), [&](const Part& p) { return p.name == row.part; });
    if (row.part != kLeafPart && part == parts.end()) {
      if (row.failure.empty()) faults.push_back(Cat("固定性登记中的部件 ", row.part, " 不存在"));
      continue;
    }
    if (row.sha256.empty() && !row.failure.empty()) continue;  // was damaged when it was to be registered
    const std::string_view content = row.part == kLeafPart ? leaf : std::string_view(part->content);
    const exporting::Digests digests = exporting::DigestsOf(content);
    if (row.sha256 != digests.sha256 || row.sm3 != digests.sm3 || row.size != static_cast<std::int64_t>(content.size()))
      faults.push_back(Cat("部件 ", row.part, " 与固定性登记不符"));
  }
  return faults;
}

}  // namespace jixiao::archiving
