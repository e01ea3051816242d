// ReadLiteral: scans a folded cell from left to right.
#include "scoring/engine/literal.h"
#include "scoring/engine/literal/comparison.h"
#include "scoring/engine/literal/fold.h"
#include "scoring/engine/literal/names.h"
#include "scoring/engine/literal/number.h"
#include "scoring/engine/literal/numeral.h"
#include "scoring/engine/literal/period.h"
#include "scoring/engine/literal/quantity.h"
#include "scoring/engine/literal/units.h"
#include "scoring/engine/literal/words.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace jixiao::scoring {
namespace literal {
namespace {

// Bytes that numerals end with: a quick look before a character is decoded.
constexpr auto kEndsNumeral = [] {
  std::array<bool, 256> ends{};
  constexpr std::string_view kNumerals = "零〇一二两三四五六七八九十百";
  for (std::size_t i = 2; i < kNumerals.size(); i += 3) ends[static_cast<unsigned char>(kNumerals[i])] = true;
  return ends;
}();

// Buckets of the characters of three bytes that Take knows.
constexpr std::size_t BucketOf(char32_t c) {
  return (c ^ c >> 8) & 0xFF;
}
constexpr auto kMeaningful = [] {
  std::array<bool, 256> buckets{};
  for (const char32_t c :
       std::u32string_view(U"、指《〔第前约近逾节集预签履违附最几数万零〇一二两三四五六七八九十百千"))
    buckets[BucketOf(c)] = true;
  for (const char32_t c : kOperatorStarts) buckets[BucketOf(c)] = true;
  return buckets;
}();

// Whether a character of three bytes stands at the front that surely begins nothing: most of prose.
bool IsPlain(std::string_view text) {
  return text.size() >= 3 && (static_cast<unsigned char>(text[0]) & 0xF0) == 0xE0 &&
         !kMeaningful[BucketOf(FirstChar(text))];
}

class Scanner {
 public:
  Scanner(std::string_view text, int fiscal_year, Literal& out) : rest_(text), fiscal_year_(fiscal_year), out_(out) {}

  // Reads up to the end of the last figure: what follows it has been read with it.
  void Scan(std::size_t length) {
    const char* const end = rest_.data() + length;
    while (rest_.data() < end) {
      if (IsPlain(rest_)) {
        after_number_ = clause_start_ = false;
        rest_.remove_prefix(3);
        continue;
      }
      if (Take()) continue;
      // Another word: an enumerator can only stand at the start of a clause.
      after_number_ = false;
      clause_start_ = clause_start_ && (rest_[0] == '(' || rest_[0] == ' ');
      SkipChar(rest_);
    }
  }

 private:
  // Takes what begins at the front and means something; false for a character of another word.
  bool Take() {
    const char32_t c = FirstChar(rest_);
    switch (c) {
      case '0':
      case '1':
      case '2':
      case '3':
      case '4':
      case '5':
      case '6':
      case '7':
      case '8':
      case '9':
        if (!(clause_start_ && SkipEnumerator(rest_))) TakeNumber();
        return true;
      case ';':
      case ',':
      case U'、':
        StartClause();
        return true;
      case '-':
        return TakeMinus();
      case U'±':
        SkipChar(rest_);
        after_number_ = false;
        plus_minus_ = true;
        return true;
      case '.':
        return TakePoint();
      case '(':
        return SkipDocumentNumber(rest_) || (clause_start_ && SkipEnumerator(rest_));
      case U'指':
        return clause_start_ && SkipEnumerator(rest_);
      case '[':
        return SkipQuoted(0, "]");
      case U'《':
        return SkipQuoted(1, "》");
      case U'〔':
        return SkipQuoted(2, "〕");
      case U'第':
        return TakeDate() || SkipOrdinal(rest_);
      case U'前':
        return SkipOrdinal(rest_);
      case U'约':
      case U'近':
      case U'逾':
      case U'节':
      case U'集':
      case U'预':
      case U'签':
      case U'履':
      case U'违':
      case U'附':
        return TakeApproximation();
      case U'最':
        return TakeApproximation() || TakeComparison();
      case U'几':
      case U'数':
        SkipVague();
        return true;
      case U'万':
        return TakeNumeral();
      default:
        if (IsNumeral(c)) return TakeNumeral();
        if (c < 0x80 && IsLetter(static_cast<char>(c)) && !(after_number_ && IsTimes(rest_))) {
          after_number_ = clause_start_ = false;
          return SkipLetters(rest_);
        }
        return TakeComparison();
    }
  }

