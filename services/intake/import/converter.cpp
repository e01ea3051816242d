#include "intake/import/converter.h"

#include "common/child_process.h"
#include "common/errors.h"
#include "common/folder.h"
#include "common/text.h"
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

// None when the folder cannot be read: what is left there stays until the next start.
std::vector<fs::path> EntriesOf(const fs::path& folder) {
  absl::StatusOr<std::vector<fs::path>> entries = ListFolder(folder);
  return entries.ok() ? *std::move(entries) : std::vector<fs::path>();
}

// A killed server's converters work on in their folders.
void EndProcessesIn(const fs::path& folder) {
  for (const fs::path& entry : EntriesOf("/proc")) {
    const std::string name = entry.filename().string();
    int pid = 0;
    const auto [end, fault] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (fault != std::errc() || end != name.data() + name.size() || pid <= 1) continue;
    std::error_code unreadable;  // it has ended, or it is not ours
    if (fs::read_symlink(entry / "cwd", unreadable) == folder && !unreadable) kill(pid, SIGKILL);
  }
}

absl::Status Internal(std::string_view what) {
  return Error(absl::StatusCode::kInternal, "CONVERTER_FAILED", what);
}

std::optional<std::string> FindLibreOffice() {
  const auto usual = FindProgram("soffice");
  return usual ? usual : FindProgram("libreoffice");
}

absl::Status Write(const fs::path& path, std::string_view content) {
  std::ofstream file(path, std::ios::binary);
  file.write(content.data(), static_cast<std::streamsize>(content.size()));
  return file.flush() ? absl::OkStatus() : Internal("the temporary folder is full");
}

absl::StatusOr<std::string> ReadResult(const fs::path& path, std::uintmax_t size) {
  std::ifstream file(path, std::ios::binary);
  std::string content((std::istreambuf_iterator<char>(file)), {});
  if (content.size() != size) return Internal("the converted file cannot be read");
  return content;
}

absl::Status Run(std::string_view program, const std::vector<std::string>& arguments, const fs::path& folder,
                 const Limits& limits, std::uint64_t most_bytes, std::string_view instead) {
  ChildLimits bounds;
  bounds.time = limits.conversion;
  bounds.cancelled = limits.cancelled;
  bounds.file_bytes = most_bytes;
  switch (RunChild(arguments, folder, bounds)) {
    case ChildEnd::kExited:
      return absl::OkStatus();
    case ChildEnd::kTooSlow:
      return Error(
          absl::StatusCode::kDeadlineExceeded, "CONVERSION_TOO_SLOW",
          Cat(program, " 在 ", limits.conversion.count(), " 秒内没有读完；请在办公软件中另存为 ", instead, " 后重试"));
    case ChildEnd::kCancelled:
      return absl::CancelledError("the caller has gone");
    case ChildEnd::kNotStarted:
      break;
  }
  return Internal(Cat(program, " cannot be started"));
}

absl::Status Missing(std::string_view extension, std::string_view program, std::string_view package,
                     std::string_view instead) {
  return Error(absl::StatusCode::kFailedPrecondition, "CONVERTER_MISSING",
               Cat("读取 .", extension, " 需要 ", program, "，请安装 ", package,
                   "（apt-get install --no-install-recommends ", package, "），或在办公软件中另存为 ", instead));
}

}  // namespace

bool HasLibreOffice() {
  return FindLibreOffice().has_value();
}

bool HasMuPdf() {
  return FindProgram("mutool").has_value();
}

