// A file that grows piece by piece and appears under its name whole and durable, or not at all.
#pragma once

#include "common/file.h"

#include <absl/status/statusor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace jixiao::archiving::exporting {

// For one thread.
class OutputFile {
 public:
  // Begins a temporary file beside `path`: ".NAME.partial-XXXXXX". What a killed process leaves has never the name
  // itself.
  static absl::StatusOr<std::unique_ptr<OutputFile>> Create(const std::string& path);
  // A file without a name, for what is written now and read again soon; it goes with the object.
  static absl::StatusOr<std::unique_ptr<OutputFile>> Scratch(const std::string& folder);
  // Removes what was not committed.
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  absl::Status Append(std::string_view bytes);
  // Reads `size` bytes from `offset` of what was appended.
  absl::StatusOr<std::string> Read(std::int64_t offset, std::size_t size);
  // Puts all on disk and the file under its name, in place of one that was there; with IfExists::kFail, ALREADY_EXISTS
  // when there is one.
  absl::Status Commit(mode_t mode = 0644, IfExists if_exists = IfExists::kReplace);
  std::int64_t size() const { return size_; }

 private:
  OutputFile(int file, std::string temporary, std::string path)
      : file_(file), temporary_(std::move(temporary)), path_(std::move(path)) {}
  absl::Status Flush();

  const int file_;
  std::string temporary_;  // empty when there is nothing to remove
  const std::string path_;
  std::string buffer_;
  std::int64_t size_ = 0;
};

}  // namespace jixiao::archiving::exporting
