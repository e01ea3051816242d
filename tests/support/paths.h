#pragma once

#include <string>

namespace jixiao::paths {

// The source tree and the built programs of the build that runs. Only paths.cpp knows them, so that everything else
// compiles to the same object in every clone, and ccache finds it.
std::string Source();
std::string Binaries();

}  // namespace jixiao::paths
