#include "intake/import/number_format.h"

#include "common/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <optional>
#include <vector>

namespace jixiao::importing {
namespace {

// digits × 10^exponent, without leading or trailing zeros; zero has no digits.
struct Number {
  bool negative = false;
  std::string digits;
  int exponent = 0;

  bool zero() const { return digits.empty(); }
  void Tidy() {
    const std::size_t first = std::min(digits.find_first_not_of('0'), digits.size());
    digits.erase(0, first);
    while (!digits.empty() && digits.back() == '0') {
      digits.pop_back();
      ++exponent;
    }
    if (digits.empty()) exponent = 0, negative = false;
  }
  // Half up, keeping `keep` digits (which may be none or fewer).
  void KeepDigits(int keep) {
    const int size = static_cast<int>(digits.size());
    if (size <= keep) return;
    if (keep < 0) {
      digits.clear();
      Tidy();
      return;
    }
    const bool up = digits[static_cast<std::size_t>(keep)] >= '5';
    exponent += size - keep;
    digits.resize(static_cast<std::size_t>(keep));
    if (up) {
      int at = keep - 1;
      while (at >= 0 && digits[static_cast<std::size_t>(at)] == '9') digits[static_cast<std::size_t>(at--)] = '0';
      if (at >= 0)
        ++digits[static_cast<std::size_t>(at)];
      else
        digits.insert(0, 1, '1');
    }
    Tidy();
  }
  // Half up to `places` behind the point.
  void Round(int places) {
    if (-exponent > places) KeepDigits(static_cast<int>(digits.size()) + exponent + places);
  }
};

std::optional<Number> Parse(std::string_view text) {
  Number out;
  if (text.starts_with('-') || text.starts_with('+')) {
    out.negative = text.front() == '-';
    text.remove_prefix(1);
  }
  bool point = false, any = false;
  std::size_t i = 0;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '.' && !point) {
      point = true;
    } else if (c >= '0' && c <= '9') {
      any = true;
      out.digits += c;
      if (point) --out.exponent;
    } else {
      break;
    }
  }
  if (!any || out.digits.size() > 400) return std::nullopt;
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    std::string_view rest = text.substr(i + 1);
    if (rest.starts_with('+')) rest.remove_prefix(1);
    int power = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), power);
    if (error != std::errc() || end != rest.data() + rest.size() || power > 400 || power < -400) return std::nullopt;
    out.exponent += power;
    i = text.size();
  }
  if (i != text.size()) return std::nullopt;
  out.Tidy();
  return out;
}

// Integer and fraction digits, at least `minimum` behind the point.
std::pair<std::string, std::string> Plain(const Number& number, int minimum) {
  std::string whole, fraction;
  if (number.exponent >= 0) {
    whole = number.digits + std::string(static_cast<std::size_t>(number.exponent), '0');
  } else {
    std::string all = number.digits;
    const auto places = static_cast<std::size_t>(-number.exponent);
    if (all.size() < places) all.insert(0, places - all.size(), '0');
    whole = all.substr(0, all.size() - places);
    fraction = all.substr(all.size() - places);
  }
  if (fraction.size() < static_cast<std::size_t>(minimum)) fraction.resize(static_cast<std::size_t>(minimum), '0');
  return {whole, fraction};
}

std::string General(Number number) {
  number.KeepDigits(15);
  if (number.zero()) return "0";
  const auto [whole, fraction] = Plain(number, 0);
  return Cat(number.negative ? "-" : "", whole.empty() ? "0" : whole, fraction.empty() ? "" : ".", fraction);
}

// One section of a format code, cut into tokens.
struct Token {
  enum Kind { kLiteral, kDigit, kPoint, kComma, kPercent, kExponent, kDate, kText } kind;
  std::string text;
};

