#include "support/process_use.h"

#include "common/text.h"

#include <sched.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

namespace jixiao::testing {

double CpuSeconds(pid_t pid) {
  std::ifstream in(Cat("/proc/", pid, "/stat"));
  std::string text{std::istreambuf_iterator<char>(in), {}};
  text.erase(0, text.rfind(')') + 1);  // the name may hold anything
  std::istringstream fields(text);
  std::string skipped;
  double user = 0;
  double system = 0;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  fields >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

Memory MemoryOf(pid_t pid) {
  Memory memory;
  std::ifstream in(Cat("/proc/", pid, "/status"));
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("VmRSS:")) memory.now_kib = std::stoll(line.substr(6));
    if (line.starts_with("VmHWM:")) memory.peak_kib = std::stoll(line.substr(6));
  }
  return memory;
}

bool PinTo(pid_t pid, int core) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(core, &cores);
  std::error_code error;
  bool pinned = true;
  for (const auto& thread : std::filesystem::directory_iterator(Cat("/proc/", pid, "/task"), error))
    pinned = sched_setaffinity(std::stoi(thread.path().filename().string()), sizeof cores, &cores) == 0 && pinned;
  return pinned && !error;
}

}  // namespace jixiao::testing
