// Child processes of a test: each writes to a file, and none outlives the test.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace jixiao::testing {

// One child. Start it from a thread that lives as long as the test: the kernel kills the child when that thread ends,
// so that a test that is killed leaves nothing behind.
class Process {
 public:
  // Runs `command` with stdout and stderr appended to `log`; with no shell between. Exit code 127 when it cannot be
  // run.
  static std::unique_ptr<Process> Start(const std::vector<std::string>& command, const std::filesystem::path& log);

  // SIGTERM, and SIGKILL when that does not end it within five seconds. Only ever to the child's own id.
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // Sends a signal; nothing when the child has ended.
  void Kill(int signal);

  // Waits at most `timeout` for the end: the exit code, or 128 + the signal that killed it. Nothing while it still
  // runs.
  std::optional<int> Wait(std::chrono::milliseconds timeout);

  bool Running() { return !Wait(std::chrono::milliseconds(0)); }
  pid_t pid() const { return pid_; }

 private:
  explicit Process(pid_t pid) : pid_(pid) {}

  const pid_t pid_;
  std::optional<int> end_;
};

// A port of 127.0.0.1 that nobody listens on. Taken from below the range of outgoing connections, so that a server that
// is restarted finds its port free again.
int FreePort();

}  // namespace jixiao::testing
