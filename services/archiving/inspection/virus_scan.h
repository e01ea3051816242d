// Looks for malware with ClamAV, when it is installed. Nothing is ever called clean that was not scanned.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace jixiao::archiving {

enum class ScanOutcome { kClean, kInfected, kNotScanned };

struct Scan {
  ScanOutcome outcome = ScanOutcome::kNotScanned;
  std::string reason;     // in Chinese: what was found, or why nothing was scanned
  bool too_slow = false;  // not scanned, because the limit of time was over
};

// Which programs may be used: the daemon's client answers in milliseconds, the other loads its data first, which takes
// many seconds.
enum class Scanner { kDaemon, kAny };

struct ScanLimits {
  std::chrono::seconds time{60};    // for each of the two programs; what was too slow is not tried with the other
  std::function<bool()> cancelled;  // true ends it early; empty: never
};

// Scans a file or folder. Blocks, within `limits`.
Scan ScanPath(const std::string& path, Scanner scanner, const ScanLimits& limits = {});
// Scans bytes by way of a temporary file. Blocks, within `limits`.
Scan ScanBytes(std::string_view bytes, Scanner scanner, const ScanLimits& limits = {});

}  // namespace jixiao::archiving
