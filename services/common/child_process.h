// A program run to its end with bounds on time, memory and output, as a process group of its own.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao {

struct ChildLimits {
  std::chrono::seconds time{90};            // by the clock
  std::uint64_t memory_bytes = 4ull << 30;  // address space of each process
  std::uint64_t file_bytes = 512ull << 20;  // size of each file it writes
  std::function<bool()> cancelled;          // true ends it early; empty: never
};

enum class ChildEnd { kExited, kTooSlow, kCancelled, kNotStarted };

// The path of a program that can be run here, looked for in PATH.
std::optional<std::string> FindProgram(std::string_view name);

// Runs arguments[0] (a path) in `folder`, which is also its home, with nothing of the caller's settings but PATH and
// without input or output. Whatever it leaves running is killed at its end. `exit_code` becomes what it exited with:
// nothing when it was killed, or when that is not known.
ChildEnd RunChild(const std::vector<std::string>& arguments, const std::filesystem::path& folder,
                  const ChildLimits& limits, std::optional<int>* exit_code = nullptr);

}  // namespace jixiao
