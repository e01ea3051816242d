// The command line against a cluster, as those who run the services use it.
#pragma once

#include "support/cluster.h"

#include <string>
#include <vector>

namespace jixiao::testing {

struct Ran {
  int code = -1;
  std::string output;  // both streams
};

class CommandLine {
 public:
  // Talks to the first replica of each server of `cluster`, which must outlive it.
  explicit CommandLine(Cluster& cluster) : cluster_(cluster) {}

  // `jixiao` with these arguments; -1 when it does not end within a minute.
  Ran Run(std::vector<std::string> arguments);

 private:
  Cluster& cluster_;
  int runs_ = 0;
};

}  // namespace jixiao::testing
