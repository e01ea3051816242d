#include "scoring/engine/literal.h"

#include "common/text.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace jixiao::scoring {
namespace {

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

// ------------------------------------------------------------------------------------------------------------ folding

struct Replacement {
  char32_t from;
  std::string_view to;
};

// Every way in which operators, separators and signs were met, and the one form they are folded to.
constexpr Replacement kReplacements[] = {
    {U'≥', ">="}, {U'≧', ">="}, {U'⩾', ">="},  {U'≤', "<="},  {U'≦', "<="}, {U'⩽', "<="}, {U'﹦', "="},
    {U'═', "="},  {U'，', ";"}, {U'。', ";"},  {U'；', ";"},  {U'﹪', "%"}, {U'—', "-"},  {U'–', "-"},
    {U'−', "-"},  {U'～', "~"}, {U'〜', "~"},  {U'˙', "·"},   {U'•', "·"},  {U'・', "·"}, {U'㎡', "平方米"},
    {U'²', "2"},  {U'³', "3"},  {U'〈', "《"}, {U'〉', "》"},
};

bool IsSpace(char32_t c) {
  return c == U' ' || (c >= 0x09 && c <= 0x0D) || c == 0x85 || c == 0xA0 || c == 0x3000 ||
         (c >= 0x2000 && c <= 0x200F) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x2060 || c == 0xFEFF;
}

void AppendUtf8(std::string& out, char32_t c) {
  if (c < 0x80) {
    out.push_back(static_cast<char>(c));
  } else if (c < 0x800) {
    out.push_back(static_cast<char>(0xC0 | (c >> 6)));
    out.push_back(static_cast<char>(0x80 | (c & 0x3F)));
  } else if (c < 0x10000) {
    out.push_back(static_cast<char>(0xE0 | (c >> 12)));
    out.push_back(static_cast<char>(0x80 | ((c >> 6) & 0x3F)));
    out.push_back(static_cast<char>(0x80 | (c & 0x3F)));
  } else {
    out.push_back(static_cast<char>(0xF0 | (c >> 18)));
    out.push_back(static_cast<char>(0x80 | ((c >> 12) & 0x3F)));
    out.push_back(static_cast<char>(0x80 | ((c >> 6) & 0x3F)));
    out.push_back(static_cast<char>(0x80 | (c & 0x3F)));
  }
}

// -------------------------------------------------------------------------------------------------------------- units

struct UnitEntry {
  std::string_view text;
  Dimension dimension;
  std::string_view base;
  std::int64_t numerator;
  int scale;  // factor = numerator × 10^-scale
};

// Units met on forms, longest first among those that share a beginning. Classifiers that people use for the same thing
// share a base.
constexpr UnitEntry kUnits[] = {
    {"%", Dimension::kRatio, "%", 1, 0},
    {"个百分点", Dimension::kRatio, "%", 1, 0},
    {"百分点", Dimension::kRatio, "%", 1, 0},
    {"百分比", Dimension::kRatio, "%", 1, 0},
    {"‰", Dimension::kRatio, "%", 1, 1},
    {"元", Dimension::kMoney, "元", 1, 0},
    {"千元", Dimension::kMoney, "元", 1000, 0},
    {"万元", Dimension::kMoney, "元", 10000, 0},
    {"百万元", Dimension::kMoney, "元", 1000000, 0},
    {"亿元", Dimension::kMoney, "元", 100000000, 0},
    {"平方公里", Dimension::kArea, "平方公里", 1, 0},
    {"平方千米", Dimension::kArea, "平方公里", 1, 0},
    {"平方米", Dimension::kArea, "平方米", 1, 0},
    {"m2", Dimension::kArea, "平方米", 1, 0},
    {"公顷", Dimension::kArea, "公顷", 1, 0},
    {"亩", Dimension::kArea, "亩", 1, 0},
    {"立方米", Dimension::kVolume, "立方米", 1, 0},
    {"m3", Dimension::kVolume, "立方米", 1, 0},
    {"方", Dimension::kVolume, "立方米", 1, 0},
    {"升", Dimension::kVolume, "升", 1, 0},
    {"公里", Dimension::kLength, "米", 1000, 0},
    {"千米", Dimension::kLength, "米", 1000, 0},
    {"km", Dimension::kLength, "米", 1000, 0},
    {"厘米", Dimension::kLength, "米", 1, 2},
    {"毫米", Dimension::kLength, "米", 1, 3},
    {"米", Dimension::kLength, "米", 1, 0},
    {"吨", Dimension::kMass, "千克", 1000, 0},
    {"千克", Dimension::kMass, "千克", 1, 0},
    {"公斤", Dimension::kMass, "千克", 1, 0},
    {"kg", Dimension::kMass, "千克", 1, 0},
    {"斤", Dimension::kMass, "千克", 5, 1},
    {"克", Dimension::kMass, "千克", 1, 3},
    {"工作日", Dimension::kTime, "工作日", 1, 0},
    {"个工作日", Dimension::kTime, "工作日", 1, 0},
    {"小时", Dimension::kTime, "小时", 1, 0},
    {"学时", Dimension::kTime, "学时", 1, 0},
    {"课时", Dimension::kTime, "学时", 1, 0},
    {"分钟", Dimension::kTime, "分钟", 1, 0},
    {"个月", Dimension::kTime, "月", 1, 0},
    {"月", Dimension::kTime, "月", 1, 0},
    {"周", Dimension::kTime, "周", 1, 0},
    {"天", Dimension::kTime, "天", 1, 0},
    {"日", Dimension::kTime, "天", 1, 0},
    {"年", Dimension::kTime, "年", 1, 0},
    {"人次", Dimension::kCount, "人次", 1, 0},
    {"人", Dimension::kCount, "人", 1, 0},
    {"名", Dimension::kCount, "人", 1, 0},
    {"位", Dimension::kCount, "人", 1, 0},
    {"班次", Dimension::kCount, "次", 1, 0},
    {"批次", Dimension::kCount, "批", 1, 0},
    {"场次", Dimension::kCount, "次", 1, 0},
    {"册次", Dimension::kCount, "册", 1, 0},
    {"次", Dimension::kCount, "次", 1, 0},
    {"场", Dimension::kCount, "次", 1, 0},
    {"批", Dimension::kCount, "批", 1, 0},
};

// Every other classifier counts under its own name.
constexpr std::string_view kClassifiers[] = {
    "个", "项", "家", "户", "件", "套", "台", "部", "辆", "条",   "份",     "册", "本", "篇", "张", "块", "座",
    "处", "所", "栋", "幢", "间", "组", "支", "只", "头", "羽",   "株",     "棵", "粒", "起", "例", "宗", "种",
    "类", "期", "村", "镇", "校", "门", "节", "届", "轮", "遍",   "样",     "点", "盏", "口", "根", "片", "颗",
    "艘", "架", "枚", "面", "扇", "把", "樘", "眼", "瓶", "袋",   "箱",     "盒", "桶", "车", "床", "岁", "票",
    "幅", "首", "集", "款", "路", "站", "段", "TB", "GB", "千瓦", "千瓦时", "度", "分",
};

struct Multiplier {
  std::string_view text;
  std::int64_t factor;
};
constexpr Multiplier kMultipliers[] = {
    {"百万", 1000000}, {"千万", 10000000}, {"亿", 100000000}, {"万", 10000}, {"千", 1000}};

constexpr char32_t kFirstIdeograph = 0x4E00;
constexpr char32_t kLastIdeograph = 0x9FFF;

// Takes `prefix` off the front of `text`.
bool Take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

// The longest unit at the front of `text`; takes it off.
std::optional<Unit> TakeSimpleUnit(std::string_view& text) {
  const UnitEntry* best = nullptr;
  for (const UnitEntry& entry : kUnits)
    if (text.starts_with(entry.text) && (best == nullptr || entry.text.size() > best->text.size())) best = &entry;
  std::string_view classifier;
  for (const std::string_view word : kClassifiers)
    if (text.starts_with(word) && word.size() > classifier.size()) classifier = word;
  if (best != nullptr && best->text.size() >= classifier.size()) {
    text.remove_prefix(best->text.size());
    return Unit{best->dimension, std::string(best->base), Decimal::Scaled(best->numerator, best->scale)};
  }
  if (!classifier.empty()) {
    text.remove_prefix(classifier.size());
    return Unit{Dimension::kCount, std::string(classifier), Decimal(1)};
  }
  return std::nullopt;
}

// Takes what stands for "per" behind a unit: `/人*月`, `/生.年`, `/人、天`, `每人`. Appends it to `base`, joined by
// `·`. A number behind the stroke is no unit: 98/100.
bool TakePer(std::string_view& text, std::string& base) {
  std::string_view rest = text;
  if (!Take(rest, "/")) return false;
  std::string per;
  while (!rest.empty()) {
    std::string_view probe = rest;
    if (!per.empty()) {
      bool separated = false;
      for (const std::string_view separator : {"*", "·", ".", "、", "/", "每"})
        separated = separated || Take(probe, separator);
      if (!separated) break;
    }
    const std::string_view before = probe;
    if (!TakeSimpleUnit(probe)) {
      // A word that is no unit by itself, such as 生 (pupil).
      if (!per.empty() || probe.empty() || TakeUtf8(probe) < kFirstIdeograph) break;
    }
    Append(per, per.empty() ? "/" : "·", before.substr(0, before.size() - probe.size()));
    rest = probe;
  }
  if (per.empty()) return false;
  base += per;
  text = rest;
  return true;
}

// ------------------------------------------------------------------------------------------------------------ scanning

struct OperatorWord {
  std::string_view text;
  Comparison comparison;
};

// Operators before a number; longer words first where one contains another.
constexpr OperatorWord kPrefixes[] = {
    {">=", Comparison::kAtLeast},        {"<=", Comparison::kAtMost},          {"=>", Comparison::kAtLeast},
    {"=<", Comparison::kAtMost},         {">", Comparison::kMoreThan},         {"<", Comparison::kLessThan},
    {"=", Comparison::kEqual},           {"大于或等于", Comparison::kAtLeast}, {"大于等于", Comparison::kAtLeast},
    {"小于或等于", Comparison::kAtMost}, {"小于等于", Comparison::kAtMost},    {"至少", Comparison::kAtLeast},
    {"不超", Comparison::kAtMost},       {"控制在", Comparison::kAtMost},      {"至多", Comparison::kAtMost},
    {"最多", Comparison::kAtMost},       {"大于", Comparison::kMoreThan},      {"高于", Comparison::kMoreThan},
    {"多于", Comparison::kMoreThan},     {"超过", Comparison::kMoreThan},      {"小于", Comparison::kLessThan},
    {"低于", Comparison::kLessThan},     {"少于", Comparison::kLessThan},      {"等于", Comparison::kEqual},
};

// What turns "less than" into "at least" and "more than" into "at most": 不少于, 不得超过, 未低于.
constexpr std::string_view kNegations[] = {"不得", "不能", "不应", "不可", "不会", "不宜", "没有", "不", "未"};

// The characters that operators begin with: most characters are none of them, and one look tells.
constexpr std::u32string_view kOperatorLeads = U"><=不未没大小至控最高多超低少等";

bool StartsWithOneOf(std::string_view text, std::u32string_view leads) {
  return !text.empty() && leads.find(TakeUtf8(text)) != std::u32string_view::npos;
}

// The operator at the front of `text`; takes it off.
Comparison TakeComparison(std::string_view& text) {
  if (!StartsWithOneOf(text, kOperatorLeads)) return Comparison::kNone;
  for (const std::string_view negation : kNegations) {
    std::string_view probe = text;
    if (!Take(probe, negation)) continue;
    for (const OperatorWord& word : kPrefixes) {
      const bool strict = word.comparison == Comparison::kLessThan || word.comparison == Comparison::kMoreThan;
      if (!strict || !Take(probe, word.text)) continue;
      text = probe;
      return word.comparison == Comparison::kLessThan ? Comparison::kAtLeast : Comparison::kAtMost;
    }
  }
  for (const OperatorWord& word : kPrefixes)
    if (Take(text, word.text)) return word.comparison;
  return Comparison::kNone;
}

// Operators behind a number.
constexpr OperatorWord kSuffixes[] = {
    {"及以上", Comparison::kAtLeast}, {"(含)以上", Comparison::kAtLeast}, {"以上", Comparison::kAtLeast},
    {"及以下", Comparison::kAtMost},  {"(含)以下", Comparison::kAtMost},  {"以下", Comparison::kAtMost},
    {"之内", Comparison::kAtMost},    {"以内", Comparison::kAtMost},
};

// A comma within a number has been consumed with it.
bool IsClauseEnd(std::string_view text) {
  return text[0] == ';' || text[0] == ',' || text.starts_with("、");
}

// A run of digits with grouping commas and a point. `length` is what was consumed.
struct Run {
  std::optional<Decimal> number;
  std::size_t length = 0;
  int integer_digits = 0;
  int decimals = 0;
};

Run TakeRun(std::string_view text) {
  Run run;
  std::size_t end = 0;
  while (end < text.size() && (IsDigit(text[end]) || text[end] == ',' || text[end] == '.')) ++end;
  while (end > 0 && !IsDigit(text[end - 1])) --end;
  run.length = end;
  const std::string_view raw = text.substr(0, end);
  const std::size_t point = std::min(raw.find('.'), raw.size());
  std::string_view integer = raw.substr(0, point);
  std::string_view decimals = point < raw.size() ? raw.substr(point + 1) : std::string_view();
  if (decimals.find_first_of(".,") != std::string_view::npos) return run;
  std::string digits;
  if (integer.find(',') != std::string_view::npos) {
    // Thousands: one to three digits, then groups of exactly three.
    std::size_t group = integer.find(',');
    if (group == 0 || group > 3) return run;
    digits = integer.substr(0, group);
    while (group < integer.size()) {
      const std::string_view next = integer.substr(group + 1, 3);
      if (next.size() != 3 || next.find(',') != std::string_view::npos) return run;
      digits += next;
      group += 4;
      if (group < integer.size() && integer[group] != ',') return run;
    }
  } else {
    digits = integer;
  }
  run.integer_digits = static_cast<int>(digits.size());
  run.decimals = static_cast<int>(decimals.size());
  // Spreadsheets print binary fractions (71.43000000000001, 71.42999999999999): of long decimals only as many digits
  // mean something as a binary fraction keeps.
  constexpr std::size_t kPlain = 6;
  constexpr std::size_t kSignificant = 15;
  const std::size_t significant = digits.size() - std::min(digits.find_first_not_of('0'), digits.size());
  const std::size_t kept = decimals.size() <= kPlain ? decimals.size()
                                                     : std::clamp(kSignificant - std::min(significant, kSignificant),
                                                                  kPlain, std::size_t{Decimal::kMaxScale});
  const bool up = decimals.size() > kept && decimals[kept] >= '5';
  decimals = decimals.substr(0, kept);
  if (!decimals.empty()) Append(digits, ".", decimals);
  run.number = Decimal::Parse(digits);
  if (run.number && up) *run.number += Decimal::Scaled(1, static_cast<int>(kept));
  return run;
}

int LastDay(int year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[month - 1];
}

int ToInt(std::string_view digits) {
  int n = 0;
  for (const char c : digits) n = n * 10 + (c - '0');
  return n;
}

// Up to `most` digits at the front of `text`; takes them off.
std::string_view TakeDigits(std::string_view& text, std::size_t most) {
  std::size_t n = 0;
  while (n < text.size() && n < most && IsDigit(text[n])) ++n;
  const std::string_view digits = text.substr(0, n);
  if (n < text.size() && IsDigit(text[n])) return {};  // a longer number is no part of a date
  text.remove_prefix(n);
  return digits;
}

bool IsMonth(std::string_view digits) {
  return !digits.empty() && ToInt(digits) >= 1 && ToInt(digits) <= 12;
}

// A date or period as it stands in a cell.
struct Dated {
  Period period;
  bool certain = false;  // cannot be an amount of months: it names a day, an end, or a year beside the month
};

// What stands between the ends of a range.
bool TakeRangeMark(std::string_view& text) {
  return Take(text, "-") || Take(text, "~") || Take(text, "至") || Take(text, "到");
}

// 2021-12-31, 2021.12.31, 2021/12; `text` starts behind the year. With a point the day is needed: 2021.12 is a number.
std::optional<Dated> TakeNumericDate(std::string_view& text, int year) {
  std::string_view rest = text;
  const char separator = rest[0];
  rest.remove_prefix(1);
  const std::string_view month = TakeDigits(rest, 2);
  if (!IsMonth(month)) return std::nullopt;
  const int first = year * 10000 + ToInt(month) * 100;
  const int last_day = LastDay(year, ToInt(month));
  if (!Take(rest, std::string_view(&separator, 1))) {
    if (separator == '.') return std::nullopt;
    Take(rest, "月");
    text = rest;
    return Dated{{first + 1, first + last_day}, true};
  }
  const std::string_view day = TakeDigits(rest, 2);
  if (day.empty() || ToInt(day) < 1 || ToInt(day) > last_day) return std::nullopt;
  Take(rest, "日");
  text = rest;
  return Dated{{first + ToInt(day), first + ToInt(day)}, true};
}

// A date or period at the front of `text`, such as 2021年1月底前, 2021-12-31, 9月前, 1-12月, 2021年全年; takes it off.
std::optional<Dated> TakePeriod(std::string_view& text, int fiscal_year) {
  std::string_view rest = text;
  int year = fiscal_year;
  bool has_year = false;
  std::string_view digits = TakeDigits(rest, 4);
  if (digits.empty()) return std::nullopt;
  if (digits.size() == 4 && ToInt(digits) >= 1900 && ToInt(digits) <= 2100) {
    year = ToInt(digits);
    has_year = true;
    if (!(Take(rest, "年度") || Take(rest, "年"))) {
      const bool numeric = rest.size() > 1 && (rest[0] == '-' || rest[0] == '.' || rest[0] == '/') && IsDigit(rest[1]);
      if (!numeric) return std::nullopt;
      const auto date = TakeNumericDate(rest, year);
      if (date) text = rest;
      return date;
    }
    std::string_view after = rest;
    digits = TakeDigits(after, 2);
    std::string_view range = after;
    if (!IsMonth(digits) || !(after.starts_with("月") || TakeRangeMark(range))) {
      // The year alone: 2021年底, 2021年全年.
      const bool end = Take(rest, "年底") || Take(rest, "底") || Take(rest, "末");
      const bool whole = Take(rest, "全年");
      text = rest;
      return Dated{{year * 10000 + (end ? 1201 : 101), year * 10000 + 1231}, end || whole};
    }
    rest = after;
  }
  if (!IsMonth(digits)) return std::nullopt;
  const int first_month = ToInt(digits);
  int last_month = first_month;
  if (std::string_view after = rest; TakeRangeMark(after)) {
    const std::string_view second = TakeDigits(after, 2);
    if (!IsMonth(second) || !after.starts_with("月")) return std::nullopt;
    last_month = ToInt(second);
    rest = after;
  }
  if (!Take(rest, "月")) return std::nullopt;
  if (!has_year && (rest.starts_with("/") || rest.starts_with("份/"))) return std::nullopt;
  Take(rest, "份");
  const int any_year = year == 0 ? 2024 : year;  // only for the length of February
  int first_day = 1;
  int last_day = LastDay(any_year, last_month);
  bool certain = has_year;
  std::string_view after = rest;
  const std::string_view day = TakeDigits(after, 2);
  if (!day.empty() && (after.starts_with("日") || after.starts_with("号")) && ToInt(day) >= 1 &&
      ToInt(day) <= last_day) {
    first_day = last_day = ToInt(day);
    rest = after;
    certain = Take(rest, "日") || Take(rest, "号");
  } else if (Take(rest, "上旬")) {
    last_day = 10;
    certain = true;
  } else if (Take(rest, "中旬")) {
    first_day = 11;
    last_day = 20;
    certain = true;
  } else if (Take(rest, "下旬") || Take(rest, "底") || Take(rest, "末")) {
    first_day = 21;
    certain = true;
  }
  certain = certain || rest.starts_with("前") || rest.starts_with("之前") || rest.starts_with("以前");
  text = rest;
  return Dated{{year * 10000 + first_month * 100 + first_day, year * 10000 + last_month * 100 + last_day}, certain};
}

// Scans a folded cell from left to right.
class Scanner {
 public:
  Scanner(std::string_view text, int fiscal_year, Literal& out) : rest_(text), fiscal_year_(fiscal_year), out_(out) {}

