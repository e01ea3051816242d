#include "scoring/checks/text/years.h"

#include "common/ideographs.h"
#include "scoring/engine/literal/words.h"

#include <algorithm>

namespace jixiao::scoring {
namespace {

using literal::CharLength;
using literal::IsDigit;
using literal::StartsWith;

constexpr std::size_t kYearDigits = 4;

// Whether four digits stand in a row: one of them is then a fourth byte.
bool HasFourDigits(std::string_view text) {
  for (std::size_t i = kYearDigits - 1; i < text.size(); i += kYearDigits) {
    if (!IsDigit(text[i])) continue;
    std::size_t first = i;
    while (first > 0 && i - first < kYearDigits - 1 && IsDigit(text[first - 1])) --first;
    std::size_t end = i + 1;
    while (end < text.size() && end - first < kYearDigits && IsDigit(text[end])) ++end;
    if (end - first >= kYearDigits) return true;
  }
  return false;
}

// Whether the text behind four digits makes them a year.
bool MakesYear(std::string_view rest) {
  if (StartsWith(rest, "年")) return true;
  const bool range = literal::Take(rest, "-") || literal::Take(rest, "~") || literal::Take(rest, "至");
  return range && rest.size() >= kYearDigits && std::all_of(rest.begin(), rest.begin() + kYearDigits, IsDigit);
}

// Calls `found` with each year, in order.
template <class Found>
void FindYears(std::string_view folded, const Found& found) {
  if (!HasFourDigits(folded)) return;
  bool unclosed = false;
  for (std::size_t i = 0; i + kYearDigits <= folded.size();) {
    if (!IsDigit(folded[i])) {
      // 《2019-2023年…规划》 names a document.
      if (!unclosed && StartsWith(folded.substr(i), "《")) {
        const std::size_t close = folded.find("》", i);
        unclosed = close == std::string_view::npos;
        if (!unclosed) i = close;
      }
      i += CharLength(folded[i]);
      i = static_cast<std::size_t>(SkipIdeographs(folded.data() + i, folded.data() + folded.size()) - folded.data());
      continue;
    }
    const std::size_t start = i;
    while (i < folded.size() && IsDigit(folded[i])) ++i;
    if (i - start != kYearDigits) continue;
    const int year = literal::ToInt(folded.substr(start, kYearDigits));
    if (year >= 1990 && year <= 2100 && MakesYear(folded.substr(i))) found(year);
  }
}

}  // namespace

std::vector<int> YearsIn(std::string_view folded) {
  std::vector<int> years;
  FindYears(folded, [&](int year) { years.push_back(year); });
  return years;
}

int LastYearBefore(std::string_view sentence, std::size_t end) {
  int last = 0;
  FindYears(sentence.substr(0, end), [&](int year) { last = year; });
  return last;
}

bool MayNameYear(std::string_view text) {
  if (HasFourDigits(text)) return true;
  // Digits that only folding makes so: full-width ones, ² and ³.
  const char* const end = text.data() + text.size();
  for (std::size_t i = 0; i + 1 < text.size(); i += CharLength(text[i])) {
    i = static_cast<std::size_t>(SkipIdeographs(text.data() + i, end) - text.data());
    if (i + 1 >= text.size()) return false;
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead == 0xC2) return true;
    if (lead == 0xEF && text[i + 1] == '\xBC' && i + 2 < text.size() &&
        static_cast<unsigned char>(text[i + 2]) >= 0x90 && static_cast<unsigned char>(text[i + 2]) <= 0x99)
      return true;
  }
  return false;
}

}  // namespace jixiao::scoring
