// Records read back from a package.
#include "archiving/export/bag.h"
#include "archiving/export/bag_check.h"
#include "archiving/log/merkle.h"
#include "archiving/record/erasure.h"
#include "archiving/record/renewal.h"
#include "common/canonical.h"
#include "common/encoding.h"
#include "common/errors.h"
#include "common/text.h"
#include "common/time.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace jixiao::archiving::exporting {
namespace {

constexpr std::int64_t kLargestContent = 64 << 20;

absl::StatusOr<std::string> Content(const PackageReader& package, const std::string& name) {
  if (!package.Has(name)) return PackageDamaged(Cat(name, "：缺失"));
  return package.Content(name, kLargestContent);
}

// Reads fields of a proof; the first fault stays.
class ProofFields {
 public:
  explicit ProofFields(std::string file) : file_(std::move(file)) {}

  std::string Text(const nlohmann::json& object, const char* field) {
    const auto found = object.is_object() ? object.find(field) : object.end();
    if (object.is_object() && found != object.end() && found->is_string()) return found->get<std::string>();
    Fail(field);
    return {};
  }
  std::int64_t Number(const nlohmann::json& object, const char* field) {
    const auto found = object.is_object() ? object.find(field) : object.end();
    if (object.is_object() && found != object.end() && found->is_number_integer()) return found->get<std::int64_t>();
    Fail(field);
    return -1;
  }
  std::string Bytes(const std::string& base64, const char* field) {
    const auto bytes = DecodeBase64(base64);
    if (!bytes.ok()) Fail(field);
    return bytes.ok() ? std::string(bytes->begin(), bytes->end()) : std::string();
  }
  // The elements of a list; empty for anything else.
  nlohmann::json List(const nlohmann::json& object, const char* field) {
    const auto found = object.is_object() ? object.find(field) : object.end();
    if (object.is_object() && found != object.end() && found->is_array()) return *found;
    Fail(field);
    return nlohmann::json::array();
  }
  const absl::Status& status() const { return status_; }

 private:
  void Fail(const char* field) {
    if (status_.ok()) status_ = PackageDamaged(Cat(file_, "：", field, " 缺失或格式有误"));
  }

  const std::string file_;
  absl::Status status_;
};

void ReadRenewal(const nlohmann::json& renewal, ProofFields& fields, v1::RenewalProof& out) {
  out.set_document(fields.Bytes(fields.Text(renewal, "document"), "document"));
  out.set_entry(fields.Bytes(fields.Text(renewal, "entry"), "entry"));
  out.set_checkpoint(fields.Text(renewal, "checkpoint"));
  for (const auto& hash : fields.List(renewal, "document_path"))
    out.add_document_path(fields.Bytes(hash.is_string() ? hash.get<std::string>() : "?", "document_path"));
  for (const auto& hash : fields.List(renewal, "entry_path"))
    out.add_entry_path(fields.Bytes(hash.is_string() ? hash.get<std::string>() : "?", "entry_path"));
}

// What lists show of a record, from what it says.
absl::Status PutSummary(v1::GetRecordResponse& record) {
  v1::RecordLeaf leaf;
  RETURN_IF_ERROR(CanonicalDecode(record.leaf(), leaf));
  ASSIGN_OR_RETURN(const Summary summary, Summarize(PartsOf(record), ErasedOf(record)));
  auto& out = *record.mutable_record();
  out.set_key(leaf.key());
  *out.mutable_archive_time() = ToTimestamp(leaf.archive_time_micros());
  out.set_implementing_unit(summary.implementing_unit);
  out.set_project_name(summary.project_name);
  out.set_fiscal_year(summary.fiscal_year);
  out.set_region_code(summary.region_code);
  out.set_computed_total(summary.computed_total);
  out.set_grade(summary.grade);
  return absl::OkStatus();
}

// The entry of the log in `folder`, by which parts were erased.
absl::Status ReadEntry(const PackageReader& package, const std::string& folder, v1::Erasure& erasure) {
  if (!folder.starts_with(kEntriesFolder)) return PackageDamaged("proof.json：erased 格式有误");
  const std::string file = folder + "proof.json";
  ASSIGN_OR_RETURN(const std::string text, Content(package, file));
  const nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
  ProofFields fields(file);
  const std::int64_t index = fields.Number(json, "index");
  if (fields.status().ok() && folder != FolderOf(kEntriesFolder, index))
    return PackageDamaged(Cat(file, "：不是这个文件夹的"));
  erasure.mutable_proof()->set_index(index);
  erasure.mutable_proof()->set_checkpoint(fields.Text(json, "checkpoint"));
  for (const auto& hash : fields.List(json, "path"))
    erasure.mutable_proof()->add_path(fields.Bytes(hash.is_string() ? hash.get<std::string>() : "?", "path"));
  erasure.mutable_entry()->set_name(std::string(kEntryPart));
  erasure.mutable_entry()->set_media_type(fields.Text(json, "media_type"));
  erasure.mutable_entry()->set_salt(fields.Bytes(fields.Text(json, "salt"), "salt"));
  RETURN_IF_ERROR(fields.status());
  ASSIGN_OR_RETURN(*erasure.mutable_entry()->mutable_content(), Content(package, folder + "entry.canonical"));
  ASSIGN_OR_RETURN(*erasure.mutable_leaf(), Content(package, folder + "leaf.canonical"));
  return absl::OkStatus();
}

absl::Status ReadErasures(const PackageReader& package, const nlohmann::json& proof, ProofFields& fields,
                          v1::GetRecordResponse& record) {
  if (!proof.is_object() || !proof.contains("erased")) return absl::OkStatus();
  for (const auto& erased : fields.List(proof, "erased")) {
    v1::Erasure& erasure = *record.add_erasures();
    for (const auto& part : fields.List(erased, "parts"))
      erasure.add_parts(part.is_string() ? part.get<std::string>() : "?");
    const std::string folder = fields.Text(erased, "entry");
    RETURN_IF_ERROR(fields.status());
    RETURN_IF_ERROR(ReadEntry(package, folder, erasure));
    record.mutable_record()->set_erased_by(RecordName(record.erasures(0).proof().index()));
  }
  return absl::OkStatus();
}

}  // namespace

