#include "archiving/export/package.h"

#include "archiving/export/package_kinds.h"
#include "common/errors.h"
#include "common/text.h"

#include <algorithm>
#include <filesystem>

namespace jixiao::archiving::exporting {

absl::Status PackageDamaged(std::string_view what) {
  return Error(absl::StatusCode::kDataLoss, "PACKAGE_DAMAGED", what);
}

absl::StatusOr<std::unique_ptr<PackageWriter>> PackageWriter::Create(const std::string& path, const std::string& root) {
  return path.ends_with(".zip") ? CreateZip(path, root) : CreateFolder(path);
}

absl::StatusOr<std::unique_ptr<PackageReader>> PackageReader::Open(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return OpenFolder(path);
  return OpenZip(path);
}

bool PackageReader::Has(std::string_view name) const {
  return std::binary_search(Names().begin(), Names().end(), name);
}

absl::StatusOr<std::string> PackageReader::Content(const std::string& name, std::int64_t limit) const {
  ASSIGN_OR_RETURN(const std::int64_t size, SizeOf(name));
  if (size > limit) return PackageDamaged(Cat(name, "：文件太大"));
  std::string content;
  content.reserve(static_cast<std::size_t>(size));
  RETURN_IF_ERROR(Read(name, [&](std::string_view piece) {
    content.append(piece);
    return absl::OkStatus();
  }));
  return content;
}

}  // namespace jixiao::archiving::exporting
