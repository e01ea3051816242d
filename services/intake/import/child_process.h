// A program run to its end with bounds on time, memory and output, as a process group of its own.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace jixiao::importing {

struct ChildLimits {
  std::chrono::seconds time{90};            // by the clock
  std::uint64_t memory_bytes = 4ull << 30;  // address space of each process
  std::uint64_t file_bytes = 512ull << 20;  // size of each file it writes
  std::function<bool()> cancelled;          // true ends it early; empty: never
};

enum class ChildEnd { kExited, kTooSlow, kCancelled, kNotStarted };

// Runs arguments[0] (a path) in `folder`, which is also its home, with nothing of the caller's settings but PATH and
// without input or output. Whatever it leaves running is killed at its end.
ChildEnd RunChild(const std::vector<std::string>& arguments, const std::filesystem::path& folder,
                  const ChildLimits& limits);

}  // namespace jixiao::importing
