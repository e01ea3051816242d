#include "support/operation.h"

#include "support/paths.h"

#include <fstream>
#include <iterator>

namespace jixiao::testing {

Ran CommandLine::Run(std::vector<std::string> arguments) {
  const auto log = cluster_.folder() / ("command-" + std::to_string(runs_++));
  arguments.insert(arguments.begin(), {paths::Binaries() + "/jixiao", "--intake=" + cluster_.AddressOf(Server::kIntake),
                                       "--scoring=" + cluster_.AddressOf(Server::kScoring),
                                       "--archiving=" + cluster_.AddressOf(Server::kArchiving)});
  Ran ran;
  ran.code = Process::Start(arguments, log)->Wait(std::chrono::seconds(60)).value_or(-1);
  std::ifstream in(log, std::ios::binary);
  ran.output.assign(std::istreambuf_iterator<char>(in), {});
  return ran;
}

}  // namespace jixiao::testing
