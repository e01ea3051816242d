#include "support/paths.h"

namespace jixiao::paths {

std::string Source() {
  return JIXIAO_SOURCE_DIR;
}

std::string Binaries() {
  return JIXIAO_BIN_DIR;
}

}  // namespace jixiao::paths
