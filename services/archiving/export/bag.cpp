#include "archiving/export/bag.h"

#include "archiving/export/bag_inspection.h"
#include "archiving/export/render.h"
#include "archiving/export/text_forms.h"
#include "common/canonical.h"
#include "common/digest.h"
#include "common/encoding.h"
#include "common/errors.h"
#include "common/text.h"
#include "common/time.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <utility>

namespace jixiao::archiving::exporting {
namespace {

constexpr std::pair<std::string_view, std::string_view> kExtensions[] = {
    {kCanonicalMediaType, "canonical"},
    {"application/json", "json"},
    {"application/msword", "doc"},
    {"application/ofd", "ofd"},
    {"application/pdf", "pdf"},
    {"application/vnd.ms-excel", "xls"},
    {"application/vnd.oasis.opendocument.spreadsheet", "ods"},
    {"application/vnd.oasis.opendocument.text", "odt"},
    {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"},
    {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"},
    {"application/xml", "xml"},
    {"application/zip", "zip"},
    {"image/jpeg", "jpg"},
    {"image/png", "png"},
    {"image/tiff", "tif"},
    {"text/csv", "csv"},
    {"text/html", "html"},
    {"text/plain", "txt"},
};

std::string Base64Of(std::string_view bytes) {
  return Base64({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

// One line of bag-info.txt.
std::string OneLine(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return text;
}

}  // namespace

std::string FolderOf(std::string_view folder, std::int64_t index) {
  std::string digits = Cat(index);
  if (digits.size() < 10) digits.insert(0, 10 - digits.size(), '0');
  return Cat(folder, digits, "/");
}

std::string FileOf(std::string_view folder, const v1::RecordPart& part) {
  if (part.name() == kRuleSetPart) return Cat(kRuleSetsFolder, DigestOf(part.content()).substr(7), ".canonical");
  return Cat(folder, "parts/", FileName(part.name()), ".", ExtensionOf(part.media_type()));
}

std::string SoftwareAgent() {
  return Cat("jixiao, rendering ", kRenderingRevision);
}

std::string_view ExtensionOf(std::string_view media_type) {
  const std::string_view plain = media_type.substr(0, media_type.find(';'));
  for (const auto& [type, extension] : kExtensions)
    if (type == plain) return extension;
  return "bin";
}

absl::StatusOr<std::unique_ptr<BagWriter>> BagWriter::Create(const std::string& path, BagOptions options) {
  options.fonds = OneLine(std::move(options.fonds));  // all of the package says the same
  std::filesystem::path wanted(path);
  if (!wanted.has_filename()) wanted = wanted.parent_path();
  ASSIGN_OR_RETURN(auto out, PackageWriter::Create(path, FileName(wanted.stem().string())));
  std::vector<std::unique_ptr<OutputFile>> manifests;
  const std::string beside = wanted.has_parent_path() ? wanted.parent_path().string() : ".";
  for (int i = 0; i < 2; ++i) {
    ASSIGN_OR_RETURN(auto manifest, OutputFile::Scratch(beside));
    manifests.push_back(std::move(manifest));
  }
  ASSIGN_OR_RETURN(auto inspections, OutputFile::Scratch(beside));
  std::unique_ptr<BagWriter> bag(
      new BagWriter(std::move(options), std::move(out), std::move(manifests), std::move(inspections)));
  RETURN_IF_ERROR(bag->AddTag("bagit.txt", kBagItText));
  RETURN_IF_ERROR(bag->AddTag("metadata/package.xsd", MetadataSchema()));
  RETURN_IF_ERROR(bag->AddTag(std::string(kKeyFile), bag->options_.verifier_key + "\n"));
  return bag;
}

absl::Status BagWriter::AddPayload(const std::string& name, std::string_view content) {
  const Digests digests = DigestsOf(content);
  const std::string lines[] = {Cat(digests.sha256, "  ", name, "\n"), Cat(digests.sm3, "  ", name, "\n")};
  for (std::size_t i = 0; i < 2; ++i) RETURN_IF_ERROR(manifests_[i]->Append(lines[i]));
  ++payload_files_;
  payload_bytes_ += static_cast<std::int64_t>(content.size());
  return out_->Add(name, content);
}

absl::Status BagWriter::AddTag(const std::string& name, std::string_view content) {
  const Digests digests = DigestsOf(content);
  Append(tag_manifests_[0], digests.sha256, "  ", name, "\n");
  Append(tag_manifests_[1], digests.sm3, "  ", name, "\n");
  return out_->Add(name, content);
}

absl::Status BagWriter::AddRuleSet(const Document& document, const std::string& name) {
  if (!rule_sets_.insert(name).second) return absl::OkStatus();
  RETURN_IF_ERROR(AddPayload(name, document.Part(kRuleSetPart)->content()));
  return AddPayload(Cat(name.substr(0, name.rfind('.')), ".json"), ToJson(document.rule_set) + "\n");
}

absl::Status BagWriter::AddEntry(const v1::Erasure& erasure, const std::string& folder) {
  if (!entries_.insert(folder).second) return absl::OkStatus();
  nlohmann::ordered_json proof = {{"index", erasure.proof().index()},
                                  {"media_type", erasure.entry().media_type()},
                                  {"salt", Base64Of(erasure.entry().salt())},
                                  {"path", nlohmann::ordered_json::array()},
                                  {"checkpoint", erasure.proof().checkpoint()}};
  for (const std::string& hash : erasure.proof().path()) proof["path"].push_back(Base64Of(hash));
  RETURN_IF_ERROR(AddPayload(folder + "entry.canonical", erasure.entry().content()));
  RETURN_IF_ERROR(AddPayload(folder + "leaf.canonical", erasure.leaf()));
  return AddPayload(folder + "proof.json", proof.dump(1) + "\n");
}

// The same as the parts, for other programs and for people; nothing of what was erased.
absl::Status BagWriter::AddForms(const Document& document, const std::string& folder) {
  const bool form = document.Part(kFormPart) != nullptr;
  const bool card = document.Part(kScorecardPart) != nullptr;
  if (form) RETURN_IF_ERROR(AddPayload(folder + "form.json", ToJson(document.form) + "\n"));
  if (card) RETURN_IF_ERROR(AddPayload(folder + "scorecard.json", ToJson(document.card) + "\n"));
  if (!form || !card || document.Part(kRuleSetPart) == nullptr) return absl::OkStatus();
  ASSIGN_OR_RETURN(const Rendered html, Render(document, Format::kHtml));
  RETURN_IF_ERROR(AddPayload(folder + "form.html", html.bytes));
  if (!options_.pdf) return absl::OkStatus();
  ASSIGN_OR_RETURN(const Rendered pdf, Render(document, Format::kPdf));
  RETURN_IF_ERROR(AddPayload(folder + "form.pdf", pdf.bytes));
  missing_.insert(pdf.missing.begin(), pdf.missing.end());
  return absl::OkStatus();
}

absl::Status BagWriter::Add(const Document& document) {
  const std::string folder = FolderOf(kRecordsFolder, document.record.proof().index());
  nlohmann::ordered_json proof = {
      {"name", document.record.record().name()}, {"index", document.record.proof().index()},
      {"leaf", folder + "leaf.canonical"},       {"parts", nlohmann::ordered_json::array()},
      {"path", nlohmann::ordered_json::array()}, {"checkpoint", document.record.proof().checkpoint()}};
  for (const v1::RecordPart& part : document.record.parts()) {
    const std::string file = FileOf(folder, part);
    RETURN_IF_ERROR(part.name() == kRuleSetPart ? AddRuleSet(document, file) : AddPayload(file, part.content()));
    proof["parts"].push_back(
        {{"name", part.name()}, {"media_type", part.media_type()}, {"salt", Base64Of(part.salt())}, {"file", file}});
  }
  for (const v1::Erasure& erasure : document.record.erasures()) {
    const std::string entry = FolderOf(kEntriesFolder, erasure.proof().index());
    RETURN_IF_ERROR(AddEntry(erasure, entry));
    proof["erased"].push_back(
        {{"entry", entry}, {"parts", std::vector<std::string>(erasure.parts().begin(), erasure.parts().end())}});
  }
  for (const std::string& hash : document.record.proof().path()) proof["path"].push_back(Base64Of(hash));
  for (const v1::RenewalProof& renewal : document.record.renewals()) {
    nlohmann::ordered_json out = {{"document", Base64Of(renewal.document())},
                                  {"document_path", nlohmann::ordered_json::array()},
                                  {"entry", Base64Of(renewal.entry())},
                                  {"entry_path", nlohmann::ordered_json::array()},
                                  {"checkpoint", renewal.checkpoint()}};
    for (const std::string& hash : renewal.document_path()) out["document_path"].push_back(Base64Of(hash));
    for (const std::string& hash : renewal.entry_path()) out["entry_path"].push_back(Base64Of(hash));
    proof["renewals"].push_back(std::move(out));
  }
  RETURN_IF_ERROR(AddPayload(folder + "leaf.canonical", document.record.leaf()));
  RETURN_IF_ERROR(AddPayload(folder + "proof.json", proof.dump(1) + "\n"));
  RETURN_IF_ERROR(AddForms(document, folder));
  RETURN_IF_ERROR(AddPayload(folder + "metadata.xml", MetadataXml(document, options_)));
  RETURN_IF_ERROR(inspections_->Append(InspectionLine(document.record, options_.verifier_key)));
  ++records_;
  newest_ = std::max(newest_, document.leaf.archive_time_micros());
  return absl::OkStatus();
}

absl::Status BagWriter::AddScratch(const std::string& name, OutputFile& content) {
  RETURN_IF_ERROR(out_->AddFrom(name, content));
  Digester both;
  for (std::int64_t at = 0; at < content.size(); at += 1 << 18) {
    const auto size = static_cast<std::size_t>(std::min<std::int64_t>(1 << 18, content.size() - at));
    ASSIGN_OR_RETURN(const std::string piece, content.Read(at, size));
    both.Add(piece);
  }
  const Digests digests = both.Finish();
  Append(tag_manifests_[0], digests.sha256, "  ", name, "\n");
  Append(tag_manifests_[1], digests.sm3, "  ", name, "\n");
  return absl::OkStatus();
}

std::string BagWriter::InfoText() const {
  // The date of the newest record, so that the same records give the same package.
  std::string out =
      Cat("Bagging-Date: ", FormatShanghai(newest_).substr(0, 10), "\n", "Bag-Software-Agent: ", SoftwareAgent(),
          "\nExternal-Description: 项目支出绩效自评归档（", OneLine(options_.description), "）\n",
          "Payload-Oxum: ", payload_bytes_, ".", payload_files_, "\n", "Record-Count: ", records_, "\n");
  if (!options_.fonds.empty()) Append(out, "Fonds-Number: ", options_.fonds, "\n");
  return out;
}

absl::Status BagWriter::Finish() {
  if (records_ == 0)
    return Error(absl::StatusCode::kInvalidArgument, "PACKAGE_EMPTY", "没有符合条件的记录，没有写出归档包");
  RETURN_IF_ERROR(AddTag("bag-info.txt", InfoText()));
  RETURN_IF_ERROR(AddScratch(std::string(kInspectionFile), *inspections_));
  constexpr std::string_view kNames[] = {"sha256", "sm3"};
  for (std::size_t i = 0; i < 2; ++i) RETURN_IF_ERROR(AddScratch(Cat("manifest-", kNames[i], ".txt"), *manifests_[i]));
  for (std::size_t i = 0; i < 2; ++i)
    RETURN_IF_ERROR(out_->Add(Cat("tagmanifest-", kNames[i], ".txt"), tag_manifests_[i]));
  return out_->Commit();
}

}  // namespace jixiao::archiving::exporting