  // Titles and document numbers: 《2019—2023年…规划》, 〔2020〕4号, [2015]11号. `kind` numbers the kind of quotes.
  bool SkipQuoted(std::size_t kind, std::string_view close) {
    if (unclosed_[kind]) return false;
    const std::size_t end = rest_.find(close);
    // Nothing closes further on either: the scan stays linear.
    unclosed_[kind] = end == std::string_view::npos;
    if (unclosed_[kind]) return false;
    rest_.remove_prefix(end + close.size());
    std::string_view number = rest_;
    if (TakeSerial(number)) rest_ = number;
    return true;
  }

  void StartClause() {
    SkipChar(rest_);
    clause_start_ = true;
    after_number_ = false;
    pending_ = {};
    approximate_ = false;
  }

  bool TakeComparison() {
    const Operator found = TakeOperator(rest_);
    if (found.comparison == Comparison::kNone) return false;
    pending_ = found;
    operator_end_ = rest_.data();
    after_number_ = false;
    return true;
  }

  // 约, 近 and 逾 count only right before a number and as words of their own: 节约5万元 is exact.
  bool TakeApproximation() {
    using literal::Take;
    if (Take(rest_, "节约") || Take(rest_, "集约") || Take(rest_, "预约") || Take(rest_, "签约") ||
        Take(rest_, "履约") || Take(rest_, "违约") || Take(rest_, "最近") || Take(rest_, "附近")) {
      clause_start_ = after_number_ = false;
      return true;
    }
    std::string_view probe = rest_;
    if (!(Take(probe, "约") || Take(probe, "近") || Take(probe, "逾"))) return false;
    std::string_view number = probe;
    if (!number.empty() && number[0] == '-') number.remove_prefix(1);
    if (number.empty() || !(IsDigit(number[0]) || IsNumeral(FirstChar(number)))) return false;
    rest_ = probe;
    if (rest_[0] == '-') after_number_ = false;
    approximate_ = true;
    operator_end_ = rest_.data();
    return true;
  }

  bool TakeMinus() {
    if (rest_.size() < 2 || !IsDigit(rest_[1]) || after_number_) return false;
    rest_.remove_prefix(1);
    negative_ = true;
    return true;
  }

  // .5 where no number stands before it.
  bool TakePoint() {
    if (rest_.size() < 2 || !IsDigit(rest_[1])) return false;
    if (!clause_start_ && operator_end_ != rest_.data()) return false;
    if (std::string_view date = rest_.substr(1); TakePeriod(date, fiscal_year_)) return false;
    TakeNumber();
    return true;
  }

  void TakeNumber() {
    if (!TakeDate()) TakeFigure();
    EndNumber();
  }

  void EndNumber() {
    negative_ = plus_minus_ = approximate_ = clause_start_ = false;
    pending_ = {};
    after_number_ = true;
  }

  // Dates of one cell span one period.
  bool TakeDate() {
    // A percentage, or a number at the end of its cell, is none.
    std::size_t digits = 0;
    while (digits < rest_.size() && IsDigit(rest_[digits])) ++digits;
    if (digits != 0 && (digits == rest_.size() || rest_[digits] == '%')) return false;
    std::string_view probe = rest_;
    const auto date = TakePeriod(probe, fiscal_year_);
    // ≤6月 may well be an amount of months.
    if (!date || (pending_.comparison != Comparison::kNone && !date->certain)) return false;
    Period period = date->period;
    if (out_.period) period = {std::min(period.first, out_.period->first), std::max(period.last, out_.period->last)};
    out_.period = period;
    rest_ = probe;
    return true;
  }

  // What is known of a quantity before its number.
  void Start(Quantity& quantity) const {
    if (!pending_.soft) quantity.comparison = pending_.comparison;
    quantity.approximate = approximate_;
  }

  // Completes the last quantity, or takes it away again.
  void Settle() {
    Quantity& quantity = out_.quantities.back();
    if (quantity.comparison == Comparison::kNone) quantity.comparison = pending_.comparison;
    // 2019-2023年 is a span of years, not an amount of them.
    const bool years =
        quantity.unit.base == "年" && quantity.number.Abs() >= Decimal(1900) && quantity.number.Abs() <= Decimal(2100);
    // 999999999999999万亿元: more than can be reckoned with.
    const bool beyond =
        !years && quantity.unit.factor != Decimal(1) &&
        (!quantity.unit.InBase(quantity.number) || (quantity.end && !quantity.unit.InBase(*quantity.end)));
    out_.malformed = out_.malformed || beyond;
    if (years || beyond) out_.quantities.pop_back();
  }

