// TEXT_TABLE (19), of the goals: what a goal counts, the one row that counts the same thing in the same unit says too;
// so do what was reached of it and that row's actual value. The same thing: three characters in a row of the words
// before the number stand in the row's name. Fires: 采购原原种425万粒 beside 免费发放原原种 550万粒 (document 012).
// Must not: two rows that may be meant, 道路 20公里 beside 沥青道路 5公里 and 水泥道路 15公里; a number that stands in
// any row; about so many; a goal that has the row's number as well, 10000亩，今年2000亩; 其中新培训20人; money and
// percentages, which say of what they are a part.
#include "scoring/checks/goal_rows.h"

#include "common/text.h"
#include "scoring/engine/literal/words.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::scoring {
namespace {

using Cell = Literal IndicatorReading::*;

constexpr std::size_t kRead = 4096;      // of a goal, in bytes
constexpr std::size_t kMostCounts = 24;  // of a goal
constexpr std::size_t kNamed = 256;      // of a row's name, in bytes

// Something that a goal counts.
struct Count {
  std::string words;      // before the number, folded
  std::string_view text;  // with the number, as written
  Quantity quantity;
};

bool IsCounted(const Quantity& q) {
  switch (q.unit.dimension) {
    case Dimension::kCount:
    case Dimension::kLength:
    case Dimension::kArea:
    case Dimension::kVolume:
    case Dimension::kMass:
      return !q.end;
    default:
      return false;
  }
}

bool IsDigitAt(std::string_view text, std::size_t at) {
  return at < text.size() && literal::IsDigit(text[at]);
}

// The length of the mark at `at` that parts clauses; 0 for none. 1,250亩 is one number.
std::size_t MarkAt(std::string_view text, std::size_t at) {
  switch (static_cast<unsigned char>(text[at])) {
    case ';':
    case ':':
    case '(':
    case ')':
    case '\n':
      return 1;
    case ',':
      return IsDigitAt(text, at + 1) ? 0 : 1;
    case 0xE3: {
      const std::string_view mark = text.substr(at, 3);
      return mark == "、" || mark == "。" ? 3 : 0;
    }
    case 0xEF: {
      const std::string_view mark = text.substr(at, 3);
      return mark == "，" || mark == "；" || mark == "：" || mark == "（" || mark == "）" ? 3 : 0;
    }
    default:
      return 0;
  }
}

// Whether what stands behind a number may be a unit of what can be counted. Most numbers of a goal are years and
// percentages.
bool MayCount(std::string_view rest) {
  for (const std::string_view word : {"余", "多", "万", "亿", "千", "百"})
    if (rest.starts_with(word)) rest.remove_prefix(word.size());
  if (rest.empty() || static_cast<unsigned char>(rest[0]) < 0xE4) return false;
  for (const std::string_view other : {"年", "月", "日", "元", "号", "％"})
    if (rest.starts_with(other)) return false;
  return true;
}

// Whether a clause counts a part, for each of something, or more than last year.
bool IsOfAPart(std::string_view clause) {
  return std::ranges::any_of(std::array<std::string_view, 7>{"其中", "每", "上年", "去年", "新增", "增加", "累计"},
                             [&](std::string_view word) { return FindWord(clause, word) != std::string_view::npos; });
}

// What a goal counts, a number a clause; `figures` gets all that is counted in it.
std::vector<Count> CountsIn(std::string_view goal, int fiscal_year, std::vector<Quantity>& figures) {
  std::vector<Count> counts;
  std::size_t clause = 0;   // where it begins
  std::size_t counted = 0;  // where a clause that goes on about the last count would begin
  for (std::size_t at = 0; at < goal.size() && counts.size() < kMostCounts;) {
    if (const std::size_t mark = MarkAt(goal, at)) {
      clause = at += mark;
      continue;
    }
    if (!literal::IsDigit(goal[at])) {
      at += literal::CharLength(goal[at]);
      continue;
    }
    const std::size_t number = at;
    while (IsDigitAt(goal, at) || ((goal.substr(at, 1) == "." || goal.substr(at, 1) == ",") && IsDigitAt(goal, at + 1)))
      ++at;
    if (!MayCount(goal.substr(at))) continue;
    std::size_t end = at;
    while (end < goal.size() && MarkAt(goal, end) == 0) end += literal::CharLength(goal[end]);
    end = std::min(end, goal.size());
    at = end;
    const std::string_view text = goal.substr(clause, end - clause);
    const Literal read = ReadLiteral(text, fiscal_year);
    for (const Quantity& q : read.quantities)
      if (IsCounted(q)) figures.push_back(q);
    if (number == clause) {
      // A number without words goes on about what the clause before it counts: neither is the whole.
      if (counted == clause && !counts.empty()) counts.pop_back();
      continue;
    }
    if (read.quantities.size() != 1 || !IsCounted(read.quantities[0]) || IsOfAPart(text)) continue;
    counts.push_back({Fold(goal.substr(clause, number - clause)), text, read.quantities[0]});
    counted = end < goal.size() ? end + MarkAt(goal, end) : 0;
  }
  return counts;
}

// Whether three characters in a row of `words` stand in `name`.
bool ShareWords(std::string_view words, std::string_view name) {
  constexpr std::size_t kThree = 9;  // bytes of three ideographs
  constexpr std::size_t kNear = 90;  // bytes before the number: they say what it counts
  if (words.size() > kNear) {
    words.remove_prefix(words.size() - kNear);
    while (!words.empty() && (static_cast<unsigned char>(words[0]) & 0xC0) == 0x80) words.remove_prefix(1);
  }
  for (std::size_t at = 0; at + kThree <= words.size(); at += literal::CharLength(words[at])) {
    const std::string_view part = words.substr(at, kThree);
    bool ideographs = true;
    for (std::size_t i = 0; i < kThree; i += 3)
      ideographs = ideographs && literal::IsIdeograph(literal::FirstChar(part.substr(i)));
    if (ideographs && FindWord(name, part) != std::string_view::npos) return true;
  }
  return false;
}

// Whether two quantities of one unit may be the same; about so many leaves a fifth open.
bool MayBeSame(const Quantity& a, const Quantity& b) {
  if (a.Value() == b.Value()) return true;
  if (!a.approximate && !b.approximate) return false;
  const auto gap = Decimal::Mul((a.Value() - b.Value()).Abs(), Decimal(5));
  return gap && *gap <= std::max(a.Value().Abs(), b.Value().Abs());
}

bool SameUnit(const Quantity& a, const Quantity& b) {
  return a.unit.dimension == b.unit.dimension && a.unit.base == b.unit.base;
}

void Compare(const CheckInput& input, std::string_view goal, Cell cell, std::string_view titles, std::string_view path,
             FindingSink& findings) {
  std::vector<Quantity> counted;
  for (const Count& count : CountsIn(TruncateUtf8(goal, kRead), input.reading.form->fiscal_year(), counted)) {
    const IndicatorReading* meant = nullptr;
    const Quantity* other = nullptr;
    int rows = 0;
    bool named = false;  // the number stands in a row
    for (const IndicatorReading& row : input.reading.indicators) {
      if (row.left_out) continue;
      for (const Literal* const literal : {&row.target, &row.actual})
        for (const Quantity& q : literal->quantities)
          named = named || (SameUnit(q, count.quantity) && MayBeSame(q, count.quantity));
      const Literal& figures = row.*cell;
      if (figures.quantities.size() != 1 || !IsCounted(figures.quantities[0]) ||
          !SameUnit(figures.quantities[0], count.quantity) ||
          !ShareWords(count.words, TruncateUtf8(input.text.Level3(row), kNamed)))
        continue;
      ++rows;
      meant = &row;
      other = &figures.quantities[0];
    }
    if (named || rows != 1) continue;
    // The goal has the row's own number, too: this one is the whole, or a part.
    if (std::ranges::any_of(counted, [&](const Quantity& q) { return SameUnit(q, *other) && MayBeSame(q, *other); }))
      continue;
    findings.Add(meant->Path(cell == &IndicatorReading::target ? "target" : "actual"),
                 Cat("“", meant->Name(), "”", titles, " ", other->ToString(), "，与总体目标所写“",
                     TruncateUtf8(count.text, 90), "”不一致"),
                 {{"table", other->ToString()},
                  {"goal", std::string(TruncateUtf8(count.text, 300))},
                  {"of", std::string(path)}});
  }
}

}  // namespace

void CompareGoalWithRows(const CheckInput& input, FindingSink& findings) {
  const evaluation::v1::SelfEvaluation& form = *input.reading.form;
  Compare(input, form.expected_goal(), &IndicatorReading::target, "指标值", "expected_goal", findings);
  Compare(input, form.actual_goal(), &IndicatorReading::actual, "实际完成值", "actual_goal", findings);
}

}  // namespace jixiao::scoring
