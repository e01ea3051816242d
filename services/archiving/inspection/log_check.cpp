#include "archiving/inspection/log_check.h"

#include "archiving/inspection/fixity.h"
#include "archiving/log/head_chain.h"
#include "archiving/record/erasure.h"
#include "common/canonical.h"
#include "common/errors.h"
#include "common/text.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace jixiao::archiving {
namespace {

constexpr std::int64_t kPage = 256;

std::span<const std::uint8_t> Bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// Damaged text may be no UTF-8, and then no answer could carry it: what cannot be read becomes '?'.
std::string Readable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::size_t size = 1;
    while (size < std::min<std::size_t>(4, text.size()) && !IsUtf8(text.substr(0, size))) ++size;
    const bool readable = IsUtf8(text.substr(0, size));
    out.append(readable ? text.substr(0, size) : "?");
    text.remove_prefix(readable ? size : 1);
  }
  return out;
}

class Examination {
 public:
  Examination(const ArchiveReader& archive, const log::Verifier& verifier, const std::string& origin)
      : archive_(archive), verifier_(verifier), origin_(origin) {}

  absl::StatusOr<LogCheck> Run() {
    RETURN_IF_ERROR(Take(-1, "数据库结构", archive_.StructuralFaults(), [this](const std::vector<std::string>& faults) {
      for (const std::string& fault : faults) Found(-1, fault);
    }));
    RETURN_IF_ERROR(
        Take(-1, "检测与销毁登记", archive_.custody().CustodyFaults(), [this](const std::vector<std::string>& faults) {
          for (const std::string& fault : faults) Found(-1, fault);
        }));
    RETURN_IF_ERROR(Take(-1, "树头", archive_.Heads(), [this](const std::vector<StoredHead>& heads) {
      for (const StoredHead& head : heads) OpenHead(head);
    }));
    RETURN_IF_ERROR(CheckRecords());
    if (cut_) return std::move(check_);  // what follows would only repeat that
    RETURN_IF_ERROR(Take(-1, "记录数", archive_.Size(), [this](std::int64_t size) {
      if (appender_.size() != size) Found(-1, Cat("日志应有 ", size, " 条记录，实有 ", appender_.size(), " 条"));
      if (newest_head_ != size) Found(-1, "最新的树头没有覆盖全部记录");
    }));
    RETURN_IF_ERROR(Take(-1, "日志节点数", archive_.NodeCount(), [this](std::int64_t stored) {
      if (stored != nodes_) Found(-1, Cat("日志节点应有 ", nodes_, " 个，实有 ", stored, " 个"));
    }));
    for (const auto& [head_size, root] : heads_) Found(-1, Cat("树头（", head_size, " 条）没有对应的记录"));
    return std::move(check_);
  }

 private:
  // Uses what was read. What the store cannot read because it is damaged is a finding, not the end of the examination;
  // any other error is.
  template <class Value, class Use>
  absl::Status Take(std::int64_t index, std::string_view what, const absl::StatusOr<Value>& read, Use&& use) {
    if (read.ok())
      use(*read);
    else if (read.status().code() == absl::StatusCode::kDataLoss)
      Found(index, Cat(what, "读不出：", std::string(read.status().message())));
    else
      return read.status();
    return absl::OkStatus();
  }

  void Found(std::int64_t index, std::string_view message) {
    if (check_.damage.size() < kMaxDamage) check_.damage.push_back({index, Readable(message)});
  }

  void OpenHead(const StoredHead& head) {
    const std::int64_t before = std::exchange(newest_head_, head.size);
    const auto checkpoint = log::OpenCheckpoint(head.note, verifier_, origin_);
    if (!checkpoint.ok())
      Found(-1, Cat("树头（", head.size, " 条）的签名或格式不能验证"));
    else if (checkpoint->size != head.size)
      Found(-1, Cat("树头（", head.size, " 条）签的是 ", checkpoint->size, " 条"));
    else
      AddHead(head, checkpoint->root);
    if (checkpoint.ok()) CheckChain(*checkpoint, before);
  }

  // Heads of before there was a chain say nothing of the one before them.
  void CheckChain(const log::Checkpoint& checkpoint, std::int64_t before) {
    const std::optional<std::int64_t> previous = log::PreviousSize(checkpoint);
    if (previous ? *previous != before : chained_)
      Found(-1, previous
                    ? Cat("树头（", checkpoint.size, " 条）之前应是 ", *previous, " 条的树头，所存的是 ", before, " 条")
                    : Cat("树头（", checkpoint.size, " 条）没有写明它之前的树头"));
    chained_ = chained_ || previous;
  }

  void AddHead(const StoredHead& head, const log::Hash& root) {
    heads_[head.size] = root;
    check_.checkpoint = head.note;  // heads come by size: the newest that verifies stays
  }

  absl::Status CheckRecords() {
    for (std::int64_t first = 0;;) {
      const auto page = archive_.Records(first, kPage);
      if (page.status().code() == absl::StatusCode::kDataLoss) return CheckUntilUnreadable(first);
      RETURN_IF_ERROR(page.status());
      if (page->empty()) return absl::OkStatus();
      for (const StoredRecord& record : *page) {
        if (record.index != appender_.size()) {
          Found(appender_.size(), Cat("缺少第 ", appender_.size(), " 条记录"));
          return absl::OkStatus();  // from here on no hash can fit
        }
        RETURN_IF_ERROR(CheckRecord(record));
      }
      first = page->back().index + 1;
    }
  }

