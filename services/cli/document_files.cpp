#include "cli/document_files.h"

#include "common/errors.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

namespace jixiao::cli {

absl::StatusOr<std::string> ReadBytes(const std::string& path) {
  constexpr std::uintmax_t kMost = 64u << 20;
  if (path == "-") return std::string(std::istreambuf_iterator<char>(std::cin), {});
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return InvalidField("FILE_UNREADABLE", path, "是文件夹，不是文件");
  if (const auto size = std::filesystem::file_size(path, error); !error && size > kMost)
    return InvalidField("FILE_UNREADABLE", path, "超过 64 MiB");
  std::ifstream in(path, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(in)), {});
  if (!in) return InvalidField("FILE_UNREADABLE", path, "无法读取");
  return bytes;
}

bool IsJson(std::string_view bytes) {
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  const std::size_t start = std::min(bytes.find_first_not_of(" \t\r\n"), bytes.size());
  bytes.remove_prefix(start);
  if (bytes.starts_with('[')) {
    // [219001]某局 may begin a text.
    const std::size_t next = bytes.find_first_not_of(" \t\r\n", 1);
    return next != std::string_view::npos && (bytes[next] == '{' || bytes[next] == ']');
  }
  return bytes.starts_with('{') && !bytes.starts_with("{\\rtf");
}

}  // namespace jixiao::cli
