#include "archiving/log/head_chain.h"

#include "common/text.h"

#include <charconv>
#include <string_view>

namespace jixiao::archiving::log {
namespace {

constexpr std::string_view kPrevious = "previous ";

}  // namespace

std::string PreviousLine(std::int64_t size) {
  return Cat(kPrevious, size);
}

std::optional<std::int64_t> PreviousSize(const Checkpoint& checkpoint) {
  std::optional<std::int64_t> found;
  for (const std::string& line : checkpoint.extensions) {
    if (!line.starts_with(kPrevious)) continue;
    std::int64_t size = -1;
    std::from_chars(line.data() + kPrevious.size(), line.data() + line.size(), size);
    if (size < 0 || found || line != PreviousLine(size)) return std::nullopt;
    found = size;
  }
  return found;
}

}  // namespace jixiao::archiving::log
