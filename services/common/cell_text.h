// What the bytes of a cell are.
#pragma once

#include <string_view>

namespace jixiao {

enum class CellText {
  kPlain,     // well-formed UTF-8 that a cell may hold
  kControls,  // well-formed UTF-8 with a control character that no cell may hold
  kMalformed,
};

// Looks at every byte once. Forbidden are the control characters of ASCII but tabs, line ends and 0x07, with which Word
// ends its cells.
CellText Examine(std::string_view bytes);

// The first forbidden control character; `end` when there is none.
const char* FindForbidden(const char* begin, const char* end);

}  // namespace jixiao
