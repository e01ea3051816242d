#include "intake/api/pages.h"

#include "common/digest.h"
#include "common/errors.h"
#include "common/text.h"

#include <array>
#include <charconv>

namespace jixiao::intake {
namespace {

// Tells lists apart; nothing secret depends on it.
std::string MarkOf(std::string_view filter) {
  return DigestOf(filter).substr(std::string_view("sha256:").size(), 8);
}

}  // namespace

absl::StatusOr<std::int64_t> PageSize(std::int32_t asked, std::int32_t most) {
  if (asked < 0 || asked > most) return InvalidField("PAGE_INVALID", "page_size", Cat("from 0 to ", most));
  return asked == 0 ? 50 : asked;
}

std::string PageToken(const std::optional<ListPlace>& place, std::string_view filter) {
  if (!place) return {};
  return Cat(MarkOf(filter), "-", place->department, "-", place->unit, "-", place->id);
}

absl::StatusOr<std::optional<ListPlace>> PlaceOf(const std::string& token, std::string_view filter) {
  if (token.empty()) return std::nullopt;
  const absl::Status wrong = InvalidField("PAGE_INVALID", "page_token", "is not from an earlier answer to this list");
  std::string_view rest = token;
  if (!rest.starts_with(Cat(MarkOf(filter), "-"))) return wrong;
  rest.remove_prefix(9);
  std::array<std::int64_t, 3> numbers{};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), numbers[i]);
    if (error != std::errc() || numbers[i] < 0) return wrong;
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    if (i + 1 == numbers.size() ? !rest.empty() : !rest.starts_with('-')) return wrong;
    if (!rest.empty()) rest.remove_prefix(1);
  }
  return ListPlace{numbers[0], numbers[1], numbers[2]};
}

}  // namespace jixiao::intake
