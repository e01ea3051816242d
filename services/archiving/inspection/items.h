// 四性检测: the items that are checked, each on real bytes, and how each comes out for a record. What cannot be checked
// is said to be not checked, with the reason, and never to have passed.
//
// The properties and what belongs to them follow DA/T 70-2018 as it is known to us; codes are this archive's own.
#pragma once

#include "archiving/inspection/virus_scan.h"
#include "archiving/record/record.h"

#include "jixiao/archiving/v1/archive_entry.pb.h"
#include "jixiao/archiving/v1/inspection_service.pb.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::archiving {

// Stages, as bits.
inline constexpr unsigned kAtFiling = 1;
inline constexpr unsigned kAtTransfer = 2;
inline constexpr unsigned kPeriodically = 4;
unsigned BitOf(v1::InspectionStage stage);

struct InspectionItemInfo {
  std::string_view code;
  std::string_view property;     // 真实性, 完整性, 可用性 or 安全性
  std::string_view title;        // in Chinese
  std::string_view description;  // in Chinese
  unsigned stages = 0;
  bool of_package = false;  // about a package as a whole, and not about one record
};

// All items, in the order of reports.
std::span<const InspectionItemInfo> InspectionItems();

std::string_view TitleOf(v1::InspectionOutcome outcome);  // 通过, 不通过, 未检测
std::string_view TitleOf(v1::InspectionStage stage);

// A record as it is inspected.
struct InspectedRecord {
  std::int64_t index = -1;
  std::string leaf;
  std::vector<Part> parts;
  std::vector<Erased> erased;
  std::optional<Summary> kept;             // what lists show of it; nothing when that is not known
  std::optional<std::string> proof_fault;  // why the leaf is not in the log; empty when it is; nothing: not looked at
  std::optional<bool> follows;             // whether the record before it is there; nothing: not looked at
};

// How a record comes out at a stage. `scan` looks for malware in a source document. Items of packages are left out.
v1::InspectionReport Inspect(const InspectedRecord& record, v1::InspectionStage stage, std::int64_t now,
                             const std::function<Scan(std::string_view bytes)>& scan);

}  // namespace jixiao::archiving
