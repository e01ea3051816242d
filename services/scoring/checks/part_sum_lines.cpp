// PART_SUM_TEXT (33), of lists that a report sets down line by line, as texts of forms do, often without a unit behind
// each number: a total, then 其中 and a line for each part; or the parts, then a line with their total. Sentences
// (text/sentences.h) join soft line breaks and read only numbers with a unit. Fires: 年度预算资金总额: 321.25 above
// 其中:中央补助 166.00, 市级资金 136.00 and 本级资金 20.25. Must not: lines of several numbers; totals of scores; a
// list that reaches its total before its end; fewer than three parts that fall short; lists of which nothing says that
// they are of money.
#include "common/text.h"
#include "scoring/checks/catalogue.h"
#include "scoring/checks/text/lines.h"
#include "scoring/engine/literal.h"
#include "scoring/engine/literal/words.h"

#include <algorithm>
#include <optional>
#include <vector>

namespace jixiao::scoring {
namespace {

using literal::IsDigit;

constexpr int kMostFindings = 20;
constexpr std::size_t kMostParts = 60;
constexpr std::size_t kLongestLine = 300;

// 市级资金 136.00; 2.省级补助:35万元；
struct Line {
  std::string label;  // folded
  std::string printed;
  Decimal value;      // in 万元 where it has a unit
  Decimal precision;  // half a unit of its last digit
  bool in_unit = false;
  bool numbered = false;
};

// The number at the end of a folded text, its grouping commas left out; with it taken off.
std::string TakeNumberAtEnd(std::string_view& text) {
  std::size_t begin = text.size();
  while (begin > 0 && (IsDigit(text[begin - 1]) || text[begin - 1] == '.' || text[begin - 1] == ',')) --begin;
  std::string number(text.substr(begin));
  std::erase(number, ',');
  text.remove_suffix(text.size() - begin);
  return number;
}

bool TakeAtEnd(std::string_view& text, std::string_view word) {
  if (!text.ends_with(word)) return false;
  text.remove_suffix(word.size());
  return true;
}

// A line that is a label and one number, behind nothing but marks.
std::optional<Line> ReadLine(std::string_view raw) {
  raw = TrimLeft(raw);
  if (raw.empty() || raw.size() > kLongestLine) return std::nullopt;
  Line line;
  line.numbered = TakeEnumerator(raw);
  const std::string folded = Fold(raw);
  std::string_view text = folded;
  while (TakeAtEnd(text, ";") || TakeAtEnd(text, ",") || TakeAtEnd(text, "。") || TakeAtEnd(text, ".")) {
  }
  const bool in_yuan = !text.ends_with("万元") && TakeAtEnd(text, "元");
  line.in_unit = in_yuan || TakeAtEnd(text, "万元") || TakeAtEnd(text, "万");
  const std::string number = TakeNumberAtEnd(text);
  const auto value = Decimal::Parse(number);
  if (!value || text.empty() || text.find_first_of("0123456789") != text.npos) return std::nullopt;
  // -5, 3~5, 不低于5: no amount to add.
  if (text.ends_with('-') || text.ends_with('~') || text.ends_with("至") || text.ends_with('=') ||
      text.ends_with('>') || text.ends_with('<') || text.ends_with("约") || text.ends_with("于"))
    return std::nullopt;
  const auto scaled = [&](const Decimal& d) {
    return in_yuan ? Decimal::MulDiv(d, Decimal(1), Decimal(10000), Decimal::kMaxScale) : std::optional(d);
  };
  const auto amount = scaled(*value);
  const std::size_t point = number.find('.');
  const auto decimals = static_cast<int>(point == number.npos ? 0 : number.size() - point - 1);
  if (decimals >= Decimal::kMaxScale) return std::nullopt;
  const auto precision = scaled(Decimal::Scaled(5, decimals + 1));
  if (!amount || !precision) return std::nullopt;
  line.value = *amount;
  line.precision = *precision;
  line.printed = number;
  line.label = std::string(text);
  return line;
}

// Whether a line says the total of those above it: 合计 100, 合计: 100万元.
bool BeginsAsTotal(std::string_view line) {
  return line.starts_with("合计") || line.starts_with("总计") || line.starts_with("共计");
}

// 年度预算资金总额:, 计划生育转移支付资金合计.
bool NamesTotal(std::string_view label, const Rules& rules) {
  while (TakeAtEnd(label, ":") || TakeAtEnd(label, ")") || TakeAtEnd(label, "(") || TakeAtEnd(label, "为") ||
         TakeAtEnd(label, "资金") || TakeAtEnd(label, "金额")) {
  }
  return rules.words.total.IsAtEndOf(label) && !label.ends_with("公共");
}

// Words of money in a label, or a unit in a heading: 补助资金(万元).
bool SaysMoney(std::string_view folded) {
  return std::ranges::any_of(std::initializer_list<std::string_view>{"万元", "(元)", "资金", "预算", "经费"},
                             [&](std::string_view word) { return FindWord(folded, word) != folded.npos; });
}

class LineSums {
 public:
  LineSums(const CheckInput& input, FindingSink& findings) : rules_(input.rules), findings_(findings) {}

  void Check(int report, std::string_view text) {
    report_ = report;
    text = TruncateUtf8(text, kMostOfText);
    above_.clear();
    while (!text.empty() && found_ < kMostFindings) {
      const std::string_view line = TrimLeft(TakeLine(text));
      if (line.starts_with("其中") && !above_.empty())
        Behind(line, text);
      else if (BeginsAsTotal(line) && above_.size() > 2)
        Before(line);
      above_.push_back(line);
    }
  }