  void Run() {
    while (!rest_.empty()) {
      if (SkipQuoted() || SkipOrdinal() || SkipEnumerator() || EndClause() || TakeOperator() || TakeApproximation())
        continue;
      if (IsDigit(rest_[0])) {
        TakeNumber();
        continue;
      }
      const bool sign = rest_[0] == '-' && rest_.size() > 1 && IsDigit(rest_[1]) && !after_number_;
      after_number_ = false;
      if (sign) {
        negative_ = true;
        rest_.remove_prefix(1);
        continue;
      }
      if (Take(rest_, "±")) {
        plus_minus_ = true;
        continue;
      }
      // Another word: an enumerator can only stand at the start of a clause.
      clause_start_ = clause_start_ && (rest_[0] == '(' || rest_[0] == ' ');
      TakeUtf8(rest_);
    }
  }

 private:
  // Titles and document numbers: 《2019—2023年…规划》, 〔2020〕4号, [2015]11号, (2020)10号.
  bool SkipQuoted() {
    constexpr std::pair<std::string_view, std::string_view> kQuotes[] = {{"《", "》"}, {"〔", "〕"}, {"[", "]"}};
    static_assert(std::size(kQuotes) == std::tuple_size_v<decltype(unclosed_)>);
    for (std::size_t i = 0; i < std::size(kQuotes); ++i) {
      const auto& [open, close] = kQuotes[i];
      if (unclosed_[i] || !rest_.starts_with(open)) continue;
      const std::size_t end = rest_.find(close);
      // Nothing closes further on either: the scan stays linear.
      unclosed_[i] = end == std::string_view::npos;
      if (unclosed_[i]) return false;
      rest_.remove_prefix(end + close.size());
      std::string_view number = rest_;
      if (TakeSerial(number)) rest_ = number;
      return true;
    }
    std::string_view probe = rest_;
    if (!Take(probe, "(") || TakeDigits(probe, 4).size() != 4 || !Take(probe, ")") || !TakeSerial(probe)) return false;
    rest_ = probe;
    return true;
  }

