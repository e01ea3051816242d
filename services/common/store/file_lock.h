// Sees to it that one process has a database, and no second one beside it.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <utility>

namespace jixiao::store {

// An advisory lock on a file, held as long as the object or, at most, the process: also a process that is killed gives
// it back. Not for concurrent use.
class FileLock {
 public:
  // Locks the file at `path`, which is made when it is missing. FAILED_PRECONDITION STORE_IN_USE when another holds it,
  // in this process or another one; UNAVAILABLE STORE_FAILED when the file cannot be made.
  static absl::StatusOr<FileLock> Take(const std::string& path);

  FileLock() = default;  // holds nothing
  bool held() const { return descriptor_ >= 0; }
  FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  FileLock& operator=(FileLock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}

  int descriptor_ = -1;
};

}  // namespace jixiao::store
