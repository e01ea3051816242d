#include "scoring/engine/literal/fold.h"

#include "common/ideographs.h"
#include "common/text.h"
#include "scoring/engine/literal.h"
#include "scoring/engine/literal/words.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace jixiao::scoring {
namespace {

// The one form that operators, separators and signs are folded to, in whatever way they were written. Empty for a
// character that stands for itself; full-width ones are FoldTo's.
std::string_view Replacement(char32_t c) {
  switch (c) {
    case U'≥':
    case U'≧':
    case U'⩾':
    case U'≮':
      return ">=";
    case U'≤':
    case U'≦':
    case U'⩽':
    case U'≯':
      return "<=";
    case U'﹥':
      return ">";
    case U'﹤':
      return "<";
    case U'≈':
      return "约";
    case U'﹦':
    case U'═':
      return "=";
    case U'。':
      return ";";
    case U'﹪':
      return "%";
    case U'—':
    case U'–':
    case U'―':
    case U'‐':
    case U'‑':
    case U'−':
    case U'─':
      return "-";
    case U'∕':
      return "/";
    case U'∶':
      return ":";
    case U'〜':
      return "~";
    case U'˙':
    case U'•':
    case U'・':
      return "·";
    case U'㎡':
      return "平方米";
    case U'²':
      return "2";
    case U'³':
      return "3";
    case U'〈':
      return "《";
    case U'〉':
      return "》";
    default:
      return {};
  }
}

constexpr bool IsSpace(char32_t c) {
  return c == U' ' || (c >= 0x09 && c <= 0x0D) || c == 0x85 || c == 0xA0 || c == 0x3000 ||
         (c >= 0x2000 && c <= 0x200F) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x2060 || c == 0xFEFF;
}

void AppendUtf8(std::string& out, char32_t c) {
  std::array<char, 4> bytes;
  std::size_t size = 0;
  const auto add = [&](char32_t byte) { bytes[size++] = static_cast<char>(byte); };
  if (c < 0x80) {
    add(c);
  } else if (c < 0x800) {
    add(0xC0 | (c >> 6));
    add(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    add(0xE0 | (c >> 12));
    add(0x80 | ((c >> 6) & 0x3F));
    add(0x80 | (c & 0x3F));
  } else {
    add(0xF0 | (c >> 18));
    add(0x80 | ((c >> 12) & 0x3F));
    add(0x80 | ((c >> 6) & 0x3F));
    add(0x80 | (c & 0x3F));
  }
  out.append(bytes.data(), size);
}

// What a byte begins.
enum class Lead : std::uint8_t {
  kOther,      // a character that must be looked at
  kAscii,      // one that stands for itself
  kIdeograph,  // one of U+4000..U+9FFF, which all stand for themselves
};

constexpr auto kLeads = [] {
  std::array<Lead, 256> leads{};
  for (std::size_t byte = 0; byte < 0x80; ++byte)
    if (!IsSpace(static_cast<char32_t>(byte))) leads[byte] = Lead::kAscii;
  for (std::size_t byte = 0xE4; byte <= 0xE9; ++byte) leads[byte] = Lead::kIdeograph;
  return leads;
}();

// Bytes at the front of `text` that fold to themselves.
std::size_t PlainPrefix(std::string_view text) {
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    const Lead lead = kLeads[static_cast<unsigned char>(*at)];
    if (lead == Lead::kAscii) {
      ++at;
      continue;
    }
    if (lead == Lead::kOther) break;
    const char* const behind = SkipIdeographs(at, end);
    if (behind == at) break;
    at = behind;
  }
  return static_cast<std::size_t>(at - text.data());
}

}  // namespace

void FoldTo(std::string_view cell, std::string& out) {
  std::size_t plain = PlainPrefix(cell);
  out.clear();
  if (plain != cell.size()) out.reserve(cell.size());
  out.append(cell.data(), plain);
  cell.remove_prefix(plain);
  bool gap = false;  // a space between two digits keeps two numbers apart
  while (!cell.empty()) {
    const char32_t c = TakeUtf8(cell);
    if (c >= 0xFF01 && c <= 0xFF5E) {  // full width, as most marks are
      const char narrow = c == U'，' ? ';' : static_cast<char>(c - 0xFEE0);
      if (gap && literal::IsDigit(narrow)) out.push_back(' ');
      gap = false;
      out.push_back(narrow);
    } else if (IsSpace(c)) {
      gap = !out.empty() && literal::IsDigit(out.back());
    } else if (const std::string_view replacement = Replacement(c); !replacement.empty()) {
      out.append(replacement);
      gap = false;
    } else {
      gap = false;
      AppendUtf8(out, c);
    }
    plain = PlainPrefix(cell);
    if (plain == 0) continue;
    if (gap && literal::IsDigit(cell[0])) out.push_back(' ');
    gap = false;
    out.append(cell, 0, plain);
    cell.remove_prefix(plain);
  }
}

std::string Fold(std::string_view cell) {
  std::string out;
  FoldTo(cell, out);
  return out;
}

bool literal::IsFolded(std::string_view text) {
  return PlainPrefix(text) == text.size();
}

literal::Folded::Folded(std::string_view cell) {
  if (!IsFolded(cell)) {
    copy_ = Fold(cell);
    cell = copy_;
  }
  text_ = cell;
}

}  // namespace jixiao::scoring
