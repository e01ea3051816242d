// Documents in: the bytes of an office file or a text to forms, each value with the cell it came from.
//
// Thread-safe: calls share nothing. Files of the older formats start a LibreOffice process, which takes seconds; .pdf
// starts one of MuPDF, which takes tens of milliseconds a page.
#pragma once

#include "intake/import/limits.h"
#include "intake/import/recogniser.h"

#include "jixiao/intake/v1/import.pb.h"

#include <absl/status/statusor.h>

#include <string_view>

namespace jixiao::importing {

// What a file is, told by its bytes first and its name second.
enum class Format {
  kXlsx,
  kDocx,
  kText,
  kCsv,
  kConvertToDocx,  // read through LibreOffice
  kConvertToXlsx,
  kWebPage,  // the same; whatever the file is called
  kPdf,      // read through MuPDF
  kUnknown,
};
Format FormatOf(std::string_view bytes, std::string_view file_name);
// Whether reading it starts another program: LibreOffice or MuPDF.
inline bool NeedsConversion(Format format) {
  return format == Format::kConvertToDocx || format == Format::kConvertToXlsx || format == Format::kWebPage ||
         format == Format::kPdf;
}

// Reads `bytes` of a file called `file_name` (folders are dropped). The forms found have source (name, media type,
// SHA-256, location) filled in; a document without any form gives an answer without forms whose `unread` lists its
// text.
//
// INVALID_ARGUMENT with reason DOCUMENT_TOO_LARGE, DOCUMENT_DAMAGED, DOCUMENT_ENCRYPTED, DOCUMENT_UNREADABLE or
// DOCUMENT_FORMAT_UNSUPPORTED, FAILED_PRECONDITION (CONVERTER_MISSING), DEADLINE_EXCEEDED (CONVERSION_TOO_SLOW),
// CANCELLED; the field violation's description says in Chinese what to do.
absl::StatusOr<intake::v1::ImportedDocument> Import(std::string_view bytes, std::string_view file_name,
                                                    const Hints& hints, const Limits& limits = {});

}  // namespace jixiao::importing
