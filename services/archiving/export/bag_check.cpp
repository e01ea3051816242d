#include "archiving/export/bag_check.h"

#include "archiving/export/bag.h"
#include "archiving/export/bag_derived.h"
#include "common/errors.h"
#include "common/text.h"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace jixiao::archiving::exporting {
namespace {

constexpr std::int64_t kLargestManifest = std::int64_t{4} << 30;
constexpr std::int64_t kLargestTagFile = 1 << 20;
constexpr std::string_view kAlgorithms[] = {"sha256", "sm3"};

// A line of a manifest: 64 digits, two blanks, a name. Only as it is written here, so that every bit counts.
bool ParseLine(std::string_view line, std::string_view& digest, std::string_view& name) {
  if (line.size() < 67 || line.substr(64, 2) != "  ") return false;
  digest = line.substr(0, 64);
  name = line.substr(66);
  return std::all_of(digest.begin(), digest.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool IsPayload(std::string_view name) {
  return name.starts_with("data/");
}
bool IsTagManifest(std::string_view name) {
  return name.starts_with("tagmanifest-");
}

class BagReader {
 public:
  BagReader(const PackageReader& package, const log::Verifier& verifier, const std::string& origin)
      : package_(package), verifier_(verifier), origin_(origin) {}

  BagCheck Run() {
    CheckTagFiles();
    ReadManifests();
    CheckFiles();
    CheckInfo();
    CheckRecords();
    return std::move(check_);
  }

 private:
  void Begin(std::string title) { check_.steps.push_back({std::move(title), {}, 0, 0, {}}); }
  void Fault(std::string fault) {
    BagStep& step = check_.steps.back();
    ++step.failed;
    if (step.faults.size() < kMaxFaults) step.faults.push_back(std::move(fault));
  }

  // The content of a tag file; a fault and nothing when it cannot be read.
  std::string Tag(const std::string& name, std::int64_t limit = kLargestTagFile) {
    if (!package_.Has(name)) {
      Fault(Cat(name, "：缺失"));
      return {};
    }
    absl::StatusOr<std::string> content = package_.Content(name, limit);
    if (content.ok()) return *std::move(content);
    Fault(std::string(content.status().message()));
    return {};
  }

  void CheckTagFiles() {
    Begin("BagIt 声明");
    ++check_.steps.back().checked;
    if (Tag("bagit.txt") != kBagItText) Fault("bagit.txt：不是 BagIt 1.0 的声明");
  }

  void ReadManifests() {
    Begin("清单的格式");
    for (std::size_t i = 0; i < 2; ++i)
      for (const char* kind : {"manifest-", "tagmanifest-"}) {
        const std::string file = Cat(kind, kAlgorithms[i], ".txt");
        const std::string text = Tag(file, kLargestManifest);
        ++check_.steps.back().checked;
        if (!text.empty() && text.back() != '\n') Fault(Cat(file, "：最后一行不完整"));
        std::string_view left = text;
        for (int number = 1; !left.empty(); ++number) {
          const std::size_t end = std::min(left.find('\n'), left.size() - 1);
          ReadLine(file, number, left.substr(0, end), i, kind[0] == 't');
          left.remove_prefix(end + 1);
        }
      }
  }

  void ReadLine(const std::string& file, int number, std::string_view line, std::size_t algorithm, bool tag) {
    std::string_view digest;
    std::string_view name;
    if (!ParseLine(line, digest, name) || IsPayload(name) == tag || IsTagManifest(name)) {
      Fault(Cat(file, "：第 ", number, " 行被改动"));
      return;
    }
    Digests& wanted = wanted_[std::string(name)];
    std::string& mine = algorithm == 0 ? wanted.sha256 : wanted.sm3;
    if (!mine.empty()) Fault(Cat(file, "：第 ", number, " 行重复"));
    mine = std::string(digest);
  }

  void CheckFiles() {
    Begin("逐个文件与 SHA-256、SM3 清单相符");
    for (const std::string& name : package_.Names()) {
      if (IsTagManifest(name)) {
        if (name != "tagmanifest-sha256.txt" && name != "tagmanifest-sm3.txt") Fault(Cat(name, "：包中多出的文件"));
        continue;
      }
      ++check_.steps.back().checked;
      ++check_.files;
      Digester digester;
      std::int64_t size = 0;
      const absl::Status read = package_.Read(name, [&](std::string_view piece) {
        digester.Add(piece);
        size += static_cast<std::int64_t>(piece.size());
        return absl::OkStatus();
      });
      check_.bytes += size;
      if (IsPayload(name)) payload_bytes_ += size, ++payload_files_;
      const auto wanted = wanted_.find(name);
      const Digests found = digester.Finish();
      if (wanted == wanted_.end())
        Fault(Cat(name, "：包中多出的文件，清单里没有"));
      else if (!read.ok())
        Fault(std::string(read.message()));
      else if (found.sha256 != wanted->second.sha256)
        Fault(Cat(name, "：与 SHA-256 清单不符"));
      else if (found.sm3 != wanted->second.sm3)
        Fault(Cat(name, "：与 SM3 清单不符"));
      if (wanted != wanted_.end()) wanted_.erase(wanted);
    }
    for (const auto& [name, digests] : wanted_) Fault(Cat(name, "：清单里有，包中缺失"));
  }

  void CheckInfo() {
    Begin("文件数与字节数");
    ++check_.steps.back().checked;
    const std::string info = Tag("bag-info.txt");
    const std::string oxum = Cat("Payload-Oxum: ", payload_bytes_, ".", payload_files_, "\n");
    if (info.find(oxum) == std::string::npos) Fault("bag-info.txt：Payload-Oxum 与内容不符");
    const std::string count = Cat("Record-Count: ", RecordFoldersOf(package_).size(), "\n");
    if (info.find(count) == std::string::npos) Fault("bag-info.txt：Record-Count 与内容不符");
  }

  void CheckRecords() {
    BagStep proofs{"逐条记录：部件与叶子承诺、包含证明、树头签名", {}, 0, 0, {}};
    BagStep derived{"form.json 等派生文件与所归档的内容相同", {}, 0, 0, {}};
    const auto fault = [](BagStep& step, std::string what) {
      ++step.failed;
      if (step.faults.size() < kMaxFaults) step.faults.push_back(std::move(what));
    };
    const Rendering rendering =
        RenderingOf(package_.Has("bag-info.txt") ? package_.Content("bag-info.txt", kLargestTagFile).value_or("") : "");
    std::unordered_set<std::string> owned;
    std::unordered_set<std::string> rule_sets;
    const std::vector<std::string> folders = RecordFoldersOf(package_);
    for (const std::string& folder : folders) {
      ++proofs.checked;
      ++check_.records;
      const auto record = ReadRecord(package_, folder);
      if (!record.ok()) {
        fault(proofs, std::string(record.status().message()));
        unread_.push_back(folder);
        continue;
      }
      for (const std::string& what : ProofFaults(*record, verifier_, origin_)) fault(proofs, Cat(folder, "：", what));
      ++derived.checked;
      for (std::string& what : DerivedFaults(package_, *record, folder, rendering, rule_sets))
        fault(derived, std::move(what));
      for (std::string& name : FilesOf(*record, folder)) owned.insert(std::move(name));
    }
    if (folders.empty()) fault(derived, "包中没有记录");
    if (rendering.comparable && Tag("metadata/package.xsd") != MetadataSchema())
      fault(derived, "metadata/package.xsd：不是归档包的元数据模式");
    if (!rendering.comparable)
      derived.note = "form.html、metadata.xml 由另一版本的程序写出，未核对，以 form.json、scorecard.json 为准";
    else if (std::ranges::any_of(package_.Names(), [](const std::string& name) { return name.ends_with("/form.pdf"); }))
      derived.note = "form.pdf 供人阅读，未核对，以 form.json、scorecard.json 为准";
    check_.steps.push_back(std::move(proofs));
    check_.steps.push_back(std::move(derived));
    CheckOwners(owned);
  }

  // Everything in the payload is part of a record or made from one.
  void CheckOwners(const std::unordered_set<std::string>& owned) {
    Begin("包中的文件都属于归档包或某条记录");
    for (const std::string& name : package_.Names()) {
      ++check_.steps.back().checked;
      if (!IsPayload(name) && !IsTagManifest(name) && !IsTagFile(name)) Fault(Cat(name, "：不属于归档包"));
      if (IsPayload(name) && !owned.contains(name) && !IsPerhapsOwned(name)) Fault(Cat(name, "：不属于任何记录"));
    }
    check_.steps.back().note = Cat(kInspectionFile, " 是写出时的检测结果，未核对；可用 archive inspect 重新检测");
  }

  static bool IsTagFile(std::string_view name) {
    constexpr std::string_view kFiles[] = {"bagit.txt",        "bag-info.txt",         "manifest-sha256.txt",
                                           "manifest-sm3.txt", "metadata/package.xsd", kKeyFile,
                                           kInspectionFile};
    return std::find(std::begin(kFiles), std::end(kFiles), name) != std::end(kFiles);
  }

  // Of a record that cannot be read nobody knows what is its own; that it cannot is said already.
  bool IsPerhapsOwned(std::string_view name) const {
    return !unread_.empty() &&
           (name.starts_with(kRuleSetsFolder) || name.starts_with(kEntriesFolder) ||
            std::ranges::any_of(unread_, [&](const std::string& folder) { return name.starts_with(folder); }));
  }

  const PackageReader& package_;
  const log::Verifier& verifier_;
  const std::string& origin_;
  BagCheck check_;
  std::map<std::string, Digests> wanted_;  // of the files that were not met yet
  std::vector<std::string> unread_;        // folders of records that cannot be read
  std::int64_t payload_bytes_ = 0;
  std::int64_t payload_files_ = 0;
};

}  // namespace

bool BagCheck::ok() const {
  return std::all_of(steps.begin(), steps.end(), [](const BagStep& step) { return step.failed == 0; });
}

absl::StatusOr<BagCheck> CheckBag(const PackageReader& package, const log::Verifier& verifier,
                                  const std::string& origin) {
  if (!package.Has("bagit.txt")) return PackageDamaged("不是归档包：没有 bagit.txt");
  return BagReader(package, verifier, origin).Run();
}

std::string KeyIn(const PackageReader& package) {
  const std::string name(kKeyFile);
  if (!package.Has(name)) return {};
  std::string key = package.Content(name, kLargestTagFile).value_or("");
  while (!key.empty() && (key.back() == '\n' || key.back() == '\r' || key.back() == ' ')) key.pop_back();
  return key;
}

}  // namespace jixiao::archiving::exporting
