#include "support/process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <random>
#include <set>
#include <stdexcept>
#include <thread>

namespace jixiao::testing {
namespace {

constexpr std::chrono::seconds kPatience{5};
constexpr int kFirstPort = 20000;
constexpr int kLastPort = 31999;

// In the child, between fork and exec: only calls that are safe there.
[[noreturn]] void Become(char* const* arguments, int log, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);
  dup2(log, STDOUT_FILENO);
  dup2(log, STDERR_FILENO);
  execv(arguments[0], arguments);
  _exit(127);
}

bool CanListen(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool free = bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 && listen(fd, 1) == 0;
  close(fd);
  return free;
}

}  // namespace

std::unique_ptr<Process> Process::Start(const std::vector<std::string>& command, const std::filesystem::path& log) {
  const int fd = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) throw std::runtime_error("cannot write " + log.string() + ": " + std::strerror(errno));
  std::vector<char*> arguments;
  for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) Become(arguments.data(), fd, parent);
  close(fd);
  if (pid < 0) throw std::runtime_error(std::string("cannot fork: ") + std::strerror(errno));
  return std::unique_ptr<Process>(new Process(pid));
}

Process::~Process() {
  Kill(SIGTERM);
  if (Wait(kPatience)) return;
  Kill(SIGCONT);
  Kill(SIGKILL);
  Wait(kPatience);
}

void Process::Kill(int signal) {
  // Until it is waited for, the id is the child's and nobody else's.
  if (Running()) kill(pid_, signal);
}

std::optional<int> Process::Wait(std::chrono::milliseconds timeout) {
  const auto end = std::chrono::steady_clock::now() + timeout;
  while (!end_) {
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) == pid_)
      end_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    else if (std::chrono::steady_clock::now() >= end)
      break;
    else
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return end_;
}

int FreePort() {
  static std::set<int> given;
  std::random_device random;
  for (int i = 0; i < 1000; ++i) {
    const int port = std::uniform_int_distribution<int>(kFirstPort, kLastPort)(random);
    if (CanListen(port) && given.insert(port).second) return port;
  }
  throw std::runtime_error("no free port");
}

}  // namespace jixiao::testing
