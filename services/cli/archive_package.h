// What the archive's commands share about packages and keys.
#pragma once

#include "archiving/log/checkpoint.h"
#include "cli/commands.h"

#include <absl/status/statusor.h>

#include <string>
#include <vector>

namespace jixiao::cli {

// The key that tree heads are checked with, and the log's name, which is the key's.
struct TrustedKey {
  archiving::log::Verifier verifier;
  std::string origin;
  std::string text;  // in note format
  bool from_server = false;
};

// From a verifier key, or the path of a file that holds one. INVALID_ARGUMENT (KEY_INVALID).
absl::StatusOr<TrustedKey> ReadKey(std::string text);

// Whether `name` is a file or folder here, and so no record of the archive.
bool IsPackage(const std::string& name);

absl::Status ExportBag(const Global& global, const ExportOptions& options);
int RunVerifyPackage(const Global& global, const std::string& path, const ArchiveKey& key);

// Says on stderr which characters a PDF shows as codes.
void NoteMissing(const std::string& file, const std::vector<char32_t>& missing);

}  // namespace jixiao::cli
