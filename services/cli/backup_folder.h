// A backup on disk: one file a service, and manifest.json, which is written last.
#pragma once

#include "jixiao/operation/v1/operation_service.pb.h"

#include <absl/status/statusor.h>

#include <cstdint>
#include <map>
#include <string>

namespace jixiao::cli {

// The manifest of a backup. INVALID_ARGUMENT (BACKUP_INCOMPLETE, BACKUP_MALFORMED).
absl::StatusOr<operation::v1::BackupManifest> ReadManifest(const std::string& folder);

// The counts in the order of their names.
std::map<std::string, std::int64_t> CountsOf(const operation::v1::StoreContents& contents);

// Puts it on disk, readable by the owner alone.
absl::Status WriteManifest(const std::string& folder, const operation::v1::BackupManifest& manifest);

// DATA_LOSS (BACKUP_DAMAGED) unless the file has the size and the digest that the manifest says. With `to` not empty it
// is copied there while it is read, appears only when it is right, and never over anything (ALREADY_EXISTS
// STORE_NOT_EMPTY); whoever owns the folder owns it.
absl::Status CheckFile(const std::string& folder, const operation::v1::BackupFile& file, const std::string& to = "");

}  // namespace jixiao::cli
