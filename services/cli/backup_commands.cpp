// jixiao backup create and restore.
#include "archiving/export/digests.h"
#include "archiving/export/output_file.h"
#include "archiving/log/checkpoint.h"
#include "cli/backup_folder.h"
#include "cli/client.h"
#include "cli/operation_app.h"
#include "cli/operation_client.h"
#include "cli/output.h"
#include "cli/table.h"
#include "common/file.h"
#include "common/operation/checks.h"
#include "common/text.h"
#include "common/time.h"

#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <iostream>

namespace jixiao::cli {
namespace {

namespace exporting = archiving::exporting;
namespace fs = std::filesystem;
using operation::v1::BackupFile;
using operation::v1::BackupManifest;
using operation::v1::OperationService;
using operation::v1::StoreContents;

// OK when `later` has lost nothing of what `earlier` counted.
absl::Status Continues(const StoreContents& earlier, const StoreContents& later, std::string_view service) {
  for (const auto& [name, count] : earlier.counts()) {
    const auto found = later.counts().find(name);
    if (found == later.counts().end() || found->second < count)
      return Error(absl::StatusCode::kDataLoss, "BACKUP_INCOMPLETE",
                   Cat(service, " 的备份里 ", name, " 少于备份开始之前的 ", count));
  }
  return absl::OkStatus();
}

absl::StatusOr<operation::v1::GetStatusResponse> StatusOf(const Global& global, std::string_view service) {
  const auto stub = Operation(global, service);
  operation::v1::GetStatusResponse status;
  RETURN_IF_ERROR(Call(global, *stub, &OperationService::Stub::GetStatus, {}, status));
  if (!status.has_contents())
    return Error(absl::StatusCode::kUnavailable, "STORE_FAILED", Cat(service, " 的数据库不能读，见 jixiao doctor"));
  return status;
}

// Receives a copy of one store into `folder`.
absl::StatusOr<BackupFile> Receive(const Global& global, const ServerName& server, const std::string& folder) {
  const auto stub = Operation(global, server.name);
  grpc::ClientContext context;
  context.AddMetadata(rpc::kRequestIdKey, RandomHex(16));  // no deadline: a large store takes its time
  const auto stream = stub->BackupStore(&context, {});
  BackupFile file;
  file.set_file(Cat(server.name, ".db"));
  ASSIGN_OR_RETURN(const auto out, exporting::OutputFile::Create((fs::path(folder) / file.file()).string()));
  exporting::Digester digester;
  operation::v1::BackupStoreResponse part;
  absl::Status status;
  while (status.ok() && stream->Read(&part)) {
    if (part.has_header()) *file.mutable_header() = part.header();
    digester.Add(part.data());
    status = out->Append(part.data());
  }
  if (!status.ok()) context.TryCancel();
  const absl::Status ended = rpc::FromGrpc(stream->Finish());
  RETURN_IF_ERROR(status);
  RETURN_IF_ERROR(ended);
  if (!file.has_header() || out->size() != file.header().size())
    return Error(absl::StatusCode::kDataLoss, "BACKUP_INCOMPLETE", Cat(server.name, " 只传来 ", out->size(), " 字节"));
  file.set_sha256(digester.Finish().sha256);
  RETURN_IF_ERROR(out->Commit(0600, IfExists::kFail));
  return file;
}

absl::StatusOr<BackupFile> BackUp(const Global& global, const ServerName& server, const std::string& folder) {
  ASSIGN_OR_RETURN(const auto before, StatusOf(global, server.name));
  if (before.contents().engine() == "postgresql") {
    BackupFile file;
    auto& header = *file.mutable_header();
    header.set_service(std::string(server.name));
    header.set_version(before.version());
    *header.mutable_backup_time() = before.server_time();
    *header.mutable_contents() = before.contents();
    header.set_signing_key(before.signing_key());
    return file;
  }
  ASSIGN_OR_RETURN(BackupFile file, Receive(global, server, folder));
  RETURN_IF_ERROR(Continues(before.contents(), file.header().contents(), server.name));
  return file;
}

std::string CountsText(const StoreContents& contents) {
  std::string text;
  for (const auto& [name, count] : CountsOf(contents)) Append(text, text.empty() ? "" : "，", name, " ", count);
  return text;
}

void PrintBackup(const std::string& folder, const BackupManifest& manifest) {
  Table table({{"服务"}, {"文件"}, {"大小", Align::kRight}, {"内容", Align::kLeft, 70}, {"SHA-256", Align::kLeft, 64}});
  bool dumps = false;
  for (const BackupFile& file : manifest.files()) {
    dumps = dumps || file.file().empty();
    table.Add({file.header().service(), file.file().empty() ? "（pg_dump）" : file.file(),
               operation::SizeText(static_cast<std::uint64_t>(file.header().size())),
               CountsText(file.header().contents()), file.sha256()});
  }
  table.Print(std::cout);
  if (dumps)
    std::cout << "PostgreSQL 的数据库请现在按 intake、scoring、archiving 的次序各作一次 pg_dump --format=custom，存入 "
              << folder << "\n";
  std::cout << "密钥不在备份里：归档签名密钥、回执密钥（各连同 .pub）和 Redis 共享密钥请另行保存\n";
}

// What would be in the way of a restored database.
absl::Status CheckEmpty(const std::string& path) {
  for (const char* suffix : {"", "-wal", "-shm", "-journal", ".search", ".snapshot"}) {
    std::error_code error;
    if (fs::exists(path + suffix, error) || error)
      return Error(absl::StatusCode::kAlreadyExists, "STORE_NOT_EMPTY",
                   Cat(path, suffix,
                       " 已经存在：恢复从不覆盖数据，请先把原有的文件（连同 -wal、-shm、.search、.snapshot）移到别处"));
  }
  return absl::OkStatus();
}

absl::Status Restore(const RestoreOptions& options, BackupManifest& manifest) {
  ASSIGN_OR_RETURN(manifest, ReadManifest(options.folder));
  const auto place = [&](const BackupFile& file) -> const std::string& {
    const std::string& service = file.header().service();
    return service == "intake" ? options.intake : service == "scoring" ? options.scoring : options.archiving;
  };
  // Everything is looked at before anything is written.
  for (const BackupFile& file : manifest.files()) {
    if (place(file).empty()) continue;
    if (file.file().empty())
      return Error(absl::StatusCode::kFailedPrecondition, "STORE_NOT_A_FILE",
                   Cat(file.header().service(), " 的数据在 PostgreSQL 里：用 pg_restore 恢复到空的数据库"));
    RETURN_IF_ERROR(CheckEmpty(place(file)));
    RETURN_IF_ERROR(CheckFile(options.folder, file));
  }
  for (const BackupFile& file : manifest.files())
    if (!place(file).empty()) RETURN_IF_ERROR(CheckFile(options.folder, file, place(file)));
  return absl::OkStatus();
}

}  // namespace

int RunBackupCreate(const Global& global, const std::string& folder) {
  std::error_code error;
  if (mkdir(folder.c_str(), 0700) != 0 && (errno != EEXIST || !fs::is_empty(folder, error) || error))
    return Refuse(InvalidField("FOLDER_NOT_EMPTY", folder, "须是新的或空的文件夹"), global.json());
  BackupManifest manifest;
  *manifest.mutable_create_time() = ToTimestamp(NowMicros());
  for (const ServerName& server : kServerNames) {
    auto file = BackUp(global, server, folder);
    if (!file.ok()) return Refuse(file.status(), global.json());
    *manifest.add_files() = *std::move(file);
  }
  if (const absl::Status written = WriteManifest(folder, manifest); !written.ok())
    return Refuse(written, global.json());
  if (global.json())
    std::cout << ToJson(manifest) << '\n';
  else
    PrintBackup(folder, manifest);
  return kDone;
}

int RunBackupRestore(const Global& global, const RestoreOptions& options) {
  BackupManifest manifest;
  if (const absl::Status status = Restore(options, manifest); !status.ok()) return Refuse(status, global.json());
  if (global.json()) {
    std::cout << ToJson(manifest) << '\n';
    return kDone;
  }
  for (const auto& [service, path] : {std::pair("intake", options.intake), std::pair("scoring", options.scoring),
                                      std::pair("archiving", options.archiving)})
    if (!path.empty()) std::cout << "已恢复 " << service << "  " << path << '\n';
  std::cout << "放回密钥，启动服务，再用 jixiao backup check " << options.folder << " 证明一件不少\n";
  return kDone;
}

}  // namespace jixiao::cli
