// --region and --year of the commands that read forms.
#pragma once

#include "intake/import/recogniser.h"

#include <CLI/CLI.hpp>

namespace jixiao::cli {

// Office files seldom say a division code, and few an old form's year.
void AddHints(CLI::App& command, importing::Hints& hints);

}  // namespace jixiao::cli