std::vector<std::string> RecordFoldersOf(const PackageReader& package) {
  std::vector<std::string> folders;
  const auto& names = package.Names();
  auto at = std::lower_bound(names.begin(), names.end(), kRecordsFolder);
  for (; at != names.end() && at->starts_with(kRecordsFolder); ++at) {
    const std::size_t slash = at->find('/', kRecordsFolder.size());
    std::string folder = at->substr(0, slash == std::string::npos ? slash : slash + 1);
    if (folders.empty() || folders.back() != folder) folders.push_back(std::move(folder));
  }
  return folders;
}

absl::StatusOr<v1::GetRecordResponse> ReadRecord(const PackageReader& package, const std::string& folder) {
  const std::string file = folder + "proof.json";
  ASSIGN_OR_RETURN(const std::string text, Content(package, file));
  const nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
  ProofFields fields(file);
  v1::GetRecordResponse record;
  const std::int64_t index = fields.Number(json, "index");
  // A copy of another record's folder verifies by itself.
  if (fields.status().ok() && folder != FolderOf(kRecordsFolder, index))
    return PackageDamaged(Cat(file, "：是 ", RecordName(index), " 的，不是这个文件夹的"));
  record.mutable_record()->set_name(RecordName(index));
  record.mutable_record()->set_index(index);
  record.mutable_proof()->set_index(index);
  record.mutable_proof()->set_checkpoint(fields.Text(json, "checkpoint"));
  for (const auto& hash : fields.List(json, "path"))
    record.mutable_proof()->add_path(fields.Bytes(hash.is_string() ? hash.get<std::string>() : "?", "path"));
  for (const auto& part : fields.List(json, "parts")) {
    auto& to = *record.add_parts();
    to.set_name(fields.Text(part, "name"));
    to.set_media_type(fields.Text(part, "media_type"));
    to.set_salt(fields.Bytes(fields.Text(part, "salt"), "salt"));
    const std::string part_file = fields.Text(part, "file");
    RETURN_IF_ERROR(fields.status());
    ASSIGN_OR_RETURN(*to.mutable_content(), Content(package, part_file));
    if (part_file != FileOf(folder, to)) return PackageDamaged(Cat(file, "：部件 ", to.name(), " 不在它的文件里"));
  }
  RETURN_IF_ERROR(ReadErasures(package, json, fields, record));
  if (json.is_object() && json.contains("renewals"))
    for (const auto& renewal : fields.List(json, "renewals")) ReadRenewal(renewal, fields, *record.add_renewals());
  RETURN_IF_ERROR(fields.status());
  ASSIGN_OR_RETURN(*record.mutable_leaf(), Content(package, folder + "leaf.canonical"));
  if (const absl::Status summary = PutSummary(record); !summary.ok())
    return PackageDamaged(Cat(folder, "：内容读不出"));
  return record;
}

std::vector<std::string> ProofFaults(const v1::GetRecordResponse& record, const log::Verifier& verifier,
                                     const std::string& origin) {
  std::vector<std::string> faults = FaultsOf(record.leaf(), PartsOf(record), ErasedOf(record));
  for (std::string& fault : ErasureFaults(record, verifier, origin)) faults.push_back(std::move(fault));
  const auto checkpoint = log::OpenCheckpoint(record.proof().checkpoint(), verifier, origin);
  if (!checkpoint.ok()) {
    faults.push_back("树头的签名不能用公钥验证");
    return faults;
  }
  std::vector<log::Hash> path;
  for (const std::string& hash : record.proof().path()) {
    log::Hash node{};
    if (hash.size() != node.size()) {
      faults.push_back("包含证明的格式有误");
      return faults;
    }
    std::copy(hash.begin(), hash.end(), node.begin());
    path.push_back(node);
  }
  const log::Hash leaf =
      log::HashLeaf({reinterpret_cast<const std::uint8_t*>(record.leaf().data()), record.leaf().size()});
  if (!log::VerifyInclusion(record.proof().index(), checkpoint->size, leaf, path, checkpoint->root))
    faults.push_back("包含证明不成立：叶子、位置或树根被改动");
  for (const v1::RenewalProof& renewal : record.renewals()) {
    const RenewalCheck check =
        CheckRenewal(renewal, record.proof().index(), record.leaf(), PartsOf(record), verifier, origin);
    for (const std::string& fault : check.faults) faults.push_back(Cat("第 ", check.number, " 次散列换代：", fault));
  }
  return faults;
}

}  // namespace jixiao::archiving::exporting