  // The number of a document behind its year: 4号.
  static bool TakeSerial(std::string_view& text) { return !TakeDigits(text, 6).empty() && Take(text, "号"); }

  // 第3季度, 第1书记: an ordinal measures nothing.
  bool SkipOrdinal() {
    std::string_view probe = rest_;
    if (!Take(probe, "第") || TakeDigits(probe, 6).empty()) return false;
    rest_ = probe;
    return true;
  }

  // `1.`, `2、`, `(3)`, `指标4:` number a clause, they measure nothing. A bare one does so only before words or a year,
  // because 1.5 and 2、3 are figures.
  bool SkipEnumerator() {
    if (!clause_start_) return false;
    std::string_view probe = rest_;
    const bool named = Take(probe, "指标");
    const bool bracketed = !named && Take(probe, "(");
    if (TakeDigits(probe, 2).empty()) return false;
    const bool point = Take(probe, ".");
    const bool bracket = !point && Take(probe, ")");
    const bool marked = point || bracket || Take(probe, "、") || Take(probe, ":");
    if (!marked || probe.empty() || (bracketed && !bracket)) return false;
    if (IsDigit(probe[0]) && !bracketed && !(named && !point)) {
      std::string_view year = probe;
      if (TakeDigits(year, 4).size() != 4 || !year.starts_with("年")) return false;
    }
    rest_ = probe;
    return true;
  }

