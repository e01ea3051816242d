// What stands in a folder.
#pragma once

#include <absl/status/statusor.h>

#include <filesystem>
#include <vector>

namespace jixiao {

// The paths of all that stands in `folder`, by name. Never a part of them: an error when it cannot be read to its end.
absl::StatusOr<std::vector<std::filesystem::path>> ListFolder(const std::filesystem::path& folder);

}  // namespace jixiao
