// Segments of the audit log that wait on disk for the archive: a file each, in one folder that one process has.
#pragma once

#include "common/file.h"
#include "common/store/file_lock.h"

#include "jixiao/operation/v1/audit.pb.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace jixiao::audit {

// What was written survives the process from then on, and a power cut once its segment is sealed. Not for concurrent
// use, but that files which List has named may be read and removed by another thread.
class Spool {
 public:
  // Makes the folder when it is missing, and seals what an earlier process left open: of a call that it was just
  // writing nothing is kept. FAILED_PRECONDITION (STORE_IN_USE) when another process has the folder; UNAVAILABLE
  // (STORE_FAILED).
  static absl::StatusOr<std::unique_ptr<Spool>> Open(const std::filesystem::path& folder);

  // Begins a segment: service, run, number, start time and what was dropped; its calls follow. None may be open.
  absl::Status Begin(const operation::v1::AuditSegment& head);
  // Adds calls, each an AuditedCall in bytes, to the open segment. After an error the segment is what it was before, or
  // has some of them: it is to be sealed.
  absl::Status Add(std::span<const std::string> calls);
  // Ends the open segment: from now on it is listed. False when it had no call and is gone.
  absl::StatusOr<bool> Seal();
  bool is_open() const { return file_ != nullptr; }
  std::size_t open_bytes() const { return open_bytes_; }

  // Sealed segments by age, the oldest first.
  absl::StatusOr<std::vector<std::filesystem::path>> List() const;
  // DATA_LOSS (STORE_DAMAGED) when the file is no segment.
  static absl::StatusOr<operation::v1::AuditSegment> Read(const std::filesystem::path& file);
  static absl::Status Remove(const std::filesystem::path& file);
  // Takes a file that is no segment out of the list, under another name.
  static absl::Status SetAside(const std::filesystem::path& file);

 private:
  Spool(std::filesystem::path folder, store::FileLock lock) : folder_(std::move(folder)), lock_(std::move(lock)) {}

  absl::StatusOr<bool> SealFile(const std::filesystem::path& open) const;
  absl::Status Write(std::string_view bytes);

  const std::filesystem::path folder_;
  const store::FileLock lock_;
  std::filesystem::path open_;
  std::unique_ptr<FileDescriptor> file_;
  std::size_t open_bytes_ = 0;
};

}  // namespace jixiao::audit
