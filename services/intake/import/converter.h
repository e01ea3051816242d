// Older formats (.doc, .xls, .wps, .et, .ods, .rtf …) through LibreOffice, when it is installed.
#pragma once

#include "intake/import/limits.h"

#include <absl/status/statusor.h>

#include <string>
#include <string_view>

namespace jixiao::importing {

// Whether `soffice` can be run here.
bool HasLibreOffice();

// `bytes` of a file with this extension (without dot) as a file of type `to` ("docx" or "xlsx"). LibreOffice runs as a
// process group of its own with an empty private profile in a temporary folder, without macros, with bounded processor
// time, memory and output, and is killed after limits.conversion or when limits.cancelled says so; the folder goes in
// any case. FAILED_PRECONDITION (CONVERTER_MISSING) names the packages to install when it is not there;
// INVALID_ARGUMENT (DOCUMENT_DAMAGED) when it cannot read the file; DEADLINE_EXCEEDED (CONVERSION_TOO_SLOW); CANCELLED.
absl::StatusOr<std::string> ConvertOffice(std::string_view bytes, std::string_view extension, std::string_view to,
                                          const Limits& limits);

// Ends the converters and removes the temporary folders that processes which are no more have left. For a process that
// has not converted anything yet.
void RemoveLeftovers();

}  // namespace jixiao::importing
