// The two kinds of packages; see package.h.
#pragma once

#include "archiving/export/package.h"

#include <memory>
#include <string>

namespace jixiao::archiving::exporting {

absl::StatusOr<std::unique_ptr<PackageWriter>> CreateFolder(const std::string& path);
absl::StatusOr<std::unique_ptr<PackageReader>> OpenFolder(const std::string& path);
absl::StatusOr<std::unique_ptr<PackageWriter>> CreateZip(const std::string& path, const std::string& root);
absl::StatusOr<std::unique_ptr<PackageReader>> OpenZip(const std::string& path);

}  // namespace jixiao::archiving::exporting
