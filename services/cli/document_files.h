// Files as bytes.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>

namespace jixiao::cli {

// The content of a file ("-" is standard input). INVALID_ARGUMENT (FILE_UNREADABLE) when it cannot be read or is larger
// than any document that is taken (64 MiB).
absl::StatusOr<std::string> ReadBytes(const std::string& path);

// Whether `bytes` are JSON (an object, an array, or objects line by line) and not a document.
bool IsJson(std::string_view bytes);

}  // namespace jixiao::cli
