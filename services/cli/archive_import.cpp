// `jixiao archive import`: takes over the records of another archive's package, with its proofs.
#include "archiving/export/bag_check.h"
#include "archiving/export/bag_inspection.h"
#include "archiving/export/document.h"
#include "archiving/record/transfer.h"
#include "cli/archive_custody.h"
#include "cli/archive_package.h"
#include "cli/archive_records.h"
#include "cli/client.h"
#include "cli/output.h"
#include "common/canonical.h"
#include "common/text.h"
#include "common/time.h"

#include <nlohmann/json.hpp>

#include <iostream>

namespace jixiao::cli {
namespace {

namespace exporting = archiving::exporting;
using archiving::v1::ArchivingService;

// Parts that the request has fields for, and that are archived here under the same name.
bool HasOwnField(std::string_view name) {
  return name == archiving::kFormPart || name == archiving::kScorecardPart || name == archiving::kRuleSetPart ||
         name == archiving::kSourcePart;
}

archiving::v1::ArchiveRecordRequest RequestFor(const exporting::Document& document, const TrustedKey& key,
                                               const std::string& key_text) {
  archiving::v1::ArchiveRecordRequest request;
  *request.mutable_form() = document.form;
  *request.mutable_scorecard() = document.card;
  *request.mutable_rule_set() = document.rule_set;
  auto& transfer = *request.mutable_transfer();
  transfer.set_origin(key.origin);
  transfer.set_verifier_key(key_text);
  transfer.set_index(document.record.proof().index());
  transfer.set_leaf(document.record.leaf());
  *transfer.mutable_path() = document.record.proof().path();
  transfer.set_checkpoint(document.record.proof().checkpoint());
  for (const auto& part : document.record.parts()) {
    auto& to = *transfer.add_parts();
    to.set_name(part.name());
    to.set_media_type(part.media_type());
    to.set_salt(part.salt());
    if (part.name() == archiving::kSourcePart) request.set_source_document(part.content());
    if (!HasOwnField(part.name())) to.set_content(part.content());
  }
  request.set_key(archiving::TransferKey(transfer));
  return request;
}

// Whether the record that has the key is the same record of the same archive, carried over by an earlier package whose
// tree head was another one.
bool IsSameRecord(const archiving::v1::GetRecordResponse& existing, const archiving::v1::TransferProof& transfer) {
  for (const auto& part : existing.parts()) {
    archiving::v1::TransferProof known;
    if (part.name() == archiving::kOriginPart && CanonicalDecode(part.content(), known).ok())
      return known.leaf() == transfer.leaf() && known.origin() == transfer.origin();
  }
  return false;
}

// Archives one record: whether it is new here.
absl::StatusOr<bool> Take(const Global& global, ArchivingService::Stub& stub,
                          const archiving::v1::ArchiveRecordRequest& request) {
  const auto before = GetArchivedRecord(global, request.key());
  if (before.ok() && IsSameRecord(*before, request.transfer())) return false;
  if (!before.ok() && before.status().code() != absl::StatusCode::kNotFound) return before.status();
  archiving::v1::ArchiveRecordResponse response;
  RETURN_IF_ERROR(Call(global, stub, &ArchivingService::Stub::ArchiveRecord, request, response));
  return true;
}

}  // namespace

int RunArchiveImport(const Global& global, const std::string& path, const ArchiveKey& key) {
  if (key.text.empty()) return Misused("archive import 需要 --key：移交方归档服务的公钥，须来自可信之处");
  const auto trusted = ReadKey(key.text);
  if (!trusted.ok()) return Refuse(trusted.status(), global.json());
  const auto package = exporting::PackageReader::Open(path);
  if (!package.ok()) return Refuse(package.status(), global.json());
  // All of it first: a package with a fault adds nothing. What 四性检测 says of use and form is shown, and is for
  // people to judge; malware is not.
  const auto check = exporting::CheckBag(**package, trusted->verifier, trusted->origin);
  if (!check.ok()) return Refuse(check.status(), global.json());
  for (const exporting::BagStep& step : check->steps)
    if (!step.faults.empty())
      return Refuse(
          exporting::PackageDamaged(Cat(step.title, "：", step.faults.front(), "（共 ", step.failed, " 处）")),
          global.json());
  const auto inspection = exporting::InspectBag(**package, path, trusted->verifier, trusted->origin, NowMicros());
  if (!inspection.ok()) return Refuse(inspection.status(), global.json());
  if (!global.json()) PrintInspection(path, *inspection);
  for (const exporting::InspectedItem& item : inspection->items)
    if (item.info->code == "AQ-1" && item.failed > 0)
      return Refuse(exporting::PackageDamaged(Cat(item.info->title, "：", item.failures.front())), global.json());
  const auto stub = Archiving(global);
  std::int64_t added = 0;
  std::int64_t known = 0;
  std::int64_t skipped = 0;
  for (const std::string& folder : exporting::RecordFoldersOf(**package)) {
    auto record = exporting::ReadRecord(**package, folder);
    if (!record.ok()) return Refuse(record.status(), global.json());
    const auto document = exporting::Open(*std::move(record));
    if (ReasonOf(document.status()) == "PART_ERASED" || ReasonOf(document.status()) == "NOT_A_FORM") {
      ++skipped;  // nothing is left that another archive could take over
      if (!global.json()) std::cerr << "跳过 " << document.status().message() << '\n';
      continue;
    }
    if (!document.ok()) return Refuse(document.status(), global.json());
    const auto taken = Take(global, *stub, RequestFor(*document, *trusted, trusted->text));
    if (!taken.ok()) return Refuse(taken.status(), global.json());
    ++(*taken ? added : known);
  }
  if (global.json())
    std::cout << nlohmann::json({{"package", path}, {"added", added}, {"known", known}, {"skipped", skipped}}).dump()
              << '\n';
  else
    std::cout << path << "  新归档 " << added << " 条，已有 " << known << " 条"
              << (skipped == 0 ? std::string() : Cat("，已销毁而跳过 ", skipped, " 条")) << '\n';
  return kDone;
}

}  // namespace jixiao::cli
