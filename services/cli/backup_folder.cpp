#include "cli/backup_folder.h"

#include "archiving/export/digests.h"
#include "archiving/export/output_file.h"
#include "cli/output.h"
#include "common/errors.h"
#include "common/file.h"
#include "common/text.h"

#include <fcntl.h>
#include <google/protobuf/util/json_util.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

namespace jixiao::cli {
namespace {

namespace exporting = archiving::exporting;
namespace fs = std::filesystem;

constexpr int kFormat = 1;
constexpr std::size_t kPiece = std::size_t{1} << 20;

fs::path ManifestOf(const std::string& folder) {
  return fs::path(folder) / "manifest.json";
}

// What root restores belongs to the service whose folder it is.
absl::Status GiveToFolderOwner(const std::string& path) {
  struct stat folder {};
  const fs::path parent = fs::path(path).parent_path();
  if (geteuid() != 0) return absl::OkStatus();
  if (stat(parent.empty() ? "." : parent.c_str(), &folder) != 0) return SystemError("look at", parent);
  if (chown(path.c_str(), folder.st_uid, folder.st_gid) != 0) return SystemError("give away", path);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<operation::v1::BackupManifest> ReadManifest(const std::string& folder) {
  const fs::path path = ManifestOf(folder);
  std::ifstream in(path, std::ios::binary);
  if (!in)
    return Error(absl::StatusCode::kInvalidArgument, "BACKUP_INCOMPLETE",
                 Cat(path.string(), " 不能读：不是备份，或备份没有做完"));
  const std::string text(std::istreambuf_iterator<char>(in), {});
  operation::v1::BackupManifest manifest;
  if (!google::protobuf::util::JsonStringToMessage(text, &manifest).ok() || manifest.format() != kFormat)
    return Error(absl::StatusCode::kInvalidArgument, "BACKUP_MALFORMED", Cat(path.string(), " 不是本版本的备份清单"));
  for (const auto& file : manifest.files())
    if (file.file().find('/') != std::string::npos || file.file().starts_with('.'))
      return Error(absl::StatusCode::kInvalidArgument, "BACKUP_MALFORMED", Cat("清单中的文件名不可用：", file.file()));
  return manifest;
}

std::map<std::string, std::int64_t> CountsOf(const operation::v1::StoreContents& contents) {
  std::map<std::string, std::int64_t> counts;
  for (const auto& [name, count] : contents.counts()) counts[name] = count;
  return counts;
}

absl::Status WriteManifest(const std::string& folder, const operation::v1::BackupManifest& manifest) {
  operation::v1::BackupManifest written = manifest;
  written.set_format(kFormat);
  return WriteFile(ManifestOf(folder), Cat(ToJson(written), "\n"), 0600, IfExists::kFail);
}

absl::Status CheckFile(const std::string& folder, const operation::v1::BackupFile& file, const std::string& to) {
  const fs::path path = fs::path(folder) / file.file();
  std::ifstream in(path, std::ios::binary);
  if (!in) return Error(absl::StatusCode::kDataLoss, "BACKUP_DAMAGED", Cat(path.string(), " 不见了或不能读"));
  std::unique_ptr<exporting::OutputFile> out;
  if (!to.empty()) {
    ASSIGN_OR_RETURN(out, exporting::OutputFile::Create(to));
  }
  exporting::Digester digester;
  std::int64_t size = 0;
  for (std::string piece(kPiece, '\0'); in;) {
    in.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    const std::string_view bytes(piece.data(), static_cast<std::size_t>(in.gcount()));
    size += in.gcount();
    digester.Add(bytes);
    if (out) RETURN_IF_ERROR(out->Append(bytes));
  }
  if (in.bad() || size != file.header().size() || digester.Finish().sha256 != file.sha256())
    return Error(absl::StatusCode::kDataLoss, "BACKUP_DAMAGED",
                 Cat(path.string(), " 与清单不符：有 ", size, " 字节，应为 ", file.header().size(), " 字节、SHA-256 ",
                     file.sha256()));
  if (!out) return absl::OkStatus();
  const absl::Status committed = out->Commit(0640, IfExists::kFail);
  if (absl::IsAlreadyExists(committed))
    return Error(absl::StatusCode::kAlreadyExists, "STORE_NOT_EMPTY", Cat(to, " 已经存在"));
  RETURN_IF_ERROR(committed);
  return GiveToFolderOwner(to);
}

}  // namespace jixiao::cli
