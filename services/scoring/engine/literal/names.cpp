#include "scoring/engine/literal/names.h"

#include "scoring/engine/literal/comparison.h"
#include "scoring/engine/literal/number.h"
#include "scoring/engine/literal/numeral.h"
#include "scoring/engine/literal/units.h"
#include "scoring/engine/literal/words.h"

namespace jixiao::scoring::literal {

bool TakeSerial(std::string_view& text) {
  return !TakeDigits(text, 6).empty() && Take(text, "号");
}

bool SkipDocumentNumber(std::string_view& text) {
  std::string_view rest = text;
  if (!Take(rest, "(") || TakeDigits(rest, 4).size() != 4 || !Take(rest, ")") || !TakeSerial(rest)) return false;
  text = rest;
  return true;
}

bool SkipOrdinal(std::string_view& text) {
  std::string_view rest = text;
  const bool rank = Take(rest, "前");
  if (!rank && !Take(rest, "第")) return false;
  const std::string_view number = rest;
  if (TakeDigits(rest, 6).empty()) SkipNumerals(rest);
  if (rest.size() == number.size()) return false;
  if (rank && !Take(rest, "名") && !Take(rest, "位")) return false;
  text = rest;
  return true;
}

namespace {

// Whether words follow 指标1 and not the unit of a figure.
bool NamesClause(std::string_view text) {
  if (text.starts_with(' ')) return true;
  std::string_view rest = text;
  return IsIdeograph(FirstChar(text)) && TakeUnitWord(rest) == nullptr && TakeMultiplier(rest) == 0 &&
         !TakeAbout(rest) && TakeSuffix(rest, Dimension::kNone) == Comparison::kNone;
}

}  // namespace

bool YearFollows(std::string_view text) {
  const std::string_view digits = TakeDigits(text, 4);
  return digits.size() == 4 && ToInt(digits) >= 1900 && ToInt(digits) <= 2100 && StartsWith(text, "年");
}

bool SkipEnumerator(std::string_view& text) {
  std::string_view rest = text;
  const bool named = Take(rest, "指标");
  const bool bracketed = !named && Take(rest, "(");
  if (TakeDigits(rest, 2).empty()) return false;
  const bool point = Take(rest, ".");
  const bool bracket = !point && Take(rest, ")");
  const bool marked = point || bracket || Take(rest, "、") || Take(rest, ":");
  if (named && !marked && !NamesClause(rest)) return false;
  if ((!named && !marked) || rest.empty() || (bracketed && !bracket)) return false;
  if (IsDigit(rest[0]) && !bracketed && !(named && !point) && !YearFollows(rest)) return false;
  text = rest;
  return true;
}

bool SkipLetters(std::string_view& text) {
  std::size_t letters = 0;
  while (letters < text.size() && IsLetter(text[letters])) ++letters;
  if (letters == 0) return false;
  std::string_view number = text.substr(letters);
  const bool joined = number.size() > 1 && (number[0] == '.' || number[0] == '-') && IsDigit(number[1]);
  if (joined) number.remove_prefix(1);
  const std::size_t length = ReadRun(number).length;
  std::string_view behind = number.substr(length);
  const bool counts =
      !joined && (TakeRangeMark(behind) || TakeUnitWord(behind) != nullptr || TakeMultiplier(behind) != 0);
  if (length == 0 || counts)
    text.remove_prefix(letters);
  else
    text = number.substr(length);
  return true;
}

}  // namespace jixiao::scoring::literal
