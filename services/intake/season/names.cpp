#include "intake/season/names.h"

#include "common/text.h"

#include <algorithm>

namespace jixiao::season {
namespace {

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

bool AreDigits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsDigit);
}

bool IsBlank(char32_t c) {
  return c <= 0x20 || c == 0x7F || c == 0xA0 || c == 0xAD || c == 0x3000 || (c >= 0x2000 && c <= 0x200F) ||
         (c >= 0x2028 && c <= 0x202F) || c == 0x205F || c == 0x2060 || c == 0xFEFF;
}

// One character for all that people type for it; 0 for what carries no meaning in a name.
char32_t FoldCharacter(char32_t c) {
  if (IsBlank(c)) return 0;
  if (c >= 0xFF01 && c <= 0xFF5E) c -= 0xFEE0;
  if (c >= 'a' && c <= 'z') return c - ('a' - 'A');
  if (std::u32string_view(U"〔［【{[﹙﹝").find(c) != std::u32string_view::npos) return '(';
  if (std::u32string_view(U"〕］】}]﹚﹞").find(c) != std::u32string_view::npos) return ')';
  if (std::u32string_view(U"‐‑‒–—―−─﹣").find(c) != std::u32string_view::npos) return '-';
  if (std::u32string_view(U"•・‧∙●．").find(c) != std::u32string_view::npos) return U'·';
  if (std::u32string_view(U"“”„‟‘’\"'「」『』《》〈〉").find(c) != std::u32string_view::npos) return 0;
  return c;
}

void AppendUtf8(std::string& out, char32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | (c >> 6));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | (c >> 12));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (c >> 18));
    out += static_cast<char>(0x80 | ((c >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

}  // namespace

std::string FoldName(std::string_view name) {
  std::string out;
  out.reserve(name.size());
  while (!name.empty())
    if (const char32_t c = FoldCharacter(TakeUtf8(name)); c != 0) AppendUtf8(out, c);
  return out;
}

std::string FoldCode(std::string_view code) {
  return FoldName(code);
}

bool IsProjectCode(std::string_view code) {
  return code.size() == 21 && AreDigits(code.substr(0, 8)) && code[8] >= 'A' && code[8] <= 'Z' &&
         AreDigits(code.substr(9));
}

bool IsMeantAsProjectCode(std::string_view code) {
  return code.size() == 21 ||
         (code.size() > 9 && AreDigits(code.substr(0, 8)) && !IsDigit(code[8]) && AreDigits(code.substr(9)));
}

int YearOf(std::string_view project_code) {
  return 2000 + (project_code[6] - '0') * 10 + (project_code[7] - '0');
}

bool IsDivision(std::string_view code) {
  return (code.size() == 6 || code.size() == 9) && AreDigits(code);
}

bool IsWithin(std::string_view code, std::string_view region) {
  if (region.size() == 9 && region.ends_with("000")) region.remove_suffix(3);
  if (region.size() == 6)
    while (region.ends_with("00")) region.remove_suffix(2);
  return code.starts_with(region);
}

}  // namespace jixiao::season
