#include "archiving/export/output_file.h"

#include "common/errors.h"
#include "common/text.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>

namespace jixiao::archiving::exporting {
namespace {

constexpr std::size_t kBuffer = 256 * 1024;

}  // namespace

absl::StatusOr<std::unique_ptr<OutputFile>> OutputFile::Create(const std::string& path) {
  const std::filesystem::path wanted(path);
  if (wanted.filename().empty()) return InvalidField("FILE_UNWRITABLE", "--out", "没有文件名");
  std::string temporary = (FolderOf(wanted) / Cat(".", wanted.filename().string(), ".partial-XXXXXX")).string();
  const int file = mkostemp(temporary.data(), O_CLOEXEC);
  if (file < 0) return SystemError("create", path);
  return std::unique_ptr<OutputFile>(new OutputFile(file, std::move(temporary), path));
}

absl::StatusOr<std::unique_ptr<OutputFile>> OutputFile::Scratch(const std::string& folder) {
  std::string temporary = (std::filesystem::path(folder) / ".jixiao-scratch-XXXXXX").string();
  const int file = mkostemp(temporary.data(), O_CLOEXEC);
  if (file < 0) return SystemError("create", temporary);
  unlink(temporary.c_str());
  return std::unique_ptr<OutputFile>(new OutputFile(file, "", std::move(temporary)));
}

OutputFile::~OutputFile() {
  close(file_);
  if (!temporary_.empty()) unlink(temporary_.c_str());
}

absl::Status OutputFile::Flush() {
  std::string_view left = buffer_;
  while (!left.empty()) {
    const ssize_t written = write(file_, left.data(), left.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return SystemError("write", path_);
    left.remove_prefix(static_cast<std::size_t>(written));
  }
  buffer_.clear();
  return absl::OkStatus();
}

absl::Status OutputFile::Append(std::string_view bytes) {
  size_ += static_cast<std::int64_t>(bytes.size());
  buffer_.append(bytes);
  return buffer_.size() >= kBuffer ? Flush() : absl::OkStatus();
}

absl::StatusOr<std::string> OutputFile::Read(std::int64_t offset, std::size_t size) {
  RETURN_IF_ERROR(Flush());
  std::string bytes(size, '\0');
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got = pread(file_, bytes.data() + done, size - done, offset + static_cast<off_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return SystemError("read", path_);
    done += static_cast<std::size_t>(got);
  }
  return bytes;
}

absl::Status OutputFile::Commit(mode_t mode, IfExists if_exists) {
  RETURN_IF_ERROR(Flush());
  if (fchmod(file_, mode) != 0) return SystemError("set the mode of", path_);
  if (fsync(file_) != 0) return SystemError("sync", path_);
  if (if_exists == IfExists::kFail) {
    if (link(temporary_.c_str(), path_.c_str()) != 0) return SystemError("create", path_);
    unlink(temporary_.c_str());
  } else if (rename(temporary_.c_str(), path_.c_str()) != 0) {
    return SystemError("create", path_);
  }
  temporary_.clear();
  return SyncFolder(FolderOf(path_));
}

}  // namespace jixiao::archiving::exporting
