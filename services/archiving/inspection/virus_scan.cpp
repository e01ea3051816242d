#include "archiving/inspection/virus_scan.h"

#include "common/child_process.h"
#include "common/file.h"
#include "common/text.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

namespace jixiao::archiving {

namespace fs = std::filesystem;

Scan ScanPath(const std::string& path, Scanner scanner, const ScanLimits& limits) {
  std::string what = "没有安装 ClamAV（clamscan、clamdscan）";
  if (scanner == Scanner::kDaemon) what = "没有安装 clamdscan（归档时只用其常驻服务）";
  std::error_code error;
  const fs::path folder = fs::temp_directory_path(error);  // where the programs run
  const fs::path scanned = fs::absolute(path, error);
  ChildLimits bounds;
  bounds.time = limits.time;
  bounds.cancelled = limits.cancelled;
  for (const std::string_view name : {"clamdscan", "clamscan"}) {
    const bool daemon = name == "clamdscan";
    if (scanner == Scanner::kDaemon && !daemon) continue;
    const std::optional<std::string> program = FindProgram(name);
    if (!program) continue;
    std::optional<int> code;
    switch (RunChild({*program, "--no-summary", daemon ? "--fdpass" : "--recursive", scanned.string()}, folder, bounds,
                     &code)) {
      case ChildEnd::kTooSlow:
        return {ScanOutcome::kNotScanned, Cat(name, " 在 ", limits.time.count(), " 秒内没有完成扫描"), true};
      case ChildEnd::kCancelled:
        return {ScanOutcome::kNotScanned, "扫描中止"};
      case ChildEnd::kExited:
      case ChildEnd::kNotStarted:
        break;
    }
    if (code == 0) return {ScanOutcome::kClean, Cat("由 ", name, " 扫描")};
    if (code == 1) return {ScanOutcome::kInfected, Cat(name, " 发现恶意代码")};
    what = code && code != 127 ? Cat(name, " 未能完成扫描，退出码 ", *code) : Cat(name, " 无法执行");
  }
  return {ScanOutcome::kNotScanned, what};
}

Scan ScanBytes(std::string_view bytes, Scanner scanner, const ScanLimits& limits) {
  if (!FindProgram("clamdscan") && (scanner == Scanner::kDaemon || !FindProgram("clamscan")))
    return ScanPath("", scanner, limits);
  std::error_code error;
  std::string path = (fs::temp_directory_path(error) / "jixiao-scan-XXXXXX").string();
  const FileDescriptor file(mkstemp(path.data()));
  if (!file.is_open()) return {ScanOutcome::kNotScanned, "不能写临时文件"};
  std::string_view left = bytes;
  while (!left.empty()) {
    const ssize_t written = write(file.number(), left.data(), left.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) break;
    left.remove_prefix(static_cast<std::size_t>(written));
  }
  Scan scan = left.empty() ? ScanPath(path, scanner, limits) : Scan{ScanOutcome::kNotScanned, "不能写临时文件"};
  fs::remove(path, error);
  return scan;
}

}  // namespace jixiao::archiving
