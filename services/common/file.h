// Files that appear whole and durable, or not at all.
#pragma once

#include <absl/status/status.h>
#include <sys/types.h>

#include <filesystem>
#include <string_view>

namespace jixiao {

// An open file, closed at the end of its scope.
class FileDescriptor {
 public:
  explicit FileDescriptor(int number) : number_(number) {}
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor();

  bool is_open() const { return number_ >= 0; }
  int number() const { return number_; }

 private:
  const int number_;
};

// The error of the system call that has just failed: "cannot ACTION PATH: …".
absl::Status SystemError(std::string_view action, const std::filesystem::path& path);

// After OK the names in `folder` survive a power cut.
absl::Status SyncFolder(const std::filesystem::path& folder);

// The folder that `path` stands in.
std::filesystem::path FolderOf(const std::filesystem::path& path);

// Puts `from` in the place of `to`, in the same folder: after OK its content and its name survive a power cut.
absl::Status MoveIntoPlace(const std::filesystem::path& from, const std::filesystem::path& to);

enum class IfExists { kFail, kReplace };

// Writes `content` under `path` by way of a temporary file beside it: after OK file and name survive a power cut, after
// an error the path holds what it held. ALREADY_EXISTS with IfExists::kFail when there is one.
absl::Status WriteFile(const std::filesystem::path& path, std::string_view content, mode_t mode, IfExists if_exists);

}  // namespace jixiao
