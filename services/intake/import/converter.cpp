#include "intake/import/converter.h"

#include "common/errors.h"
#include "common/text.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <thread>
#include <vector>

extern char** environ;

namespace jixiao::importing {
namespace {

namespace fs = std::filesystem;

std::optional<std::string> FindProgram() {
  const char* path = std::getenv("PATH");
  std::string_view rest = path == nullptr ? "/usr/local/bin:/usr/bin:/bin" : path;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(':'), rest.size());
    for (const std::string_view name : {"soffice", "libreoffice"}) {
      const std::string candidate = Cat(rest.substr(0, end), "/", name);
      if (end > 0 && access(candidate.c_str(), X_OK) == 0) return candidate;
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return std::nullopt;
}

// A folder that goes when it is done with.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::error_code error;
    std::string pattern = (fs::temp_directory_path(error) / "jixiao-import-XXXXXX").string();
    if (!error && mkdtemp(pattern.data()) != nullptr) path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code error;
    if (!path_.empty()) fs::remove_all(path_, error);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

// Runs the program in a process group of its own; the group is killed when time is up, and in any case at the end.
absl::Status Run(const std::vector<std::string>& arguments, const fs::path& folder, std::chrono::seconds limit) {
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  // Nothing of the caller's settings but what a program needs to start; a home of its own.
  std::vector<std::string> settings = {Cat("HOME=", folder.string()), "LANG=C.UTF-8", "LC_ALL=C.UTF-8",
                                       "SAL_USE_VCLPLUGIN=svp"};
  const char* path = std::getenv("PATH");
  settings.push_back(Cat("PATH=", path == nullptr ? "/usr/bin:/bin" : path));
  std::vector<char*> envp;
  for (const std::string& setting : settings) envp.push_back(const_cast<char*>(setting.c_str()));
  envp.push_back(nullptr);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t pid = 0;
  const int failed = posix_spawn(&pid, argv.front(), &actions, &attributes, argv.data(), envp.data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (failed != 0) return Error(absl::StatusCode::kInternal, "CONVERTER_FAILED", "LibreOffice cannot be started");
  const auto until = std::chrono::steady_clock::now() + limit;
  int state = 0;
  while (waitpid(pid, &state, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() > until) {
      kill(-pid, SIGKILL);
      waitpid(pid, &state, 0);
      return Error(absl::StatusCode::kDeadlineExceeded, "CONVERSION_TOO_SLOW",
                   Cat("LibreOffice 在 ", limit.count(), " 秒内没有完成转换"));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  kill(-pid, SIGKILL);  // whatever it left running
  return absl::OkStatus();
}

}  // namespace

bool HasLibreOffice() {
  return FindProgram().has_value();
}

absl::StatusOr<std::string> ConvertOffice(std::string_view bytes, std::string_view extension, std::string_view to,
                                          const Limits& limits) {
  const auto program = FindProgram();
  const bool sheet = to == "xlsx";
  if (!program)
    return Error(absl::StatusCode::kFailedPrecondition, "CONVERTER_MISSING",
                 Cat("读取 .", extension, " 需要 LibreOffice，请安装 ",
                     sheet ? "libreoffice-calc" : "libreoffice-writer", "（apt-get install --no-install-recommends ",
                     sheet ? "libreoffice-calc" : "libreoffice-writer", "），或在办公软件中另存为 .", to));
  const TemporaryFolder folder;
  if (folder.path().empty()) return Error(absl::StatusCode::kInternal, "CONVERTER_FAILED", "no temporary folder");
  const fs::path in = folder.path() / Cat("document.", extension), out = folder.path() / "out";
  std::error_code error;
  fs::create_directory(out, error);
  {
    std::ofstream file(in, std::ios::binary);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!file.flush()) return Error(absl::StatusCode::kInternal, "CONVERTER_FAILED", "the temporary folder is full");
  }
  const std::string filter = sheet ? "xlsx:Calc MS Excel 2007 XML" : "docx:MS Word 2007 XML";
  RETURN_IF_ERROR(Run({*program, Cat("-env:UserInstallation=file://", (folder.path() / "profile").string()),
                       "--headless", "--norestore", "--nologo", "--nodefault", "--nolockcheck", "--convert-to", filter,
                       "--outdir", out.string(), in.string()},
                      folder.path(), limits.conversion));
  const fs::path result = out / Cat("document.", to);
  const auto size = fs::file_size(result, error);
  if (error)
    return InvalidField("DOCUMENT_DAMAGED", "document",
                        Cat("LibreOffice 无法读取这个 .", extension, " 文件；文件可能已损坏，或缺少 ",
                            sheet ? "libreoffice-calc" : "libreoffice-writer"));
  if (size > limits.file_bytes) return InvalidField("DOCUMENT_TOO_LARGE", "document", "转换后的文件过大");
  std::ifstream file(result, std::ios::binary);
  std::string content((std::istreambuf_iterator<char>(file)), {});
  if (content.size() != size)
    return Error(absl::StatusCode::kInternal, "CONVERTER_FAILED", "the converted file cannot be read");
  return content;
}

}  // namespace jixiao::importing