  bool EndClause() {
    if (!IsClauseEnd(rest_)) return false;
    TakeUtf8(rest_);
    clause_start_ = true;
    after_number_ = false;
    pending_ = Comparison::kNone;
    approximate_ = false;
    return true;
  }

  bool TakeOperator() {
    const Comparison comparison = TakeComparison(rest_);
    if (comparison == Comparison::kNone) return false;
    pending_ = comparison;
    after_number_ = false;
    return true;
  }

  // 约 and 近 count only right before a number and as words of their own: 节约5万元 is exact.
  bool TakeApproximation() {
    if (!StartsWithOneOf(rest_, U"约近节集预签履违最附")) return false;
    for (const std::string_view word : {"节约", "集约", "预约", "签约", "履约", "违约", "最近", "附近"}) {
      if (!Take(rest_, word)) continue;
      clause_start_ = after_number_ = false;
      return true;
    }
    std::string_view probe = rest_;
    if (!(Take(probe, "约") || Take(probe, "近")) || probe.empty() || !IsDigit(probe[0])) return false;
    rest_ = probe;
    approximate_ = true;
    return true;
  }

  // A date, or a range of them such as 2021年1月-12月; dates of one cell span one period.
  bool TakeDate() {
    std::string_view probe = rest_;
    const auto date = TakePeriod(probe, fiscal_year_);
    // ≤6月 may well be an amount of months.
    if (!date || (pending_ != Comparison::kNone && !date->certain)) return false;
    Period period = date->period;
    if (std::string_view after = probe; TakeRangeMark(after)) {
      const auto end = TakePeriod(after, period.first / 10000);
      if (end && end->period.last >= period.first) {
        period.last = end->period.last;
        probe = after;
      }
    }
    if (out_.period) period = {std::min(period.first, out_.period->first), std::max(period.last, out_.period->last)};
    out_.period = period;
    rest_ = probe;
    return true;
  }

