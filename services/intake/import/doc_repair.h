// A fault of .doc files that LibreOffice cannot bear.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace jixiao::importing {

// The text of a .doc ends in a paragraph mark; some programs write files whose text ends in the last row of a table
// instead, and LibreOffice then takes that whole table for one paragraph. Gives `bytes` with the missing mark behind
// the text; nothing when the file has none of this or does not look as expected, and is best left as it is.
std::optional<std::string> RepairDoc(std::string_view bytes);

}  // namespace jixiao::importing
