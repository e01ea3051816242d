#include "archiving/inspection/epoch_check.h"

#include "archiving/record/renewal.h"
#include "common/canonical.h"
#include "common/errors.h"
#include "common/text.h"

#include <map>

namespace jixiao::archiving {
namespace {

constexpr std::size_t kMaxFaults = 100;

std::span<const std::uint8_t> Bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// Examines one epoch by growing its tree anew from the records.
class Examination {
 public:
  Examination(const ArchiveReader& archive, const StoredEpoch& epoch, log::TreeHash hash,
              std::vector<std::string>& faults)
      : archive_(archive), epoch_(epoch), hash_(hash), appender_(hash), faults_(faults) {}

  absl::Status Run(const log::Verifier& verifier, const std::string& origin) {
    v1::EpochDocument document;
    if (!CanonicalDecode(epoch_.document, document).ok() || document.number() != epoch_.number ||
        document.hash_function() != epoch_.hash_function)
      Found("的文件被改动");
    ASSIGN_OR_RETURN(const std::vector<EpochHead> heads, archive_.Epochs().Heads(epoch_.number));
    for (const EpochHead& head : heads) {
      const auto checkpoint = log::OpenCheckpoint(head.note, verifier, EpochOrigin(origin, epoch_.number));
      if (!checkpoint.ok() || checkpoint->size != head.size ||
          checkpoint->extensions != std::vector<std::string>{HashLine(hash_)})
        Found(Cat("的树头（", head.size, " 条）的签名或格式不能验证"));
      else
        roots_[head.size] = checkpoint->root;
    }
    const std::int64_t size = heads.empty() ? 0 : heads.back().size;
    if (size < 1) Found("没有树头");
    RETURN_IF_ERROR(Append(epoch_.document));
    for (std::int64_t index = 0; index + 1 < size; ++index) RETURN_IF_ERROR(CheckEntry(index));
    ASSIGN_OR_RETURN(const std::int64_t entries, archive_.Epochs().EntryCount(epoch_.number));
    ASSIGN_OR_RETURN(const std::int64_t nodes, archive_.Epochs().NodeCount(epoch_.number));
    if (entries != size - 1 || nodes != nodes_) Found("的条目数或节点数与树头不符");
    return absl::OkStatus();
  }

 private:
  void Found(std::string_view what) {
    if (faults_.size() < kMaxFaults) faults_.push_back(Cat("换代 ", epoch_.number, " ", what));
  }

  absl::Status CheckEntry(std::int64_t index) {
    ASSIGN_OR_RETURN(const std::optional<std::string> entry, archive_.Epochs().Entry(epoch_.number, index));
    ASSIGN_OR_RETURN(const std::optional<StoredRecord> record, archive_.Record(index));
    if (!entry || !record) {
      Found(Cat("的条目 ", index, " 或其记录缺失"));
      return Append(entry ? *entry : std::string());
    }
    ASSIGN_OR_RETURN(const std::vector<Part> parts, archive_.Parts(index));
    // A part may have been erased since: what is there must be what the entry binds.
    v1::RenewalEntry stored;
    v1::RenewalEntry made;
    // A damaged name need not be text: then nothing is bound by it.
    const absl::StatusOr<std::string> renewed = RenewalEntryBytes(hash_, index, record->leaf, parts);
    bool same = CanonicalDecode(*entry, stored).ok() && renewed.ok() && CanonicalDecode(*renewed, made).ok() &&
                stored.index() == made.index() && stored.leaf_hash() == made.leaf_hash();
    std::map<std::string_view, std::string_view> bound;
    for (const v1::PartRenewal& part : stored.parts()) bound[part.name()] = part.commitment();
    for (const v1::PartRenewal& part : made.parts()) same = same && bound[part.name()] == part.commitment();
    if (!same) Found(Cat("的条目 ", index, " 与所存内容不符"));
    return Append(*entry);
  }

  absl::Status Append(std::string_view leaf) {
    std::vector<log::NewNode> completed;
    appender_.Append(log::HashLeaf(Bytes(leaf), hash_), &completed);
    nodes_ += static_cast<std::int64_t>(completed.size());
    for (const log::NewNode& node : completed) {
      const auto stored = archive_.Epochs().Node(epoch_.number, node.id);
      if (!stored.ok() && stored.status().code() != absl::StatusCode::kDataLoss) return stored.status();
      if (!stored.ok() || *stored != node.hash) Found(Cat("的节点 ", node.id.level, "/", node.id.index, " 被改动"));
    }
    const auto root = roots_.find(appender_.size());
    if (root != roots_.end() && root->second != appender_.Root())
      Found(Cat("的树头（", root->first, " 条）签名的根与内容不符"));
    return absl::OkStatus();
  }

  const ArchiveReader& archive_;
  const StoredEpoch& epoch_;
  const log::TreeHash hash_;
  log::Appender appender_;
  std::vector<std::string>& faults_;
  std::map<std::int64_t, log::Hash> roots_;
  std::int64_t nodes_ = 0;
};

// The shape of the signature lines that stand below the log's heads; whose they are, only who has the witnesses' keys
// can tell.
absl::Status CheckCosignatures(const ArchiveReader& archive, std::vector<std::string>& faults) {
  ASSIGN_OR_RETURN(const std::optional<StoredHead> head, archive.NewestHead());
  if (!head) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::string lines, archive.Cosignatures(head->size));
  if (!lines.empty() && !log::SplitNote(head->note + lines).ok()) faults.push_back("最新树头的联署被改动");
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<std::string>> EpochFaults(const ArchiveReader& archive, const log::Verifier& verifier,
                                                     const std::string& origin, std::size_t limit) {
  std::vector<std::string> faults;
  absl::Status status = [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const std::vector<StoredEpoch> epochs, archive.Epochs().All());
    std::int64_t number = 0;
    for (const StoredEpoch& epoch : epochs) {
      if (epoch.number != ++number) faults.push_back(Cat("缺少换代 ", number));
      const auto hash = log::TreeHashNamed(epoch.hash_function);
      if (!hash.ok())
        faults.push_back(Cat("换代 ", epoch.number, " 的散列算法未知"));
      else
        RETURN_IF_ERROR(Examination(archive, epoch, *hash, faults).Run(verifier, origin));
    }
    return CheckCosignatures(archive, faults);
  }();
  if (status.code() == absl::StatusCode::kDataLoss)
    faults.push_back("换代的数据读不出");
  else if (!status.ok())
    return status;
  if (faults.size() > limit) faults.resize(limit);
  return faults;
}

}  // namespace jixiao::archiving