  void TakeNumber() {
    if (!TakeDate()) TakeQuantity();
    negative_ = plus_minus_ = approximate_ = clause_start_ = false;
    pending_ = Comparison::kNone;
    after_number_ = true;
  }

  void TakeQuantity() {
    const jixiao::scoring::Run run = TakeRun(rest_);
    rest_.remove_prefix(run.length);
    if (!run.number) {
      out_.malformed = true;
      return;
    }
    Quantity quantity;
    quantity.number = negative_ ? -*run.number : *run.number;
    quantity.comparison = pending_;
    quantity.approximate = approximate_;
    if (plus_minus_) {
      quantity.end = quantity.number;
      quantity.number = -quantity.number;
      quantity.comparison = Comparison::kBetween;
    }
    TakeRangeEnd(quantity);
    TakeUnit(quantity);
    TakeRangeEnd(quantity);
    TakeSuffix(quantity);
    // 2019-2023年 is a span of years, not an amount of them.
    const bool years =
        quantity.unit.base == "年" && quantity.number >= Decimal(1900) && quantity.number <= Decimal(2100);
    if (years) return;
    // 999999999999999万亿元: more than can be reckoned with.
    if (!quantity.unit.InBase(quantity.number) || (quantity.end && !quantity.unit.InBase(*quantity.end)))
      out_.malformed = true;
    else
      out_.quantities.push_back(std::move(quantity));
  }

