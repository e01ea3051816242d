#include "common/folder.h"

#include "common/text.h"

#include <algorithm>
#include <system_error>

namespace jixiao {

namespace fs = std::filesystem;

absl::StatusOr<std::vector<fs::path>> ListFolder(const fs::path& folder) {
  std::vector<fs::path> paths;
  std::error_code failed;
  // A loop over the iterator itself would throw where the folder cannot be read on.
  for (fs::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed))
    paths.push_back(at->path());
  if (failed) return absl::ErrnoToStatus(failed.value(), Cat("cannot list ", folder.string()));
  std::ranges::sort(paths);
  return paths;
}

}  // namespace jixiao
