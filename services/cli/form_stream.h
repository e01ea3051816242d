// The forms of many files, one after the other.
#pragma once

#include "cli/form_files.h"

#include <absl/status/statusor.h>

#include <cstdint>
#include <deque>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

namespace jixiao::cli {

// Reads no more than it must: a file named .jsonl line by line, however large it is; any other file when its turn
// comes. Not thread-safe.
class FormStream {
 public:
  FormStream(std::vector<std::string> paths, importing::Hints hints);

  // The next form; nothing at the end. An error concerns one file or one line, which its message names: the next call
  // goes on behind it.
  absl::StatusOr<std::optional<FormFile>> Next();

  // How far it is, in bytes of all files; a file that cannot be measured counts as nothing.
  std::uint64_t total_bytes() const { return total_; }
  std::uint64_t bytes_read() const { return read_; }

 private:
  absl::StatusOr<std::optional<FormFile>> NextLine();

  const std::vector<std::string> paths_;
  const importing::Hints hints_;  // for forms that say neither region nor year
  std::size_t next_path_ = 0;
  std::deque<FormFile> forms_;  // of a file that was read whole
  std::ifstream lines_;         // of a file that is read line by line
  int line_ = 0;
  std::uint64_t total_ = 0;
  std::uint64_t read_ = 0;
};

}  // namespace jixiao::cli