 private:
  static std::string_view TakeLine(std::string_view& text) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return line;
  }

  static bool SaysMoneyIn(std::string_view line) { return SaysMoney(Fold(TruncateUtf8(line, kLongestLine))); }

  // A total, and below it 其中 with the first part, or alone on its line.
  void Behind(std::string_view first, std::string_view below) {
    const auto total = ReadLine(above_.back());
    if (!total || total->value.IsZero() || !NamesTotal(total->label, rules_)) return;
    const bool money = total->in_unit || SaysMoney(total->label);
    if (!money && (above_.size() < 2 || !SaysMoneyIn(above_[above_.size() - 2]))) return;
    literal::Take(first, "其中");
    while (literal::Take(first, ":") || literal::Take(first, "：") || literal::Take(first, " ")) {
    }
    std::vector<Line> parts;
    if (!first.empty()) {
      auto part = ReadLine(first);
      if (!part) return;
      parts.push_back(std::move(*part));
    }
    while (!below.empty() && parts.size() < kMostParts) {
      const std::string_view line = TrimLeft(TakeLine(below));
      auto part = ReadLine(line);
      if (part && line.starts_with("其中")) return;  // parts of a part: which lines add up cannot be told
      if (!part || NamesTotal(part->label, rules_)) break;
      parts.push_back(std::move(*part));
    }
    Compare(*total, parts, false);
  }

  // Parts below a heading that says they are of money, and their total.
  void Before(std::string_view line) {
    const auto total = ReadLine(line);
    if (!total || total->value.IsZero() || !NamesTotal(total->label, rules_)) return;
    std::vector<Line> parts;
    auto at = above_.rbegin();
    for (; at != above_.rend() && parts.size() < kMostParts; ++at) {
      auto part = at->starts_with("其中") ? std::nullopt : ReadLine(*at);
      if (!part || NamesTotal(part->label, rules_)) break;
      parts.push_back(std::move(*part));
    }
    const bool money = total->in_unit || SaysMoney(total->label) || (at != above_.rend() && SaysMoneyIn(*at));
    if (money && parts.size() > 2) Compare(*total, parts, true);
  }

  // `exhaustive`: the total is said to be that of the lines; 其中 need not name all.
  void Compare(const Line& total, const std::vector<Line>& parts, bool exhaustive) {
    if (parts.size() < 2) return;
    const auto same_unit = [&](const Line& part) { return part.in_unit == total.in_unit; };
    const bool numbered = std::ranges::any_of(parts, [](const Line& part) { return part.numbered; });
    // Amounts with their units in one sentence are those of sentences.
    if (!std::ranges::all_of(parts, same_unit) || (total.in_unit && !numbered)) return;
    Decimal sum;
    Decimal finest = total.precision;
    std::string list;
    for (const Line& part : parts) {
      sum += part.value;
      finest = std::min(finest, part.precision);
      // What follows a list that reached its total is about something else.
      if (&part != &parts.front() && (sum - total.value).Abs() <= rules_.amount_tolerance) return;
      Append(list, list.empty() ? "" : " + ", part.value.ToString());
    }
    const auto open = Decimal::Mul(finest, Decimal(static_cast<std::int64_t>(parts.size()) + 1));
    const bool rounding = open && (sum - total.value).Abs() <= *open;
    Report(total, parts.size(), sum, rounding, exhaustive, list);
  }

  void Report(const Line& total, std::size_t count, const Decimal& sum, bool rounding, bool exhaustive,
              const std::string& list) {
    const Decimal gap = (sum - total.value).Abs();
    // Far from the total, the lines are no list of its parts.
    const auto near = Decimal::Mul(gap, Decimal(5));
    if (!near || *near > total.value) return;
    const auto hundredfold = Decimal::Mul(gap, Decimal(100));
    const bool incomplete = !exhaustive && sum < total.value && (!hundredfold || *hundredfold > total.value);
    if (incomplete && count < 3) return;
    ++found_;
    const std::string_view unit = total.in_unit ? " 万元" : "";
    std::string message = Cat("所列 ", count, " 项合计 ", sum.ToString(), unit, "，所称总额 ", total.value.ToString(),
                              unit, "，相差 ", gap.ToString(), unit, rounding ? "，可能由四舍五入造成" : "");
    const FindingSink::Evidence evidence = {
        {"sum", sum.ToString()}, {"total", total.printed}, {"parts", list.substr(0, 2000)}};
    std::string path = Cat("report[", report_, "].text");
    if (rounding || incomplete)
      findings_.AddMild(evaluation::v1::SEVERITY_INFO, std::move(path), std::move(message), evidence);
    else
      findings_.Add(std::move(path), std::move(message), evidence);
  }

  const Rules& rules_;
  FindingSink& findings_;
  std::vector<std::string_view> above_;  // lines of the text, without blanks before them
  int report_ = 0;
  int found_ = 0;
};

}  // namespace

void PartSumLines(const CheckInput& input, FindingSink& findings) {
  const evaluation::v1::SelfEvaluation& form = *input.reading.form;
  LineSums sums(input, findings);
  for (int i = 0; i < form.report_size(); ++i) sums.Check(i, form.report(i).text());
}

}  // namespace jixiao::scoring
