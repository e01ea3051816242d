// Forms from files.
#pragma once

#include "jixiao/evaluation/v1/evaluation.pb.h"

#include <absl/status/statusor.h>

#include <string>
#include <vector>

namespace jixiao::cli {

struct FormFile {
  std::string origin;  // file name, with the line where a file holds several forms
  evaluation::v1::SelfEvaluation form;
};

// Reads the forms in a JSON file ("-" is standard input): one object, an array, or one object a line. An object is a
// SelfEvaluation in protobuf JSON, or has one as its `form` (as `jixiao import` writes it). Fields that a form does not
// have are named on stderr and passed over. INVALID_ARGUMENT (FILE_UNREADABLE) names file and line.
absl::StatusOr<std::vector<FormFile>> ReadForms(const std::string& path);

}  // namespace jixiao::cli