  // `85-95%`, `8%~10%`, `10至20个`.
  void TakeRangeEnd(Quantity& quantity) {
    if (quantity.end || quantity.comparison != Comparison::kNone) return;
    std::string_view probe = rest_;
    if (!TakeRangeMark(probe) || probe.empty() || !IsDigit(probe[0])) return;
    const jixiao::scoring::Run run = TakeRun(probe);
    if (!run.number || *run.number < quantity.number) return;
    quantity.end = run.number;
    quantity.comparison = Comparison::kBetween;
    rest_ = probe.substr(run.length);
    if (quantity.unit.dimension != Dimension::kNone) {
      std::string_view again = rest_;
      if (const auto repeated = TakeSimpleUnit(again); repeated && *repeated == quantity.unit) rest_ = again;
    }
  }

  void TakeUnit(Quantity& quantity) {
    if (quantity.unit.dimension != Dimension::kNone) return;
    std::string_view probe = rest_;
    bool approximate = Take(probe, "余") || Take(probe, "多");
    const std::string_view start = probe;
    if (auto unit = TakeSimpleUnit(probe)) {
      quantity.unit = *std::move(unit);
    } else {
      for (const Multiplier& multiplier : kMultipliers) {
        if (!Take(probe, multiplier.text)) continue;
        std::string_view after = probe;
        const bool more = Take(after, "余") || Take(after, "多");
        if (auto counted = TakeSimpleUnit(after)) quantity.unit = *std::move(counted);
        if (more || quantity.unit.dimension != Dimension::kNone) probe = after;
        approximate = approximate || more;
        quantity.unit.factor =
            Decimal::Mul(quantity.unit.factor, Decimal(multiplier.factor)).value_or(quantity.unit.factor);
        break;
      }
    }
    if (TakePer(probe, quantity.unit.base)) quantity.unit.dimension = Dimension::kPer;
    quantity.unit_text = start.substr(0, start.size() - probe.size());
    if (!quantity.unit_text.empty() || (approximate && (probe.empty() || IsClauseEnd(probe)))) {
      quantity.approximate = quantity.approximate || approximate;
      rest_ = probe;
      return;
    }
    if (IsParticle(rest_)) return;
    const std::string_view word = IdeographsOf(rest_);
    if (word.empty()) return;
    const std::string_view after = rest_.substr(word.size());
    if (word.size() <= 9 && (after.empty() || IsClauseEnd(after))) {
      // At most three characters to the end of the clause: a classifier that is not in the table, as in 20帧.
      quantity.unit = {Dimension::kCount, std::string(word), Decimal(1)};
      quantity.unit_text = word;
      rest_ = after;
      return;
    }
    // A word that is no unit, as in 58小镇: the number names something, it measures nothing that can be compared.
    std::string_view tail = word;
    TakeUtf8(tail);
    quantity.unit.dimension = Dimension::kUnknown;
    quantity.unit.base = word.substr(0, word.size() - tail.size());
  }

