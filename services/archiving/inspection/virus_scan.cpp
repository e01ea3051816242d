#include "archiving/inspection/virus_scan.h"

#include "common/file.h"
#include "common/text.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <vector>

extern char** environ;

namespace jixiao::archiving {
namespace {

std::optional<std::string> FindProgram(std::string_view name) {
  const char* const path = std::getenv("PATH");
  std::string_view left = path == nullptr ? "" : path;
  while (!left.empty()) {
    const std::size_t end = std::min(left.find(':'), left.size());
    const std::string candidate = Cat(left.substr(0, end), "/", name);
    if (access(candidate.c_str(), X_OK) == 0) return candidate;
    left.remove_prefix(std::min(end + 1, left.size()));
  }
  return std::nullopt;
}

// The program's exit code; nothing when it could not be run or was killed.
std::optional<int> RunQuietly(const std::vector<std::string>& command) {
  posix_spawn_file_actions_t actions;
  if (posix_spawn_file_actions_init(&actions) != 0) return std::nullopt;
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", fd == STDIN_FILENO ? O_RDONLY : O_WRONLY, 0);
  std::vector<char*> arguments;
  for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  pid_t child = 0;
  const int spawned = posix_spawn(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (spawned != 0) return std::nullopt;
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return std::nullopt;
  return WIFEXITED(status) ? std::optional<int>(WEXITSTATUS(status)) : std::nullopt;
}

}  // namespace

Scan ScanPath(const std::string& path, Scanner scanner) {
  std::string what = "没有安装 ClamAV（clamscan、clamdscan）";
  if (scanner == Scanner::kDaemon) what = "没有安装 clamdscan（归档时只用其常驻服务）";
  for (const char* name : {"clamdscan", "clamscan"}) {
    if (scanner == Scanner::kDaemon && std::string_view(name) != "clamdscan") continue;
    const std::optional<std::string> program = FindProgram(name);
    if (!program) continue;
    std::vector<std::string> command{*program, "--no-summary"};
    command.push_back(std::string_view(name) == "clamdscan" ? "--fdpass" : "--recursive");
    command.push_back(path);
    const std::optional<int> code = RunQuietly(command);
    if (code == 0) return {ScanOutcome::kClean, Cat("由 ", name, " 扫描")};
    if (code == 1) return {ScanOutcome::kInfected, Cat(name, " 发现恶意代码")};
    what = code ? Cat(name, " 未能完成扫描，退出码 ", *code) : Cat(name, " 无法执行");
  }
  return {ScanOutcome::kNotScanned, what};
}

Scan ScanBytes(std::string_view bytes, Scanner scanner) {
  if (!FindProgram("clamdscan") && (scanner == Scanner::kDaemon || !FindProgram("clamscan")))
    return ScanPath("", scanner);
  std::error_code error;
  std::string path = (std::filesystem::temp_directory_path(error) / "jixiao-scan-XXXXXX").string();
  const FileDescriptor file(mkstemp(path.data()));
  if (!file.is_open()) return {ScanOutcome::kNotScanned, "不能写临时文件"};
  std::string_view left = bytes;
  while (!left.empty()) {
    const ssize_t written = write(file.number(), left.data(), left.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) break;
    left.remove_prefix(static_cast<std::size_t>(written));
  }
  Scan scan = left.empty() ? ScanPath(path, scanner) : Scan{ScanOutcome::kNotScanned, "不能写临时文件"};
  std::filesystem::remove(path, error);
  return scan;
}

}  // namespace jixiao::archiving
