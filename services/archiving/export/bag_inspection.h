// 四性检测 at transfer: of the records of a package as they are written, and of a package as it lies there.
#pragma once

#include "archiving/export/bag_check.h"
#include "archiving/inspection/items.h"

#include <cstdint>
#include <string>
#include <vector>

namespace jixiao::archiving::exporting {

// A line of the package's metadata/inspection.jsonl: the record, its index and how each item of it came out. Without a
// time, so that the same records give the same package; malware is looked for in the finished package.
std::string InspectionLine(const v1::GetRecordResponse& record, const std::string& verifier_key);

// How one item came out over a package.
struct InspectedItem {
  const InspectionItemInfo* info = nullptr;
  std::int64_t passed = 0;
  std::int64_t failed = 0;
  std::int64_t not_checked = 0;
  std::string reason;                 // of the first that failed, or else was not checked
  std::vector<std::string> failures;  // by name, at most kMaxFaults

  // Failed when any failed; passed only when none was left unchecked.
  v1::InspectionOutcome outcome() const;
};

struct BagInspection {
  std::int64_t time = 0;
  std::int64_t records = 0;
  std::vector<InspectedItem> items;  // all of the stage of transfer, in their order

  bool ok() const;  // none failed
};

// Checks the package at `path`, which `package` reads, whole.
absl::StatusOr<BagInspection> InspectBag(const PackageReader& package, const std::string& path,
                                         const log::Verifier& verifier, const std::string& origin, std::int64_t now);

// One JSON object, with all items, their reasons and the time.
std::string ToJson(const BagInspection& inspection);

}  // namespace jixiao::archiving::exporting