  // The ideographs at the front of `text`, as far as they matter: four at most.
  static std::string_view IdeographsOf(std::string_view text) {
    std::string_view rest = text;
    for (int i = 0; i < 4 && !rest.empty(); ++i) {
      std::string_view after = rest;
      const char32_t c = TakeUtf8(after);
      if (c < kFirstIdeograph || c > kLastIdeograph) break;
      rest = after;
    }
    return text.substr(0, text.size() - rest.size());
  }

  // Words that may stand right behind a bare number without being its unit.
  static bool IsParticle(std::string_view text) {
    constexpr std::string_view kParticles[] = {"左右",   "上下", "以上", "以下", "以内", "之内", "及以上",
                                               "及以下", "内",   "和",   "及",   "与",   "至",   "到"};
    return std::any_of(std::begin(kParticles), std::end(kParticles),
                       [&](std::string_view word) { return text.starts_with(word); });
  }

  void TakeSuffix(Quantity& quantity) {
    if (Take(rest_, "左右") || Take(rest_, "上下")) {
      quantity.approximate = true;
      return;
    }
    if (quantity.comparison != Comparison::kNone) return;
    for (const OperatorWord& word : kSuffixes) {
      if (!Take(rest_, word.text)) continue;
      quantity.comparison = word.comparison;
      return;
    }
    // 30天内, but not 10个内容.
    if (std::string_view probe = rest_;
        Take(probe, "内") && (probe.empty() || IsClauseEnd(probe) || probe.starts_with("完成"))) {
      quantity.comparison = Comparison::kAtMost;
      rest_ = probe;
    }
  }

  std::string_view rest_;
  int fiscal_year_;
  Literal& out_;
  std::array<bool, 3> unclosed_{};  // kinds of quotes that nothing closes from here on
  Comparison pending_ = Comparison::kNone;
  bool approximate_ = false;
  bool negative_ = false;
  bool plus_minus_ = false;
  bool clause_start_ = true;
  bool after_number_ = false;
};

// A number with its sign and perhaps a sign of currency at the front of `text`; takes it off. Nothing when there is
// none or it is malformed. `decimals`: how many were written.
std::optional<Decimal> TakeSignedNumber(std::string_view& text, int* decimals = nullptr) {
  const bool negative = Take(text, "-");
  Take(text, "¥") || Take(text, "￥");
  const Run run = TakeRun(text);
  text.remove_prefix(run.length);
  if (decimals != nullptr) *decimals = run.decimals;
  if (!run.number) return std::nullopt;
  return negative ? -*run.number : *run.number;
}

// Marks that people put into a cell that has nothing to say.
bool IsBlankMark(std::string_view folded) {
  return std::all_of(folded.begin(), folded.end(),
                     [](char c) { return c == '-' || c == '/' || c == '\\' || c == '_' || c == '.' || c == '*'; }) ||
         folded == "……" || folded == "…";
}

std::string_view Symbol(Comparison comparison) {
  switch (comparison) {
    case Comparison::kAtLeast:
      return "≥ ";
    case Comparison::kMoreThan:
      return "> ";
    case Comparison::kAtMost:
      return "≤ ";
    case Comparison::kLessThan:
      return "< ";
    case Comparison::kEqual:
      return "= ";
    case Comparison::kNone:
    case Comparison::kBetween:
      break;
  }
  return "";
}

}  // namespace

std::optional<Decimal> Unit::InBase(const Decimal& number) const {
  return Decimal::MulDiv(number, factor, Decimal(1), Decimal::kMaxScale);
}

Decimal Quantity::Value() const {
  return unit.InBase(number).value_or(number);
}

