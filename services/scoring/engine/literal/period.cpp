#include "scoring/engine/literal/period.h"

#include "scoring/engine/literal/numeral.h"
#include "scoring/engine/literal/words.h"

namespace jixiao::scoring::literal {
namespace {

int LastDay(int year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[month - 1];
}

bool IsMonth(std::string_view digits) {
  return !digits.empty() && ToInt(digits) >= 1 && ToInt(digits) <= 12;
}

bool IsDay(std::string_view digits, int last_day) {
  return !digits.empty() && ToInt(digits) >= 1 && ToInt(digits) <= last_day;
}

int DateOf(int year, int month, int day) {
  return year * 10000 + month * 100 + day;
}

// From the first day of one month to the last day of another in the same year.
Period Months(int year, int first, int last) {
  return {DateOf(year, first, 1), DateOf(year, last, LastDay(year, last))};
}

// Whether a number goes on at the front of `text`, so that what stands before it is no date.
bool GoesOn(std::string_view text) {
  return !text.empty() && (IsDigit(text[0]) || (text.size() > 1 && text[0] == '.' && IsDigit(text[1])));
}

// 2021.1-2021.12, 2021.1-12: months written with a point are told from numbers by their range. `text` starts at the
// range mark.
std::optional<Dated> TakePointRange(std::string_view& text, int year, int month) {
  std::string_view rest = text;
  if (!TakeRangeMark(rest)) return std::nullopt;
  int last_year = year;
  std::string_view digits = TakeDigits(rest, 4);
  const bool year_named = digits.size() == 4;
  if (year_named) {
    last_year = ToInt(digits);
    if (!Take(rest, ".")) return std::nullopt;
    digits = TakeDigits(rest, 2);
  }
  if (!IsMonth(digits) || GoesOn(rest)) return std::nullopt;
  const bool ends = Take(rest, "月") || rest.empty() || IsClauseEnd(rest) || rest[0] == ')';
  if (!year_named && !ends) return std::nullopt;
  const int last_month = ToInt(digits);
  if (last_year * 12 + last_month < year * 12 + month || last_year > year + 10) return std::nullopt;
  text = rest;
  return Dated{{DateOf(year, month, 1), Months(last_year, last_month, last_month).last}, true};
}

// 2021-12-31, 2021.12.31, 2021/12; `text` starts behind the year. With a point the day is needed: 2021.12 is a number.
std::optional<Dated> TakeNumericDate(std::string_view& text, int year) {
  std::string_view rest = text;
  const char separator = rest[0];
  rest.remove_prefix(1);
  const std::string_view digits = TakeDigits(rest, 2);
  if (!IsMonth(digits)) return std::nullopt;
  const int month = ToInt(digits);
  if (!rest.starts_with(separator) || rest.size() < 2 || !IsDigit(rest[1])) {
    if (separator == '.') {
      auto range = TakePointRange(rest, year, month);
      if (range) text = rest;
      return range;
    }
    Take(rest, "月");
    text = rest;
    return Dated{Months(year, month, month), true};
  }
  rest.remove_prefix(1);
  const std::string_view day = TakeDigits(rest, 2);
  if (!IsDay(day, LastDay(year, month))) return std::nullopt;
  Take(rest, "日");
  text = rest;
  return Dated{{DateOf(year, month, ToInt(day)), DateOf(year, month, ToInt(day))}, true};
}

// 第三季度, 3季度, 1-3季度; takes it off.
std::optional<Dated> TakeQuarters(std::string_view& text, int year) {
  const auto take_quarter = [](std::string_view& at) {
    if (const std::string_view digits = TakeDigits(at, 1); !digits.empty()) return ToInt(digits);
    std::string_view numeral = at;
    const auto number = IsNumeral(FirstChar(at)) ? TakeNumeral(numeral) : std::nullopt;
    if (!number) return 0;
    at = numeral;
    for (int quarter = 1; quarter <= 4; ++quarter)
      if (*number == Decimal(quarter)) return quarter;
    return 0;
  };
  std::string_view rest = text;
  const bool ordinal = Take(rest, "第");
  const int first = take_quarter(rest);
  int last = first;
  if (std::string_view after = rest; TakeRangeMark(after)) {
    last = take_quarter(after);
    rest = after;
  }
  if (first < 1 || last < first || last > 4 || !Take(rest, "季度")) return std::nullopt;
  const bool end = Take(rest, "末") || Take(rest, "底") || StartsWith(rest, "前");
  text = rest;
  return Dated{Months(year, first * 3 - 2, last * 3), ordinal || end};
}

// What follows a year that no month follows: nothing, a part of it, its end.
Dated TakeWholeYear(std::string_view& text, int year) {
  if (Take(text, "上半年")) return {Months(year, 1, 6), true};
  if (Take(text, "下半年")) return {Months(year, 7, 12), true};
  if (auto quarters = TakeQuarters(text, year)) return {quarters->period, true};
  const bool end = Take(text, "年底") || Take(text, "底") || Take(text, "末");
  const bool whole = Take(text, "全年");
  return {{DateOf(year, end ? 12 : 1, 1), DateOf(year, 12, 31)}, end || whole};
}

// What follows the month that ends a period: days or a part of the month. Narrows `days`; whether there was any.
struct Days {
  int first = 1;
  int last = 0;
};
bool TakeDays(std::string_view& text, Days& days) {
  std::string_view rest = text;
  if (const std::string_view day = TakeDigits(rest, 2); !day.empty()) {
    if (!IsDay(day, days.last)) return false;
    Days read{ToInt(day), ToInt(day)};
    bool named = Take(rest, "日") || Take(rest, "号");
    // 15-20日, 15日-20日.
    std::string_view after = rest;
    if (TakeRangeMark(after)) {
      const std::string_view end = TakeDigits(after, 2);
      if (IsDay(end, days.last) && ToInt(end) >= read.first && (Take(after, "日") || Take(after, "号"))) {
        read.last = ToInt(end);
        rest = after;
        named = true;
      }
    }
    if (!named) return false;
    // 31日24时: the hour says no more.
    if (std::string_view hour = rest; !TakeDigits(hour, 2).empty() && (Take(hour, "时") || Take(hour, "点")))
      rest = hour;
    days = read;
    text = rest;
    return true;
  }
  if (Take(text, "上旬"))
    days.last = 10;
  else if (Take(text, "中旬"))
    days = {11, 20};
  else if (Take(text, "下旬") || Take(text, "底") || Take(text, "末"))
    days.first = 21;
  else
    return false;
  return true;
}

// One date or period, not a range of whole dates.
std::optional<Dated> TakeSingle(std::string_view& text, int fiscal_year) {
  std::string_view rest = text;
  int year = fiscal_year;
  bool has_year = false;
  std::string_view digits = TakeDigits(rest, 4);
  if (digits.empty()) return TakeQuarters(text, year);
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
    std::string_view quarters = rest;
    if (!IsMonth(digits) || !(StartsWith(after, "月") || TakeRangeMark(range)) || TakeQuarters(quarters, year)) {
      const Dated whole = TakeWholeYear(rest, year);
      text = rest;
      return whole;
    }
    rest = after;
  }
  if (!IsMonth(digits)) return std::nullopt;
  if (!has_year && digits.size() == 1 && (StartsWith(rest, "季度") || IsRangeMark(rest)))
    if (auto quarters = TakeQuarters(text, year)) return quarters;
  const int first_month = ToInt(digits);
  int last_month = first_month;
  if (std::string_view after = rest; TakeRangeMark(after)) {
    const std::string_view second = TakeDigits(after, 2);
    if (!IsMonth(second) || !StartsWith(after, "月")) return std::nullopt;
    last_month = ToInt(second);
    rest = after;
  }
  // 11-3月, as heating seasons are written, ends in the next year.
  const int last_year = last_month < first_month ? year + 1 : year;
  if (year == 0 && last_year != year) return std::nullopt;
  if (!Take(rest, "月")) return std::nullopt;
  // 3元/月 turned around: a month of which something is told.
  if (!has_year && (rest.starts_with("/") || StartsWith(rest, "份/"))) return std::nullopt;
  Take(rest, "份");
  Days days{1, LastDay(last_year, last_month)};
  bool certain = has_year;
  certain = TakeDays(rest, days) || certain;
  certain = certain || StartsWith(rest, "前") || StartsWith(rest, "之前") || StartsWith(rest, "以前");
  text = rest;
  return Dated{{DateOf(year, first_month, days.first), DateOf(last_year, last_month, days.last)}, certain};
}

// The end of a range whose start has been read: a date, or the part of one that differs, as in 2021.1.1-12.31.
std::optional<Dated> TakeEnd(std::string_view& text, const Period& start) {
  const int year = start.first / 10000;
  std::string_view rest = text;
  if (const auto date = TakeSingle(rest, year)) {
    text = rest;
    return date;
  }
  rest = text;
  const std::string_view month = TakeDigits(rest, 2);
  if (!IsMonth(month) || !(Take(rest, ".") || Take(rest, "/"))) return std::nullopt;
  const std::string_view day = TakeDigits(rest, 2);
  const bool ends = rest.empty() || IsClauseEnd(rest) || rest[0] == ')';
  if (!IsDay(day, LastDay(year, ToInt(month))) || !ends) return std::nullopt;
  text = rest;
  const int date = DateOf(year, ToInt(month), ToInt(day));
  return Dated{{date, date}, true};
}

}  // namespace

std::optional<Dated> TakePeriod(std::string_view& text, int fiscal_year) {
  std::string_view rest = text;
  auto date = TakeSingle(rest, fiscal_year);
  if (!date) return std::nullopt;
  if (std::string_view after = rest; TakeRangeMark(after)) {
    const auto end = TakeEnd(after, date->period);
    if (end && end->period.last >= date->period.first) {
      date->period.last = end->period.last;
      rest = after;
    }
  }
  text = rest;
  return date;
}

}  // namespace jixiao::scoring::literal
