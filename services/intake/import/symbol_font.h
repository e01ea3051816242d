// The font Symbol, in which Word writes ≥ and ≤: its characters are codes for private use, U+F000 to U+F0FF.
#pragma once

#include <string_view>

namespace jixiao::importing {

// The sign that the font shows for the last byte of a code; empty for one that forms do not use.
std::string_view SignOfSymbolFont(unsigned low);

}  // namespace jixiao::importing