std::vector<Token> Tokens(std::string_view code) {
  std::vector<Token> out;
  for (std::size_t i = 0; i < code.size(); ++i) {
    const char c = code[i];
    const auto run = [&](std::string_view allowed) {
      std::string text;
      while (i < code.size() && allowed.find(code[i]) != std::string_view::npos) text += code[i++];
      --i;
      return text;
    };
    if (c == '"') {
      const std::size_t end = std::min(code.find('"', i + 1), code.size());
      out.push_back({Token::kLiteral, std::string(code.substr(i + 1, end - i - 1))});
      i = end;
    } else if (c == '[') {
      const std::size_t end = std::min(code.find(']', i), code.size());
      const std::string_view inner = code.substr(i + 1, end - i - 1);
      if (inner.starts_with('$')) {  // [$¥-804]: a currency sign and a locale
        out.push_back({Token::kLiteral, std::string(inner.substr(1, inner.find('-') - 1))});
      } else if (!inner.empty() && inner.find_first_not_of("hHmMsS") == std::string_view::npos) {
        out.push_back({Token::kDate, std::string(inner)});
      }
      i = end;
    } else if (c == '\\' || c == '!') {
      // The escaped character may take several bytes.
      std::string_view rest = code.substr(i + 1);
      const std::size_t before = rest.size();
      if (!rest.empty()) {
        std::string_view probe = rest;
        TakeUtf8(probe);
        const std::size_t size = before - probe.size();
        out.push_back({Token::kLiteral, std::string(rest.substr(0, size))});
        i += size;
      }
    } else if (c == '_') {
      ++i;  // as wide as the next character: an aligning blank
    } else if (c == '*') {
      ++i;  // fills the cell's width
    } else if (c == '0' || c == '#' || c == '?') {
      out.push_back({Token::kDigit, std::string(1, c)});
    } else if (c == '.') {
      out.push_back({Token::kPoint, "."});
    } else if (c == ',') {
      out.push_back({Token::kComma, ","});
    } else if (c == '%') {
      out.push_back({Token::kPercent, "%"});
    } else if (c == '@') {
      out.push_back({Token::kText, "@"});
    } else if ((c == 'E' || c == 'e') && i + 1 < code.size() && (code[i + 1] == '+' || code[i + 1] == '-')) {
      out.push_back({Token::kExponent, "E"});
      ++i;
    } else if (std::string_view("yYmMdDhHsS").find(c) != std::string_view::npos) {
      const char lower = static_cast<char>(c | 0x20);
      out.push_back({Token::kDate, run(std::string{lower, static_cast<char>(lower ^ 0x20)})});
    } else if (code.substr(i).starts_with("AM/PM") || code.substr(i).starts_with("am/pm")) {
      i += 4;
    } else {
      out.push_back({Token::kLiteral, std::string(1, c)});
    }
  }
  return out;
}

// Sections divided by semicolons outside of quotes.
std::vector<std::string_view> Sections(std::string_view code) {
  std::vector<std::string_view> out;
  std::size_t from = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < code.size(); ++i) {
    if (code[i] == '"') quoted = !quoted;
    if (code[i] == '\\')
      ++i;
    else if (code[i] == ';' && !quoted) {
      out.push_back(code.substr(from, i - from));
      from = i + 1;
    }
  }
  out.push_back(code.substr(std::min(from, code.size())));
  return out;
}

std::string Padded(long long value, std::size_t width) {
  std::string text = std::to_string(value);
  return text.size() < width ? std::string(width - text.size(), '0') + text : text;
}

