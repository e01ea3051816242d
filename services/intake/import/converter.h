// Formats that other programs read for us, when they are installed: older office files (.doc, .xls, .wps, .et, .ods,
// .rtf …) through LibreOffice, .pdf through MuPDF. Each runs as a process group of its own in a temporary folder, with
// bounded processor time, memory and output, and is killed after limits.conversion or when limits.cancelled says so;
// the folder goes in any case. FAILED_PRECONDITION (CONVERTER_MISSING) names the packages to install when it is not
// there; INVALID_ARGUMENT (DOCUMENT_DAMAGED, DOCUMENT_ENCRYPTED, DOCUMENT_TOO_LARGE) when it cannot read the file;
// DEADLINE_EXCEEDED (CONVERSION_TOO_SLOW); CANCELLED.
#pragma once

#include "intake/import/limits.h"

#include <absl/status/statusor.h>

#include <string>
#include <string_view>

namespace jixiao::importing {

// Whether `soffice` and `mutool` can be run here.
bool HasLibreOffice();
bool HasMuPdf();

// `bytes` of a file with this extension (without dot) as a file of type `to` ("docx" or "xlsx"): LibreOffice with an
// empty private profile and without macros.
absl::StatusOr<std::string> ConvertOffice(std::string_view bytes, std::string_view extension, std::string_view to,
                                          const Limits& limits);

// What `mutool draw -F trace` says of a PDF, for ReadPdfTrace: XML of at most limits.zip_part_bytes.
absl::StatusOr<std::string> TracePdf(std::string_view bytes, const Limits& limits);

// Ends the converters and removes the temporary folders that processes which are no more have left. For a process that
// has not converted anything yet.
void RemoveLeftovers();

}  // namespace jixiao::importing
