// `jixiao archive calls`: the audit log.
#pragma once

#include "cli/commands.h"

#include <CLI/CLI.hpp>

#include <functional>
#include <string>

namespace jixiao::cli {

// Adds the command to `archive`; it sets `run` when it is chosen.
void AddArchiveCalls(CLI::App& archive, const Global& global, std::function<int()>& run);

struct CallsOptions {
  std::string since;  // 2026-01-31 or 2026-01-31 08:30:00 in Asia/Shanghai
  std::string until;
  std::string caller;
  std::string method;
  std::string resource;
  bool failed = false;
  int limit = 100;
};
int RunArchiveCalls(const Global& global, const CallsOptions& options);

}  // namespace jixiao::cli