std::string AsDate(const Number& number, const std::vector<Token>& tokens, bool date1904) {
  // The day, and the part of the day in whole seconds.
  const auto [days_text, fraction] = Plain(number, 0);
  long long serial = 0;
  std::from_chars(days_text.data(), days_text.data() + days_text.size(), serial);
  long long seconds = 0;
  if (!fraction.empty()) {
    const std::string nine = (fraction + "000000000").substr(0, 9);
    long long billionths = 0;
    std::from_chars(nine.data(), nine.data() + nine.size(), billionths);
    seconds = (billionths * 86'400 + 500'000'000) / 1'000'000'000;
    if (seconds >= 86'400) seconds -= 86'400, ++serial;
  }
  using namespace std::chrono;
  // 1900 is taken as a leap year by the format: serial 60 is a day that never was.
  const sys_days origin =
      date1904 ? sys_days(year{1904} / 1 / 1) : sys_days(serial < 60 ? year{1899} / 12 / 31 : year{1899} / 12 / 30);
  const year_month_day date(origin + days(serial));
  std::string out;
  bool after_hour = false;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const Token& token = tokens[i];
    if (token.kind != Token::kDate) {
      if (token.kind == Token::kLiteral || token.kind == Token::kComma || token.kind == Token::kPoint)
        out += token.text;
      continue;
    }
    const char kind = static_cast<char>(token.text.front() | 0x20);
    const std::size_t width = token.text.size();
    bool minutes = false;
    if (kind == 'm') {  // minutes behind hours or before seconds, months elsewhere
      minutes = after_hour;
      for (std::size_t j = i + 1; j < tokens.size() && !minutes; ++j) {
        if (tokens[j].kind != Token::kDate) continue;
        minutes = (tokens[j].text.front() | 0x20) == 's';
        break;
      }
    }
    if (kind == 'y')
      out +=
          width <= 2 ? Padded(static_cast<int>(date.year()) % 100, 2) : std::to_string(static_cast<int>(date.year()));
    else if (kind == 'm' && !minutes)
      out += Padded(static_cast<unsigned>(date.month()), width >= 2 ? 2 : 1);
    else if (kind == 'd')
      out += Padded(static_cast<unsigned>(date.day()), width >= 2 ? 2 : 1);
    else if (kind == 'h')
      out += Padded(seconds / 3600, width >= 2 ? 2 : 1);
    else if (kind == 'm')
      out += Padded(seconds / 60 % 60, width >= 2 ? 2 : 1);
    else
      out += Padded(seconds % 60, width >= 2 ? 2 : 1);
    after_hour = kind == 'h';
  }
  return out;
}

std::string AsNumber(Number number, const std::vector<Token>& tokens, bool own_sign) {
  int whole_min = 0, fraction_min = 0, fraction_max = 0, scale = 0;
  bool point = false, grouped = false, exponent = false, digits = false;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    switch (tokens[i].kind) {
      case Token::kDigit:
        digits = true;
        if (exponent) break;
        if (point) ++fraction_max;
        if (tokens[i].text == "0") (point ? fraction_min = fraction_max : ++whole_min);
        break;
      case Token::kPoint:
        point = true;
        break;
      case Token::kPercent:
        scale += 2;
        break;
      case Token::kExponent:
        exponent = true;
        break;
      case Token::kComma: {
        // Between digits it groups thousands; behind the last digit it divides by a thousand.
        bool digit_follows = false;
        for (std::size_t j = i + 1; j < tokens.size(); ++j) digit_follows |= tokens[j].kind == Token::kDigit;
        if (digit_follows)
          grouped = true;
        else if (digits)
          scale -= 3;
        break;
      }
      default:
        break;
    }
  }
  if (exponent || !digits) return exponent ? General(number) : std::string();
  number.KeepDigits(15);
  if (!number.zero()) number.exponent += scale;
  number.Round(fraction_max);
  auto [whole, fraction] = Plain(number, fraction_min);
  if (whole.size() < static_cast<std::size_t>(whole_min))
    whole.insert(0, static_cast<std::size_t>(whole_min) - whole.size(), '0');
  if (grouped)
    for (int at = static_cast<int>(whole.size()) - 3; at > 0; at -= 3) whole.insert(static_cast<std::size_t>(at), ",");
  const std::string figure = Cat(number.negative && !own_sign ? "-" : "", whole,
                                 point && (!fraction.empty() || whole.empty()) ? "." : "", fraction);
  std::string out;
  bool written = false;
  for (const Token& token : tokens) {
    if (token.kind == Token::kLiteral || token.kind == Token::kPercent)
      out += token.text;
    else if ((token.kind == Token::kDigit || token.kind == Token::kPoint) && !written) {
      out += figure;
      written = true;
    }
  }
  return out;
}

}  // namespace

