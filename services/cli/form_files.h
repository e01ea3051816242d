// Forms from files.
#pragma once

#include "intake/import/recogniser.h"

#include "jixiao/evaluation/v1/evaluation.pb.h"

#include <absl/status/statusor.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::cli {

struct FormFile {
  std::string origin;  // file name, with the line where a file holds several forms
  evaluation::v1::SelfEvaluation form;
  std::shared_ptr<const std::string> document;  // the office file or text it was read from; null for JSON
};

// Reads the forms in a file ("-" is standard input): JSON, or a document that `jixiao import` reads.
//
// JSON is one object, an array, or one object a line. An object is a SelfEvaluation in protobuf JSON, or has one as its
// `form` (as `jixiao import` writes it). Fields that a form does not have are named on stderr and passed over; so is
// the number of cells of a document that could not be placed. INVALID_ARGUMENT (FILE_UNREADABLE) names file and line; a
// document gives the errors of importing::Import. `hints` go into forms that say neither region nor year of their own.
absl::StatusOr<std::vector<FormFile>> ReadForms(const std::string& path, const importing::Hints& hints = {});

// What a form is called in a list: a department's form is about no project.
const std::string& NameOfForm(const evaluation::v1::SelfEvaluation& form);

// The form in one line of JSON; `origin` names the line in errors.
absl::StatusOr<FormFile> FormOfLine(std::string_view line, std::string origin, const importing::Hints& hints = {});

}  // namespace jixiao::cli
