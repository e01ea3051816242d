#include "archiving/export/bag_inspection.h"

#include "archiving/export/bag.h"
#include "archiving/record/erasure.h"
#include "common/errors.h"
#include "common/text.h"
#include "common/time.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>

namespace jixiao::archiving::exporting {
namespace {

// A package may hold a whole archive; who waits for it may interrupt it.
constexpr std::chrono::hours kScanTime{24};

InspectedRecord FromResponse(const v1::GetRecordResponse& record) {
  InspectedRecord out;
  out.index = record.proof().index();
  out.leaf = record.leaf();
  out.parts = PartsOf(record);
  out.erased = ErasedOf(record);
  const v1::RecordSummary& summary = record.record();
  out.kept = Summary{summary.implementing_unit(), summary.project_name(),   summary.fiscal_year(),
                     summary.region_code(),       summary.computed_total(), summary.grade()};
  return out;
}

std::string FirstOf(const std::vector<std::string>& faults) {
  return faults.empty() ? std::string() : faults.front();
}

bool IsForeignFile(std::string_view fault) {
  return fault.find("多出的文件") != std::string_view::npos;
}

class Inspecting {
 public:
  Inspecting(const PackageReader& package, const log::Verifier& verifier, const std::string& origin, std::int64_t now)
      : package_(package), verifier_(verifier), origin_(origin) {
    out_.time = now;
    for (const InspectionItemInfo& item : InspectionItems())
      if ((item.stages & kAtTransfer) != 0) out_.items.push_back({&item, 0, 0, 0, {}, {}});
  }

  absl::StatusOr<BagInspection> Run(const std::string& path) {
    ASSIGN_OR_RETURN(const BagCheck check, CheckBag(package_, verifier_, origin_));
    Put(check);
    const Scan scan = ScanPath(path, Scanner::kAny, {kScanTime, {}});
    for (const std::string& folder : RecordFoldersOf(package_)) Inspect(folder, scan);
    return std::move(out_);
  }

 private:
  InspectedItem& Item(std::string_view code) {
    return *std::find_if(out_.items.begin(), out_.items.end(),
                         [&](const InspectedItem& item) { return item.info->code == code; });
  }
  void Count(std::string_view code, v1::InspectionOutcome outcome, const std::string& reason, std::string_view where) {
    InspectedItem& item = Item(code);
    const bool failed = outcome == v1::INSPECTION_OUTCOME_FAILED;
    if (outcome == v1::INSPECTION_OUTCOME_PASSED) {
      ++item.passed;
      return;
    }
    if (item.reason.empty() || (failed && item.failed == 0)) item.reason = reason;
    ++(failed ? item.failed : item.not_checked);
    if (failed && item.failures.size() < kMaxFaults)
      item.failures.push_back(Cat(where, where.empty() ? "" : "：", reason));
  }
  void CountFaults(std::string_view code, const std::vector<std::string>& faults, std::int64_t failed) {
    if (failed == 0) return Count(code, v1::INSPECTION_OUTCOME_PASSED, "", "");
    for (const std::string& fault : faults) Count(code, v1::INSPECTION_OUTCOME_FAILED, fault, "");
  }

  // What the check of the package says of it as a whole. Its steps come in a fixed order; see bag_check.cpp.
  void Put(const BagCheck& check) {
    std::vector<std::string> manifest;
    std::vector<std::string> foreign;
    for (std::size_t i = 0; i < 3; ++i)
      for (const std::string& fault : check.steps[i].faults)
        (IsForeignFile(fault) ? foreign : manifest).push_back(fault);
    foreign.insert(foreign.end(), check.steps[6].faults.begin(), check.steps[6].faults.end());
    CountFaults("ZS-7", manifest, static_cast<std::int64_t>(manifest.size()));
    CountFaults("AQ-3", foreign, static_cast<std::int64_t>(foreign.size()));
    CountFaults("WZ-5", check.steps[3].faults, check.steps[3].failed);
    if (const BagStep& derived = check.steps[5]; derived.failed == 0 && !derived.note.empty())
      Count("ZS-8", v1::INSPECTION_OUTCOME_NOT_CHECKED, derived.note, "");
    else
      CountFaults("ZS-8", derived.faults, derived.failed);
    const std::string info = package_.Has("bag-info.txt") ? package_.Content("bag-info.txt", 1 << 20).value_or("") : "";
    const bool agent = info.find("Bag-Software-Agent: ") != std::string::npos;
    Count("KY-5", agent ? v1::INSPECTION_OUTCOME_PASSED : v1::INSPECTION_OUTCOME_FAILED,
          agent ? "" : "bag-info.txt 没有写明封装软件", "");
    Count("AQ-4", v1::INSPECTION_OUTCOME_NOT_CHECKED, "程序看不到载体，须由人检查", "");
  }

