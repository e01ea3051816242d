#include "intake/import/folding.h"

#include "common/text.h"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace jixiao::importing {
namespace {

bool IsSpace(char32_t c) {
  return c <= 0x20 || c == 0x7F || c == 0xA0 || c == 0x3000 || (c >= 0x2000 && c <= 0x200F) || c == 0x202F ||
         c == 0x205F || c == 0x2060 || c == 0xFEFF;
}

// The traditional characters that occur in words of the forms, each before its simplified one.
constexpr std::u32string_view kTraditional =
    U"項项門门單单稱称實实預预執执數数總总額额財财撥拨結结轉转資资際际標标級级績绩產产質质時时會会經经濟济態态續续響响"
    U"滿满"
    U"務务對对編编碼码權权評评價价報报達达專专區区縣县鄉乡鎮镇億亿萬万圓圆況况狀状進进當当來来從从個个無无備备註注說说"
    U"據据"
    U"調调後后補补償偿發发應应該该類类條条與与為为並并內内業业員员責责聯联繫系係系電电話话參参證证處处題题問问見见簽签"
    U"負负"
    U"歷历適适準准規规範范劃划計计設设決决減减餘余積积極极環环護护體体術术觀观證证書书長长貼贴獎奖勵励費费";

char32_t Simplified(char32_t c) {
  static const std::unordered_map<char32_t, char32_t> map = [] {
    std::unordered_map<char32_t, char32_t> out;
    for (std::size_t i = 0; i + 1 < kTraditional.size(); i += 2) out[kTraditional[i]] = kTraditional[i + 1];
    return out;
  }();
  const auto found = map.find(c);
  return found == map.end() ? c : found->second;
}

char32_t FoldCharacter(char32_t c) {
  if (c >= 0xFF01 && c <= 0xFF5E) c -= 0xFEE0;
  switch (c) {
    case U'﹦':
    case U'═':
      return '=';
    case U'≧':
    case U'⩾':
      return U'≥';
    case U'≦':
    case U'⩽':
      return U'≤';
    case U'〔':
    case U'［':
    case U'【':
    case U'{':
    case U'[':
    case U'﹙':
      return '(';
    case U'〕':
    case U'］':
    case U'】':
    case U'}':
    case U']':
    case U'﹚':
      return ')';
    case U'﹕':
    case U'∶':
      return ':';
    case U'﹪':
      return '%';
    default:
      return Simplified(c);
  }
}

bool IsPinyin(char32_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 0xE0 && c <= 0x17F) || (c >= 0x1CD && c <= 0x1DC) || c == 0x251 || c == 0x261;
}

// "項(xiàng)目": the reading in brackets that some sites add.
void DropPinyin(std::u32string& text) {
  for (std::size_t at = text.find(U'('); at != std::u32string::npos; at = text.find(U'(', at + 1)) {
    std::size_t end = at + 1;
    while (end < text.size() && IsPinyin(text[end])) ++end;
    if (at > 0 && IsHan(text[at - 1]) && end > at + 2 && end < text.size() && text[end] == U')') {
      text.erase(at, end + 1 - at);
      --at;
    }
  }
}

