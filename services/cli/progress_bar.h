// A bar on a terminal; nothing elsewhere.
#pragma once

#include <chrono>
#include <cstdint>

namespace jixiao::cli {

// Draws on stderr, at most ten times a second. Not thread-safe.
class ProgressBar {
 public:
  ProgressBar();
  // Ends its line.
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  // `done` forms, `failed` of them refused; `part` of `whole` bytes were read.
  void Show(std::uint64_t done, std::uint64_t failed, std::uint64_t part, std::uint64_t whole);

 private:
  const bool terminal_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point next_;
};

}  // namespace jixiao::cli
