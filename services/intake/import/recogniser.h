// Finds the forms in a document by their labels.
#pragma once

#include "intake/import/document.h"

#include "jixiao/intake/v1/import.pb.h"

#include <string>

namespace jixiao::importing {

// What the caller knows beside the document.
struct Hints {
  std::string region_code;  // taken over as the forms' region code
  int fiscal_year = 0;      // taken where a form does not state its year; 0 for unknown
};

// The forms of `document` with the origin of every value; what could not be placed is unread. `source` is left to the
// caller, but for its location.
intake::v1::ImportedDocument Recognise(const Document& document, const Hints& hints);

}  // namespace jixiao::importing
