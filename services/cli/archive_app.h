// The options of the `archive` commands that ask, export, rescore and import.
#pragma once

#include "cli/commands.h"

#include <CLI/CLI.hpp>

#include <functional>

namespace jixiao::cli {

// Adds the commands to `archive`; each sets `run` when it is chosen.
void AddArchiveQuestions(CLI::App& archive, const Global& global, std::function<int()>& run);

}  // namespace jixiao::cli