std::string Quantity::ToString() const {
  std::string text(Symbol(comparison));
  if (approximate) text += "约 ";
  text += number.ToString();
  if (end) text += "~" + end->ToString();
  if (!unit_text.empty()) {
    if (unit.dimension != Dimension::kRatio) text += ' ';
    text += unit_text;
  }
  return text;
}

std::string Fold(std::string_view cell) {
  std::string out;
  out.reserve(cell.size());
  bool gap = false;  // a space between two digits keeps two numbers apart
  while (!cell.empty()) {
    char32_t c = TakeUtf8(cell);
    if (IsSpace(c)) {
      gap = !out.empty() && IsDigit(out.back());
      continue;
    }
    const auto* found = c < 0x80 ? std::end(kReplacements)
                                 : std::find_if(std::begin(kReplacements), std::end(kReplacements),
                                                [&](const Replacement& r) { return r.from == c; });
    if (found == std::end(kReplacements) && c >= 0xFF01 && c <= 0xFF5E) c -= 0xFEE0;
    if (gap && c < 0x80 && IsDigit(static_cast<char>(c))) out.push_back(' ');
    gap = false;
    if (found != std::end(kReplacements))
      out.append(found->to);
    else
      AppendUtf8(out, c);
  }
  return out;
}

Literal ReadLiteral(std::string_view cell, int fiscal_year) {
  Literal literal;
  literal.text = Fold(cell);
  literal.blank = IsBlankMark(literal.text);
  if (!literal.blank) Scanner(literal.text, fiscal_year, literal).Run();
  return literal;
}

Comparison ComparisonInName(std::string_view name) {
  const std::string folded = Fold(name);
  bool bracketed = false;
  for (std::string_view rest = folded; !rest.empty();) {
    const Comparison comparison = TakeComparison(rest);
    if (comparison != Comparison::kNone && (bracketed || rest.starts_with("**"))) return comparison;
    bracketed = rest.starts_with('(');
    if (!rest.empty() && comparison == Comparison::kNone) TakeUtf8(rest);
  }
  return Comparison::kNone;
}

std::optional<Decimal> ReadPoints(std::string_view cell) {
  if (cell.empty()) return std::nullopt;
  const std::string folded = Fold(cell);
  std::string_view text = folded;
  const auto points = TakeSignedNumber(text);
  Take(text, "分");
  return text.empty() ? points : std::nullopt;
}

std::optional<Decimal> ReadAmount(std::string_view cell, bool ten_thousand_yuan) {
  if (cell.empty()) return std::nullopt;
  std::string folded = Fold(cell);
  // A full-width comma between digits groups them here: an amount has no clauses.
  for (std::size_t i = 1; i + 1 < folded.size(); ++i)
    if (folded[i] == ';' && IsDigit(folded[i - 1]) && IsDigit(folded[i + 1])) folded[i] = ',';
  std::string_view text = folded;
  const auto number = TakeSignedNumber(text);
  if (!number) return std::nullopt;
  if (text.empty() && ten_thousand_yuan) return number;
  if (text == "万元" || text == "万") return number;
  if (text.empty() || text == "元") return Decimal::MulDiv(*number, Decimal(1), Decimal(10000), Decimal::kMaxScale);
  if (text == "亿元" || text == "亿") return Decimal::Mul(*number, Decimal(10000));
  return std::nullopt;
}

std::optional<Rate> ReadRate(std::string_view cell) {
  if (cell.empty()) return std::nullopt;
  const std::string folded = Fold(cell);
  std::string_view text = folded;
  Rate rate;
  const auto number = TakeSignedNumber(text, &rate.decimals);
  if (!number) return std::nullopt;
  rate.number = *number;
  rate.percent = Take(text, "%");
  while (Take(text, "%")) rate.malformed = true;
  if (!text.empty()) return std::nullopt;
  return rate;
}

Decimal Rate::Percent(const std::optional<Decimal>& expected) const {
  if (percent || !expected) return number;
  const Decimal hundredfold = Decimal::Mul(number, Decimal(100)).value_or(number);
  return (hundredfold - *expected).Abs() < (number - *expected).Abs() ? hundredfold : number;
}

Decimal Rate::Precision(const std::optional<Decimal>& expected) const {
  const bool fraction = Percent(expected) != number;
  const int places = std::max(0, fraction ? decimals - 2 : decimals);
  return Decimal::Scaled(5, std::min(places + 1, Decimal::kMaxScale));
}

std::optional<Decimal> PointsInHeading(std::string_view heading) {
  const std::string folded = Fold(heading);
  const std::size_t end = folded.rfind("分)");
  if (end == std::string::npos) return std::nullopt;
  const std::size_t open = folded.rfind('(', end);
  if (open == std::string::npos) return std::nullopt;
  return Decimal::Parse(std::string_view(folded).substr(open + 1, end - open - 1));
}

}  // namespace jixiao::scoring
