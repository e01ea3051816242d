#include "scoring/engine/literal/period.h"

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

// 2021-12-31, 2021.12.31, 2021/12; `text` starts behind the year. With a point the day is needed: 2021.12 is a number.
std::optional<Dated> TakeNumericDate(std::string_view& text, int year) {
  std::string_view rest = text;
  const char separator = rest[0];
  rest.remove_prefix(1);
  const std::string_view month = TakeDigits(rest, 2);
  if (!IsMonth(month)) return std::nullopt;
  const int first = year * 10000 + ToInt(month) * 100;
  const int last_day = LastDay(year, ToInt(month));
  if (!rest.starts_with(separator)) {
    if (separator == '.') return std::nullopt;
    Take(rest, "月");
    text = rest;
    return Dated{{first + 1, first + last_day}, true};
  }
  rest.remove_prefix(1);
  const std::string_view day = TakeDigits(rest, 2);
  if (day.empty() || ToInt(day) < 1 || ToInt(day) > last_day) return std::nullopt;
  Take(rest, "日");
  text = rest;
  return Dated{{first + ToInt(day), first + ToInt(day)}, true};
}

// What follows a year: nothing, or an end, or all of it.
Dated TakeWholeYear(std::string_view& text, int year) {
  const bool end = Take(text, "年底") || Take(text, "底") || Take(text, "末");
  const bool whole = Take(text, "全年");
  return {{year * 10000 + (end ? 1201 : 101), year * 10000 + 1231}, end || whole};
}

// What follows the month that ends a period: a day or a part of the month. Narrows `days`; whether there was one.
struct Days {
  int first = 1;
  int last = 0;
};
bool TakeDays(std::string_view& text, Days& days) {
  std::string_view rest = text;
  if (const std::string_view day = TakeDigits(rest, 2); !day.empty()) {
    const int n = ToInt(day);
    if (!(Take(rest, "日") || Take(rest, "号")) || n < 1 || n > days.last) return false;
    days = {n, n};
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

}  // namespace

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
    if (!IsMonth(digits) || !(StartsWith(after, "月") || TakeRangeMark(range))) {
      const Dated whole = TakeWholeYear(rest, year);
      text = rest;
      return whole;
    }
    rest = after;
  }
  if (!IsMonth(digits)) return std::nullopt;
  const int first_month = ToInt(digits);
  int last_month = first_month;
  if (std::string_view after = rest; TakeRangeMark(after)) {
    const std::string_view second = TakeDigits(after, 2);
    if (!IsMonth(second) || !StartsWith(after, "月")) return std::nullopt;
    last_month = ToInt(second);
    rest = after;
  }
  if (!Take(rest, "月")) return std::nullopt;
  // 3元/月 turned around: a month of which something is told.
  if (!has_year && (rest.starts_with("/") || StartsWith(rest, "份/"))) return std::nullopt;
  Take(rest, "份");
  const int any_year = year == 0 ? 2024 : year;  // only for the length of February
  Days days{1, LastDay(any_year, last_month)};
  bool certain = has_year;
  certain = TakeDays(rest, days) || certain;
  certain = certain || StartsWith(rest, "前") || StartsWith(rest, "之前") || StartsWith(rest, "以前");
  text = rest;
  return Dated{{year * 10000 + first_month * 100 + days.first, year * 10000 + last_month * 100 + days.last}, certain};
}

}  // namespace jixiao::scoring::literal
