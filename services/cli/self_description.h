// The commands of a program as others want them described, all from the one tree that parses them.
#pragma once

#include <CLI/CLI.hpp>

#include <string>

namespace jixiao::cli {

// A page for man(1), in roff.
std::string ManPage(const CLI::App& app);

// A script that completes subcommands, options, the values of options that have few, and file names.
std::string BashCompletion(const CLI::App& app);

// Each command with its words, one a line: "jixiao archive get".
std::string CommandList(const CLI::App& app);

}  // namespace jixiao::cli
