// Looks for malware with ClamAV, when it is installed. Nothing is ever called clean that was not scanned.
#pragma once

#include <string>
#include <string_view>

namespace jixiao::archiving {

enum class ScanOutcome { kClean, kInfected, kNotScanned };

struct Scan {
  ScanOutcome outcome = ScanOutcome::kNotScanned;
  std::string reason;  // in Chinese: what was found, or why nothing was scanned
};

// Which programs may be used: the daemon's client answers in milliseconds, the other loads its data first, which takes
// many seconds.
enum class Scanner { kDaemon, kAny };

// Scans a file or folder. Blocks.
Scan ScanPath(const std::string& path, Scanner scanner);
// Scans bytes by way of a temporary file. Blocks.
Scan ScanBytes(std::string_view bytes, Scanner scanner);

}  // namespace jixiao::archiving
