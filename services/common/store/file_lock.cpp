#include "common/store/file_lock.h"

#include "common/errors.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace jixiao::store {

absl::StatusOr<FileLock> FileLock::Take(const std::string& path) {
  FileLock lock(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640));
  if (lock.descriptor_ < 0)
    return Error(absl::StatusCode::kUnavailable, "STORE_FAILED",
                 "lock " + path + ": " + std::generic_category().message(errno));
  if (flock(lock.descriptor_, LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno != EWOULDBLOCK)
    return Error(absl::StatusCode::kUnavailable, "STORE_FAILED",
                 "lock " + path + ": " + std::generic_category().message(errno));
  return Error(absl::StatusCode::kFailedPrecondition, "STORE_IN_USE",
               path + " is locked: another process serves this database");
}

FileLock::~FileLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

}  // namespace jixiao::store
