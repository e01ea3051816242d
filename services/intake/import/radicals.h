// Characters that stand for radicals (康熙部首 ⼀ … ⿕ and their supplement) and look like the characters that people
// mean: many PDF programs write ⼯ (U+2F2F) for 工, and what is copied out of such a file has them too.
#pragma once

#include <string>

namespace jixiao::importing {

// `text` with the characters that are meant.
std::string PlainRadicals(std::string text);

}  // namespace jixiao::importing
