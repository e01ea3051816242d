// The files of a package, in a folder or in one zip file: written one after the other, read by name.
//
// The zip files are plain: nothing is compressed or encrypted, entries have a fixed date and come in the order they
// were written, zip64 where it is needed. A reader takes only what the writer writes, so that every bit of the file
// counts; a package that was packed anew by another tool is unpacked first and read as a folder.
#pragma once

#include "archiving/export/output_file.h"

#include <absl/functional/function_ref.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::archiving::exporting {

// For one thread.
class PackageWriter {
 public:
  // A zip file when `path` ends in .zip, otherwise a folder. `root` is the one folder that a zip file has at its top.
  // Nothing has the name `path` before Commit. ALREADY_EXISTS when there is a folder of that name.
  static absl::StatusOr<std::unique_ptr<PackageWriter>> Create(const std::string& path, const std::string& root);
  virtual ~PackageWriter() = default;

  virtual absl::Status Add(const std::string& name, std::string_view content) = 0;
  // What was collected in a scratch file.
  virtual absl::Status AddFrom(const std::string& name, OutputFile& content) = 0;
  // After OK, all is on disk under its name.
  virtual absl::Status Commit() = 0;
};

// Safe to read from one thread at a time.
class PackageReader {
 public:
  // DATA_LOSS (PACKAGE_DAMAGED) when a zip file is not what the writer writes; the message names the place.
  static absl::StatusOr<std::unique_ptr<PackageReader>> Open(const std::string& path);
  virtual ~PackageReader() = default;

  // Names relative to the package's root folder, in ascending byte order.
  virtual const std::vector<std::string>& Names() const = 0;
  bool Has(std::string_view name) const;
  virtual absl::StatusOr<std::int64_t> SizeOf(const std::string& name) const = 0;
  // Hands out the content piece by piece.
  virtual absl::Status Read(const std::string& name,
                            absl::FunctionRef<absl::Status(std::string_view piece)> each) const = 0;
  // The whole content; INVALID_ARGUMENT (PACKAGE_DAMAGED) when it is larger than `limit`.
  absl::StatusOr<std::string> Content(const std::string& name, std::int64_t limit) const;
};

absl::Status PackageDamaged(std::string_view what);

}  // namespace jixiao::archiving::exporting
