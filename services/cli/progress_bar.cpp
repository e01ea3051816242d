#include "cli/progress_bar.h"

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <string>

namespace jixiao::cli {
namespace {

constexpr std::size_t kWidth = 30;
constexpr std::chrono::milliseconds kInterval{100};

}  // namespace

ProgressBar::ProgressBar() : terminal_(isatty(STDERR_FILENO) != 0) {}

ProgressBar::~ProgressBar() {
  if (drawn_) std::cerr << std::endl;
}

void ProgressBar::Show(std::uint64_t done, std::uint64_t failed, std::uint64_t part, std::uint64_t whole) {
  const auto now = std::chrono::steady_clock::now();
  if (!terminal_ || (now < next_ && part < whole)) return;
  next_ = now + kInterval;
  drawn_ = true;
  const std::size_t filled = whole == 0 ? 0 : std::min<std::size_t>(kWidth, kWidth * part / whole);
  std::cerr << "\r已提交 " << done;
  if (failed > 0) std::cerr << "，未接收 " << failed;
  if (whole > 0)
    std::cerr << " [" << std::string(filled, '#') << std::string(kWidth - filled, '.') << "] "
              << std::min<std::uint64_t>(100, 100 * part / whole) << "%";
  std::cerr << std::flush;
}

}  // namespace jixiao::cli
