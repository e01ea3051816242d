// What callers ask of the machine at the moment, for whoever does what can wait.
#pragma once

namespace jixiao::intake {

enum class Demand {
  kNone,     // nobody waits for the answer to a single form
  kSingles,  // single forms came within the last second
  kRefused,  // forms were refused within the last second: more come than the machine carries
};

}  // namespace jixiao::intake
