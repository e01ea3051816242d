#include "common/file.h"

#include "common/errors.h"
#include "common/text.h"

#include <absl/cleanup/cleanup.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <utility>

namespace jixiao {
namespace {

absl::Status WriteAll(int file, std::string_view content, const std::filesystem::path& path) {
  while (!content.empty()) {
    const ssize_t written = write(file, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return SystemError("write", path);
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return absl::OkStatus();
}

}  // namespace

FileDescriptor::~FileDescriptor() {
  if (is_open()) close(number_);
}

absl::Status SystemError(std::string_view action, const std::filesystem::path& path) {
  const int error = errno;
  return absl::ErrnoToStatus(error, Cat("cannot ", action, " ", path.string()));
}

absl::Status SyncFolder(const std::filesystem::path& folder) {
  const FileDescriptor entry(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!entry.is_open() || fsync(entry.number()) != 0) return SystemError("sync", folder);
  return absl::OkStatus();
}

std::filesystem::path FolderOf(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

absl::Status MoveIntoPlace(const std::filesystem::path& from, const std::filesystem::path& to) {
  const FileDescriptor file(open(from.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open() || fsync(file.number()) != 0) return SystemError("sync", from);
  if (rename(from.c_str(), to.c_str()) != 0) return SystemError("replace", to);
  return SyncFolder(FolderOf(to));
}

absl::Status WriteFile(const std::filesystem::path& path, std::string_view content, mode_t mode, IfExists if_exists) {
  std::string temporary = path.string() + ".XXXXXX";
  const FileDescriptor file(mkostemp(temporary.data(), O_CLOEXEC));  // created with mode 0600
  if (!file.is_open()) return SystemError("create", path);
  absl::Cleanup remove_temporary = [&temporary] { unlink(temporary.c_str()); };

  RETURN_IF_ERROR(WriteAll(file.number(), content, path));
  if (fchmod(file.number(), mode) != 0) return SystemError("set the mode of", path);
  if (fsync(file.number()) != 0) return SystemError("sync", path);
  if (if_exists == IfExists::kFail) {
    // Unlike rename, link never replaces.
    if (link(temporary.c_str(), path.c_str()) != 0) return SystemError("create", path);
    std::move(remove_temporary).Invoke();
  } else {
    if (rename(temporary.c_str(), path.c_str()) != 0) return SystemError("replace", path);
    std::move(remove_temporary).Cancel();
  }
  return SyncFolder(FolderOf(path));
}

}  // namespace jixiao
