// Faults of a disk, injected into a server's system calls by strace.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace jixiao::testing {

// What happens to one system call of a server. Calls are counted thread by thread, so that in each thread the one of
// this number is hit.
struct Fault {
  std::string call;        // "fdatasync"
  int number = 1;          // counted from 1
  std::string error = {};  // "EIO"; empty: SIGKILL
  bool lasting = false;    // so do all calls after it

  bool kills() const { return error.empty(); }
  std::string Describe() const;
  // What runs a server with this fault (see Place).
  std::vector<std::string> Launcher() const;
};

// Why no fault can be injected on this machine; empty when it can.
std::string WhyNoFaults();

// What runs a server and writes to `log` every call of it that a fault could hit.
std::vector<std::string> CountingLauncher(const std::filesystem::path& log);

// Of each such call, the highest number that a thread came to; of write, the highest that was to a file in `folder`.
std::map<std::string, int> CountCalls(const std::filesystem::path& log, const std::filesystem::path& folder);

// The faults for these calls: SIGKILL at each, and the errors that a disk gives to it.
std::vector<Fault> FaultsOf(const std::map<std::string, int>& calls);

}  // namespace jixiao::testing