  void Inspect(const std::string& folder, const Scan& scan) {
    ++out_.records;
    const auto record = ReadRecord(package_, folder);
    if (!record.ok())
      return Count("KY-1", v1::INSPECTION_OUTCOME_FAILED, std::string(record.status().message()), folder);
    InspectedRecord inspected = FromResponse(*record);
    inspected.kept.reset();  // made from the contents just now: it cannot say otherwise
    inspected.proof_fault = FirstOf(ProofFaults(*record, verifier_, origin_));
    const v1::InspectionReport report = archiving::Inspect(inspected, v1::INSPECTION_STAGE_TRANSFER, out_.time,
                                                           [&scan](std::string_view) { return scan; });
    for (const v1::InspectionResult& result : report.results())
      Count(result.code(), result.outcome(), result.reason(), record->record().name());
  }

  const PackageReader& package_;
  const log::Verifier& verifier_;
  const std::string& origin_;
  BagInspection out_;
};

}  // namespace

std::string InspectionLine(const v1::GetRecordResponse& record, const std::string& verifier_key) {
  InspectedRecord inspected = FromResponse(record);
  const auto verifier = log::Verifier::Parse(verifier_key);
  if (verifier.ok())
    inspected.proof_fault = FirstOf(ProofFaults(record, *verifier, verifier_key.substr(0, verifier_key.find('+'))));
  const v1::InspectionReport report = archiving::Inspect(
      inspected, v1::INSPECTION_STAGE_TRANSFER, ToMicros(record.record().archive_time()), [](std::string_view) {
        return Scan{ScanOutcome::kNotScanned, "封装后整包扫描"};
      });
  nlohmann::ordered_json line = {{"record", record.record().name()}, {"stage", TitleOf(report.stage())}};
  for (const v1::InspectionResult& result : report.results()) {
    nlohmann::ordered_json item = {{"code", result.code()}, {"outcome", TitleOf(result.outcome())}};
    if (!result.reason().empty()) item["reason"] = result.reason();
    line["results"].push_back(std::move(item));
  }
  return line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

v1::InspectionOutcome InspectedItem::outcome() const {
  if (failed > 0) return v1::INSPECTION_OUTCOME_FAILED;
  return not_checked > 0 || passed == 0 ? v1::INSPECTION_OUTCOME_NOT_CHECKED : v1::INSPECTION_OUTCOME_PASSED;
}

bool BagInspection::ok() const {
  return std::all_of(items.begin(), items.end(), [](const InspectedItem& item) { return item.failed == 0; });
}

absl::StatusOr<BagInspection> InspectBag(const PackageReader& package, const std::string& path,
                                         const log::Verifier& verifier, const std::string& origin, std::int64_t now) {
  return Inspecting(package, verifier, origin, now).Run(path);
}

std::string ToJson(const BagInspection& inspection) {
  nlohmann::ordered_json out = {{"stage", TitleOf(v1::INSPECTION_STAGE_TRANSFER)},
                                {"time", FormatUtc(inspection.time)},
                                {"records", inspection.records},
                                {"ok", inspection.ok()},
                                {"items", nlohmann::ordered_json::array()}};
  for (const InspectedItem& item : inspection.items)
    out["items"].push_back({{"code", item.info->code},
                            {"property", item.info->property},
                            {"title", item.info->title},
                            {"outcome", TitleOf(item.outcome())},
                            {"passed", item.passed},
                            {"failed", item.failed},
                            {"not_checked", item.not_checked},
                            {"reason", item.reason},
                            {"failures", item.failures}});
  return out.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace jixiao::archiving::exporting