std::string_view BuiltinFormat(int id) {
  switch (id) {
    case 1:
      return "0";
    case 2:
      return "0.00";
    case 3:
    case 37:
    case 38:
      return "#,##0";
    case 4:
    case 39:
    case 40:
      return "#,##0.00";
    case 9:
      return "0%";
    case 10:
      return "0.00%";
    case 11:
      return "0.00E+00";
    case 14:
      return "yyyy/m/d";
    case 15:
      return "d-mm-yy";
    case 16:
      return "d-mm";
    case 17:
      return "mm-yy";
    case 18:
    case 20:
      return "h:mm";
    case 19:
    case 21:
      return "h:mm:ss";
    case 22:
      return "yyyy/m/d h:mm";
    case 27:
    case 36:
    case 50:
    case 52:
    case 57:
      return "yyyy\"年\"m\"月\"";
    case 28:
    case 29:
    case 51:
    case 53:
    case 54:
    case 58:
      return "m\"月\"d\"日\"";
    case 30:
      return "m-d-yy";
    case 31:
      return "yyyy\"年\"m\"月\"d\"日\"";
    case 32:
    case 55:
      return "h\"时\"mm\"分\"";
    case 33:
    case 56:
      return "h\"时\"mm\"分\"ss\"秒\"";
    case 34:
    case 35:
      return "h\"时\"mm\"分\"";
    case 41:
    case 42:
      return "#,##0";
    case 43:
    case 44:
      return "#,##0.00";
    case 45:
      return "mm:ss";
    case 46:
      return "h:mm:ss";
    case 49:
      return "@";
    default:
      return "General";
  }
}

std::string FormatNumber(std::string_view stored, std::string_view code, bool date1904) {
  const auto number = Parse(stored);
  if (!number) return std::string(stored);
  const std::vector<std::string_view> sections = Sections(code);
  std::string_view section = sections.front();
  bool own_sign = false;  // the section for negative numbers writes the sign itself
  if (number->negative && sections.size() >= 2) {
    section = sections[1];
    own_sign = true;
  } else if (number->zero() && sections.size() >= 3) {
    section = sections[2];
  }
  const bool general = section.find("General") != std::string_view::npos ||
                       section.find("GENERAL") != std::string_view::npos ||
                       section.find("G/") != std::string_view::npos;  // G/通用格式
  if (general || section.empty() || section.find('@') != std::string_view::npos) return General(*number);
  const std::vector<Token> tokens = Tokens(section);
  const bool date = std::any_of(tokens.begin(), tokens.end(), [](const Token& t) { return t.kind == Token::kDate; });
  std::string text;
  if (date) {
    // Beyond year 9999, or negative: no date.
    Number limit = *number;
    limit.Round(0);
    if (limit.negative || limit.digits.size() + static_cast<std::size_t>(std::max(limit.exponent, 0)) > 7)
      return General(*number);
    text = AsDate(*number, tokens, date1904);
  } else {
    const bool digits =
        std::any_of(tokens.begin(), tokens.end(), [](const Token& t) { return t.kind == Token::kDigit; });
    // A section of text alone, such as the dash that accounting formats print for zero.
    if (!digits) {
      for (const Token& token : tokens)
        if (token.kind == Token::kLiteral || token.kind == Token::kPercent) text += token.text;
    } else {
      text = AsNumber(*number, tokens, own_sign);
    }
  }
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string::npos) return number->zero() ? "0" : General(*number);
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

}  // namespace jixiao::importing
