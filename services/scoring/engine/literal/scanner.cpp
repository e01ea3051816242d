// ReadLiteral: scans a folded cell from left to right.
#include "scoring/engine/literal.h"
#include "scoring/engine/literal/comparison.h"
#include "scoring/engine/literal/number.h"
#include "scoring/engine/literal/period.h"
#include "scoring/engine/literal/quantity.h"
#include "scoring/engine/literal/words.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace jixiao::scoring {
namespace literal {
namespace {

class Scanner {
 public:
  Scanner(std::string_view text, int fiscal_year, Literal& out) : rest_(text), fiscal_year_(fiscal_year), out_(out) {}

  void Scan() {
    // Behind the last digit nothing is told that has not been read with it.
    std::size_t length = rest_.size();
    while (length > 0 && !IsDigit(rest_[length - 1])) --length;
    const char* const end = rest_.data() + length;
    while (rest_.data() < end) {
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
    switch (FirstChar(rest_)) {
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
        if (!SkipEnumerator()) TakeNumber();
        return true;
      case ';':
      case ',':
      case U'、':
        StartClause();
        return true;
      case '>':
      case '<':
      case '=':
      case U'不':
      case U'未':
      case U'没':
      case U'大':
      case U'小':
      case U'至':
      case U'控':
      case U'高':
      case U'多':
      case U'超':
      case U'低':
      case U'少':
      case U'等':
        return TakeOperator();
      case U'最':
        return TakeOperator() || TakeApproximation();
      case U'约':
      case U'近':
      case U'节':
      case U'集':
      case U'预':
      case U'签':
      case U'履':
      case U'违':
      case U'附':
        return TakeApproximation();
      case '-':
        return TakeMinus();
      case U'±':
        literal::Take(rest_, "±");
        after_number_ = false;
        plus_minus_ = true;
        return true;
      case U'第':
        return SkipOrdinal();
      case U'指':
        return SkipEnumerator();
      case '(':
        return SkipDocumentNumber() || SkipEnumerator();
      case '[':
        return SkipQuoted(0, "]");
      case U'《':
        return SkipQuoted(1, "》");
      case U'〔':
        return SkipQuoted(2, "〕");
      default:
        return false;
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

  // (2020)10号.
  bool SkipDocumentNumber() {
    std::string_view probe = rest_.substr(1);
    if (TakeDigits(probe, 4).size() != 4 || !literal::Take(probe, ")") || !TakeSerial(probe)) return false;
    rest_ = probe;
    return true;
  }

  // The number of a document behind its year: 4号.
  static bool TakeSerial(std::string_view& text) { return !TakeDigits(text, 6).empty() && literal::Take(text, "号"); }

  // 第3季度, 第1书记: an ordinal measures nothing.
  bool SkipOrdinal() {
    std::string_view probe = rest_;
    SkipChar(probe);
    if (TakeDigits(probe, 6).empty()) return false;
    rest_ = probe;
    return true;
  }

  // `1.`, `2、`, `(3)`, `指标4:` number a clause, they measure nothing. A bare one does so only before words or a year,
  // because 1.5 and 2、3 are figures.
  bool SkipEnumerator() {
    if (!clause_start_) return false;
    std::string_view probe = rest_;
    const bool named = literal::Take(probe, "指标");
    const bool bracketed = !named && literal::Take(probe, "(");
    if (TakeDigits(probe, 2).empty()) return false;
    const bool point = literal::Take(probe, ".");
    const bool bracket = !point && literal::Take(probe, ")");
    const bool marked = point || bracket || literal::Take(probe, "、") || literal::Take(probe, ":");
    if (!marked || probe.empty() || (bracketed && !bracket)) return false;
    if (IsDigit(probe[0]) && !bracketed && !(named && !point)) {
      std::string_view year = probe;
      if (TakeDigits(year, 4).size() != 4 || !StartsWith(year, "年")) return false;
    }
    rest_ = probe;
    return true;
  }

  void StartClause() {
    SkipChar(rest_);
    clause_start_ = true;
    after_number_ = false;
    pending_ = Comparison::kNone;
    approximate_ = false;
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
    using literal::Take;
    if (Take(rest_, "节约") || Take(rest_, "集约") || Take(rest_, "预约") || Take(rest_, "签约") ||
        Take(rest_, "履约") || Take(rest_, "违约") || Take(rest_, "最近") || Take(rest_, "附近")) {
      clause_start_ = after_number_ = false;
      return true;
    }
    std::string_view probe = rest_;
    if (!(Take(probe, "约") || Take(probe, "近")) || probe.empty() || !IsDigit(probe[0])) return false;
    rest_ = probe;
    approximate_ = true;
    return true;
  }

  bool TakeMinus() {
    if (rest_.size() < 2 || !IsDigit(rest_[1]) || after_number_) return false;
    rest_.remove_prefix(1);
    negative_ = true;
    return true;
  }

  void TakeNumber() {
    if (!TakeDate()) TakeFigure();
    negative_ = plus_minus_ = approximate_ = clause_start_ = false;
    pending_ = Comparison::kNone;
    after_number_ = true;
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

  void TakeFigure() {
    const Run run = ReadRun(rest_);
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
    TakeMeasure(rest_, quantity);
    // 2019-2023年 is a span of years, not an amount of them.
    if (quantity.unit.base == "年" && quantity.number >= Decimal(1900) && quantity.number <= Decimal(2100)) return;
    // 999999999999999万亿元: more than can be reckoned with.
    if (!quantity.unit.InBase(quantity.number) || (quantity.end && !quantity.unit.InBase(*quantity.end)))
      out_.malformed = true;
    else
      out_.quantities.push_back(std::move(quantity));
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

// Marks that people put into a cell that has nothing to say.
bool IsBlankMark(std::string_view folded) {
  return std::all_of(folded.begin(), folded.end(),
                     [](char c) { return c == '-' || c == '/' || c == '\\' || c == '_' || c == '.' || c == '*'; }) ||
         folded == "……" || folded == "…";
}

}  // namespace
}  // namespace literal

Literal ReadLiteral(std::string_view cell, int fiscal_year) {
  Literal out;
  out.text = Fold(cell);
  out.blank = literal::IsBlankMark(out.text);
  if (!out.blank) literal::Scanner(out.text, fiscal_year, out).Scan();
  return out;
}

}  // namespace jixiao::scoring