  void TakeFigure() {
    const Run run = ReadRun(rest_);
    constexpr int kYearDigits = 4;
    if (run.decimals == kYearDigits && YearFollows(rest_.substr(run.length - kYearDigits))) {
      rest_.remove_prefix(run.length - kYearDigits);
      return;
    }
    rest_.remove_prefix(run.length);
    if (!run.number) {
      out_.malformed = true;
      return;
    }
    Quantity& quantity = out_.quantities.emplace_back();
    Start(quantity);
    quantity.number = negative_ ? -*run.number : *run.number;
    if (plus_minus_) {
      quantity.end = *run.number;
      quantity.number = -*run.number;
      quantity.comparison = Comparison::kBetween;
    }
    TakeMeasure(rest_, quantity);
    Settle();
  }

  // A number in words, or a date such as 三季度. What is neither is passed over as a whole.
  bool TakeNumeral() {
    if (QuartersMayFollow() && TakeDate()) {
      EndNumber();
      return true;
    }
    Quantity quantity;
    Start(quantity);
    if (TakeNumeralQuantity(rest_, operator_end_ == rest_.data(), quantity)) {
      out_.quantities.push_back(std::move(quantity));
      Settle();
      EndNumber();
      return true;
    }
    if (!IsNumeral(FirstChar(rest_))) return false;
    SkipNumerals(rest_);
    after_number_ = clause_start_ = false;
    return true;
  }

  // Whether the numeral at the front may be that of a quarter: 三季度, 一至三季度.
  bool QuartersMayFollow() const {
    std::string_view behind = rest_;
    SkipChar(behind);
    return StartsWith(behind, "季度") || IsRangeMark(behind);
  }

  // 几十, 数百: some, not ten or a hundred. In 人数三十人 the number is one.
  void SkipVague() {
    SkipChar(rest_);
    const char32_t power = FirstChar(rest_);
    if (power == U'十' || power == U'百' || power == U'千') SkipNumerals(rest_);
    after_number_ = clause_start_ = false;
  }

  std::string_view rest_;
  int fiscal_year_;
  Literal& out_;
  std::array<bool, 3> unclosed_{};  // kinds of quotes that nothing closes from here on
  Operator pending_;
  const char* operator_end_ = nullptr;
  bool approximate_ = false;
  bool negative_ = false;
  bool plus_minus_ = false;
  bool clause_start_ = true;
  bool after_number_ = false;
};

// Bytes up to the end of the last digit or numeral; 0 when there is none.
std::size_t FiguresEnd(std::string_view folded) {
  for (std::size_t n = folded.size(); n > 0;) {
    if (IsDigit(folded[n - 1])) return n;
    const bool three = n >= 3 && (static_cast<unsigned char>(folded[n - 3]) & 0xF0) == 0xE0;
    if (three && kEndsNumeral[static_cast<unsigned char>(folded[n - 1])] && IsNumeral(FirstChar(folded.substr(n - 3))))
      return n;
    n -= three ? 3 : 1;
  }
  return 0;
}

// What stands in a cell that has nothing to say: marks, masks (XX), a placeholder (≥**%), a unit without its number. A
// lone 一 is a dash that character recognition took for a number.
bool IsBlank(std::string_view folded) {
  if (folded == "一") return true;
  std::string_view rest = folded;
  TakeOperator(rest);
  const auto is_mark = [](char c) { return c == '-' || c == '/' || c == '\\' || c == '_' || c == '.' || c == '*'; };
  while (!rest.empty() && is_mark(rest[0])) rest.remove_prefix(1);
  while (Take(rest, "…") || Take(rest, "XX") || Take(rest, "xx")) continue;
  if (rest.empty()) return true;
  if (TakeUnitWord(rest) != nullptr || (TakeMultiplier(rest) != 0 && TakeUnitWord(rest) != nullptr)) {
    std::string per;
    TakePer(rest, per);
  }
  return rest.empty();
}

// 指标2: with nothing behind it: the number is the template's.
bool IsUnfilled(std::string_view folded) {
  return Take(folded, "指标") && !TakeDigits(folded, 2).empty() &&
         (folded.empty() || folded == ":" || folded == "." || folded == "、");
}

}  // namespace
}  // namespace literal

void ReadLiteral(std::string_view cell, int fiscal_year, Literal& out) {
  FoldTo(cell, out.text);
  out.quantities.clear();
  out.period.reset();
  out.malformed = false;
  const std::size_t figures = literal::FiguresEnd(out.text);
  out.figures = figures != 0;
  out.blank = out.figures && literal::IsUnfilled(out.text);
  if (out.blank) return;
  if (out.figures) literal::Scanner(out.text, fiscal_year, out).Scan(figures);
  out.blank = out.quantities.empty() && !out.period && !out.malformed && literal::IsBlank(out.text);
}

Literal ReadLiteral(std::string_view cell, int fiscal_year) {
  Literal out;
  ReadLiteral(cell, fiscal_year, out);
  return out;
}

}  // namespace jixiao::scoring
