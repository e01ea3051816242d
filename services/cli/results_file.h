// What became of each form of `jixiao submit`: one JSON object a line, which a later run goes on from.
#pragma once

#include "jixiao/intake/v1/intake_service.pb.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <memory>
#include <string>
#include <unordered_map>

namespace jixiao::cli {

// {"origin": "file:line", "request_id": "…", "receipt": {…}} or "error": {…} instead of the receipt. Where a request
// stands twice, the later line counts. Not thread-safe.
class ResultsFile {
 public:
  // Opens or makes the file. Lines that are there already are read; a last line that was cut off is taken away. Another
  // kind of file is refused: FILE_UNREADABLE.
  static absl::StatusOr<std::unique_ptr<ResultsFile>> Open(const std::string& path);
  ~ResultsFile();
  ResultsFile(const ResultsFile&) = delete;
  ResultsFile& operator=(const ResultsFile&) = delete;

  // The receipt that an earlier run noted for this request; null for none.
  const intake::v1::Receipt* Earlier(const std::string& request_id) const;

  // Notes an outcome. It is with the system when this returns: a run that is killed loses nothing.
  absl::Status Add(const std::string& origin, const std::string& request_id,
                   const absl::StatusOr<intake::v1::Receipt>& outcome);

 private:
  ResultsFile(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}

  const std::string path_;
  const int descriptor_;
  std::unordered_map<std::string, intake::v1::Receipt> earlier_;
};

}  // namespace jixiao::cli
