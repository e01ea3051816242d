#include "intake/template/sheet.h"

#include "common/text.h"

#include <algorithm>

namespace jixiao::forms {

std::string Reference(int row, int column) {
  std::string letters;
  for (int left = column + 1; left > 0; left = (left - 1) / 26) letters += static_cast<char>('A' + (left - 1) % 26);
  std::reverse(letters.begin(), letters.end());
  return Cat(letters, row + 1);
}

Figure FigureIn(const std::string& text) {
  std::string digits = text;
  const bool percent = digits.ends_with('%');
  if (percent) digits.pop_back();
  const bool negative = digits.starts_with('-');
  if (negative) digits.erase(0, 1);
  const std::size_t dot = std::min(digits.find('.'), digits.size());
  std::string whole = digits.substr(0, dot);
  const std::string fraction = dot < digits.size() ? digits.substr(dot + 1) : std::string();
  if (dot < digits.size() && fraction.empty()) return {};
  const bool grouped = whole.find(',') != std::string::npos;
  if (grouped) {
    if (whole.front() == ',') return {};
    // Groups of three behind one to three digits, as a spreadsheet writes them.
    for (std::size_t i = 0; i < whole.size(); ++i)
      if ((whole[i] == ',') != ((whole.size() - i) % 4 == 0)) return {};
    std::erase(whole, ',');
  }
  const auto all_digits = [](const std::string& part) {
    return part.find_first_not_of("0123456789") == std::string::npos;
  };
  // No more digits than a spreadsheet keeps; no 007 and no -0, which it would change.
  if (whole.empty() || !all_digits(whole) || !all_digits(fraction) || whole.size() + fraction.size() > 15 ||
      (whole.size() > 1 && whole.front() == '0'))
    return {};
  if (negative && (whole + fraction).find_first_not_of('0') == std::string::npos) return {};
  Figure out;
  const std::string decimals = fraction.empty() ? "" : Cat(".", std::string(fraction.size(), '0'));
  if (percent) {
    std::string all = whole + fraction;
    const std::size_t places = fraction.size() + 2;
    if (all.size() <= places) all.insert(0, places + 1 - all.size(), '0');
    all.insert(all.size() - places, ".");
    out.number = all;
    out.format = Cat(grouped ? "#,##0" : "0", decimals, "%");
  } else {
    out.number = fraction.empty() ? whole : Cat(whole, ".", fraction);
    // The general format shows what is typed later as it is typed; it drops zeros at the end and long fractions.
    const bool general =
        !grouped && (fraction.empty() || fraction.back() != '0') && whole.size() + fraction.size() <= 9;
    out.format = general ? "" : Cat(grouped ? "#,##0" : "0", decimals);
  }
  if (negative) out.number.insert(0, "-");
  return out;
}

}  // namespace jixiao::forms
