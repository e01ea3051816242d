#include "support/faults.h"

#include "support/process.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <regex>

namespace jixiao::testing {
namespace {

constexpr char kStrace[] = "/usr/bin/strace";
// All but write go to files only: sockets and pipes are written to by others.
constexpr char kCalls[] = "write,pwrite64,fsync,fdatasync,ftruncate,rename,link,unlink,mknodat";

// -D: the server is the child that was started, and strace a process beside it.
std::vector<std::string> Strace(const std::string& log, std::vector<std::string> options) {
  std::vector<std::string> command = {kStrace, "-f", "-D", "--seccomp-bpf", "-qq", "-o", log};
  command.insert(command.end(), options.begin(), options.end());
  command.push_back("--");
  return command;
}

}  // namespace

std::string Fault::Describe() const {
  return call + " " + std::to_string(number) + (lasting ? "+" : "") + " " + (kills() ? "SIGKILL" : error);
}

std::vector<std::string> Fault::Launcher() const {
  const std::string what = kills() ? "signal=KILL" : "error=" + error;
  return Strace("/dev/null",
                {"-e", "trace=" + call, "-e",
                 "inject=" + call + ":" + what + ":when=" + std::to_string(number) + (lasting ? "+" : "")});
}

std::string WhyNoFaults() {
  if (!std::filesystem::exists(kStrace)) return "strace is not installed";
  const auto end = Process::Start({kStrace, "-f", "-qq", "-o", "/dev/null", "/bin/true"}, "/dev/null")
                       ->Wait(std::chrono::seconds(10));
  return end == 0 ? "" : "ptrace is not permitted here";
}

std::vector<std::string> CountingLauncher(const std::filesystem::path& log) {
  return Strace(log.string(), {"-y", "-e", std::string("trace=") + kCalls});
}

std::map<std::string, int> CountCalls(const std::filesystem::path& log, const std::filesystem::path& folder) {
  static const std::regex kLine(R"(^(\d+) +(\w+)\((?:\d+<([^>]*)>)?)");
  std::map<std::pair<std::string, std::string>, int> by_thread;
  std::map<std::string, int> counts;
  std::ifstream in(log, std::ios::binary);
  for (std::string line; std::getline(in, line);) {
    std::smatch parts;
    if (!std::regex_search(line, parts, kLine)) continue;
    const std::string call = parts[2];
    const int number = ++by_thread[{parts[1], call}];
    if (call == "write" && !parts[3].str().starts_with(folder.string() + "/")) continue;
    if (call == "write" && parts[3].str().ends_with(".log")) continue;
    counts[call] = std::max(counts[call], number);
  }
  return counts;
}

std::vector<Fault> FaultsOf(const std::map<std::string, int>& calls) {
  std::vector<Fault> faults;
  for (const auto& [call, count] : calls) {
    for (int number = 1; number <= count; ++number) {
      faults.push_back({.call = call, .number = number});
      if (call == "write") continue;  // the same call wakes threads and answers clients
      for (const char* error : {"EIO", "ENOSPC"}) {
        faults.push_back({.call = call, .number = number, .error = error});
        // A disk that fails for good: at every third write, since much the same comes of it.
        if (call == "fdatasync" || (call == "pwrite64" && number % 3 == 0))
          faults.push_back({.call = call, .number = number, .error = error, .lasting = true});
      }
    }
  }
  return faults;
}

}  // namespace jixiao::testing