bool IsAsciiWord(char32_t c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Whether a line begins an enumeration: 1. （一） 二、 ① 目标1：
bool StartsItem(std::string_view line) {
  const std::string folded = Fold(TruncateUtf8(line, 64));
  std::string_view rest = folded;
  if (rest.starts_with("目标") || rest.starts_with("指标")) {
    rest.remove_prefix(6);
    return !rest.empty() && rest.front() >= '0' && rest.front() <= '9';
  }
  const bool bracket = rest.starts_with('(');
  if (bracket) rest.remove_prefix(1);
  std::size_t count = 0;
  while (!rest.empty() && count < 3) {
    std::string_view probe = rest;
    const char32_t c = TakeUtf8(probe);
    if (c >= 0x2460 && c <= 0x2473) return true;
    if (!(c >= '0' && c <= '9') && std::u32string_view(U"一二三四五六七八九十").find(c) == std::u32string_view::npos)
      break;
    rest = probe;
    ++count;
  }
  if (count == 0) return false;
  if (bracket) return rest.starts_with(')');
  if (rest.starts_with("、") || rest.starts_with(')')) return true;
  // 1.5 is a number, 1.做好 an item.
  return rest.starts_with('.') && rest.size() > 1 && !(rest[1] >= '0' && rest[1] <= '9');
}

// What a line is as the value of a cell: a number by itself, one with its unit, or anything else.
enum class ValueLine { kNone, kNumber, kWithUnit };

ValueLine ValueOf(std::string_view line) {
  constexpr std::size_t kLongest = 48;     // bytes
  constexpr std::size_t kLongestUnit = 3;  // characters
  if (line.size() > kLongest) return ValueLine::kNone;
  const std::string folded = Fold(line);
  std::string_view rest = folded;
  for (const std::string_view sign : {"≥", "≤", "=", ">", "<"})
    if (rest.starts_with(sign)) rest.remove_prefix(sign.size());
  const std::size_t digits = std::min(rest.find_first_not_of("0123456789.,"), rest.size());
  if (digits == 0 || rest.front() < '0' || rest.front() > '9') return ValueLine::kNone;
  rest.remove_prefix(digits);
  if (rest.empty()) return ValueLine::kNumber;
  const bool unit = rest.find_first_of("0123456789") == std::string_view::npos && Utf8Length(rest) <= kLongestUnit;
  return unit ? ValueLine::kWithUnit : ValueLine::kNone;
}

std::string_view TrimSpace(std::string_view text) {
  while (!text.empty()) {
    std::string_view probe = text;
    if (!IsSpace(TakeUtf8(probe))) break;
    text = probe;
  }
  while (!text.empty()) {
    std::size_t at = text.size() - 1;
    while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) --at;
    std::string_view last = text.substr(at);
    if (!IsSpace(TakeUtf8(last))) break;
    text = text.substr(0, at);
  }
  return text;
}

char32_t LastOf(std::string_view text) {
  std::size_t at = text.size() - 1;
  while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) --at;
  std::string_view last = text.substr(at);
  return TakeUtf8(last);
}

char32_t FirstOf(std::string_view text) {
  return TakeUtf8(text);
}

}  // namespace

void AppendUtf8(std::string& out, char32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | c >> 6);
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | c >> 12);
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | c >> 18);
    out += static_cast<char>(0x80 | (c >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

bool IsHan(char32_t c) {
  return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) || c >= 0x20000 || c == U'〇';
}

std::vector<char32_t> Characters(std::string_view text) {
  std::vector<char32_t> out;
  while (!text.empty()) out.push_back(TakeUtf8(text));
  return out;
}

std::string Fold(std::string_view text) {
  std::u32string characters;
  while (!text.empty()) {
    const char32_t c = TakeUtf8(text);
    if (!IsSpace(c)) characters += FoldCharacter(c);
  }
  DropPinyin(characters);
  std::string out;
  out.reserve(characters.size() * 3);
  for (const char32_t c : characters) AppendUtf8(out, c);
  return out;
}

bool IsBlank(std::string_view text) {
  return TrimSpace(text).empty();
}

std::string CleanValue(std::string_view text) {
  std::string out;
  ValueLine before = ValueLine::kNone;  // what the line above is
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = TrimSpace(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty()) continue;
    const ValueLine value = ValueOf(line);
    if (!out.empty()) {
      const char32_t last = LastOf(out), first = FirstOf(line);
      const bool sentence_ended = last == U'。' || last == U'；' || last == U';' || last == U'！';
      // 10 above 10, 216人 above 630人: values of their own. 1234 above 567元 may be a number that broke.
      const bool another_value = value != ValueLine::kNone && value == before;
      if (sentence_ended || another_value || StartsItem(line))
        out += '\n';
      else if (IsAsciiWord(last) && IsAsciiWord(first) && !(last >= '0' && last <= '9' && first >= '0' && first <= '9'))
        out += ' ';
    }
    out += line;
    before = value;
  }
  return out;
}

