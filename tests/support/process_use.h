// What a process uses, as the kernel counts it.
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace jixiao::testing {

// CPU time of the process so far, in seconds; 0 when it is gone.
double CpuSeconds(pid_t pid);

struct Memory {
  std::int64_t now_kib = 0;   // resident
  std::int64_t peak_kib = 0;  // the most that was resident
};
Memory MemoryOf(pid_t pid);

// Lets all threads of the process, and those that they start, run on this core only. False when the kernel refuses.
bool PinTo(pid_t pid, int core);

}  // namespace jixiao::testing
