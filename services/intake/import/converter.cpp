#include "intake/import/converter.h"

#include "common/errors.h"
#include "common/text.h"
#include "common/child_process.h"
#include "intake/import/doc_repair.h"

#include <unistd.h>

#include <array>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

namespace jixiao::importing {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFolderName = "jixiao-import-";
constexpr std::chrono::minutes kOldest{10};

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

// A folder that goes when it is done with. Its name says whose it is: jixiao-import-PID-XXXXXX.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::error_code error;
    std::string pattern = (fs::temp_directory_path(error) / Cat(kFolderName, getpid(), "-XXXXXX")).string();
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

// Only letters and digits reach the command line.
std::string PlainExtension(std::string_view extension) {
  std::string out;
  for (const char c : extension.substr(0, 8))
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) out += c;
  return out.empty() ? "bin" : out;
}

// A killed server's converters work on in their folders.
void EndProcessesIn(const fs::path& folder) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/proc", error)) {
    const std::string name = entry.path().filename().string();
    int pid = 0;
    const auto [end, fault] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (fault != std::errc() || end != name.data() + name.size() || pid <= 1) continue;
    std::error_code unreadable;  // it has ended, or it is not ours
    if (fs::read_symlink(entry.path() / "cwd", unreadable) == folder && !unreadable) kill(pid, SIGKILL);
  }
}

absl::Status Internal(std::string_view what) {
  return Error(absl::StatusCode::kInternal, "CONVERTER_FAILED", what);
}

}  // namespace

bool HasLibreOffice() {
  return FindProgram().has_value();
}

absl::StatusOr<std::string> ConvertOffice(std::string_view bytes, std::string_view extension, std::string_view to,
                                          const Limits& limits) {
  const auto program = FindProgram();
  const bool sheet = to == "xlsx";
  const std::string_view package = sheet ? "libreoffice-calc" : "libreoffice-writer";
  if (!program)
    return Error(absl::StatusCode::kFailedPrecondition, "CONVERTER_MISSING",
                 Cat("读取 .", extension, " 需要 LibreOffice，请安装 ", package,
                     "（apt-get install --no-install-recommends ", package, "），或在办公软件中另存为 .", to));
  const TemporaryFolder folder;
  if (folder.path().empty()) return Internal("no temporary folder");
  const fs::path in = folder.path() / Cat("document.", PlainExtension(extension)), out = folder.path() / "out";
  std::error_code error;
  fs::create_directory(out, error);
  {
    std::ofstream file(in, std::ios::binary);
    const std::optional<std::string> repaired = sheet ? std::nullopt : RepairDoc(bytes);
    const std::string_view content = repaired ? std::string_view(*repaired) : bytes;
    file.write(content.data(), static_cast<std::streamsize>(content.size()));
    if (!file.flush()) return Internal("the temporary folder is full");
  }
  const std::string filter = sheet ? "xlsx:Calc MS Excel 2007 XML" : "docx:MS Word 2007 XML";
  ChildLimits bounds;
  bounds.time = limits.conversion;
  bounds.cancelled = limits.cancelled;
  switch (RunChild({*program, Cat("-env:UserInstallation=file://", (folder.path() / "profile").string()), "--headless",
                    "--norestore", "--nologo", "--nodefault", "--nolockcheck", "--convert-to", filter, "--outdir",
                    out.string(), in.string()},
                   folder.path(), bounds)) {
    case ChildEnd::kExited:
      break;
    case ChildEnd::kTooSlow:
      return Error(absl::StatusCode::kDeadlineExceeded, "CONVERSION_TOO_SLOW",
                   Cat("LibreOffice 在 ", limits.conversion.count(), " 秒内没有完成转换；请在办公软件中另存为 .", to,
                       " 后重试"));
    case ChildEnd::kCancelled:
      return absl::CancelledError("the caller has gone");
    case ChildEnd::kNotStarted:
      return Internal("LibreOffice cannot be started");
  }
  const fs::path result = out / Cat("document.", to);
  const auto size = fs::file_size(result, error);
  if (error)
    return InvalidField(
        "DOCUMENT_DAMAGED", "content",
        Cat("LibreOffice 无法读取这个 .", extension, " 文件；文件可能已损坏或有密码，或缺少 ", package));
  if (size > limits.file_bytes) return InvalidField("DOCUMENT_TOO_LARGE", "content", "转换后的文件过大");
  std::ifstream file(result, std::ios::binary);
  std::string content((std::istreambuf_iterator<char>(file)), {});
  if (content.size() != size) return Internal("the converted file cannot be read");
  return content;
}

void RemoveLeftovers() {
  std::error_code error;
  std::vector<fs::path> left;
  for (const auto& entry : fs::directory_iterator(fs::temp_directory_path(error), error)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(kFolderName)) continue;
    int pid = 0;
    const auto [end, fault] = std::from_chars(name.data() + kFolderName.size(), name.data() + name.size(), pid);
    if (fault != std::errc() || *end != '-' || pid <= 0) continue;
    // A process that begins has none; in a container it has the number of the one before it. No conversion takes long.
    const auto age = fs::file_time_type::clock::now() - fs::last_write_time(entry.path(), error);
    if (pid == getpid() || (kill(pid, 0) != 0 && errno == ESRCH) || (!error && age > kOldest))
      left.push_back(entry.path());
  }
  for (const fs::path& folder : left) {
    EndProcessesIn(folder);
    fs::remove_all(folder, error);
  }
}

}  // namespace jixiao::importing
