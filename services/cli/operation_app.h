// The commands of those who run the services: doctor, backup, log levels; and what the program says of itself.
#pragma once

#include "cli/commands.h"

#include <CLI/CLI.hpp>

#include <functional>
#include <string>
#include <vector>

namespace jixiao::cli {

// Adds the commands to `app`; each sets `run` when it is chosen.
void AddOperation(CLI::App& app, const Global& global, std::function<int()>& run);

struct DoctorOptions {
  std::vector<std::string> only;  // services; empty: all three
  ArchiveKey key;                 // of the archive, known from elsewhere; its text empty: not checked
};
int RunDoctor(const Global& global, const DoctorOptions& options);

int RunLogLevel(const Global& global, const std::string& service, const std::string& level);

// Copies the stores of the three services to a new folder.
int RunBackupCreate(const Global& global, const std::string& folder);

struct RestoreOptions {
  std::string folder;
  std::string intake;  // paths to restore to; empty: not restored
  std::string scoring;
  std::string archiving;
};
// Puts a backup's files where the services, which do not run, will look for them; never over anything.
int RunBackupRestore(const Global& global, const RestoreOptions& options);

struct BackupCheckOptions {
  std::string folder;
  ArchiveKey key;
  std::vector<std::string> heads;     // files with tree heads that were seen elsewhere
  std::vector<std::string> receipts;  // results files of `jixiao submit`
  bool only_files = false;            // no server is asked
};
// Proves that a backup, and the servers that were restored from it, have lost nothing.
int RunBackupCheck(const Global& global, const BackupCheckOptions& options);

}  // namespace jixiao::cli
