#include "common/child_process.h"

#include "common/text.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <thread>

namespace jixiao {
namespace {

// Between looks at the child: what ends at once is not waited for, what takes long is not looked at all the time.
constexpr std::chrono::milliseconds kFirstPause{1};
constexpr std::chrono::milliseconds kLongestPause{20};
constexpr std::string_view kUsualPath = "/usr/local/bin:/usr/bin:/bin";

std::vector<char*> Pointers(const std::vector<std::string>& texts) {
  std::vector<char*> out;
  out.reserve(texts.size() + 1);
  for (const std::string& text : texts) out.push_back(const_cast<char*>(text.c_str()));
  out.push_back(nullptr);
  return out;
}

void Bound(int what, std::uint64_t most) {
  const rlimit limit{most, most};
  setrlimit(what, &limit);
}

// In the child, between fork and exec: only calls that are safe there.
[[noreturn]] void Become(char* const* argv, char* const* envp, const char* folder, const ChildLimits& limits,
                         pid_t parent) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  // Should this process be killed, the processor time ends what the child has started.
  Bound(RLIMIT_CPU, static_cast<std::uint64_t>(limits.time.count()) * 2 + 1);
  Bound(RLIMIT_AS, limits.memory_bytes);
  Bound(RLIMIT_FSIZE, limits.file_bytes);
  Bound(RLIMIT_CORE, 0);
  // Where memory is short, this process is the one to go.
  if (const int score = open("/proc/self/oom_score_adj", O_WRONLY); score >= 0) {
    const ssize_t ignored = write(score, "1000", 4);
    static_cast<void>(ignored);
    close(score);
  }
  const int in = open("/dev/null", O_RDONLY), out = open("/dev/null", O_WRONLY);
  if (in < 0 || out < 0 || dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 || dup2(out, STDERR_FILENO) < 0)
    _exit(127);
  // None of the parent's files and connections.
  close_range(3, ~0U, 0);
  if (chdir(folder) != 0) _exit(127);
  execve(argv[0], argv, envp);
  _exit(127);
}

}  // namespace

std::optional<std::string> FindProgram(std::string_view name) {
  const char* const path = std::getenv("PATH");
  std::string_view rest = path == nullptr ? kUsualPath : path;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(':'), rest.size());
    std::string candidate = Cat(rest.substr(0, end), "/", name);
    if (end > 0 && access(candidate.c_str(), X_OK) == 0) return candidate;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return std::nullopt;
}

ChildEnd RunChild(const std::vector<std::string>& arguments, const std::filesystem::path& folder,
                  const ChildLimits& limits, std::optional<int>* exit_code) {
  const char* path = std::getenv("PATH");
  const std::vector<std::string> settings = {Cat("HOME=", folder.string()),
                                             Cat("TMPDIR=", folder.string()),
                                             "LANG=C.UTF-8",
                                             "LC_ALL=C.UTF-8",
                                             "SAL_USE_VCLPLUGIN=svp",
                                             Cat("PATH=", path == nullptr ? kUsualPath : path)};
  const std::vector<char*> argv = Pointers(arguments), envp = Pointers(settings);
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) Become(argv.data(), envp.data(), folder.c_str(), limits, parent);
  if (pid < 0) return ChildEnd::kNotStarted;
  setpgid(pid, pid);  // whoever of the two comes first
  const auto until = std::chrono::steady_clock::now() + limits.time;
  ChildEnd end = ChildEnd::kExited;
  int state = 0;
  pid_t ended = 0;
  for (auto pause = kFirstPause; (ended = waitpid(pid, &state, WNOHANG)) == 0;
       pause = std::min(2 * pause, kLongestPause)) {
    if (std::chrono::steady_clock::now() > until)
      end = ChildEnd::kTooSlow;
    else if (limits.cancelled && limits.cancelled())
      end = ChildEnd::kCancelled;
    if (end != ChildEnd::kExited) {
      kill(-pid, SIGKILL);
      waitpid(pid, &state, 0);
      break;
    }
    std::this_thread::sleep_for(pause);
  }
  kill(-pid, SIGKILL);  // whatever it left running
  // Where nobody collects children (SIGCHLD is ignored), how it ended is not known, and 0 would say that all is well.
  std::optional<int> code;
  if (end == ChildEnd::kExited && ended == pid && WIFEXITED(state)) code = WEXITSTATUS(state);
  if (exit_code != nullptr) *exit_code = code;
  return code == 127 ? ChildEnd::kNotStarted : end;
}

}  // namespace jixiao
