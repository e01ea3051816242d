#include "intake/import/web_page.h"

#include "common/errors.h"
#include "common/text.h"
#include "intake/import/text_encoding.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace jixiao::importing {
namespace {

constexpr std::size_t kHead = 16 * 1024;  // where a page says what it is
constexpr std::string_view kMark = "\xEF\xBB\xBF";
constexpr std::string_view kCharset = "charset";

// The first bytes in small letters.
std::string HeadOf(std::string_view bytes) {
  std::string head(bytes.substr(0, kHead));
  for (char& c : head)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return head;
}

// The encoding that is named behind `charset` in a head; empty when there is none.
std::string_view NamedBehind(std::string_view head, std::size_t charset) {
  std::string_view rest = head.substr(charset + kCharset.size());
  rest.remove_prefix(std::min(rest.find_first_not_of(" ="), rest.size()));
  rest.remove_prefix(std::min(rest.find_first_not_of("\"'"), rest.size()));
  return rest.substr(0, rest.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_"));
}

}  // namespace

bool IsWebPage(std::string_view bytes) {
  const std::string lowered = HeadOf(bytes);
  std::string_view head = lowered;
  if (head.starts_with(kMark)) head.remove_prefix(kMark.size());
  head.remove_prefix(std::min(head.find_first_not_of(" \r\n\t"), head.size()));
  if (!head.starts_with("<")) return false;
  const auto names = [&](std::string_view tag) { return head.find(tag) != std::string_view::npos; };
  if (head.starts_with("<?xml")) return names("<html");
  static constexpr std::array<std::string_view, 9> kTags = {"<html",  "<!doctype html", "<head", "<meta", "<body",
                                                            "<table", "<div",           "<p>",   "<p "};
  return std::any_of(kTags.begin(), kTags.end(), names);
}

absl::StatusOr<std::string> PageInUtf8(std::string_view bytes) {
  const std::string head = HeadOf(bytes);
  bool says = false;
  for (std::size_t at = head.find(kCharset); at != std::string::npos; at = head.find(kCharset, at + 1)) {
    const std::string_view named = NamedBehind(head, at);
    says = says || !named.empty();
    if (!named.empty() && !named.starts_with("utf-8") && !named.starts_with("utf8") && !named.starts_with("gb"))
      return std::string(bytes);
  }
  const absl::StatusOr<std::string> text = DecodeText(bytes);
  // A damaged byte makes a whole page no text; whoever reads it by what it says passes over it.
  if (!text.ok() && says) return std::string(bytes);
  RETURN_IF_ERROR(text.status());
  std::string out = Cat(kMark, *text);
  const std::string decoded = HeadOf(out);
  for (std::size_t at = decoded.find(kCharset); at != std::string::npos; at = decoded.find(kCharset, at + 1))
    if (!NamedBehind(decoded, at).empty()) out[at] = 'x';
  return out;
}

}  // namespace jixiao::importing
