// The words themselves: the synonyms met on published forms of the provinces, and their neighbours. The one place to
// add another one.
#pragma once

#include "intake/import/vocabulary.h"

#include <span>
#include <string_view>

namespace jixiao::importing {

// Labels of one role: folded, without brackets, numbering and blanks; divided by blanks. A word may stand for several
// roles.
struct Words {
  Role role;
  std::string_view words;
};
std::span<const Words> WordsOfRoles();

// Names of indicator groups without 指标, with the level that they stand on: 3 for both.
struct Level {
  std::string_view word;
  int level;
};
std::span<const Level> LevelNames();

}  // namespace jixiao::importing