absl::StatusOr<std::string> ConvertOffice(std::string_view bytes, std::string_view extension, std::string_view to,
                                          const Limits& limits) {
  const auto program = FindLibreOffice();
  const bool sheet = to == "xlsx";
  const std::string_view package = sheet ? "libreoffice-calc" : "libreoffice-writer";
  if (!program) return Missing(extension, "LibreOffice", package, Cat(".", to));
  const TemporaryFolder folder;
  if (folder.path().empty()) return Internal("no temporary folder");
  const fs::path in = folder.path() / Cat("document.", PlainExtension(extension)), out = folder.path() / "out";
  std::error_code error;
  fs::create_directory(out, error);
  const std::optional<std::string> repaired = sheet ? std::nullopt : RepairDoc(bytes);
  RETURN_IF_ERROR(Write(in, repaired ? std::string_view(*repaired) : bytes));
  const std::string filter = sheet ? "xlsx:Calc MS Excel 2007 XML" : "docx:MS Word 2007 XML";
  constexpr std::uint64_t kMostBytes = 512u << 20;
  RETURN_IF_ERROR(Run("LibreOffice",
                      {*program, Cat("-env:UserInstallation=file://", (folder.path() / "profile").string()),
                       "--headless", "--norestore", "--nologo", "--nodefault", "--nolockcheck", "--convert-to", filter,
                       "--outdir", out.string(), in.string()},
                      folder.path(), limits, kMostBytes, Cat(".", to)));
  const fs::path result = out / Cat("document.", to);
  const auto size = fs::file_size(result, error);
  if (error)
    return InvalidField(
        "DOCUMENT_DAMAGED", "content",
        Cat("LibreOffice 无法读取这个 .", extension, " 文件；文件可能已损坏或有密码，或缺少 ", package));
  if (size > limits.file_bytes) return InvalidField("DOCUMENT_TOO_LARGE", "content", "转换后的文件过大");
  return ReadResult(result, size);
}

absl::StatusOr<std::string> TracePdf(std::string_view bytes, const Limits& limits) {
  constexpr std::string_view kInstead = ".docx 或 .xlsx";
  const auto program = FindProgram("mutool");
  if (!program) return Missing("pdf", "MuPDF", "mupdf-tools", kInstead);
  const TemporaryFolder folder;
  if (folder.path().empty()) return Internal("no temporary folder");
  const fs::path in = folder.path() / "document.pdf", result = folder.path() / "trace.xml";
  RETURN_IF_ERROR(Write(in, bytes));
  RETURN_IF_ERROR(Run("MuPDF", {*program, "draw", "-q", "-F", "trace", "-o", result.string(), in.string()},
                      folder.path(), limits, limits.zip_part_bytes, kInstead));
  std::error_code error;
  const auto size = fs::file_size(result, error);
  if (!error && size >= limits.zip_part_bytes)
    return InvalidField("DOCUMENT_TOO_LARGE", "content", "PDF 的内容过多；请只提供自评表所在的页");
  ASSIGN_OR_RETURN(std::string trace, error ? std::string() : ReadResult(result, size));
  if (trace.find("<page") != std::string::npos) return trace;
  if (bytes.find("/Encrypt") != std::string_view::npos)
    return InvalidField("DOCUMENT_ENCRYPTED", "content", "文件有密码，请去掉密码后重试");
  return InvalidField("DOCUMENT_DAMAGED", "content",
                      "MuPDF 无法读取这个 .pdf 文件；文件可能已损坏，请提供原来的 .docx 或 .xlsx");
}

void RemoveLeftovers() {
  std::error_code error;
  std::vector<fs::path> left;
  for (const fs::path& entry : EntriesOf(fs::temp_directory_path(error))) {
    const std::string name = entry.filename().string();
    if (!name.starts_with(kFolderName)) continue;
    int pid = 0;
    const auto [end, fault] = std::from_chars(name.data() + kFolderName.size(), name.data() + name.size(), pid);
    if (fault != std::errc() || *end != '-' || pid <= 0) continue;
    // A process that begins has none; in a container it has the number of the one before it. No conversion takes long.
    const auto age = fs::file_time_type::clock::now() - fs::last_write_time(entry, error);
    if (pid == getpid() || (kill(pid, 0) != 0 && errno == ESRCH) || (!error && age > kOldest)) left.push_back(entry);
  }
  for (const fs::path& folder : left) {
    EndProcessesIn(folder);
    fs::remove_all(folder, error);
  }
}

}  // namespace jixiao::importing
