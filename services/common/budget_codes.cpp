#include "common/budget_codes.h"

#include "common/text.h"

namespace jixiao {
namespace {

constexpr std::size_t kProjectCode = 21;
constexpr std::size_t kLetter = 8;  // where the letter stands, from 0
constexpr std::size_t kDivisionCode = 9;

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

std::string Quoted(std::string_view code) {
  constexpr std::size_t kShown = 60;
  return Cat("“", TruncateUtf8(code, kShown), code.size() > kShown ? "…" : "", "”");
}

// The first place, counted from 1, that is no digit; 0 for none.
std::size_t FirstOther(std::string_view digits, std::size_t before) {
  for (std::size_t i = 0; i < digits.size(); ++i)
    if (!IsDigit(digits[i])) return before + i + 1;
  return 0;
}

}  // namespace

std::string FaultOfProjectCode(std::string_view code) {
  constexpr std::string_view kAllowed = "项目代码为 21 位：6 位区划、2 位年份、1 位大写字母、12 位序号";
  if (Utf8Length(code) != kProjectCode) return Cat(Quoted(code), "为 ", Utf8Length(code), " 位；", kAllowed);
  std::size_t fault = FirstOther(code.substr(0, kLetter), 0);
  if (fault == 0 && (code[kLetter] < 'A' || code[kLetter] > 'Z')) fault = kLetter + 1;
  if (fault == 0) fault = FirstOther(code.substr(kLetter + 1), kLetter + 1);
  return fault == 0 ? std::string() : Cat(Quoted(code), "第 ", fault, " 位不对；", kAllowed);
}

std::string FaultOfDivisionCode(std::string_view code) {
  constexpr std::string_view kAllowed = "财政区划代码为 9 位数字：省、市、县各 2 位，其下 3 位";
  if (Utf8Length(code) != kDivisionCode) return Cat(Quoted(code), "为 ", Utf8Length(code), " 位；", kAllowed);
  if (const std::size_t fault = FirstOther(code, 0)) return Cat(Quoted(code), "第 ", fault, " 位不是数字；", kAllowed);
  if (code.starts_with("00")) return Cat(Quoted(code), "没有省级代码；", kAllowed);
  if (code.substr(2, 2) == "00" && code.substr(4, 2) != "00") return Cat(Quoted(code), "有县而没有市；", kAllowed);
  return {};
}

}  // namespace jixiao
