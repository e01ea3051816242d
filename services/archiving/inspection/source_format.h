// What a source document is by its bytes: for inspections, not for reading it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace jixiao::archiving {

struct SourceFormat {
  std::string name;                 // such as PDF; empty when it is not known
  bool fits_media_type = false;     // the bytes are what the media type says
  std::vector<std::string> broken;  // what is not in order in its structure, in Chinese
  std::string encryption;           // how it is encrypted, in Chinese; empty when it is not
  std::vector<std::string> active;  // programs, macros, scripts in it, in Chinese
};

// Looks at structure only: directories of ZIP and OOXML, heads and tails of PDF and OLE, UTF-8 of texts. Never fails,
// whatever the bytes are.
SourceFormat FormatOf(std::string_view bytes, std::string_view media_type);

}  // namespace jixiao::archiving
