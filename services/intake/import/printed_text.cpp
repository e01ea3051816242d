#include "intake/import/printed_text.h"

#include "common/text.h"
#include "intake/import/folding.h"

#include <algorithm>
#include <cmath>

namespace jixiao::importing {
namespace {

bool IsLetter(char32_t c) {
  return (c >= U'A' && c <= U'Z') || (c >= U'a' && c <= U'z');
}

bool IsLatin(char32_t c) {
  return IsLetter(c) || (c >= U'0' && c <= U'9');
}

// Signs within numbers and words.
bool JoinsLatin(char32_t c) {
  return IsLatin(c) || std::u32string_view(U".,%-/+_:@").find(c) != std::u32string_view::npos;
}

bool Opens(char32_t c) {
  return std::u32string_view(U"（(《“‘【[〔「『〈￥¥≥≤＞＜><").find(c) != std::u32string_view::npos;
}

bool EndsWord(char32_t c) {
  return std::u32string_view(U"，。、；：？！）)》”’】]〕」』〉%％‰℃…,.;:?!").find(c) != std::u32string_view::npos;
}

// The number in front of a line of a list: 2 of “2.制定”, “2、”, “（2）” and “②”, 3 of “三、”; 0 when there is none.
// What follows `2.` may be a figure: whether it is a number of a list, the line before tells.
int ItemNumber(std::string_view text) {
  constexpr std::u32string_view kChinese = U"〇一二三四五六七八九十";
  std::u32string head;
  for (int i = 0; i < 4 && !text.empty(); ++i) head += TakeUtf8(text);
  if (head.empty()) return 0;
  if (head[0] >= U'①' && head[0] <= U'⑳') return static_cast<int>(head[0] - U'①') + 1;
  const bool bracket = head[0] == U'（' || head[0] == U'(';
  std::size_t at = bracket ? 1 : 0;
  int number = 0;
  if (at < head.size() && kChinese.find(head[at]) != std::u32string_view::npos)
    number = static_cast<int>(kChinese.find(head[at++]));
  else
    for (; at < head.size() && at < 3 && head[at] >= U'0' && head[at] <= U'9'; ++at)
      number = number * 10 + static_cast<int>(head[at] - U'0');
  if (number == 0 || at == head.size()) return 0;
  const char32_t end = head[at];
  return (bracket ? end == U'）' || end == U')' : end == U'、' || end == U'．' || end == U'.') ? number : 0;
}

double FirstWord(std::span<const Glyph> glyphs) {
  auto at = glyphs.begin();
  const double left = at->left;
  while (at + 1 != glyphs.end() && Opens(at->character)) ++at;
  if (JoinsLatin(at->character))
    while (at + 1 != glyphs.end() && JoinsLatin((at + 1)->character)) ++at;
  while (at + 1 != glyphs.end() && EndsWord((at + 1)->character)) ++at;
  return at->right - left;
}

PrintedLine LineOf(std::vector<Glyph> glyphs) {
  constexpr double kOverprint = 0.2;  // of the size: the same character again as near makes it bold
  constexpr double kGap = 0.7;        // of the size: farther apart there is a space
  constexpr double kWordGap = 0.2;    // the same between Latin letters
  constexpr double kSmall = 0.75, kRaised = 0.2;
  std::stable_sort(glyphs.begin(), glyphs.end(), [](const Glyph& a, const Glyph& b) { return a.left < b.left; });
  const auto is_seen = [](const Glyph& glyph) { return glyph.character != U' '; };
  glyphs.erase(glyphs.begin(), std::find_if(glyphs.begin(), glyphs.end(), is_seen));
  while (!glyphs.empty() && !is_seen(glyphs.back())) glyphs.pop_back();
  PrintedLine out;
  if (glyphs.empty()) return out;
  out.left = glyphs.front().left;
  double largest = 0, level = 0;
  for (const Glyph& glyph : glyphs)
    if (glyph.size > largest) largest = glyph.size, level = glyph.baseline;
  const Glyph* before = nullptr;
  for (const Glyph& glyph : glyphs) {
    // The mark of a footnote: a small raised figure behind a Chinese character, where no exponent stands.
    if (before != nullptr && before->character >= 0x4E00 && IsLatin(glyph.character) && glyph.size < kSmall * largest &&
        glyph.baseline < level - kRaised * largest)
      continue;
    if (before != nullptr) {
      // Condensed characters are nearer to each other, but not as near as half of their own width.
      const double near = std::min(kOverprint * glyph.size, (before->right - before->left) / 2);
      if (glyph.character == before->character && glyph.left - before->left <= near) continue;
      const double gap = IsLetter(before->character) && IsLetter(glyph.character) ? kWordGap : kGap;
      if (glyph.left - before->right > gap * glyph.size && glyph.character != U' ' && before->character != U' ')
        out.text += ' ';
    }
    AppendUtf8(out.text, glyph.character);
    out.right = std::max(out.right, glyph.right);
    before = &glyph;
  }
  out.size = largest;
  out.baseline = level;
  out.first_word = FirstWord(glyphs);
  return out;
}

}  // namespace

std::vector<PrintedLine> LinesOf(std::vector<Glyph> glyphs) {
  constexpr double kRaised = 0.5;  // of the size: what stands out of a line by less belongs to it, as the 2 of m²
  std::stable_sort(glyphs.begin(), glyphs.end(),
                   [](const Glyph& a, const Glyph& b) { return a.baseline < b.baseline; });
  std::vector<PrintedLine> out;
  for (auto begin = glyphs.begin(); begin != glyphs.end();) {
    // The line's own baseline is that of its largest character so far.
    double baseline = begin->baseline, size = begin->size;
    auto end = begin;
    for (; end != glyphs.end() && end->baseline - baseline <= kRaised * std::max(size, end->size); ++end)
      if (end->size > size) baseline = end->baseline, size = end->size;
    PrintedLine line = LineOf({begin, end});
    if (!line.text.empty()) out.push_back(std::move(line));
    begin = end;
  }
  return out;
}

bool GoesOn(const PrintedLine& line, const PrintedLine& next, const LineRoom& room) {
  constexpr double kSqueezed = 0.25;  // of the size: lines are set a little tighter than their characters are wide
  const int item = ItemNumber(next.text);
  if (item > 0 && item == ItemNumber(line.text) + 1) return false;
  // Where lines are centred, what is free on the left is room, too.
  const double left = std::max(0.0, line.left - room.left), right = std::max(0.0, room.right - line.right);
  const double free = std::abs(left - right) <= line.size / 2 ? left + right : right;
  return next.first_word > free - kSqueezed * next.size;
}

void JoinLines(std::string& line, std::string_view next) {
  const auto is_letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
  if (!line.empty() && !next.empty() && is_letter(line.back()) && is_letter(next.front())) line += ' ';
  line += next;
}

std::string TextOf(std::span<const PrintedLine> lines, const LineRoom& room) {
  std::string out;
  int item = 0;  // the last number of a list
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const int number = ItemNumber(lines[i].text);
    const bool next_item = number > 1 && number == item + 1;
    if (i > 0 && (next_item || !GoesOn(lines[i - 1], lines[i], room))) out += '\n';
    if (next_item || number == 1) item = number;
    JoinLines(out, lines[i].text);
  }
  return out;
}

}  // namespace jixiao::importing
