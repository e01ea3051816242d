#include "archiving/export/package_kinds.h"
#include "common/errors.h"
#include "common/file.h"
#include "common/text.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

namespace jixiao::archiving::exporting {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPiece = 256 * 1024;

class FolderWriter final : public PackageWriter {
 public:
  FolderWriter(fs::path temporary, fs::path path) : temporary_(std::move(temporary)), path_(std::move(path)) {}
  ~FolderWriter() override {
    std::error_code ignored;
    if (!committed_) fs::remove_all(temporary_, ignored);
  }

  absl::Status Add(const std::string& name, std::string_view content) override {
    return WriteNew(name, [&](int file) { return WriteAll(file, content, name); });
  }

  absl::Status AddFrom(const std::string& name, OutputFile& content) override {
    return WriteNew(name, [&](int file) -> absl::Status {
      for (std::int64_t at = 0; at < content.size(); at += static_cast<std::int64_t>(kPiece)) {
        const std::int64_t size = std::min<std::int64_t>(kPiece, content.size() - at);
        ASSIGN_OR_RETURN(const std::string piece, content.Read(at, static_cast<std::size_t>(size)));
        RETURN_IF_ERROR(WriteAll(file, piece, name));
      }
      return absl::OkStatus();
    });
  }

  absl::Status Commit() override {
    {
      // One sync for all: millions of files would take as many.
      const FileDescriptor folder(open(temporary_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
      if (!folder.is_open() || syncfs(folder.number()) != 0) return SystemError("sync", temporary_);
    }
    // Unlike rename of a file, this replaces no folder that has anything in it.
    if (rename(temporary_.c_str(), path_.c_str()) != 0) return SystemError("create", path_);
    committed_ = true;
    return SyncFolder(FolderOf(path_));
  }

 private:
  absl::Status WriteNew(const std::string& name, absl::FunctionRef<absl::Status(int file)> write) {
    const fs::path path = temporary_ / name;
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    if (error) return Error(absl::StatusCode::kUnavailable, "FILE_UNWRITABLE", Cat("cannot create ", path.string()));
    const FileDescriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
    if (!file.is_open()) return SystemError("create", path);
    return write(file.number());
  }

  static absl::Status WriteAll(int file, std::string_view content, const std::string& name) {
    while (!content.empty()) {
      const ssize_t written = write(file, content.data(), content.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return SystemError("write", name);
      content.remove_prefix(static_cast<std::size_t>(written));
    }
    return absl::OkStatus();
  }

  const fs::path temporary_;
  const fs::path path_;
  bool committed_ = false;
};

class FolderReader final : public PackageReader {
 public:
  explicit FolderReader(fs::path root) : root_(std::move(root)) {}

  absl::Status List() {
    std::error_code error;
    fs::recursive_directory_iterator at(root_, error);
    for (const fs::recursive_directory_iterator end; !error && at != end; at.increment(error)) {
      const std::string name = at->path().lexically_relative(root_).generic_string();
      if (at->is_symlink(error)) return PackageDamaged(Cat(name, "：包内不得有链接"));
      if (at->is_directory(error)) continue;
      if (!at->is_regular_file(error)) return PackageDamaged(Cat(name, "：不是普通文件"));
      names_.push_back(name);
    }
    if (error) return Error(absl::StatusCode::kUnavailable, "FILE_UNREADABLE", Cat(root_.string(), " 读不出"));
    std::sort(names_.begin(), names_.end());
    return absl::OkStatus();
  }

  const std::vector<std::string>& Names() const override { return names_; }

  absl::StatusOr<std::int64_t> SizeOf(const std::string& name) const override {
    std::error_code error;
    const auto size = fs::file_size(root_ / name, error);
    if (error) return PackageDamaged(Cat(name, "：缺失或读不出"));
    return static_cast<std::int64_t>(size);
  }

  absl::Status Read(const std::string& name,
                    absl::FunctionRef<absl::Status(std::string_view piece)> each) const override {
    const FileDescriptor file(open((root_ / name).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!file.is_open()) return PackageDamaged(Cat(name, "：缺失或读不出"));
    std::string piece(kPiece, '\0');
    while (true) {
      const ssize_t got = read(file.number(), piece.data(), piece.size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return PackageDamaged(Cat(name, "：读不出"));
      if (got == 0) return absl::OkStatus();
      RETURN_IF_ERROR(each(std::string_view(piece.data(), static_cast<std::size_t>(got))));
    }
  }

 private:
  const fs::path root_;
  std::vector<std::string> names_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<PackageWriter>> CreateFolder(const std::string& path) {
  fs::path wanted(path);
  if (!wanted.has_filename()) wanted = wanted.parent_path();
  if (wanted.filename().empty()) return InvalidField("FILE_UNWRITABLE", "--out", "没有文件夹名");
  std::error_code error;
  if (fs::exists(wanted, error)) return Error(absl::StatusCode::kAlreadyExists, "FILE_EXISTS", Cat(path, " 已经存在"));
  std::string temporary = (wanted.parent_path().empty() ? fs::path(".") : wanted.parent_path()) /
                          Cat(".", wanted.filename().string(), ".partial-XXXXXX");
  if (mkdtemp(temporary.data()) == nullptr) return SystemError("create", path);
  fs::permissions(temporary, fs::perms(0755), error);
  return std::make_unique<FolderWriter>(temporary, wanted);
}

absl::StatusOr<std::unique_ptr<PackageReader>> OpenFolder(const std::string& path) {
  auto reader = std::make_unique<FolderReader>(path);
  RETURN_IF_ERROR(reader->List());
  return reader;
}

}  // namespace jixiao::archiving::exporting
