// BagIt 1.0 packages (RFC 8493) of one record or a whole season.
//
//   bagit.txt  bag-info.txt  manifest-{sha256,sm3}.txt  tagmanifest-{sha256,sm3}.txt
//   metadata/package.xsd        schema of the records' metadata.xml
//   metadata/verifier-key.txt   the archive's key; take it from a place you trust to verify
//   data/rule-sets/DIGEST.canonical  .json     each rule set once
//   data/records/INDEX/
//     parts/NAME.EXT            the exact bytes of each part; "canonical" is the encoding of common/canonical.h
//     leaf.canonical            the leaf of the log, which commits to the parts
//     proof.json                salts, audit path, signed tree head, and which file is which part
//     form.json scorecard.json  the same as their parts, for other programs
//     form.html [form.pdf]      for people
//     metadata.xml              in the words of DA/T 46 and DA/T 48
//   data/entries/INDEX/         entries of the log by which parts were erased: entry.canonical leaf.canonical
//   proof.json metadata/inspection.jsonl   四性检测 of each record as it was written; the package itself: see
//   bag_inspection.h
#pragma once

#include "archiving/export/digests.h"
#include "archiving/export/document.h"
#include "archiving/export/package.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::archiving::exporting {

inline constexpr std::string_view kBagItText = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
inline constexpr std::string_view kRecordsFolder = "data/records/";
inline constexpr std::string_view kRuleSetsFolder = "data/rule-sets/";
inline constexpr std::string_view kEntriesFolder = "data/entries/";
inline constexpr std::string_view kInspectionFile = "metadata/inspection.jsonl";
inline constexpr std::string_view kKeyFile = "metadata/verifier-key.txt";

struct BagOptions {
  std::string verifier_key;  // of the archive, in note format
  std::string description;   // what was asked for, such as 年度 2021
  std::string fonds;         // 全宗号; empty when not given
  bool pdf = false;          // a PDF beside each HTML: takes much longer
};

// Writes record by record; memory does not grow with their number. For one thread.
class BagWriter {
 public:
  // See PackageWriter::Create.
  static absl::StatusOr<std::unique_ptr<BagWriter>> Create(const std::string& path, BagOptions options);

  absl::Status Add(const Document& document);
  // Manifests and the end. INVALID_ARGUMENT (PACKAGE_EMPTY) without any record.
  absl::Status Finish();

  std::int64_t records() const { return records_; }
  // Characters that no font has, of all PDFs.
  const std::set<char32_t>& missing() const { return missing_; }

 private:
  BagWriter(BagOptions options, std::unique_ptr<PackageWriter> out, std::vector<std::unique_ptr<OutputFile>> manifests,
            std::unique_ptr<OutputFile> inspections)
      : options_(std::move(options)),
        out_(std::move(out)),
        manifests_(std::move(manifests)),
        inspections_(std::move(inspections)) {}

  absl::Status AddPayload(const std::string& name, std::string_view content);
  absl::Status AddTag(const std::string& name, std::string_view content);
  absl::Status AddRuleSet(const Document& document, const std::string& name);
  absl::Status AddForms(const Document& document, const std::string& folder);
  absl::Status AddEntry(const v1::Erasure& erasure, const std::string& folder);
  absl::Status AddScratch(const std::string& name, OutputFile& content);
  std::string InfoText() const;

  const BagOptions options_;
  std::unique_ptr<PackageWriter> out_;
  std::vector<std::unique_ptr<OutputFile>> manifests_;  // sha256, sm3
  std::unique_ptr<OutputFile> inspections_;
  std::string tag_manifests_[2];
  std::set<std::string> rule_sets_;
  std::set<std::string> entries_;
  std::set<char32_t> missing_;
  std::int64_t records_ = 0;
  std::int64_t payload_files_ = 0;
  std::int64_t payload_bytes_ = 0;
  std::int64_t newest_ = 0;  // archive time
};

// Extension for a media type, "bin" for an unknown one.
std::string_view ExtensionOf(std::string_view media_type);

// records/42 stands in data/records/0000000042/, an entry likewise: folders in the order of the log.
std::string FolderOf(std::string_view folder, std::int64_t index);

// Where a part of the record in `folder` stands.
std::string FileOf(std::string_view folder, const v1::RecordPart& part);

// What bag-info.txt says of the program that wrote the package: its name, and how it renders.
std::string SoftwareAgent();

// metadata.xml of a record, and the schema it follows.
std::string MetadataXml(const Document& document, const BagOptions& options);
std::string_view MetadataSchema();

}  // namespace jixiao::archiving::exporting