  // Somewhere from `first` on a record cannot be read: those before it are checked, and it is named.
  absl::Status CheckUntilUnreadable(std::int64_t first) {
    for (;; ++first) {
      const auto record = archive_.Record(first);
      if (record.ok() && *record) {
        RETURN_IF_ERROR(CheckRecord(**record));
        continue;
      }
      cut_ = true;
      Found(first, "记录读不出，它之后的记录没有检查");
      return record.ok() || record.status().code() == absl::StatusCode::kDataLoss ? absl::OkStatus() : record.status();
    }
  }

  absl::Status CheckRecord(const StoredRecord& record) {
    ++check_.records;
    std::vector<Erased> erased;
    RETURN_IF_ERROR(Take(record.index, "销毁登记", archive_.custody().Erasures(record.index),
                         [&](const std::vector<Erased>& gone) { erased = gone; }));
    for (const Erased& gone : erased) RETURN_IF_ERROR(CheckErasure(record.index, gone));
    RETURN_IF_ERROR(Take(record.index, "内容", archive_.Parts(record.index),
                         [&](const std::vector<Part>& parts) { CheckContents(record, parts, erased); }));
    return Append(record);
  }

  // That the entry which an erasure names is one, and names the part.
  absl::Status CheckErasure(std::int64_t index, const Erased& gone) {
    if (entries_.count(gone.entry) == 0) {
      v1::DisposalEntry& said = entries_[gone.entry];
      RETURN_IF_ERROR(Take(gone.entry, "销毁登记", archive_.PartNamed(gone.entry, kEntryPart),
                           [&](const std::optional<Part>& part) {
                             v1::ArchiveEntry entry;
                             if (part && CanonicalDecode(part->content, entry).ok()) said = entry.disposal();
                           }));
    }
    const v1::DisposalEntry& said = entries_[gone.entry];
    if (!Names(said, index, gone.part))
      Found(index, Cat("部件 ", gone.part, " 标为按日志第 ", gone.entry, " 条销毁，但该条没有这样的登记"));
    else if (const std::string fault = FaultOfPeople(said); !fault.empty())
      Found(gone.entry, Cat("销毁登记：", fault));
    return absl::OkStatus();
  }

  void CheckContents(const StoredRecord& record, const std::vector<Part>& parts, const std::vector<Erased>& erased) {
    for (const Part& part : parts) check_.bytes += static_cast<std::int64_t>(part.content.size());
    for (const std::string& fault : FaultsOf(record.leaf, parts, erased)) Found(record.index, fault);
    if (const auto rows = archive_.custody().Registered(record.index); rows.ok())
      for (const std::string& fault : RegisterFaults(*rows, record.leaf, parts)) Found(record.index, fault);
    else
      Found(record.index, "固定性登记读不出");
    v1::RecordLeaf leaf;
    if (CanonicalDecode(record.leaf, leaf).ok() &&
        (leaf.key() != record.key || leaf.archive_time_micros() != record.archive_time))
      Found(record.index, "索引中的键或归档时间与日志叶子不符");
    const auto summary = Summarize(parts, erased);
    if (!summary.ok() || *summary != record.summary)
      Found(record.index, "索引中的单位、项目、年度、区划、总分或等级与所存内容不符");
    if ((erased.empty() ? ContentDigest(parts) : std::string(kErasedDigest)) != record.content_digest)
      Found(record.index, "索引中的内容摘要与所存内容不符");
  }

  // Grows the tree by the record's leaf and compares what it completes.
  absl::Status Append(const StoredRecord& record) {
    std::vector<log::NewNode> completed;
    appender_.Append(log::HashLeaf(Bytes(record.leaf)), &completed);
    nodes_ += static_cast<std::int64_t>(completed.size());
    for (const log::NewNode& node : completed) {
      const auto stored = archive_.Node(node.id);
      if (!stored.ok() && stored.status().code() != absl::StatusCode::kDataLoss) return stored.status();
      if (!stored.ok() || *stored != node.hash)
        Found(record.index, Cat("日志节点 ", node.id.level, "/", node.id.index, " 缺失或与内容不符"));
    }
    const auto head = heads_.find(appender_.size());
    if (head == heads_.end()) return absl::OkStatus();
    if (head->second != appender_.Root()) Found(record.index, Cat("树头（", head->first, " 条）签名的根与内容不符"));
    heads_.erase(head);
    return absl::OkStatus();
  }

  const ArchiveReader& archive_;
  const log::Verifier& verifier_;
  const std::string& origin_;
  LogCheck check_;
  log::Appender appender_;
  std::int64_t nodes_ = 0;
  std::map<std::int64_t, v1::DisposalEntry> entries_;  // by index, that erasures name
  std::map<std::int64_t, log::Hash> heads_;            // signed roots that were not met yet
  std::int64_t newest_head_ = 0;                       // size of the last head that was seen
  bool chained_ = false;                               // whether a head before said what came before it
  bool cut_ = false;                                   // whether records were left unread
};

}  // namespace

absl::StatusOr<LogCheck> CheckLog(const ArchiveReader& archive, const log::Verifier& verifier,
                                  const std::string& origin) {
  return Examination(archive, verifier, origin).Run();
}

}  // namespace jixiao::archiving