std::string CleanWord(std::string_view text) {
  std::string out;
  char32_t last = 0;
  bool space = false;
  while (!text.empty()) {
    std::string_view before = text;
    const char32_t c = TakeUtf8(text);
    if (IsSpace(c)) {
      space = true;
      continue;
    }
    if (space && IsAsciiWord(last) && IsAsciiWord(c)) out += ' ';
    space = false;
    out += before.substr(0, before.size() - text.size());
    last = c;
  }
  return out;
}

bool IsNothing(std::string_view text) {
  const std::string folded = Fold(text);
  static constexpr std::array<std::string_view, 18> kMarks = {
      "-", "--", "—", "——", "–", "––", "―", "/", "//", "///", "无", "空", "不适用", "、", "\\", "___", "…", "……"};
  return std::find(kMarks.begin(), kMarks.end(), folded) != kMarks.end();
}

bool IsNumber(std::string_view text) {
  const std::string folded = Fold(text);
  std::string_view rest = folded;
  for (const std::string_view sign : {"≥", "≤", "=", "<", ">", "+", "-", "¥", "￥"})
    while (rest.starts_with(sign)) rest.remove_prefix(sign.size());
  if (rest.empty() || rest.front() < '0' || rest.front() > '9') return false;
  const std::size_t digits = std::min(rest.find_first_not_of("0123456789.,"), rest.size());
  rest.remove_prefix(digits);
  for (const std::string_view unit : {"%", "‰", "亿元", "万元", "元", "万", "亿", "分"})
    while (rest.starts_with(unit)) rest.remove_prefix(unit.size());
  return rest.empty() && digits <= 30;
}

bool IsMeasure(std::string_view text) {
  static constexpr std::string_view kUnits[] = {
      "%",  "％", "‰",  "个", "人",   "名",     "户",   "次",   "项",   "件",   "场",   "期",     "批",  "份", "家",
      "篇", "套", "条", "天", "台",   "辆",     "座",   "处",   "所",   "支",   "部",   "米",     "亩",  "吨", "元",
      "起", "月", "年", "日", "小时", "平方米", "公里", "千米", "万元", "亿元", "人次", "工作日", "个月"};
  return std::find(std::begin(kUnits), std::end(kUnits), text) != std::end(kUnits);
}

bool IsFigure(std::string_view text) {
  return IsNumber(text) || IsNothing(text);
}

int YearIn(std::string_view text) {
  const std::string folded = Fold(text);
  for (std::size_t at = folded.find("年"); at != std::string::npos; at = folded.find("年", at + 1)) {
    if (at >= 4) {
      const std::string_view digits = std::string_view(folded).substr(at - 4, 4);
      if (digits.starts_with("20") && digits.find_first_not_of("0123456789") == std::string_view::npos &&
          (at < 5 || folded[at - 5] < '0' || folded[at - 5] > '9'))
        return (digits[2] - '0') * 10 + (digits[3] - '0') + 2000;
    }
    // 二〇二一年, with 〇, ○, 零, 0 or O.
    static constexpr std::u32string_view kDigits = U"〇一二三四五六七八九";
    int year = 0, written = 0;
    std::size_t from = at;
    for (int place = 1; place <= 1000 && from > 0; place *= 10) {
      do --from;
      while (from > 0 && (static_cast<unsigned char>(folded[from]) & 0xC0) == 0x80);
      std::string_view one = std::string_view(folded).substr(from);
      char32_t c = TakeUtf8(one);
      if (c == U'○' || c == U'零' || c == U'0' || c == U'O' || c == U'o') c = U'〇';
      const std::size_t digit = kDigits.find(c);
      if (digit == std::u32string_view::npos) break;
      year += static_cast<int>(digit) * place;
      ++written;
    }
    if (written == 4 && year >= 2000 && year <= 2100) return year;
  }
  return 0;
}

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

bool ContainsAny(std::string_view text, std::initializer_list<std::string_view> parts) {
  return std::any_of(parts.begin(), parts.end(), [&](std::string_view part) { return Contains(text, part); });
}

}  // namespace jixiao::importing
