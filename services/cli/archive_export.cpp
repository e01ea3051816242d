// `jixiao archive export`: records as forms to sign, tables for statistics, lines for programs.
#include "archiving/export/audit.h"
#include "archiving/export/document.h"
#include "archiving/export/output_file.h"
#include "archiving/export/render.h"
#include "archiving/export/text_forms.h"
#include "cli/archive_package.h"
#include "cli/archive_records.h"
#include "cli/client.h"
#include "cli/output.h"
#include "common/file.h"
#include "common/text.h"

#include <filesystem>
#include <iostream>
#include <optional>

namespace jixiao::cli {
namespace {

namespace exporting = archiving::exporting;
using archiving::v1::GetRecordResponse;

// The record taken apart; nothing, and a note, for one whose contents were erased when it was not asked for by name.
absl::StatusOr<std::optional<exporting::Document>> OpenUnlessErased(GetRecordResponse record, bool named) {
  absl::StatusOr<exporting::Document> document = exporting::Open(std::move(record));
  if (document.ok()) return std::optional<exporting::Document>(*std::move(document));
  if (named || ReasonOf(document.status()) != "PART_ERASED") return document.status();
  std::cerr << "跳过 " << document.status().message() << '\n';
  return std::optional<exporting::Document>();
}

// The name of a record's file: its index, so that no two are the same, and what people know it by.
std::string FileOf(const exporting::Document& document, const std::string& extension) {
  return Cat(exporting::FileName(Cat(document.record.record().index(), "-", document.form.implementing_unit().name(),
                                     "-", document.form.project_name())),
             ".", extension);
}

bool IsFolder(const std::string& path) {
  std::error_code ignored;
  return path.ends_with('/') || std::filesystem::is_directory(path, ignored);
}

// One file for each record.
absl::Status ExportFiles(const Global& global, const ExportOptions& options, exporting::Format format) {
  const bool one = options.names.size() == 1;
  if (!one && !options.out.empty() && !IsFolder(options.out))
    return InvalidField("FILE_UNWRITABLE", "--out", "导出多条记录时须为已有的文件夹");
  return ForEachArchivedRecord(global, options.names, options.filter, [&](GetRecordResponse record) -> absl::Status {
    ASSIGN_OR_RETURN(const auto opened, OpenUnlessErased(std::move(record), !options.names.empty()));
    if (!opened) return absl::OkStatus();
    const exporting::Document& document = *opened;
    ASSIGN_OR_RETURN(const exporting::Rendered rendered, exporting::Render(document, format));
    if (options.out == "-" || (options.out.empty() && format == exporting::Format::kJson)) {
      std::cout << rendered.bytes;
      return absl::OkStatus();
    }
    std::string path = options.out.empty() ? FileOf(document, options.as) : options.out;
    if (!options.out.empty() && IsFolder(options.out))
      path = (std::filesystem::path(options.out) / FileOf(document, options.as)).string();
    RETURN_IF_ERROR(WriteFile(path, rendered.bytes, 0644, IfExists::kReplace));
    NoteMissing(path, rendered.missing);
    std::cout << path << '\n';
    return absl::OkStatus();
  });
}

// All records in one file or on standard output: jsonl, csv or audit-xml.
absl::Status ExportLines(const Global& global, const ExportOptions& options) {
  const bool csv = options.as == "csv";
  const std::unique_ptr<exporting::AuditFormat> audit = options.as == "audit-xml" ? exporting::GbT42940Xml() : nullptr;
  std::unique_ptr<exporting::OutputFile> file;
  if (!options.out.empty() && options.out != "-") {
    ASSIGN_OR_RETURN(file, exporting::OutputFile::Create(options.out));
  }
  const auto write = [&file](const std::string& text) {
    if (file != nullptr) return file->Append(text);
    std::cout << text;
    return std::cout.good() ? absl::OkStatus() : SystemError("write", "-");
  };
  std::int64_t count = 0;
  if (csv) RETURN_IF_ERROR(write(exporting::CsvHead()));
  if (audit) RETURN_IF_ERROR(write(audit->Begin()));
  RETURN_IF_ERROR(
      ForEachArchivedRecord(global, options.names, options.filter, [&](GetRecordResponse record) -> absl::Status {
        ASSIGN_OR_RETURN(const auto opened, OpenUnlessErased(std::move(record), !options.names.empty()));
        if (!opened) return absl::OkStatus();
        const exporting::Document& document = *opened;
        ++count;
        return write(csv     ? exporting::CsvLine(document)
                     : audit ? audit->Record(document)
                             : exporting::RecordJson(document) + "\n");
      }));
  if (audit) RETURN_IF_ERROR(write(audit->End()));
  if (file == nullptr) return absl::OkStatus();
  RETURN_IF_ERROR(file->Commit());
  std::cout << options.out << "  " << count << " 条\n";
  return absl::OkStatus();
}

}  // namespace

int RunArchiveExport(const Global& global, const ExportOptions& options) {
  if (options.names.empty() && options.filter.empty() && !options.all)
    return Misused("archive export 需要记录名、检索条件或 --all");
  if (!options.names.empty() && (!options.filter.empty() || options.all))
    return Misused("archive export 的记录名不能与检索条件或 --all 同用");
  const auto format = exporting::FormatNamed(options.as);
  const absl::Status status = options.as == "bagit" ? ExportBag(global, options)
                              : format              ? ExportFiles(global, options, *format)
                                                    : ExportLines(global, options);
  return status.ok() ? kDone : Refuse(status, global.json());
}

}  // namespace jixiao::cli
